// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection

/// Writes what a replay says, in the form that was asked for.
final class ReplayPrinter {
    private let format: OutputFormat
    private let explains: Bool
    private var history = AlertHistory()
    private var text = ExplanationText()
    private var lines = 0

    /// The heading comes again after so many lines: three screens.
    private static let page = 120

    init(_ format: OutputFormat, explains: Bool) { (self.format, self.explains) = (format, explains) }

    func write(_ verdict: Verdict) {
        let alert = history.alert(for: verdict)
        guard format == .human else { return StandardStreams.write(AlertJSON.line(alert)) }
        let sentence = AlertSentence(alert).text()
        guard explains else { return StandardStreams.write(sentence) }
        let event = verdict.event == .notice ? "" : " \(verdict.event.rawValue)"
        StandardStreams.write(ExplanationText.indented("\(alert.severity.name)\(event): \(sentence)"))
    }

    func write(_ explanation: Explanation) {
        guard format == .human else { return StandardStreams.write(ExplanationJSON.line(explanation)) }
        if lines % Self.page == 0 { ExplanationText.heading.forEach { StandardStreams.write($0) } }
        lines += 1
        text.lines(for: explanation).forEach { StandardStreams.write($0) }
    }
}
