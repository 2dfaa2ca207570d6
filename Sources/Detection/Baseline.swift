// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// What is normal for one metric of one service: level and spread of x = ln(rate + ½), and the plain mean for people.
package struct MetricBaseline: Sendable {
    /// Seconds learned.
    package private(set) var count = 0.0
    /// Mean of x.
    package private(set) var level = -0.693_147
    /// Mean squared deviation of x.
    private var variance = 0.0
    /// Mean rate, in the metric's own unit.
    package private(set) var mean = 0.0

    package init() {}

    /// Grown: an hour is known, and a second weighs 1/3600 from then on.
    private static let fullCount = 3600.0
    /// Largest rise of the level a second under pressure: 0.006 a minute (detection.md §3).
    private static let slowRise = 0.0001

    /// Learns one complete second. A young baseline is a cumulative mean; a grown one moves slowly, and surprises move
    /// it no further than three deviations.
    ///
    /// - Parameter slowly: the service is under pressure that harms nobody. The level then rises by ½ % a minute at most:
    ///   growth is followed within hours, a flood within none.
    package mutating func learn(rate: Double, slowly: Bool = false) {
        if slowly {
            let rise = min(Self.slowRise, max(0, naturalLogarithm(rate + 0.5) - level))
            level += rise
            mean += rise * (mean + 0.5)
            return
        }
        count = min(count + 1, Self.fullCount)
        let gain = 1 / count
        var deviation = naturalLogarithm(rate + 0.5) - level
        if count >= Self.fullCount {
            let limit = 3 * spreadSquared.squareRoot()
            deviation = min(limit, max(-limit, deviation))
        }
        level += gain * deviation
        variance += gain * (deviation * deviation * (1 - gain) - variance)
        mean += gain * (min(rate, mean * 4 + 100) - mean)
    }

    /// s² of the test: what the rate itself wanders (0.08…0.6 in x), and counting noise 1/(rate + 1).
    package var spreadSquared: Double {
        let counting = 1 / (mean + 1)
        return min(0.36, max(0.0064, variance - counting)) + counting
    }
}

/// What is normal for a ratio k of n: failures of requests, slow answers of answers.
package struct RatioBaseline: Sendable {
    /// Failures learned, faded.
    package private(set) var hits = 0.0
    /// Trials learned, faded.
    package private(set) var trials = 0.0
    package init() {}

    /// Trials beyond which the past fades: about an hour of a busy service.
    private static let memory = 50_000.0

    /// Learns one complete second.
    package mutating func learn(hits newHits: Double, trials newTrials: Double) {
        hits += newHits
        trials += newTrials
        if trials > Self.memory {
            hits *= Self.memory / trials
            trials = Self.memory
        }
    }

    /// The expected ratio; never below 1 %, since a clean record of a minute proves no more.
    package var expected: Double { max(0.01, min(0.9, (hits + 0.1) / (trials + 10))) }

    /// The ratio for people: what was seen.
    package var seen: Double { trials > 0 ? hits / trials : 0 }
}
