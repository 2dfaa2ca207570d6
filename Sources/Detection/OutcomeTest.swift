// SPDX-License-Identifier: Apache-2.0

import FlowModel
package import ServiceWindows

private typealias Statistics = DetectionPolicy.Statistics

/// The channels through which harm shows.
package enum OutcomeChannel: String, CaseIterable, Sendable {
    /// Failed requests by the log, and work the service says it dropped.
    case log
    /// Unanswered, refused and denied connections by the flows.
    case flow
    /// Answers slower than the service's own limit, by the log.
    case slowAnswers = "slow_answers"
    /// Single-request connections that took too long, by the flows.
    case slowFlows = "slow_flows"
    /// TLS handshakes that failed, by the log.
    case tls
    /// Seconds in which the processor or the workers were at their limit, by metrics.
    case saturation
    /// Failed answers by the status of HTTP or the response code of DNS in flow records.
    case flowStatus = "flow_status"
    /// Answers slower than the service's own limit, as exporters measured the server's time.
    case flowLatency = "flow_latency"
    /// Connections that were taken only after they were asked again, by the flows.
    case flowHandshakes = "flow_handshakes"
    /// Known clients that were served an error page's worth, by the flows.
    case flowTruncated = "flow_truncated"
    /// Packets of clients without one of the server, by the flows of a sampled exporter: in sum, since a sample tells
    /// nothing of a single flow. Of name servers see ``ReplyTest``.
    case flowReplies = "flow_replies"
    /// Good answers that did not come, by the log.
    case fewerAnswers = "fewer_answers"

    /// Slowness is weaker evidence than failure, and so is a short answer.
    package var isSlowness: Bool {
        switch self {
        case .slowAnswers, .slowFlows, .flowLatency, .flowHandshakes, .flowTruncated: true
        case .log, .flow, .tls, .flowStatus, .flowReplies, .saturation, .fewerAnswers: false
        }
    }

    /// What packets alone tell of makes a warning at most: the network may be what is slow, a page may have changed, and a
    /// sample does not tell whose packets have no reply. So does a host that is busy.
    package var isWeak: Bool {
        switch self {
        case .slowFlows, .flowHandshakes, .flowTruncated, .flowReplies, .saturation, .fewerAnswers: true
        case .log, .flow, .slowAnswers, .tls, .flowStatus, .flowLatency: false
        }
    }

    /// Slowness is weaker evidence than failure (detection.md §4), and so is what makes a warning at most.
    func thresholdFactor(_ policy: DetectionPolicy) -> Double {
        (isSlowness || isWeak) && !policy.disabledRules.contains(.weakness) ? Statistics.weakFactor : 1
    }

    /// Flow records tell it, which come later than lines of a log.
    package var isByFlows: Bool {
        switch self {
        case .flow, .slowFlows, .flowStatus, .flowLatency, .flowHandshakes, .flowTruncated, .flowReplies: true
        case .log, .slowAnswers, .tls, .saturation, .fewerAnswers: false
        }
    }

    /// Whether records of a sampled exporter, or of one that is not, are evidence: most channels of flows need all packets
    /// of a connection.
    package func isEvidence(sampled: Bool) -> Bool {
        switch self {
        case .log, .slowAnswers, .tls, .flowStatus, .saturation, .fewerAnswers: true
        case .flow, .slowFlows, .flowLatency, .flowHandshakes, .flowTruncated: !sampled
        case .flowReplies: sampled
        }
    }
}

extension OutcomeChannel {
    /// What the channel knows of one second: failures or slow answers, of how many.
    package func counts(in second: ServiceSecond, policy: DetectionPolicy) -> (bad: Double, all: Double) {
        OutcomeTest.counts(self, second, ofKnown: false, policy)
    }
}

/// Whether one outcome channel of a service shows harm, and since when.
package struct OutcomeFinding: Sendable {
    /// Which channel.
    package var channel: OutcomeChannel
    /// nats, the most in the decision window
    package var evidence: Double
    /// nats, of late
    package var recent: Double
    /// Second in which the harm began.
    package var onset: Int64
    /// Last second in which the test stood above its threshold.
    package var end: Int64
    /// Failures or slow answers of all, from onset to now.
    package var ratio: Double
    /// The ratio of the baseline.
    package var baseline: Double
    /// The evidence reaches the threshold of the channel.
    package var isUp: Bool
    /// The evidence has come half way there.
    package var isRising: Bool
    /// Last second in which it went on; nil when it never did.
    package var lastLoud: Int64?

    /// - Parameter isRising: taken as true of what is up.
    package init(
        channel: OutcomeChannel, evidence: Double, recent: Double, onset: Int64, end: Int64, ratio: Double,
        baseline: Double, isUp: Bool, isRising: Bool = false, lastLoud: Int64? = nil
    ) {
        (self.channel, self.evidence, self.recent, self.onset) = (channel, evidence, recent, onset)
        (self.end, self.ratio, self.baseline, self.isUp) = (end, ratio, baseline, isUp)
        (self.isRising, self.lastLoud) = (isRising || isUp, lastLoud)
    }
}

/// The outcome tests: overdispersed binomial CUSUM of k failures of n (detection.md §4).
enum OutcomeTest {
    static func run(
        _ channel: OutcomeChannel, seconds: [ServiceSecond], baseline: RatioBaseline, ofKnown: Bool,
        lag: Int64,
        policy: DetectionPolicy
    ) -> OutcomeFinding? {
        guard let last = seconds.last?.cell.second else { return nil }
        let threshold = policy.outcomeThreshold * channel.thresholdFactor(policy)
        var path = CumulativeSum(
            threshold: threshold, restart: threshold / 4, last: last, lag: lag,
            window: Int64(policy.errorWindow))
        let p0 = baseline.expected
        // How much failures of one second go together: one broken backend fails many requests at once.
        let overdispersion = baseline.overdispersion
        // Where nearly everything always fails (one-way protocols), there is nothing left to detect.
        guard p0 <= Statistics.hopeless else { return nil }
        let (hit, miss) = weights(p0)
        // By index: a second is large, and a loop over the array would copy each.
        let all = seconds.span
        for index in all.indices {
            let (k, n) = counts(channel, all, index, ofKnown: ofKnown, policy)
            // Nothing bad leaves a sum of zero where it is.
            guard n > 0, k > 0 || path.sum > 0 else { continue }
            let spread = 1 + (n - 1) * overdispersion
            path.add((k * hit + (n - k) * miss) / spread, second: all[index].cell.second)
        }
        guard let onset = path.onset else { return nil }
        let (hits, trials) = tally(
            channel, seconds, ofKnown: ofKnown, since: max(onset, last - lag - 30), policy)
        return OutcomeFinding(
            channel: channel, evidence: path.peak, recent: path.recent, onset: onset,
            end: path.lastAbove ?? onset,
            ratio: trials > 0 ? hits / trials : 0, baseline: baseline.seen,
            isUp: path.peak >= threshold, isRising: path.peak >= threshold / 2, lastLoud: path.lastLoud)
    }

    /// nats of a bad one and of a good one, where the share `p0` of bad ones is expected.
    static func weights(_ p0: Double) -> (hit: Double, miss: Double) {
        let p1 = min(Statistics.mostExpected, p0 + max(Statistics.leastRise, p0))
        return (naturalLogarithm(p1 / p0), naturalLogarithm((1 - p1) / (1 - p0)))
    }

    /// What the sum of a channel is at most, for each baseline within the bounds, where it goes on from `start`. One more that
    /// is bad raises it by `hit - miss` at most, and all else that is told lowers it: the evidence of a second falls when more
    /// is good, when more is expected, and when seconds before are forgotten.
    ///
    /// - Returns: the bound up to the last second, and up to the last that is settled.
    static func most(
        _ channel: OutcomeChannel, seconds: [ServiceSecond], within bounds: RatioBounds, ofKnown: Bool,
        from start: SumBound, policy: DetectionPolicy
    ) -> (all: SumBound, settled: SumBound) {
        let all = seconds.span
        let lastSettled = (all.indices.last.map { all[$0].cell.second } ?? 0) - ServiceNews.settling
        var (bound, settled) = (start, start)
        for index in all.indices where all[index].cell.second > start.second {
            let (k, n) = counts(channel, all, index, ofKnown: ofKnown, policy)
            let evidence = n > 0 ? k * bounds.hit + (n - k) * bounds.miss : 0
            let correlation =
                evidence > 0 ? bounds.overdispersion.lowerBound : bounds.overdispersion.upperBound
            bound.add(evidence / (1 + (n - 1) * correlation))
            bound.second = all[index].cell.second
            if bound.second <= lastSettled { settled = bound }
        }
        return (bound, settled)
    }

    /// k of n in all seconds from `start` on.
    static func tally(
        _ channel: OutcomeChannel, _ seconds: [ServiceSecond], ofKnown: Bool, since start: Int64,
        _ policy: DetectionPolicy
    ) -> (Double, Double) {
        var (hits, trials) = (0.0, 0.0)
        let all = seconds.span
        for index in all.indices where all[index].cell.second >= start {
            let (k, n) = counts(channel, all, index, ofKnown: ofKnown, policy)
            hits += k
            trials += n
        }
        return (hits, trials)
    }

    /// k of n in a second. `ofKnown` leaves newcomers out where their failures may be a limiter's or their own doing.
    /// By index: a second is large, and would be copied.
    @inline(__always)
    static func counts(
        _ channel: OutcomeChannel, _ all: borrowing Span<ServiceSecond>, _ index: Int, ofKnown: Bool,
        _ policy: DetectionPolicy
    ) -> (Double, Double) {
        switch channel {
        case .log:
            let dropped = Double(all[index].log.saturated)
            return (
                Double(max(0, all[index].log.failures - all[index].log.limited)) + dropped,
                Double(all[index].log.requestsAll) + dropped
            )
        case .flow:
            return ofKnown
                ? (Double(all[index].cell.failedKnown), Double(all[index].cell.endedKnown))
                : (
                    Double(all[index].cell.unanswered) + Double(all[index].cell.refused)
                        + Double(all[index].cell.denied),
                    Double(all[index].cell.ended)
                )
        case .slowAnswers:
            return ofKnown
                ? (Double(all[index].log.slowKnown), Double(all[index].log.timedKnown))
                : (Double(all[index].log.slowAnswers), Double(all[index].log.timed))
        case .slowFlows:
            return ofKnown
                ? (Double(all[index].cell.shortSlowKnown), Double(all[index].cell.shortKnown))
                : (Double(all[index].cell.shortSlow), Double(all[index].cell.short))
        case .flowStatus: return (Double(all[index].cell.failedAnswers), Double(all[index].cell.answers))
        case .flowLatency: return (Double(all[index].cell.slowAnswers), Double(all[index].cell.timedAnswers))
        case .flowHandshakes:
            return (Double(all[index].cell.slowHandshakes), Double(all[index].cell.handshakes))
        case .flowReplies where all[index].queryInterval > 0:
            // Fewer than none where by chance more answers than questions were seen.
            let interval = Double(all[index].queryInterval)
            let asked = Double(all[index].packetsIn)
            return ((asked - Double(all[index].packetsOut)) / interval, asked / interval)
        case .flowReplies:
            // As many trials as there are packets, but no more than records came: what they stand for was not seen.
            let (asked, answered) = (Double(all[index].packetsIn), Double(all[index].packetsOut))
            let trials = min(asked, Double(all[index].cell.rawRecords))
            return asked > 0 ? (trials * max(0, asked - answered) / asked, trials) : (0, 0)
        case .flowTruncated:
            let answered = Double(all[index].cell.endedKnown) - Double(all[index].cell.failedKnown)
            return (min(answered, Double(all[index].cell.truncated)), answered)
        case .tls:
            let failed = Double(all[index].log.handshakeFailures)
            return (failed, failed + Double(max(all[index].log.requestsAll, Int64(all[index].log.accepted))))
        case .saturation: return saturation(all[index].log, policy)
        // No share of anything: see AnswerTest.
        case .fewerAnswers: return (0, 0)
        }
    }

    static func counts(
        _ channel: OutcomeChannel, _ second: ServiceSecond, ofKnown: Bool, _ policy: DetectionPolicy
    ) -> (Double, Double) {
        let one: InlineArray<1, ServiceSecond> = [second]
        return counts(channel, one.span, 0, ofKnown: ofKnown, policy)
    }

    /// One of one in a second in which a level is at its limit, none of one in a second with another level.
    @inline(never)
    private static func saturation(_ log: OutcomeCell, _ policy: DetectionPolicy) -> (Double, Double) {
        guard log.processor > 0 || log.workers > 0 else { return (0, 0) }
        let isFull =
            Double(log.processor) >= 1000 * policy.cpuThreshold
            || Double(log.workers) >= 1000 * policy.workersThreshold
        return (isFull ? 1 : 0, 1)
    }
}
