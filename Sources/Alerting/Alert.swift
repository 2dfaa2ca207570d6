// SPDX-License-Identifier: Apache-2.0

package import Detection

/// A verdict on its way out, with what was said about its incident before.
package struct Alert: Equatable, Sendable {
    /// What detection decided.
    package let verdict: Verdict
    /// What earlier messages of the same incident said; nil for the first one and for notices.
    package let past: IncidentPast?

    /// Where the message tells of several incidents at once: all of them; `verdict` is then the worst one's.
    package let group: AlertGroup?

    package init(_ verdict: Verdict, past: IncidentPast? = nil, group: AlertGroup? = nil) {
        (self.verdict, self.past, self.group) = (verdict, past, group)
    }

    /// Severity of the message: a clear is a notice, whatever the incident was.
    package var severity: Severity {
        verdict.event == .clear ? .notice : group?.severity ?? verdict.severity
    }
}
