// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

private typealias Learning = DetectionPolicy.Learning

/// What is normal for one metric of one service: level and spread of x = ln(rate + ½), and the plain mean for people.
///
/// Young, it is the mean of all seconds. Grown, after an hour, it follows minute by minute: a level that rises slower than it
/// falls, and on top of it a season.
package struct MetricBaseline: Sendable {
    /// Seconds learned, up to an hour.
    package private(set) var count = 0.0
    /// What is expected of x now, by the level and the season.
    package private(set) var level = Self.nothing
    /// What is expected of the rate now, in the metric's own unit.
    package private(set) var mean = 0.0
    /// Mean squared deviation of x from one second to the next, counting noise included.
    private var variance = 0.0
    /// The level without the season.
    private var base = Self.nothing
    /// Deviation of a minute's x from what was expected.
    private var deviation = Learning.deviations.lowerBound
    /// By how much ln(mean rate + ½) is above the mean of x.
    private var bias = 0.0
    /// The slow reference of the level; known with the week.
    private var reference: Double?
    private var season = Season()

    package init() {}

    /// ln ½: no event at all.
    private static let nothing = -0.693_147_180_559_945_3
    /// Largest rise of a young level in a second under pressure: as fast as a grown one may rise.
    private static let slowRise = Learning.rise / 60

    /// An hour is known.
    package var isGrown: Bool { count >= Learning.hour }

    /// How much of the season is known.
    var reach: Season.Reach { season.reach }

    /// Whether anything ever came.
    var isUsed: Bool { mean > 0 || level > Self.nothing + 1e-4 }

    // MARK: Young

    /// Learns one complete second of a young baseline; a grown one learns minutes.
    ///
    /// - Parameter slowly: the service is under pressure that harms nobody. The level then rises by ½ % a minute at most:
    ///   growth is followed within hours, a flood within none.
    package mutating func learn(rate: Double, slowly: Bool = false) {
        guard !isGrown else { return }
        let x = LogTable.logarithm(max(0, rate))
        guard !slowly else { return rise(towards: x, seconds: 1) }
        count = min(count + 1, Learning.hour)
        let gain = 1 / count
        let deviation = x - level
        level += gain * deviation
        variance += gain * (deviation * deviation * (1 - gain) - variance)
        mean += gain * (min(max(0, rate), mean * 4 + 100) - mean)
        if isGrown { grow() }
    }

    /// What a young baseline learns under pressure.
    private mutating func rise(towards x: Double, seconds: Double) {
        let rise = min(Self.slowRise * seconds, max(0, x - level))
        level += rise
        mean += rise * (mean + 0.5)
    }

    private mutating func grow() {
        base = level
        bias = naturalLogarithm(mean + 0.5) - level
        let wander = max(0, variance - 1 / (mean + 1)).squareRoot()
        deviation = wander.clamped(to: Learning.deviations)
    }

    // MARK: Grown

    /// Learns the minute that began at `second`.
    ///
    /// - Parameters:
    ///   - slowly: as above: then only the level is learned.
    ///   - referenceRise: most by which the slow reference rises in a minute, in x.
    package mutating func learn(
        _ minute: MetricMinute, at second: Int64, slowly: Bool, referenceRise: Double
    ) {
        guard minute.seconds > 0 else { return }
        guard isGrown else { return learnYoung(minute, slowly: slowly) }
        // A service without a log needs no seasons of its requests.
        guard isUsed || minute.rate > 0 else { return }
        let expected = base + season.offset(at: second)
        let surprise = minute.mean - expected
        let share = Double(minute.seconds) / Learning.levelSeconds
        base += (surprise * share).clamped(to: -Learning.fall...Learning.rise)
        let bound = Learning.surpriseLimit * deviation
        let growth = season.learn(
            level: slowly ? min(minute.mean, expected) : minute.mean,
            surprise: (slowly ? min(0, surprise) : surprise).clamped(to: -bound...bound), at: second)
        base -= growth.offset
        learnReference(rise: referenceRise, recentred: growth.centre)
        guard !slowly else { return }
        learnSpread(minute, surprise)
    }

    /// A metric of a grown service that is itself young, such as the requests of a log that was not there at first.
    private mutating func learnYoung(_ minute: MetricMinute, slowly: Bool) {
        let seconds = Double(minute.seconds)
        guard !slowly else { return rise(towards: minute.mean, seconds: seconds) }
        count = min(count + seconds, Learning.hour)
        let gain = min(1, seconds / count)
        let surprise = minute.mean - level
        level += gain * surprise
        variance += gain * (minute.variance + surprise * surprise * (1 - gain) - variance)
        mean += gain * (min(minute.rate, mean * 4 + 100) - mean)
        if isGrown { grow() }
    }

    private mutating func learnSpread(_ minute: MetricMinute, _ surprise: Double) {
        let size = min(surprise.magnitude, Learning.spreadLimit * deviation)
        deviation += (Learning.normalShape * size - deviation) / Learning.spreadMinutes
        deviation = deviation.clamped(to: Learning.deviations)
        let share = Double(minute.seconds) / Learning.levelSeconds
        let limit = 9 * spreadSquared
        variance += share * (min(limit, minute.variance + surprise * surprise) - variance)
        let seen = naturalLogarithm(minute.rate + 0.5) - minute.mean
        bias += share * (seen.clamped(to: 0...2) - bias)
    }

    /// - Parameter recentred: by how much the mean has grown that the season counts from.
    private mutating func learnReference(rise: Double, recentred: Double) {
        guard let past = reference else {
            // Not the level, which the hours that were not met yet have led astray.
            if season.reach == .week { reference = season.centre }
            return
        }
        let shifted = past + recentred
        let distance = base - shifted
        reference =
            shifted + (distance > 0 ? min(distance, rise) : distance / Learning.referenceMinutes)
    }

    /// Says what time it is: what is expected follows the season even while nothing is learned.
    package mutating func refresh(at second: Int64) {
        guard isGrown else { return }
        level = base + season.offset(at: second)
        mean = expectedRate
    }

    /// Far beyond any rate: what a state file says is not believed to the last.
    private static let rates = 0.0...1e15

    private var expectedRate: Double { (exponential(level + bias) - 0.5).clamped(to: Self.rates) }

    // MARK: For the tests

    /// s² of the test: what the rate itself wanders (0.08…0.6 in x), and counting noise 1/(rate + 1).
    package var spreadSquared: Double {
        let counting = 1 / (mean + 1)
        let wander = max(variance - counting, isGrown ? deviation * deviation : 0)
        return min(0.36, max(0.0064, wander)) + counting
    }

    /// By how much the level has left the slow reference behind, in x; 0 until the week is known.
    package var riseOverReference: Double { max(0, base - (reference ?? base)) }

    /// The same baseline with the slow reference in place of the level, where that is clearly lower: who raises the level for
    /// hours is still measured by what was normal before.
    package var slow: MetricBaseline? {
        let rise = riseOverReference
        guard rise > Learning.clearRise else { return nil }
        var slow = self
        slow.level -= rise
        slow.mean = slow.expectedRate
        return slow
    }

    /// To or from an archive; ``refresh(at:)`` has to follow.
    mutating func code(_ codec: inout StateCodec) {
        codec.code(&count, in: 0...Learning.hour)
        codec.code(&level, in: -60...60)
        codec.code(&mean, in: 0...1e15)
        codec.code(&variance, in: 0...10_000)
        codec.code(&base, in: -60...60)
        codec.code(&deviation, in: Learning.deviations)
        codec.code(&bias, in: -60...60)
        var isKnown = reference != nil
        codec.code(&isKnown)
        if isKnown {
            var value = reference ?? 0
            codec.code(&value, in: -120...120)
            reference = value
        }
        season.code(&codec)
    }

    /// Least octets in an archive.
    static let leastLength = 7 * 8 + 2 + 8
}

extension Double {
    /// The number, or the bound that it is beyond; of what is no number the lower one. Without a jump, which nobody could
    /// foresee in the loops of the tests.
    @inline(__always)
    func clamped(to range: ClosedRange<Double>) -> Double {
        let raised = self > range.lowerBound ? self : range.lowerBound
        return raised < range.upperBound ? raised : range.upperBound
    }
}

/// What is normal for a ratio k of n: failures of requests, slow answers of answers.
package struct RatioBaseline: Sendable {
    /// Failures learned, faded.
    package private(set) var hits = 0.0
    /// Trials learned, faded.
    package private(set) var trials = 0.0
    /// By how much k varied more from second to second than by chance, summed; and what that would be if all trials of a
    /// second went together.
    private var (excess, scale) = (0.0, 0.0)
    package init() {}

    /// Learns one complete second.
    package mutating func learn(hits newHits: Double, trials newTrials: Double) {
        var sum = RatioMinute()
        sum.add(newHits, of: newTrials, usual: usual)
        learn(sum)
    }

    /// Learns the seconds of a minute.
    package mutating func learn(_ minute: RatioMinute) {
        hits += Double(minute.hits)
        trials += Double(minute.trials)
        excess += Double(minute.excess)
        scale += Double(minute.scale)
        if trials > Learning.outcomeMemory {
            let kept = Learning.outcomeMemory / trials
            (hits, excess, scale) = (hits * kept, excess * kept, scale * kept)
            trials = Learning.outcomeMemory
        }
    }

    /// The ratio that the variance of a second is counted from; nil while it is not known.
    var usual: Double? { trials >= Learning.leastOutcomes ? hits / trials : nil }

    /// The expected ratio; never below 1 %, since a clean record of a minute proves no more.
    package var expected: Double { max(Learning.leastExpected, min(0.9, (hits + 0.1) / (trials + 10))) }

    /// The ratio for people: what was seen.
    package var seen: Double { trials > 0 ? max(0, hits / trials) : 0 }

    /// ρ: correlation of the trials of one second, 0.02…0.2. k failures of n vary (1 + (n−1)ρ) times as much as by chance.
    package var overdispersion: Double {
        let learned =
            (excess + Learning.overdispersion.lowerBound * Learning.overdispersionPrior)
            / (scale + Learning.overdispersionPrior)
        return learned.clamped(to: Learning.overdispersion)
    }

    /// To or from an archive.
    mutating func code(_ codec: inout StateCodec) {
        codec.code(&hits, in: -1e15...1e15)
        codec.code(&trials, in: 0...1e15)
        codec.code(&excess, in: -1e18...1e18)
        codec.code(&scale, in: 0...1e18)
    }

    /// Octets in an archive.
    static let length = 4 * 8
}
