// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

/// Everything that is learned about one service.
struct ServiceBaseline: Sendable {
    /// Second in which the service was first seen; nothing older is learned.
    private(set) var since: Int64 = .max
    /// Next second to learn.
    private var next: Int64 = .max
    /// Second of the last call.
    private var latest: Int64 = .max
    /// Seconds learned.
    private(set) var learned = 0.0
    private(set) var metrics: [PressureMetric: MetricBaseline] = [:]
    private(set) var ratios: [OutcomeChannel: RatioBaseline] = [:]
    private(set) var failedKnown = RatioBaseline()
    private(set) var linesPerConnection = LineBaseline()
    /// Good answers to known clients.
    private(set) var answers = MetricBaseline()
    /// Distinct sources within ``sourceSeconds``.
    private(set) var sources = 0.0
    /// After trouble nothing is learned until this second.
    private(set) var frozenUntil: Int64 = .min

    /// Seconds between two calls beyond which the time between is not learned.
    private static let longestPause: Int64 = 5

    /// Distinct sources are counted over this time: half a minute is complete when the first judgement is made.
    static let sourceSeconds: Int64 = 30

    /// Nothing is learned for this long after trouble (detection.md §3).
    private static let thaw: Int64 = 300

    /// Why the present may not be normal.
    enum Trouble {
        case none
        /// More than usual, and nobody harmed: growth is followed, slowly.
        case pressure
        /// The exporter has not been heard: its seconds are not known.
        case silence
        /// An incident or harm: nothing is learned, nor for a while after.
        case harm
    }

    /// Learns the seconds that have become complete, as far as `trouble` allows.
    ///
    /// - Parameter isLogSilent: that no line came says nothing of the requests.
    mutating func learn(
        _ windows: borrowing ServiceAggregator, slot: Int, now: Int64, trouble: Trouble,
        isLogSilent: Bool, policy: DetectionPolicy
    ) {
        defer { latest = now }
        if since == .max {
            // The first seconds are incomplete: the exporter's flows began before we listened.
            (since, next) = (now, now + 2)
        } else if now - latest > Self.longestPause {
            // The clock leapt, or we slept: what lies between was not silence.
            next = now + 2
        }
        let delay = max(Int64(policy.learningDelay), min(120, windows.service(slot).startLag + 5))
        if trouble == .harm { frozenUntil = now + Self.thaw }
        let complete = now - delay
        guard next <= complete else { return }
        let first = max(next, now - 200)
        next = complete + 1
        guard trouble != .harm, trouble != .silence, complete > frozenUntil else { return }
        for second in windows.seconds(first...complete, slot: slot) {
            learn(second, slowly: trouble == .pressure, isLogSilent: isLogSilent, policy)
        }
        let seen = Double(windows.distinctSources(slot: slot, until: complete, seconds: Self.sourceSeconds))
        sources = learned <= 60 ? max(sources, seen) : sources + (seen - sources) / 600
    }

    private mutating func learn(
        _ second: ServiceSecond, slowly: Bool, isLogSilent: Bool, _ policy: DetectionPolicy
    ) {
        learned += 1
        for metric in PressureMetric.allCases where !(isLogSilent && metric.isLogged) {
            metrics[metric, default: MetricBaseline()].learn(
                rate: Double(PressureTest.rate(of: metric, second)), slowly: slowly)
        }
        if !slowly, !isLogSilent {
            linesPerConnection.learn(
                lines: Double(second.log.requestsAll), connections: Double(second.cell.newConnections))
            answers.learn(rate: Double(AnswerTest.answers(second)))
        }
        for channel in OutcomeChannel.allCases {
            let (k, n) = OutcomeTest.counts(channel, second, ofKnown: false, policy)
            if n > 0 { ratios[channel, default: RatioBaseline()].learn(hits: k, trials: n) }
        }
        let (k, n) = OutcomeTest.counts(.flow, second, ofKnown: true, policy)
        if n > 0 { failedKnown.learn(hits: k, trials: n) }
    }

    func metric(_ metric: PressureMetric) -> MetricBaseline { metrics[metric] ?? MetricBaseline() }

    func ratio(_ channel: OutcomeChannel, ofKnown: Bool) -> RatioBaseline {
        channel == .flow && ofKnown ? failedKnown : ratios[channel] ?? RatioBaseline()
    }

    /// Hours since the service was first seen.
    func ageHours(at now: Int64) -> Double { Double(max(0, now - since)) / 3600 }
}
