// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Every constant of detection, with unit and reason. Those by which it is decided what is said and when are variables with a
/// key each in the `detection:` section of the configuration, and of each service: ``options``. Of the others nobody who runs
/// a service knows better: ``Statistics``, ``Learning``, ``Classes``, ``Life``, ``Watches`` and ``Screens``.
package struct DetectionPolicy: Equatable, Sendable {
    /// `pressure_threshold`: nats of evidence before pressure counts.
    package var pressureThreshold = 16.0
    /// `outcome_threshold`: nats of evidence before harm counts.
    package var outcomeThreshold = 16.0
    /// `pressure_ratio`: least rise over the baseline that is pressure.
    package var pressureRatio = 1.5
    /// `surge_ratio`: least rise over the baseline that is worth a notice alone.
    package var surgeRatio = 3.0
    /// `source_ratio`: least rise of distinct sources that is a change.
    package var sourceRatio = 2.0
    /// `new_source_share`: share (0…1) of unknown prefixes that is a change.
    package var newSourceShare = 0.25
    /// `minimum_evidence`: records and log lines.
    package var minimumEvidence = 12.0
    /// `hold_ticks`: seconds in a row.
    package var holdTicks = 3.0
    /// `order_slack`: seconds.
    package var orderSlack = 5.0
    /// `unclear_after`: seconds.
    package var unclearAfter = 60.0
    /// `notice_after`: seconds.
    package var noticeAfter = 10.0
    /// `clear_after`: seconds.
    package var clearAfter = 60.0
    /// `reopen_within`: seconds.
    package var reopenWithin = 300.0
    /// `update_interval`: seconds.
    package var updateInterval = 300.0
    /// `pressure_window`: seconds.
    package var pressureWindow = 30.0
    /// `error_window`: seconds.
    package var errorWindow = 30.0
    /// `connection_rate`: new connections a second; 0 for none.
    package var connectionRate = 0.0
    /// `handshake_rate`: TLS handshakes a second; 0 for none.
    package var handshakeRate = 0.0
    /// `cpu_threshold`: share (0…1) of processor time from which the host is full.
    package var cpuThreshold = 0.95
    /// `workers_threshold`: share (0…1) of workers from which the pool is full.
    package var workersThreshold = 0.95
    /// `warm_up`: seconds in which a baseline is cold.
    package var warmUp = 3600.0
    /// `learning_delay`: seconds.
    package var learningDelay = 30.0
    /// `grown_learning_delay`: seconds.
    package var grownLearningDelay = 600.0
    /// `thaw_after`: seconds.
    package var thawAfter = 300.0
    /// `reference_rise`: ln(rate + ½) a day.
    package var referenceRise = 0.1
    /// `minimum_baseline`: seconds learned.
    package var minimumBaseline = 25.0
    /// `log_silence`: seconds.
    package var logSilence = 30.0
    /// `exporter_silence`: seconds.
    package var exporterSilence = 120.0
    /// `exporter_loss`: share (0…1) of what an exporter sent.
    package var exporterLoss = 0.01

    /// What is switched off to measure what it is worth; nothing in operation.
    package var disabledRules: DisabledRules = []
    /// Channels that are switched off likewise.
    package var disabledChannels: Set<OutcomeChannel> = []

    package init() {}

    /// One constant that an operator may set.
    package struct Option: Sendable {
        /// Key in the configuration.
        package let name: String
        /// Empty for pure numbers; `s` takes durations.
        package let unit: String
        /// Values that make sense.
        package let range: ClosedRange<Double>
        /// Why it is there, for the documentation.
        package let reason: String
        /// Where the value goes.
        package let path: any WritableKeyPath<DetectionPolicy, Double> & Sendable
        /// It is about exporters, which are judged once for all services: none can have its own.
        package var isForAll = false
    }

    /// All of them, in the order of the documentation. `warmUp` is set by `baseline.warm_up`.
    package static let options: [Option] = [
        Option(
            name: "pressure_threshold", unit: "", range: 4...100,
            reason: "evidence in nats before pressure counts; between 10 and 24 only seconds move",
            path: \.pressureThreshold),
        Option(
            name: "outcome_threshold", unit: "", range: 4...100,
            reason: "evidence in nats before harm counts; slow answers need twice as much",
            path: \.outcomeThreshold),
        Option(
            name: "pressure_ratio", unit: "", range: 1...100,
            reason: "least rise over the baseline that is called pressure", path: \.pressureRatio),
        Option(
            name: "surge_ratio", unit: "", range: 1...1000,
            reason: "least rise over the baseline that is worth a notice when nobody is harmed",
            path: \.surgeRatio),
        Option(
            name: "source_ratio", unit: "", range: 1...100,
            reason: "least rise of distinct sources that counts as a change of sources", path: \.sourceRatio),
        Option(
            name: "new_source_share", unit: "", range: 0...1,
            reason: "share of the pressure from unknown prefixes that counts as a change of sources",
            path: \.newSourceShare),
        Option(
            name: "minimum_evidence", unit: "", range: 1...10000,
            reason: "raw records or lines behind an incident; one sampled record never alerts",
            path: \.minimumEvidence),
        Option(
            name: "hold_ticks", unit: "", range: 1...60,
            reason: "seconds in a row for which all gates must hold; one noisy second must not open",
            path: \.holdTicks),
        Option(
            name: "order_slack", unit: "s", range: 0...60,
            reason: "harm may seem to begin this long before the pressure", path: \.orderSlack),
        Option(
            name: "unclear_after", unit: "s", range: 10...3600,
            reason: "when everything but the order has held this long, it is said as unclear: never silence",
            path: \.unclearAfter),
        Option(
            name: "notice_after", unit: "s", range: 3...3600,
            reason: "how long pressure alone or harm alone must last to be worth a notice",
            path: \.noticeAfter),
        Option(
            name: "clear_after", unit: "s", range: 10...3600,
            reason: "quiet time before an incident is cleared", path: \.clearAfter),
        Option(
            name: "reopen_within", unit: "s", range: 0...3600,
            reason: "an attack that comes back is the same incident", path: \.reopenWithin),
        Option(
            name: "update_interval", unit: "s", range: 10...3600,
            reason: "first repeat of an open incident; doubles up to an hour", path: \.updateInterval),
        Option(
            name: "learning_delay", unit: "s", range: 10...180,
            reason: "cells are complete and free of a beginning attack when they are this old",
            path: \.learningDelay),
        Option(
            name: "grown_learning_delay", unit: "s", range: 30...900,
            reason: "the same once an hour is known: what came just before an alarm is never learned",
            path: \.grownLearningDelay),
        Option(
            name: "thaw_after", unit: "s", range: 0...3600,
            reason: "nothing is learned for this long after harm or an incident", path: \.thawAfter),
        Option(
            name: "reference_rise", unit: "", range: 0.01...1,
            reason:
                "most by which the slow reference rises in a day (0.1 is a tenth): who raises the usual for hours is still measured by it",
            path: \.referenceRise),
        Option(
            name: "minimum_baseline", unit: "s", range: 10...3600,
            reason: "seconds learned before anything is judged", path: \.minimumBaseline),
        Option(
            name: "log_silence", unit: "s", range: 10...3600,
            reason:
                "a log that has spoken and is silent for so long, while connections come, is worth a notice",
            path: \.logSilence),
        Option(
            name: "exporter_silence", unit: "s", range: 30...3600,
            reason:
                "the same for an exporter, if its usual pauses are shorter; at least twice its active timeout",
            path: \.exporterSilence, isForAll: true),
        Option(
            name: "exporter_loss", unit: "", range: 0.0001...1,
            reason:
                "share of its datagrams lost in a minute that is worth a notice, and makes incidents a step milder",
            path: \.exporterLoss, isForAll: true),
        Option(
            name: "pressure_window", unit: "s", range: 10...60,
            reason:
                "how far back pressure counts, besides what is late: an attack that has paused is not over",
            path: \.pressureWindow),
        Option(
            name: "error_window", unit: "s", range: 10...60,
            reason: "the same for failures and slow answers", path: \.errorWindow),
        Option(
            name: "connection_rate", unit: "", range: 0...10_000_000,
            reason: "new connections a second above which there is pressure, whatever is usual; 0 is none",
            path: \.connectionRate),
        Option(
            name: "handshake_rate", unit: "", range: 0...10_000_000,
            reason:
                "the same for TLS handshakes: those of the log, and the new connections of services that speak TLS",
            path: \.handshakeRate),
        Option(
            name: "cpu_threshold", unit: "", range: 0.1...1,
            reason: "share of processor time, by metrics, from which a host is full: evidence under pressure",
            path: \.cpuThreshold),
        Option(
            name: "workers_threshold", unit: "", range: 0.1...1,
            reason: "share of workers in use, by metrics, from which a pool is full; likewise",
            path: \.workersThreshold),
    ]
}

extension DetectionPolicy {
    /// The rate of a metric that is too much, whatever is usual; nil for none.
    func ceiling(of metric: PressureMetric, _ kind: ServiceKind) -> Double? {
        let speaksTLS = kind == .https || kind == .tls
        let rates: [Double]
        switch metric {
        case .newConnections: rates = [connectionRate, speaksTLS ? handshakeRate : 0]
        case .handshakes, .loggedConnections: rates = [speaksTLS ? handshakeRate : 0]
        case .concurrentConnections, .slowConnections, .clientPackets, .requests, .queries: rates = []
        }
        return rates.filter { $0 > 0 }.min()
    }
}
