// SPDX-License-Identifier: Apache-2.0

import Control
import Pipeline

// How often each entry of `suppress:` applied.
extension MetricsReport {
    var suppression: [Metric] {
        let prefixes: [SuppressionUse.List] = [.source, .egress]
        return [
            perEntry("records_total", "Flow records of clients in a declared prefix.", prefixes) {
                $0.records
            },
            perEntry("connections_total", "Connections that these began.", prefixes) { $0.connections },
            perEntry("requests_total", "Requests of theirs that services logged.", prefixes) { $0.requests },
            perEntry(
                "incidents_total", "Incidents that were told as notices, for maintenance.", [.maintenance]
            ) { $0.incidents },
            perEntry(
                "messages_total", "Updates and ends of such incidents, which were not told.", [.maintenance]
            ) { $0.messages },
            perEntry(
                "seconds_total",
                "Seconds of services with more pressure than usual, and no more than was expected.", [.event]
            ) { $0.seconds },
            perEntry(
                "active", "1 while a maintenance window or a planned event is on.", [.maintenance, .event],
                .gauge
            ) { $0.isActive ? 1 : 0 },
        ]
    }

    private func perEntry(
        _ name: String, _ help: String, _ lists: [SuppressionUse.List], _ kind: Metric.Kind = .counter,
        _ value: (SuppressionUse) -> UInt64
    ) -> Metric {
        let entries = evaluation.suppressions.filter { lists.contains($0.key.list) }
        return Metric(
            name: "spate_suppression_\(name)", help: help, kind: kind,
            samples: Self.sums(
                entries.map { use in
                    (
                        [
                            ("list", use.key.list.rawValue), ("entry", use.key.entry),
                            ("service", use.key.service),
                        ], value(use)
                    )
                }))
    }
}
