// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

/// Packets that nobody at the service asked for, told from those of connections.
@Suite struct UnsolicitedTests {
    private static let begin: Int64 = 1_795_000_000

    /// A service with so many connections that were told from both ends; then what `body` adds, and ten seconds.
    private func cell(
        after connections: Int = 30, _ body: (inout ServiceAggregator, Int64) -> Void
    ) -> FlowCell {
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
        windows.advance(to: Instant(seconds: Self.begin))
        for index in 0..<connections {
            let request = FlowRecord.request(
                from: Fixture.address("10.20.1.1"), port: UInt16(2000 + index), start: Self.begin)
            windows.add(request)
            windows.add(request.reply())
        }
        let now = Self.begin + 20
        windows.advance(to: Instant(seconds: now))
        body(&windows, now)
        windows.advance(to: Instant(seconds: now + 10))
        return windows.seconds(now...now, slot: 0)[0].cell
    }

    private func segment(
        _ now: Int64, port: UInt16 = 5000, packets: UInt64 = 1, octets: UInt64 = 40, _ flags: TCPFlags = .ack
    ) -> FlowRecord {
        .request(
            from: Fixture.address("10.66.0.1"), port: port, start: now, packets: packets, octets: octets,
            flags: flags)
    }

    @Test(arguments: [TCPFlags.ack, [.ack, .psh], .synAck])
    func segmentsWithoutAnAnswer(flags: TCPFlags) {
        let cell = cell { $0.add(segment($1, packets: 3, octets: 120, flags)) }
        #expect(cell.unsolicited == 3)
        #expect(cell.ended == 0)
    }

    @Test func theirSendersAreSources() {
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
        windows.advance(to: Instant(seconds: Self.begin))
        for index in 0..<40 {
            let forged = FlowRecord.request(
                from: Fixture.address("10.66.0.1", plus: index), start: Self.begin, packets: 1, octets: 40,
                flags: .ack)
            windows.add(forged)
            windows.add(forged.reply(packets: 1, octets: 40, flags: .rst))
        }
        #expect((36...44).contains(windows.distinctSources(slot: 0, until: Self.begin, seconds: 10)))
    }

    /// RFC 9293 §3.10.7.1: the reset of one who has no connection acknowledges nothing.
    @Test func segmentsThatAreReset() {
        let cell = cell { windows, now in
            windows.add(segment(now))
            windows.add(segment(now).reply(packets: 1, octets: 40, flags: .rst))
            // Of a connection that the server broke off.
            windows.add(segment(now, port: 5001, [.ack, .psh]))
            windows.add(segment(now, port: 5001).reply(packets: 2, octets: 80, flags: [.rst, .ack]))
        }
        #expect(cell.unsolicited == 1)
        #expect(cell.refused == 1)
    }

    /// A failover forgets connections, and their clients' next requests are reset.
    @Test func aRequestThatIsResetHasFailed() {
        let cell = cell { windows, now in
            windows.add(segment(now, octets: 400, [.ack, .psh]))
            windows.add(segment(now).reply(packets: 1, octets: 40, flags: .rst))
        }
        #expect(cell.unsolicited == 1)
        #expect(cell.refused == 1 && cell.ended == 1)
    }

    /// SYN: it begins a connection. Zero flags: the exporter tells none. FIN and RST end what was told before.
    @Test(arguments: [TCPFlags.syn, [.syn, .ack, .psh], [], [.ack, .fin], .rst])
    func whatMayBelongToAConnection(flags: TCPFlags) {
        #expect(cell { $0.add(segment($1, flags)) }.unsolicited == 0)
    }

    /// Where the replies take another way, each piece of a long connection seems to be one.
    @Test func noneWhereAnswersAreNotTold() {
        #expect(cell(after: 0) { $0.add(segment($1)) }.unsolicited == 0)
        let one = cell { windows, now in
            windows.add(segment(now, port: 4999, packets: 6, octets: 900, [.syn, .ack, .psh, .fin]))
            windows.advance(to: Instant(seconds: now + 4))
            windows.add(segment(now))
        }
        #expect(one.unsolicited == 0)
    }

    private static let datagrams: [(port: UInt16, own: UInt16, expected: Int32)] = [
        (53, 27015, 4), (123, 123, 0), (161, 162, 0), (11_211, 443, 4), (40_000, 443, 0),
    ]

    @Test(arguments: datagrams)
    func datagramsFromPortsThatReflect(port: UInt16, own: UInt16, expected: Int32) {
        var service = Fixture.service
        (service.transport, service.ports, service.kind) = (.udp, [own...own], .other)
        var windows = ServiceAggregator(directory: ServiceDirectory([service]))
        windows.advance(to: Instant(seconds: Self.begin))
        let key = ServiceKey(address: Fixture.web.address, port: own, transport: .udp)
        windows.add(
            .request(
                from: Fixture.address("10.66.0.1"), port: port, to: key, start: Self.begin, packets: 4,
                octets: 1900, flags: []))
        #expect(windows.seconds(Self.begin...Self.begin, slot: 0)[0].cell.unsolicited == expected)
    }
}
