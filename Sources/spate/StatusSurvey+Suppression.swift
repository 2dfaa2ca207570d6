// SPDX-License-Identifier: Apache-2.0

import Control
import FlowModel
import Pipeline

/// How often each entry of `suppress:` applied.
extension StatusSurvey {
    var suppressions: [StatusReport.Suppression] {
        evaluation.suppressions.map { use in
            var status = StatusReport.Suppression(
                list: use.key.list.rawValue, entry: use.key.entry, service: use.key.service, why: use.reason,
                active: use.isActive, lastHit: use.last.map { Instant(seconds: $0).rfc3339(digits: 0) })
            switch use.key.list {
            case .source, .egress:
                (status.records, status.connections) = (use.records, use.connections)
                status.requests = use.requests
            case .maintenance: (status.incidents, status.messages) = (use.incidents, use.messages)
            case .event: status.seconds = use.seconds
            }
            return status
        }
    }
}
