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

    /// Half a percent a minute up, two percent down, whatever comes.
    @Test func aGrownBaselineRisesSlowerThanItFalls() {
        var trial = GrownMetric(rate: 10)
        let level = trial.baseline.level
        trial.minutes(60) { _ in 10_000 }
        #expect(abs(trial.baseline.level - level - 60 * 0.006) < 1e-6)
        #expect(trial.baseline.mean < 15)
        trial.minutes(18) { _ in 0 }
        #expect(abs(trial.baseline.level - level) < 0.01)
    }

    @Test func ordinaryGrowthIsFollowedWithinHours() {
        var trial = GrownMetric(rate: 10)
        trial.minutes(60) { _ in 12 }
        #expect((11.0...11.8).contains(trial.baseline.mean))
        trial.minutes(240) { _ in 12 }
        #expect((11.9...12.1).contains(trial.baseline.mean))
    }

    @Test func underPressureNothingButTheLevelIsLearned() {
        var (calm, pressed) = (GrownMetric(rate: 10), GrownMetric(rate: 10))
        calm.minutes(60) { _ in 30 }
        pressed.minutes(60, slowly: true) { _ in 30 }
        #expect(pressed.baseline.level == calm.baseline.level)
        #expect(pressed.baseline.spreadSquared < calm.baseline.spreadSquared)
    }

    @Test func aRateThatWandersFromMinuteToMinuteWidensTheTest() {
        var (steady, wandering) = (GrownMetric(rate: 100), GrownMetric(rate: 100))
        steady.minutes(1440) { _ in 100 }
        wandering.minutes(1440) { $0 % 2 == 0 ? 60 : 160 }
        #expect(wandering.baseline.spreadSquared > 5 * steady.baseline.spreadSquared)
        #expect(wandering.baseline.spreadSquared <= 0.36 + 1.0 / 50)
    }
}

/// A metric that is an hour old, on a clock that is driven minute by minute.
struct GrownMetric {
    private(set) var baseline = MetricBaseline()
    private(set) var now: Int64

    /// - Parameter start: a Thursday at 00:00.
    init(rate: Int64, start: Int64 = 2000 * 604_800) {
        now = start
        for _ in 0..<3600 { baseline.learn(rate: Double(rate)) }
        baseline.refresh(at: now)
    }

    /// Learns so many minutes; `rate` gives that of each, by its number.
    mutating func minutes(_ count: Int, slowly: Bool = false, rate: (Int) -> Int64) {
        for number in 0..<count {
            var minute = MetricMinute()
            let value = rate(number)
            for _ in 0..<60 { minute.add(rate: value) }
            baseline.learn(minute, at: now, slowly: slowly, referenceRise: 0.1 / 1440)
            now += 60
            baseline.refresh(at: now)
        }
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

    @Test func failuresThatComeTogetherWidenTheTest() {
        var (single, together) = (RatioBaseline(), RatioBaseline())
        for second in 0..<2000 {
            single.learn(hits: second % 10 < 5 ? 0 : 2, trials: 10)
            together.learn(hits: second % 10 == 0 ? 10 : 0, trials: 10)
        }
        #expect(abs(single.seen - together.seen) < 0.001)
        #expect(single.overdispersion == 0.02)
        #expect(together.overdispersion == 0.2)
    }

    @Test func theDistantPastFades() {
        var baseline = RatioBaseline()
        for _ in 0..<100 { baseline.learn(hits: 1000, trials: 1000) }
        for _ in 0..<100 { baseline.learn(hits: 0, trials: 10_000) }
        #expect(baseline.seen < 0.01)
        #expect(baseline.trials <= 50_000)
    }
}
