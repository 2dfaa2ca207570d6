// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import TestSupport
import Testing

@Suite struct MetricBaselineTests {
    @Test func learnsLevelAndCountingNoiseOfASteadyRate() {
        var baseline = MetricBaseline()
        for _ in 0..<100 { baseline.learn(rate: 20) }
        #expect(abs(baseline.mean - 20) < 0.01)
        #expect(abs(baseline.level - naturalLogarithm(20.5)) < 0.01)
        #expect(baseline.spreadSquared >= 1.0 / 21)
    }

    @Test func aWanderingRateWidensTheTest() {
        var steady = MetricBaseline()
        var wandering = MetricBaseline()
        var random = SeededRandom(seed: 1)
        for _ in 0..<600 {
            steady.learn(rate: 50)
            wandering.learn(rate: Double.random(in: 10...90, using: &random))
        }
        #expect(wandering.spreadSquared > 2 * steady.spreadSquared)
    }

    @Test func anOldBaselineHardlyMovesInAMinuteOfFlood() {
        var baseline = MetricBaseline()
        for _ in 0..<4000 { baseline.learn(rate: 10) }
        for _ in 0..<60 { baseline.learn(rate: 10_000) }
        #expect(baseline.mean < 13)
        #expect(baseline.level < naturalLogarithm(12))
    }
}

@Suite struct RatioBaselineTests {
    @Test func aCleanRecordIsNoProofBelowOnePercent() {
        var baseline = RatioBaseline()
        baseline.learn(hits: 0, trials: 40_000)
        #expect(baseline.expected == 0.01)
        #expect(baseline.seen == 0)
    }

    @Test func aServiceThatAlwaysFailsATenthIsExpectedTo() {
        var baseline = RatioBaseline()
        for _ in 0..<1000 { baseline.learn(hits: 1, trials: 10) }
        #expect(abs(baseline.expected - 0.1) < 0.001)
    }

    @Test func theDistantPastFades() {
        var baseline = RatioBaseline()
        for _ in 0..<100 { baseline.learn(hits: 1000, trials: 1000) }
        for _ in 0..<100 { baseline.learn(hits: 0, trials: 10_000) }
        #expect(baseline.seen < 0.01)
        #expect(baseline.trials <= 50_000)
    }
}
