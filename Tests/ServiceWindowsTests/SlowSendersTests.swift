// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

/// Whose the connections are that send next to nothing.
@Suite struct SlowSendersTests {
    private static let began: Int64 = 1_795_000_000

    /// Windows that know one client, at the end of a calm minute and a half.
    private static func windows() -> ServiceAggregator {
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
        for second in 0..<90 {
            windows.advance(to: Instant(seconds: began + Int64(second)))
            let request = FlowRecord.request(
                from: Fixture.address("10.20.1.1"), port: UInt16(2000 + second), start: windows.now)
            windows.add(request)
            windows.add(request.reply())
        }
        return windows
    }

    /// A piece of a connection that is still open: four packets, hardly an octet.
    private static func add(
        _ client: String, port: UInt16, to windows: inout ServiceAggregator, lasting seconds: Int64 = 15,
        octets: UInt64 = 180
    ) {
        windows.add(
            .request(
                from: Fixture.address(client), port: port, start: windows.now - seconds, lasting: seconds,
                packets: 4, octets: octets, flags: [.syn, .ack, .psh]))
        windows.advance(to: Instant(seconds: windows.now + 1))
    }

    private static func pass(_ seconds: Int64, _ windows: inout ServiceAggregator) {
        for _ in 0..<seconds { windows.advance(to: Instant(seconds: windows.now + 1)) }
    }

    @Test func whatNewcomersHoldIsToldFromWhatKnownClientsHold() {
        var windows = Self.windows()
        #expect(windows.service(0).slowSenders.newShare == 0)
        Self.add("10.20.1.1", port: 9000, to: &windows)
        for port in UInt16(1)...3 { Self.add("10.66.0.1", port: port, to: &windows) }
        // Who sends much is not slow.
        Self.add("10.66.0.1", port: 9001, to: &windows, octets: 90_000)
        Self.pass(10, &windows)
        #expect(windows.seconds(Self.began...windows.now, slot: 0).map(\.slow).max() == 4)
        #expect(windows.service(0).slowSenders.newShare == 0.75)
    }

    /// An exporter with a long active timeout tells of a quiet channel seldom: it counts for all the time it was open.
    @Test func whatWasHeldLongerCountsForMore() {
        var windows = Self.windows()
        Self.add("10.20.1.1", port: 9000, to: &windows, lasting: 63)
        for port in UInt16(1)...4 { Self.add("10.66.0.1", port: port, to: &windows) }
        Self.pass(10, &windows)
        #expect(windows.service(0).slowSenders.newShare == 0.5)
    }

    @Test func itIsForgottenAfterFourMinutes() {
        var windows = Self.windows()
        Self.add("10.66.0.1", port: 1, to: &windows)
        Self.pass(110, &windows)
        #expect(windows.service(0).slowSenders.newShare == 1)
        Self.pass(140, &windows)
        #expect(windows.service(0).slowSenders.newShare == 0)
    }
}
