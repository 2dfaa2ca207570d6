// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

private let now: Int64 = 1_000_000
private let client = Fixture.address("10.20.1.7")

@Suite struct BoundsTests {
    /// Three lines of the cache, of which the first has what nearly every record changes.
    @Test func aCellStaysSmall() {
        #expect(MemoryLayout<FlowCell>.stride == 192)
    }

    private func server(_ number: Int) -> ServiceKey {
        ServiceKey(address: Fixture.address("10.9.0.1", plus: number), port: 25, transport: .tcp)
    }

    private func admit(_ number: Int, at second: Int64, _ windows: inout ServiceAggregator) {
        for index in 0..<60 {
            windows.add(
                .request(from: Fixture.address("10.20.1.1", plus: index), to: server(number), start: second))
        }
    }

    @Test func theServiceThatIsIdleLongestMakesRoom() {
        var limits = WindowLimits()
        limits.services = 4
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]), limits: limits)
        windows.advance(to: Instant(seconds: now))
        for number in 0..<3 { admit(number, at: now, &windows) }
        #expect(windows.serviceCount == 4)
        // The first two are heard of again, the last one is not.
        for step in stride(from: Int64(100), through: 900, by: 100) {
            windows.advance(to: Instant(seconds: now + step))
            for number in 0..<2 { windows.add(.request(from: client, to: server(number), start: now + step)) }
        }
        admit(3, at: now + 900, &windows)
        #expect(windows.serviceCount == 4)
        #expect(windows.service(3).endpoint == server(3))
        #expect(windows.counters.evictedServices == 1)
        let before = windows.seconds(now + 900...now + 900, slot: 3)[0].cell.newConnections
        windows.add(.request(from: client, to: server(3), start: now + 900))
        let second = windows.seconds(now + 900...now + 900, slot: 3)[0]
        #expect(second.cell.newConnections == before + 1)
        // What was booked on the place before is gone.
        let earlier = windows.seconds(now...now, slot: 3)[0]
        #expect(earlier.cell.newConnections == 0 && earlier.packetsIn == 0)
        // The one that is gone is no service any more.
        let ignored = windows.counters.ignored[UnbookedReason.noService.rawValue]
        windows.add(.request(from: client, to: server(2), start: now + 900))
        #expect(windows.counters.ignored[UnbookedReason.noService.rawValue] == ignored + 1)
    }

    @Test func aConfiguredOrABusyOrASuspiciousServiceNeverMakesRoom() {
        var limits = WindowLimits()
        limits.services = 2
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]), limits: limits)
        windows.advance(to: Instant(seconds: now))
        admit(0, at: now, &windows)
        windows.advance(to: Instant(seconds: now + 500))
        admit(1, at: now + 500, &windows)
        #expect(windows.counters.refusedServices > 0 && windows.service(1).endpoint == server(0))
        windows.setSuspicious(true, slot: 1)
        windows.advance(to: Instant(seconds: now + 5000))
        admit(2, at: now + 5000, &windows)
        #expect(windows.service(1).endpoint == server(0))
        windows.setSuspicious(false, slot: 1)
        // One search a second.
        admit(3, at: now + 5000, &windows)
        #expect(windows.service(1).endpoint == server(0))
        windows.advance(to: Instant(seconds: now + 5001))
        admit(3, at: now + 5001, &windows)
        #expect(windows.service(1).endpoint == server(3))
        #expect(windows.service(0).isConfigured)
    }

    /// Endpoints come and go in every order, and each is found again, on the right service.
    @Test func aTableThatChangesFindsWhatIsThere() {
        var limits = WindowLimits()
        (limits.services, limits.idleSeconds) = (32, 10)
        var windows = ServiceAggregator(directory: ServiceDirectory([]), limits: limits)
        var random = SeededRandom(seed: 5)
        var second = now
        for _ in 0..<400 {
            second += 11
            windows.advance(to: Instant(seconds: second))
            // Some stay, the others become idle.
            for slot in 0..<windows.serviceCount
            where slot % 4 > 0 || Int.random(in: 0..<4, using: &random) == 0 {
                windows.add(.request(from: client, to: windows.service(slot).endpoint, start: second))
            }
            admit(Int.random(in: 0..<5000, using: &random), at: second, &windows)
            for slot in 0..<windows.serviceCount {
                let before = windows.seconds(second...second, slot: slot)[0].packetsIn
                windows.add(
                    .request(from: client, to: windows.service(slot).endpoint, start: second, packets: 3))
                #expect(windows.seconds(second...second, slot: slot)[0].packetsIn == before + 3)
            }
        }
        #expect(windows.counters.evictedServices > 100)
    }

    /// With room for a handful of pages, the present stays exact and nothing is lost of what lasts.
    @Test func withoutMemoryOldSecondsBecomeCoarseAndThePresentStaysExact() {
        var limits = WindowLimits()
        limits.cellOctets = 1
        let services = (0..<12).map { number in
            ConfiguredService(
                name: "s\(number)", addresses: [IPPrefix(server(number).address, mappedLength: 128)],
                ports: [25...25], transport: .tcp, kind: .other)
        }
        var windows = ServiceAggregator(
            directory: ServiceDirectory(services), limits: limits, discovers: false)
        for second in now..<now + 300 {
            windows.advance(to: Instant(seconds: second))
            for number in 0..<12 {
                windows.add(
                    .request(
                        from: client, port: UInt16(second - now), to: server(number), start: second - 20,
                        lasting: 20, packets: 42))
            }
            for slot in 0..<12 {
                let present = windows.seconds(second...second, slot: slot)[0]
                #expect(present.cell.rawRecords == 1)
                #expect(present.open == 1 && present.packetsIn == 2)
            }
        }
        #expect(windows.counters.hurriedSweeps > 0)
        #expect(windows.counters.records == 3600)
        windows.advance(to: Instant(seconds: now + 400))
        for slot in 0..<12 {
            let later = windows.seconds(now + 400...now + 400, slot: slot)[0]
            #expect(later.open == 0 && later.packetsIn == 0 && later.octetsIn == 0)
        }
    }

    @Test func newcomersBeyondTheRoomHaveToComeAgain() {
        var limits = WindowLimits()
        limits.allNewcomers = 10
        var windows = ServiceAggregator(
            directory: ServiceDirectory([Fixture.service]), limits: limits, discovers: false)
        windows.advance(to: Instant(seconds: now))
        let prefixes = (0..<30).map { Fixture.address("10.20.0.1", plus: $0 * 256) }
        for prefix in prefixes { windows.add(.request(from: prefix, start: now)) }
        windows.advance(to: Instant(seconds: now + 31))
        for prefix in prefixes { windows.add(.request(from: prefix, start: now + 31)) }
        let second = windows.seconds(now + 31...now + 31, slot: 0)[0]
        #expect(second.cell.newConnectionsFromUnknown == 20)
    }

    @Test func aClientCountsOnceThatIsInSeveralDeclaredPrefixes() {
        let declared = ["10.20.0.0/16", "10.20.1.0/24", "10.66.0.0/24", "fd00::/8", "10.20.1.7/32"]
            .compactMap { IPPrefix($0).map { DeclaredNetwork($0) } }
        var windows = ServiceAggregator(
            directory: ServiceDirectory([Fixture.service]), discovers: false, declared: declared)
        windows.advance(to: Instant(seconds: now))
        for (text, isDeclared) in [
            ("10.20.1.7", true), ("10.20.255.255", true), ("10.21.0.0", false), ("10.66.0.255", true),
            ("10.66.1.0", false), ("10.19.255.255", false), ("fdff::1", true), ("fe00::1", false),
            ("::", false),
        ] {
            let before = windows.counters.declared
            windows.add(.request(from: Fixture.address(text), start: now))
            #expect(windows.counters.declared == before + (isDeclared ? 1 : 0), "\(text)")
        }
    }
}

@Suite struct WatermarkTests {
    @Test func theNewestEndOfEachExporterIsKept() {
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
        windows.advance(to: Instant(seconds: now))
        for (exporter, end) in [
            (UInt32(0), now - 10), (0, now - 30), (1, now - 5), (0, now - 8), (1, now + 500),
        ] {
            var record = FlowRecord.request(from: client, start: end)
            record.exporter = ExporterID(exporter)
            windows.add(record)
        }
        #expect(windows.watermark(of: ExporterID(0)) == Instant(seconds: now - 8))
        // A clock ahead of ours says nothing about the time after now.
        #expect(windows.watermark(of: ExporterID(1)) == Instant(seconds: now))
        #expect(windows.watermark(of: ExporterID(2)) == nil)
        #expect(windows.watermark(of: ExporterID(.max)) == nil)
    }
}

@Suite struct SourceRankingTests {
    @Test func sourcesAreRankedAndTheirEntropyTellsFewFromMany() throws {
        var entropies: [Double] = []
        for sources in [1, 4, 4096] {
            var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
            windows.advance(to: Instant(seconds: now))
            #expect(windows.sourceEntropy(slot: 0) == nil)
            windows.setSuspicious(true, slot: 0)
            for index in 0..<8192 {
                windows.add(
                    .request(
                        from: Fixture.address("10.20.0.0", plus: index % sources), port: UInt16(index),
                        start: now))
            }
            let entropy = windows.sourceEntropy(slot: 0)
            entropies.append(try #require(entropy))
            if sources == 4 {
                let top = windows.topSources(10, slot: 0)
                #expect(top.count == 4)
                for entry in top { #expect(abs(entry.share - 0.25) < 0.001) }
            }
        }
        #expect(abs(entropies[0]) < 0.01)
        #expect(abs(entropies[1] - 2) < 0.01)
        #expect(abs(entropies[2] - 12) < 0.5)
    }
}
