// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel

/// A message on a terminal: `2026-11-21T02:03:55Z critical open: web-http …`.
package enum HumanLine {
    /// The line without a line end.
    ///
    /// - Parameter unsent: messages dropped before this one, which it has to mention.
    package static func line(_ alert: Alert, unsent: Int = 0) -> String {
        let (verdict, sentence) = (alert.verdict, AlertSentence(alert, unsent: unsent).text())
        return
            "\(verdict.time.rfc3339(digits: 0)) \(alert.severity.name) \(verdict.event.rawValue): \(sentence)"
    }
}
