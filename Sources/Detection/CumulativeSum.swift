// SPDX-License-Identifier: Apache-2.0

private typealias Statistics = DetectionPolicy.Statistics

/// One run of a CUSUM test (Page, 1954) over consecutive seconds, oldest first. Pure: made anew at every tick, because
/// late data change old seconds.
package struct CumulativeSum {
    /// Evidence in nats at which the test speaks.
    package let threshold: Double
    /// What a second may add.
    static let steps = -Statistics.stepLimit...Statistics.stepLimit

    /// The sum after the newest second, in nats.
    package private(set) var sum = 0.0
    /// Largest sum within the decision window.
    package private(set) var peak = 0.0
    /// First second of the rise that led to `peak`.
    package private(set) var onset: Int64?
    /// Last second at which the sum was at or above the threshold.
    package private(set) var lastAbove: Int64?
    private var riseStart: Int64?
    /// Last second in which the trouble went on: for the end of an incident.
    package private(set) var lastLoud: Int64?
    /// Like `sum`, but an eighth of the threshold goes at least with each second that speaks against: where a rate is low the
    /// sum took minutes to fall after everything was over.
    private var loudness = 0.0
    /// Largest sum in the seconds that are only just complete: whether it still goes on.
    package private(set) var recent = 0.0
    private let sums: ClosedRange<Double>
    private let decisionStart: Int64
    private let recentStart: Int64
    /// Sums at or below this restart the onset: 0 for pressure; h/4 for outcomes, whose zeros lie too early.
    private let restart: Double

    /// - Parameters:
    ///   - last: the newest second that will be added.
    ///   - lag: how many seconds before `last` may still be incomplete.
    ///   - window: seconds by which the decision looks further back.
    package init(threshold: Double, restart: Double, last: Int64, lag: Int64, window: Int64) {
        (self.threshold, self.restart) = (threshold, restart)
        sums = 0...max(0, Statistics.cap * threshold)
        decisionStart = last - lag - window
        recentStart = last - lag - 3
    }

    /// Adds the evidence of the next second, in nats.
    @inline(__always)
    package mutating func add(_ evidence: Double, second: Int64) {
        let step = evidence.clamped(to: Self.steps)
        sum = (sum + step).clamped(to: sums)
        let change = step < 0 ? min(step, -Statistics.fading * threshold) : step
        loudness = (loudness + change).clamped(to: sums)
        if loudness >= Statistics.loud * threshold { lastLoud = second }
        if sum <= restart {
            riseStart = nil
        } else if riseStart == nil {
            riseStart = second
        }
        if sum >= threshold { lastAbove = second }
        if second >= recentStart { recent = max(recent, sum) }
        if second >= decisionStart, sum > peak {
            peak = sum
            onset = riseStart ?? second
        }
    }
}
