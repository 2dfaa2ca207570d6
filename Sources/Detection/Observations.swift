// SPDX-License-Identifier: Apache-2.0

import ServiceWindows

private typealias Statistics = DetectionPolicy.Statistics

/// What every test of one tick saw, whether it found something or not. Kept only where an explanation is wanted.
package struct Observations: Sendable {
    /// The metrics of pressure, in the order in which they are tested.
    package var pressures: [PressureObservation] = []
    /// The channels of harm that had anything to say, likewise.
    package var outcomes: [OutcomeObservation] = []

    package init() {}

    /// - Parameter finding: what the test returned.
    mutating func add(
        _ metric: PressureMetric, _ finding: PressureFinding?, _ seconds: [ServiceSecond],
        _ baseline: MetricBaseline, lag: Int64, _ policy: DetectionPolicy
    ) {
        guard let last = seconds.last?.cell.second else { return }
        let rate = PressureTest.mean(
            metric, seconds, from: last - lag - Statistics.rateOfLate + 1, through: last - lag)
        guard rate > 0 || baseline.mean > 0 || finding != nil else { return }
        pressures.append(
            PressureObservation(
                metric: metric, rateOfLate: rate, usual: baseline.mean, threshold: policy.pressureThreshold,
                lag: lag, finding: finding))
    }

    /// - Parameter finding: what the test returned.
    mutating func add(
        _ channel: OutcomeChannel, _ finding: OutcomeFinding?, _ seconds: [ServiceSecond],
        _ baseline: RatioBaseline, ofKnown: Bool, lag: Int64, _ policy: DetectionPolicy
    ) {
        guard let last = seconds.last?.cell.second else { return }
        let (bad, all) =
            channel == .fewerAnswers
            ? (finding.map { ($0.ratio * 100, 100) } ?? (0, 0))
            : OutcomeTest.tally(
                channel, seconds, ofKnown: ofKnown, since: max(finding?.onset ?? .min, last - lag - 30),
                policy)
        guard all > 0 || finding != nil else { return }
        outcomes.append(
            OutcomeObservation(
                channel: channel, bad: max(0, bad), all: all, usual: finding?.baseline ?? baseline.seen,
                expected: baseline.expected,
                threshold: policy.outcomeThreshold * channel.thresholdFactor(policy), lag: lag,
                isOfKnown: ofKnown && (channel == .flow || channel.isSlowness), finding: finding))
    }
}

/// What the test of one metric of pressure saw at one tick.
package struct PressureObservation: Sendable {
    /// Which metric.
    package var metric: PressureMetric
    /// Mean of the ten newest complete seconds, in the metric's unit.
    package var rateOfLate: Double
    /// Mean of the baseline, in the same unit.
    package var usual: Double
    /// nats of evidence from which the metric is up, if it has also risen enough.
    package var threshold: Double
    /// Seconds after which a second of this metric counts as complete.
    package var lag: Int64
    /// What the test found; nil when nothing speaks for a rise.
    package var finding: PressureFinding?

    package init(
        metric: PressureMetric, rateOfLate: Double, usual: Double, threshold: Double, lag: Int64,
        finding: PressureFinding?
    ) {
        (self.metric, self.rateOfLate, self.usual) = (metric, rateOfLate, usual)
        (self.threshold, self.lag, self.finding) = (threshold, lag, finding)
    }

    /// nats in the decision window; 0 when nothing speaks for a rise.
    package var evidence: Double { finding?.evidence ?? 0 }
    /// Whether the test calls it pressure.
    package var isUp: Bool { finding?.isUp ?? false }
}

/// What the test of one channel of harm saw at one tick.
package struct OutcomeObservation: Sendable {
    /// Which channel.
    package var channel: OutcomeChannel
    /// Failures or slow answers since the onset, at most in the decision window.
    package var bad: Double
    /// Of how many.
    package var all: Double
    /// The usual share (0…1), as it was seen.
    package var usual: Double
    /// The share (0…1) that the test expects; never below 1 %.
    package var expected: Double
    /// nats of evidence from which the channel shows harm.
    package var threshold: Double
    /// Seconds by which what the channel tells may be late.
    package var lag: Int64
    /// Only the outcomes of clients that were known before are counted.
    package var isOfKnown: Bool
    /// What the test found; nil when nothing speaks for harm, or so much usually fails that nothing can.
    package var finding: OutcomeFinding?

    package init(
        channel: OutcomeChannel, bad: Double, all: Double, usual: Double, expected: Double, threshold: Double,
        lag: Int64, isOfKnown: Bool, finding: OutcomeFinding?
    ) {
        (self.channel, self.bad, self.all, self.usual) = (channel, bad, all, usual)
        (self.expected, self.threshold, self.lag) = (expected, threshold, lag)
        (self.isOfKnown, self.finding) = (isOfKnown, finding)
    }

    /// nats in the decision window; 0 when nothing speaks for harm.
    package var evidence: Double { finding?.evidence ?? 0 }
    /// Whether the test calls it harm.
    package var isUp: Bool { finding?.isUp ?? false }
    /// Share (0…1) of bad ones.
    package var ratio: Double { all > 0 ? bad / all : 0 }
    /// So much usually fails that the channel can tell nothing.
    package var isHopeless: Bool { expected > Statistics.hopeless }
}
