// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

/// The windows beside an oracle that has all the memory and time it wants.
@Suite struct OracleTests {
    @Test(arguments: 1...UInt64(8))
    func everySecondIsWhatAnExactRecomputationGives(seed: UInt64) {
        var pair = Pair(RandomTraffic.services)
        // Twenty minutes, or a night with more minutes than records.
        var traffic = RandomTraffic(seed: seed, length: seed % 6 == 0 ? 30_000 : 1200)
        var differences: [String] = []
        var compared = RandomTraffic.begin
        for arrival in traffic.arrivals(connections: 600) {
            pair.advance(to: arrival.second)
            if seed % 2 == 0 {
                pair.add(together: arrival.records)
            } else {
                arrival.records.forEach { pair.add($0) }
            }
            arrival.outcomes.forEach { pair.add($0) }
            // Clocks are set back now and then; time is not.
            if arrival.second % 16 == 0 { pair.advance(to: arrival.second - 1000) }
            guard arrival.second - compared > 90, differences.isEmpty else { continue }
            compared = arrival.second
            differences = pair.differences()
        }
        pair.advance(to: pair.oracle.now + 4)
        differences += pair.differences()
        let text = differences.prefix(8).joined(separator: "; ")
        #expect(differences.isEmpty, "seed \(seed): \(differences.count) differences: \(text)")
        let countersAgree = pair.countersAgree
        #expect(countersAgree, "seed \(seed): \(pair.counterText)")
    }

    /// What never happens would be compared in vain.
    @Test func everythingThatIsComparedHappens() {
        var oracle = WindowOracle(RandomTraffic.services)
        var traffic = RandomTraffic(seed: 1)
        for arrival in traffic.arrivals(connections: 600) {
            oracle.advance(to: arrival.second)
            arrival.records.forEach { oracle.add($0) }
            arrival.outcomes.forEach { oracle.add($0) }
        }
        let total = RandomTraffic.services.indices.reduce(SecondNumbers()) { $0 + oracle.total(slot: $1) }
        #expect(SecondNumbers.fields.filter { total[keyPath: $0.path] == 0 }.map(\.name) == [])
    }

    /// While nothing leaves the window, the sum over its seconds is the sum over the records.
    @Test(arguments: 101...UInt64(108))
    func nothingIsLostBetweenTheSeconds(seed: UInt64) {
        var pair = Pair(RandomTraffic.services)
        var random = SeededRandom(seed: seed)
        let now = RandomTraffic.begin
        pair.advance(to: now)
        // As far back as whole blocks go.
        let whole = WindowTerms.span - 2 * WindowTerms.block
        var (packets, octets): (UInt64, UInt64) = (0, 0)
        for index in 0..<500 {
            let age = Int64.random(in: 0..<whole, using: &random)
            let lasting = Int64.random(in: 0..<whole - age, using: &random)
            let record = FlowRecord.request(
                from: Fixture.address("100.64.0.1", plus: index), port: UInt16(index),
                start: now - age - lasting,
                lasting: lasting, packets: UInt64.random(in: 1..<100_000, using: &random),
                octets: UInt64.random(in: 1..<1_000_000_000, using: &random))
            packets += record.packets
            octets += record.octets
            pair.add(record)
        }
        let seconds = pair.windows.seconds(now - WindowTerms.span + 1...now, slot: 0)
        #expect(seconds.reduce(0) { $0 + $1.packetsIn } == Int64(packets), "seed \(seed)")
        #expect(seconds.reduce(0) { $0 + $1.octetsIn } == Int64(octets), "seed \(seed)")
        #expect(SecondNumbers(windows: seconds).newConnections == 500, "seed \(seed)")
    }

    /// Counts that no network can carry, from one client, leave the other services exact and all records accounted for.
    @Test(arguments: 201...UInt64(206))
    func absurdCountsStayWhereTheyAre(seed: UInt64) {
        var pair = Pair(RandomTraffic.services)
        var random = SeededRandom(seed: seed)
        var traffic = RandomTraffic(seed: seed)
        for arrival in traffic.arrivals(connections: 100) {
            pair.advance(to: arrival.second)
            arrival.records.forEach { pair.add($0) }
            var absurd = FlowRecord.request(
                from: Fixture.address("100.64.9.9"), start: arrival.second,
                packets: UInt64.max >> UInt64.random(in: 0..<3, using: &random), octets: .max)
            if Bool.random(using: &random) { absurd.samplingInterval = .max }
            absurd.start = Instant(
                microseconds: Int64.random(in: .min...absurd.end.microseconds, using: &random))
            pair.windows.add(absurd)
            pair.windows.add(absurd.reply(packets: .max, octets: .max))
        }
        for slot in 1..<RandomTraffic.services.count {
            let differences = pair.differences(slot: slot)
            #expect(differences == [], "seed \(seed)")
        }
        let now = pair.oracle.now
        for second in pair.windows.seconds(now - WindowTerms.span + 1...now, slot: 0) {
            let numbers = SecondNumbers(second)
            let isNegative = SecondNumbers.fields.contains { numbers[keyPath: $0.path] < 0 }
            #expect(!isNegative, "seed \(seed): second \(second.cell.second - now)")
        }
        // When all of it has left the windows, nothing of it is left.
        let later = now + 2 * WindowTerms.span
        pair.advance(to: later - 100)
        for index in Int64(0)..<50 {
            pair.add(
                .request(
                    from: Fixture.address("100.64.0.1"), port: UInt16(index), start: later - 150 + index,
                    lasting: 40))
        }
        pair.advance(to: later)
        let differences = pair.differences(slot: 0)
        #expect(differences == [], "seed \(seed)")
    }

    /// After a silence longer than the whole window nothing old is seen as new.
    @Test(arguments: [1, 59, 231, 255, 256, 257, 959, 960, 961, 1024, 5000, 1_000_000])
    func aStepOfTheClockLeavesNothingBehind(step: Int64) {
        var pair = Pair(RandomTraffic.services)
        let now = RandomTraffic.begin
        pair.advance(to: now)
        for age in Int64(0)..<200 {
            pair.add(
                .request(
                    from: Fixture.address("100.64.0.1"), port: UInt16(age + 1), start: now - age - 20,
                    lasting: 20))
        }
        pair.advance(to: now + step)
        var differences = pair.differences()
        pair.add(
            .request(from: Fixture.address("100.64.0.1"), port: 999, start: now + step - 30, lasting: 30))
        differences += pair.differences()
        #expect(differences == [])
    }
}

/// Windows and oracle that are told the same.
private struct Pair: ~Copyable {
    var windows: ServiceAggregator
    var oracle: WindowOracle

    init(_ services: [ConfiguredService]) {
        windows = ServiceAggregator(
            directory: ServiceDirectory(services), limits: WindowTerms.limits, discovers: false)
        oracle = WindowOracle(services)
    }

    mutating func advance(to second: Int64) {
        windows.advance(to: Instant(seconds: second))
        oracle.advance(to: second)
    }

    mutating func add(_ record: FlowRecord) {
        windows.add(record)
        oracle.add(record)
    }

    mutating func add(together records: [FlowRecord]) {
        windows.add(contentsOf: records.span)
        records.forEach { oracle.add($0) }
    }

    mutating func add(_ outcome: Outcome) {
        windows.add(outcome)
        oracle.add(outcome)
    }

    var countersAgree: Bool {
        let counters = windows.counters
        return counters.records == UInt64(oracle.booked)
            && counters.ignoredOutcomes == UInt64(oracle.ignoredOutcomes)
            && UnbookedReason.allCases.allSatisfy {
                counters.ignored[$0.rawValue] == UInt64(oracle.ignored[$0] ?? 0)
            }
    }

    var counterText: String {
        let ignored = UnbookedReason.allCases.map {
            "\($0.name) \(windows.counters.ignored[$0.rawValue]), exact \(oracle.ignored[$0] ?? 0)"
        }
        return "records \(windows.counters.records), exact \(oracle.booked); outcomes ignored "
            + "\(windows.counters.ignoredOutcomes), exact \(oracle.ignoredOutcomes); "
            + ignored.joined(separator: "; ")
    }

    func differences() -> [String] {
        (0..<RandomTraffic.services.count).flatMap { differences(slot: $0) }
    }

    /// Second by second where the windows keep seconds, block by block before that.
    func differences(slot: Int) -> [String] {
        let now = oracle.now
        let (fine, length) = (WindowTerms.firstFine(now: now), WindowTerms.block)
        let oldest = (now - WindowTerms.span + length) / length * length
        let all = windows.seconds(oldest...now + WindowTerms.ahead, slot: slot).map(SecondNumbers.init)
        var result: [String] = []
        var second = oldest
        while second <= now + WindowTerms.ahead {
            let span = second..<second + (second < fine ? length : 1)
            let numbers = all[Int(second - oldest)..<Int(span.upperBound - oldest)].reduce(SecondNumbers(), +)
            let exact = span.reduce(SecondNumbers()) { $0 + oracle.numbers($1, slot: slot) }
            result += compare(numbers, exact, slot, "\(second - now) s\(second < fine ? " (block)" : "")")
            second = span.upperBound
        }
        return result
    }

    private func compare(
        _ numbers: SecondNumbers, _ exact: SecondNumbers, _ slot: Int, _ place: String
    ) -> [String] {
        guard numbers != exact else { return [] }
        return SecondNumbers.fields.filter { numbers[keyPath: $0.path] != exact[keyPath: $0.path] }
            .map { name, path in
                "\(RandomTraffic.services[slot].name) \(place): \(name) \(numbers[keyPath: path]), exact \(exact[keyPath: path])"
            }
    }
}

extension SecondNumbers {
    fileprivate init(windows seconds: [ServiceSecond]) {
        self = seconds.reduce(SecondNumbers()) { $0 + SecondNumbers($1) }
    }
}
