// SPDX-License-Identifier: Apache-2.0

import Control
import FlowModel
import Intake
import LockFree
import Pipeline
import ServiceSignals
import ServiceWindows

/// What became of metrics, by socket, and how full the services say they are.
extension StatusSurvey {
    var metrics: [StatusReport.Metrics] {
        parts.metrics.map { metric in
            let address = metric.listener.address
            let counters = parts.metricCounters.filter { $0.address == address }.map(\.metrics)
            func sum(_ value: (MetricCounters) -> UInt64) -> UInt64 {
                counters.reduce(0) { $0 &+ value($1) }
            }
            var metrics = StatusReport.Metrics(
                address: "\(address)", read: sum { $0.read.value },
                ignored: Self.occurred(
                    MetricIgnoredReason.allCases.map { reason in (reason.name, sum { $0.ignored(reason) }) }),
                malformed: Self.occurred(
                    MetricMalformedReason.allCases.map { reason in
                        (reason.name, sum { $0.malformed(reason) })
                    }))
            metrics.dropped = Self.occurred(
                counters.flatMap { counters in
                    counters.dropped.senders.map { ("\($0.sender)", $0.count.value) }
                        + [("others", counters.dropped.others.value)]
                })
            return metrics
        }
    }

    var levels: [StatusReport.Levels] {
        evaluation.levels.map { entry in
            StatusReport.Levels(
                service: entry.service, queue: entry.levels.queue.map { Int($0) },
                workersPercent: entry.levels.workers.map { Double($0) / 10 },
                cpuPercent: entry.levels.processor.map { Double($0) / 10 })
        }
    }
}
