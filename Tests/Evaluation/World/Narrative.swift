// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection

/// What led to each first message and notice, second by second, as `spate replay --explain` tells it: for the runs that are
/// too long to be kept as captures.
package struct Narrative {
    /// A message and the seconds before it.
    package private(set) var chapters: [String] = []
    private var writer = ExplanationText()
    private var seconds: [String] = []

    /// Seconds in trouble that are told before a message.
    private static let span = 60

    package init() {}

    mutating func add(_ verdicts: [Verdict], _ explanations: [Explanation]) {
        for explanation in explanations {
            seconds.append(writer.lines(for: explanation).joined(separator: "\n"))
        }
        seconds.removeFirst(max(0, seconds.count - Self.span))
        for verdict in verdicts where verdict.event == .open || verdict.event == .notice {
            chapters.append(([HumanLine.line(Alert(verdict))] + seconds).joined(separator: "\n"))
            seconds = []
        }
    }
}
