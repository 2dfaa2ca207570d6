// SPDX-License-Identifier: Apache-2.0

import Control
import History

// What became of the seconds of incidents; messages are counted with those of the other writers.
extension MetricsReport {
    var history: [Metric] {
        guard let counts = historyCounts else { return [] }
        return [
            Metric(
                name: "spate_history_seconds_total", help: "Seconds of incidents that were written.",
                kind: .counter, value: Double(counts.seconds)),
            Metric(
                name: "spate_history_dropped_seconds_total",
                help: "Seconds of services in trouble that had no room, or could not be written.",
                kind: .counter, value: Double(counts.dropped)),
            Metric(
                name: "spate_history_waiting_seconds", help: "Seconds that wait to be written.", kind: .gauge,
                value: Double(counts.waiting)),
            Metric(
                name: "spate_history_damaged_files_total", help: "Damaged files that were moved aside.",
                kind: .counter, value: Double(counts.damaged)),
        ]
    }
}
