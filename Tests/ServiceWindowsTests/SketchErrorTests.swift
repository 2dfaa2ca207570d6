// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

private let now: Int64 = 1_700_000_000

/// Estimates beside the truth, over many random streams.
@Suite struct SketchErrorTests {
    private func makeWindows() -> ServiceAggregator {
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]), discovers: false)
        windows.advance(to: Instant(seconds: now))
        return windows
    }

    // MARK: Distinct sources

    /// Estimates of `count` random sources over their number, one for each seed.
    private func estimates(of count: Int, seeds: Range<UInt64>) -> [Double] {
        seeds.map { seed in
            var random = SeededRandom(seed: seed &* 1000 &+ UInt64(count))
            var windows = makeWindows()
            var sources: Set<IPAddress> = []
            while sources.count < count {
                let isIPv4 = Bool.random(using: &random)
                let bits = UInt64.random(in: 0...UInt64.max, using: &random)
                let source =
                    isIPv4
                    ? IPAddress(ipv4: UInt32(truncatingIfNeeded: bits))
                    : IPAddress(high: 0x2001_0DB8_0000_0000 | bits >> 40, low: bits)
                guard sources.insert(source).inserted else { continue }
                var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: now))
                outcome.client = source
                windows.add(outcome)
            }
            return Double(windows.distinctSources(slot: 0, until: now, seconds: 60)) / Double(count)
        }
    }

    @Test func distinctSourcesAreWithinFourPercent() {
        var squares: [Double] = []
        for (count, seeds) in [(10, 24), (100, 24), (1000, 24), (3000, 12), (10000, 8)] {
            let ratios = estimates(of: count, seeds: 0..<UInt64(seeds))
            // Four times the standard error of 1,024 registers.
            let worst = ratios.map { abs($0 - 1) }.max() ?? 0
            #expect(worst <= 0.13, "\(count) sources: \(ratios)")
            squares += ratios.map { ($0 - 1) * ($0 - 1) }
        }
        let error = (squares.reduce(0, +) / Double(squares.count)).squareRoot()
        #expect(error <= 0.04)
    }

    /// Sources in consecutive stretches of ten seconds: a window sees its own and no others.
    @Test(arguments: 1...UInt64(4))
    func distinctSourcesAreThoseOfTheWindow(seed: UInt64) {
        var windows = makeWindows()
        let stretches = Int(WindowTerms.sourcesWindow / 10) + 1
        for stretch in 0..<stretches {
            let second = now + Int64(stretch) * 10
            windows.advance(to: Instant(seconds: second + 9))
            for index in 0..<150 {
                let source = Fixture.address("10.0.0.0", plus: Int(seed) * 1_000_000 + stretch * 1000 + index)
                windows.add(.request(from: source, port: UInt16(index), start: second + 9))
            }
        }
        let end = now + Int64(stretches) * 10 - 1
        for seconds in [Int64(10), 30, 60, 100, 300, 600] where seconds <= WindowTerms.sourcesWindow {
            let estimate = Double(windows.distinctSources(slot: 0, until: end, seconds: seconds))
            // A slice of time that is touched counts whole.
            let least = Double(seconds) * 15
            let most = Double(min(seconds + WindowTerms.slice(of: seconds) + 9, Int64(stretches) * 10)) * 15
            #expect(estimate >= 0.87 * least && estimate <= 1.13 * most, "\(seconds) s: \(estimate)")
        }
    }

    // MARK: Top prefixes and sources

    enum Order: CaseIterable {
        case shuffled, heaviestFirst, heaviestLast, roundRobin, bursts
    }

    /// How often each source comes: some heavy ones of random weight, a tail of sources that come once or a few times.
    private func weights(_ random: inout SeededRandom) -> [Int] {
        let skew = Double.random(in: 0.6..<1.6, using: &random)
        let heavy = (1...40).map { rank in
            var weight = 600.0
            for _ in 1..<rank {
                weight *= Double(rank - 1) / Double(rank) < 0.5 ? 0.6 : 1 - skew / Double(rank)
            }
            return max(1, Int(weight))
        }
        let tail = Int.random(in: 200..<2000, using: &random)
        return heavy + (0..<tail).map { _ in Int.random(in: 1..<4, using: &random) }
    }

    private func stream(_ weights: [Int], _ order: Order, _ random: inout SeededRandom) -> [Int] {
        let sorted = weights.indices.flatMap { Array(repeating: $0, count: weights[$0]) }
        switch order {
        case .shuffled: return sorted.shuffled(using: &random)
        case .heaviestFirst: return sorted
        case .heaviestLast: return sorted.reversed()
        case .roundRobin:
            let most = weights.max() ?? 0
            return (0..<most).flatMap { round in weights.indices.filter { weights[$0] > round } }
        case .bursts:
            let bursts = stride(from: 0, to: sorted.count, by: 25).map {
                Array(sorted[$0..<min($0 + 25, sorted.count)])
            }
            return bursts.shuffled(using: &random).flatMap { $0 }
        }
    }

    @Test(arguments: Order.allCases, 0..<UInt64(4))
    func whoeverHasALargeShareIsAmongTheTop(order: Order, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let weights = weights(&random)
        var windows = makeWindows()
        windows.setSuspicious(true, slot: 0)
        let stream = stream(weights, order, &random)
        let hosts = weights.map { _ in Int.random(in: 1..<255, using: &random) }
        for (index, prefix) in stream.enumerated() {
            let source = Fixture.address("10.0.0.0", plus: prefix << 8 | hosts[prefix])
            windows.add(.request(from: source, port: UInt16(index & 0xFFFF), start: now))
        }
        var shares: [IPPrefix: Double] = [:]
        for top in windows.topPrefixes(64, slot: 0, ofNewcomers: false) { shares[top.prefix] = top.share }
        for top in windows.topSources(64, slot: 0) {
            shares[IPPrefix(top.address, mappedLength: 128)] = top.share
        }
        for (index, weight) in weights.enumerated() {
            let exact = Double(weight) / Double(stream.count)
            guard exact > WindowTerms.topShare else { continue }
            let source = Fixture.address("10.0.0.0", plus: index << 8 | hosts[index])
            for length in [120, 128] {
                let share = shares[IPPrefix(source, mappedLength: length)] ?? 0
                #expect(share >= exact - 1e-9 && share <= exact + WindowTerms.topShare, "\(source): \(exact)")
            }
        }
    }

    // MARK: Medians

    @Test(arguments: 1...UInt64(20))
    func mediansAreWithinTheStatedFactor(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var windows = makeWindows()
        let scale = Double.random(in: 3..<60000, using: &random)
        let spread = Double.random(in: 0..<4, using: &random)
        var values: [UInt32] = []
        for _ in 0..<301 {
            // From even to very skewed: the product of some even numbers.
            var value = scale
            for _ in 0..<Int(spread) { value *= Double.random(in: 0.05..<2, using: &random) }
            values.append(UInt32(value))
            var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: now))
            (outcome.status, outcome.latencyMilliseconds) = (200, UInt32(value))
            windows.add(outcome)
        }
        let exact = Double(values.sorted()[150])
        for median in [windows.service(0).latencies.median(), windows.service(0).latencyOfLate] {
            let median = try #require(median)
            #expect(median <= exact * WindowTerms.medianFactor && exact <= median * WindowTerms.medianFactor)
        }
    }
}
