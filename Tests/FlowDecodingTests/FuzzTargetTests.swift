// SPDX-License-Identifier: Apache-2.0

import FuzzSupport
import TestSupport
import Testing

/// The fuzz targets, without a fuzzer: their seeds, and inputs altered at random.
@Suite struct FuzzTargetTests {
    @Test(arguments: ListingTarget.seeds)
    func noSeedBreaksAPromise(seed: FuzzSeed) {
        #expect(DatagramTarget.violation(in: seed.input.span) == nil)
        #expect(ListingTarget.violation(in: seed.input.span) == nil)
    }

    @Test func eachOfTheThirtyThreatsIsASeed() {
        let numbers = DatagramTarget.seeds.filter { $0.name.hasPrefix("threat-") }
            .compactMap { Int($0.name.dropFirst("threat-".count).prefix(2)) }
        #expect(numbers == Array(1...30))
        #expect(DatagramTarget.seeds.allSatisfy { $0.input.count <= 4096 })
    }

    @Test(arguments: RecordedCapture.allCases)
    func alteredCapturesAreHarmless(capture: RecordedCapture) throws {
        let seeds = try DatagramTarget.seeds(ofCapture: capture.path)
        #expect(!seeds.isEmpty)
        var random = SeededRandom(seed: 2026)
        for round in 0..<60 {
            var input = seeds[round % seeds.count].input
            for _ in 0..<Int.random(in: 1...8, using: &random) { Self.alter(&input, using: &random) }
            #expect(ListingTarget.violation(in: input.span) == nil, "round \(round)")
        }
    }

    @Test func alteredSeedsAreHarmless() {
        var random = SeededRandom(seed: 313)
        let seeds = DatagramTarget.seeds
        for round in 0..<2000 {
            var input = seeds[round % seeds.count].input
            for _ in 0..<Int.random(in: 1...8, using: &random) { Self.alter(&input, using: &random) }
            #expect(DatagramTarget.violation(in: input.span) == nil, "round \(round)")
        }
    }

    @Test(arguments: StateTarget.seeds)
    func noStateBreaksAPromise(seed: FuzzSeed) { #expect(StateTarget.violation(in: seed.input.span) == nil) }

    @Test func alteredStatesAreHarmless() {
        var random = SeededRandom(seed: 77)
        let seeds = StateTarget.seeds
        #expect(seeds.count == DatagramTarget.seeds.count)
        for round in 0..<1000 {
            var input = seeds[round % seeds.count].input
            for _ in 0..<Int.random(in: 1...8, using: &random) { Self.alter(&input, using: &random) }
            #expect(StateTarget.violation(in: input.span) == nil, "round \(round)")
        }
    }

    @Test(arguments: FramingTarget.seeds)
    func noConnectionBreaksAPromise(seed: FuzzSeed) {
        #expect(FramingTarget.violation(in: seed.input.span) == nil)
    }

    @Test func alteredConnectionsAreHarmless() {
        var random = SeededRandom(seed: 6587)
        let seeds = FramingTarget.seeds
        for round in 0..<5000 {
            var input = seeds[round % seeds.count].input
            for _ in 0..<Int.random(in: 1...8, using: &random) { Self.alter(&input, using: &random) }
            #expect(FramingTarget.violation(in: input.span) == nil, "round \(round)")
        }
    }

    private static func alter(_ input: inout [UInt8], using random: inout SeededRandom) {
        guard !input.isEmpty else { return }
        let place = Int.random(in: 0..<input.count, using: &random)
        let count = Int.random(in: 1...min(16, input.count - place), using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: input[place] = [0, 1, 4, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
        case 1: input[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
        case 2: input.removeSubrange(place..<place + count)
        case 3: input.insert(contentsOf: input[place..<place + count], at: place)
        default:
            let other = Int.random(in: 0...input.count - count, using: &random)
            let piece = Array(input[other..<other + count])
            input.replaceSubrange(place..<place + count, with: piece)
        }
    }

    /// A check that finds nothing anywhere would keep every promise.
    @Test(arguments: [
        "{\"a\":1", "{\"a\":\"b}\n", "{\"a\":\"\\x\"}\n", "{}{}\n", "{\"a\":[1}\n]", "[\n]\n",
        "{\"a\":\"\u{7F}\"}\n",
        "\n", "{\"a\":\"\u{1B}[m\"}\n",
    ])
    func brokenLinesAreFound(text: String) {
        #expect(LineCheck(json: Array(text.utf8)).violation != nil)
    }

    @Test func soundLinesPass() {
        let check = LineCheck(json: Array("{\"a\":[{\"b\":\"\\\"}\\\\\"}]}\n{\"c\":null}\n".utf8))
        #expect(check.violation == nil && check.count == 2)
        #expect(LineCheck(text: [0xC3, 0x28, 0x0A]).violation != nil)
        #expect(LineCheck(text: Array("ü ok\n".utf8)).violation == nil)
    }
}
