// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

/// Who is known, over a restart.
@Suite struct ArchivedClientsTests {
    /// A Thursday at 00:00, when generations change.
    private static let week: Int64 = 2960 * 604_800

    /// Windows to which the first `count` of the users are known.
    private func windows(knowing count: Int, at start: Int64 = week + 1000) -> ServiceAggregator {
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
        windows.advance(to: Instant(seconds: start))
        for number in 0..<count { visit(&windows, number, at: start) }
        windows.advance(to: Instant(seconds: start + 60))
        return windows
    }

    private func visit(_ windows: inout ServiceAggregator, _ number: Int, at second: Int64) {
        windows.add(
            .request(from: Fixture.address("10.20.0.1", plus: number * 256), port: 40000, start: second))
    }

    /// Of ten users who come now, how many are new.
    private func newcomers(_ windows: inout ServiceAggregator, at second: Int64) -> Int {
        windows.advance(to: Instant(seconds: second))
        for number in 0..<10 { visit(&windows, number, at: second) }
        return windows.seconds(second...second, slot: 0).reduce(0) {
            $0 + Int($1.cell.newConnectionsFromUnknown)
        }
    }

    /// What a file would hold.
    private func octets(_ clients: ArchivedClients) -> [UInt8] {
        var (copy, codec) = (clients, StateCodec())
        copy.code(&codec)
        return codec.octets
    }

    private func restored(_ octets: [UInt8], at second: Int64) -> ServiceAggregator {
        var codec = StateCodec(reading: octets)
        var clients = ArchivedClients()
        clients.code(&codec)
        #expect(codec.isValid && codec.remaining == 0)
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
        windows.restore(clients, at: second)
        return windows
    }

    @Test func usersAreKnownAfterARestart() {
        let before = windows(knowing: 7)
        let file = octets(before.archivedClients())
        #expect(file.count < 1000, "a small site has a small file")
        var after = restored(file, at: Self.week + 2000)
        #expect(newcomers(&after, at: Self.week + 2000) == 3)
    }

    @Test func aWeekThatEndedMeanwhileCounts() {
        let file = octets(windows(knowing: 7).archivedClients())
        for (weeks, new) in [(1, 3), (2, 10)] {
            let second = Self.week + Int64(weeks) * 604_800 + 5000
            var after = restored(file, at: second)
            #expect(newcomers(&after, at: second) == new, "\(weeks) weeks")
        }
    }

    @Test func severalShardsAreUnited() {
        let first = windows(knowing: 3)
        var second = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
        second.advance(to: Instant(seconds: Self.week + 1000))
        visit(&second, 9, at: Self.week + 1000)
        second.advance(to: Instant(seconds: Self.week + 1060))
        var both = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
        both.restore(first.archivedClients(), at: Self.week + 2000)
        both.restore(second.archivedClients(), at: Self.week + 2000)
        #expect(newcomers(&both, at: Self.week + 2000) == 6)
    }

    @Test(arguments: [
        [0, 0, 0, 0, 0, 0, 0, 0], [255, 255, 255, 255, 0, 0, 0, 1], [0, 0, 0, 0, 0, 2, 0, 0],
    ])
    func runsThatCannotBeAreRefused(run: [UInt8]) {
        var codec = StateCodec(reading: [0, 0, 0, 0, 0, 0, 0, 1] + [0, 0, 0, 0] + run)
        var clients = ArchivedClients()
        clients.code(&codec)
        #expect(!codec.isValid)
    }
}
