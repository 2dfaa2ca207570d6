// SPDX-License-Identifier: Apache-2.0

import Control
import Intake
import LockFree
import Pipeline
import ServiceSignals
import ServiceWindows

// What came in as StatsD, and what it says of how full the services are.
extension MetricsReport {
    var statsd: [Metric] {
        [
            perSocket("datagrams_total", "StatsD datagrams taken from the kernel.") {
                $0.intake.datagrams.value
            },
            perSocket("dropped_datagrams_total", "StatsD datagrams that the kernel dropped.") {
                $0.intake.kernelDrops.value
            },
            perSocket("read_values_total", "Values of metrics that were understood.") {
                $0.metrics.read.value
            },
            perReason(
                "ignored_values_total", "Values of metrics that say nothing of a service.",
                MetricIgnoredReason.allCases.map { reason in (reason.name, { $0.metrics.ignored(reason) }) }),
            perReason(
                "malformed_values_total", "Datagrams, lines and values that are no metric.",
                MetricMalformedReason.allCases.map { reason in
                    (reason.name, { $0.metrics.malformed(reason) })
                }),
            Metric(
                name: "spate_statsd_limited_datagrams_total",
                help: "StatsD datagrams over their sender's rate.", kind: .counter,
                samples: Self.sums(
                    parts.metricCounters.flatMap { socket in
                        let dropped = socket.metrics.dropped
                        let counts =
                            dropped.senders.map { ("\($0.sender)", $0.count.value) }
                            + [("others", dropped.others.value)]
                        return counts.map {
                            ([("socket", "\(socket.address)"), ("sender", $0.0)], $0.1)
                        }
                    })),
            perSocket("dropped_outcomes_total", "Outcomes that found the ring full.") { $0.dropped },
        ]
    }

    /// At most in the last minute.
    var levels: [Metric] {
        [
            level("queued_requests", "Requests that wait, by the service's word.") {
                $0.queue.map { Double($0) }
            },
            level("workers_ratio", "Share of workers in use, likewise.") {
                $0.workers.map { Double($0) / 1000 }
            },
            level("cpu_ratio", "Share of processor time in use, likewise.") {
                $0.processor.map { Double($0) / 1000 }
            },
        ]
    }

    private func level(_ name: String, _ help: String, _ value: (LevelsOfLate) -> Double?) -> Metric {
        Metric(
            name: "spate_windows_\(name)", help: help, kind: .gauge,
            samples: evaluation.levels.compactMap { entry in
                value(entry.levels).map { ([("service", entry.service)], $0) }
            })
    }

    private func perSocket(
        _ name: String, _ help: String, _ value: (MetricSocketCounters) -> UInt64
    ) -> Metric {
        Metric(
            name: "spate_statsd_\(name)", help: help, kind: .counter,
            samples: Self.sums(parts.metricCounters.map { ([("socket", "\($0.address)")], value($0)) }))
    }

    private func perReason(
        _ name: String, _ help: String, _ reasons: [(name: String, value: (MetricSocketCounters) -> UInt64)]
    ) -> Metric {
        let counters = parts.metricCounters
        return Metric(
            name: "spate_statsd_\(name)", help: help, kind: .counter,
            samples: reasons.flatMap { reason in
                Self.sums(
                    counters.map {
                        ([("socket", "\($0.address)"), ("reason", reason.name)], reason.value($0))
                    })
            })
    }
}
