// SPDX-License-Identifier: Apache-2.0

import FuzzSupport
import TestSupport
import Testing

/// The fuzz targets of log lines, formats and metrics, without a fuzzer: their seeds, and inputs altered at random.
struct LineTargetTests {
    @Test(arguments: LineTarget.seeds)
    func noLineBreaksAPromise(seed: FuzzSeed) { #expect(LineTarget.violation(in: seed.input.span) == nil) }

    @Test(arguments: FormatTarget.seeds)
    func noFormatBreaksAPromise(seed: FuzzSeed) {
        #expect(FormatTarget.violation(in: seed.input.span) == nil)
    }

    @Test func alteredLinesAreHarmless() {
        var random = SeededRandom(seed: 5140)
        let seeds = LineTarget.seeds
        for round in 0..<4000 {
            let input = Self.altered(seeds[round % seeds.count].input, using: &random)
            if let found = LineTarget.violation(in: input.span) { Issue.record("round \(round): \(found)") }
        }
    }

    @Test func alteredFormatsAreHarmless() {
        var random = SeededRandom(seed: 6587)
        let seeds = FormatTarget.seeds
        for round in 0..<4000 {
            let input = Self.altered(seeds[round % seeds.count].input, using: &random)
            if let found = FormatTarget.violation(in: input.span) { Issue.record("round \(round): \(found)") }
        }
    }

    @Test(arguments: MetricTarget.seeds)
    func noMetricBreaksAPromise(seed: FuzzSeed) {
        #expect(MetricTarget.violation(in: seed.input.span) == nil)
    }

    @Test func alteredMetricsAreHarmless() {
        var random = SeededRandom(seed: 8125)
        let seeds = MetricTarget.seeds
        for round in 0..<4000 {
            let input = Self.altered(seeds[round % seeds.count].input, using: &random)
            if let found = MetricTarget.violation(in: input.span) { Issue.record("round \(round): \(found)") }
        }
    }

    private static func altered(_ input: [UInt8], using random: inout SeededRandom) -> [UInt8] {
        var input = input
        for _ in 0..<Int.random(in: 1...8, using: &random) where !input.isEmpty {
            let place = Int.random(in: 0..<input.count, using: &random)
            let count = Int.random(in: 1...min(16, input.count - place), using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: input[place] = UInt8.random(in: 0...255, using: &random)
            case 1: input[place] = Array(#" :,-"'[]{}%$\0"#.utf8).randomElement(using: &random) ?? 0
            case 2: input.removeSubrange(place..<place + count)
            default: input.insert(contentsOf: input[place..<place + count], at: place)
            }
        }
        return input
    }
}
