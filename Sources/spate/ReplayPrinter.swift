// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import FlowModel

/// Writes what a replay says, in the form that was asked for.
final class ReplayPrinter {
    private let format: OutputFormat
    private let explains: Bool
    private var history = AlertHistory()
    private var rollUp = RollUp()
    private var last = Instant.distantPast
    private var text = ExplanationText()
    private var lines = 0

    /// The heading comes again after so many lines: three screens.
    private static let page = 120

    init(_ format: OutputFormat, explains: Bool) { (self.format, self.explains) = (format, explains) }

    func write(_ verdict: Verdict) {
        let alert = history.alert(for: verdict)
        guard format == .human else { return StandardStreams.write(AlertJSON.line(alert)) }
        guard explains else { return tell(alert) }
        let sentence = AlertSentence(alert).text()
        let event = verdict.event == .notice ? "" : " \(verdict.event.rawValue)"
        StandardStreams.write(ExplanationText.indented("\(alert.severity.name)\(event): \(sentence)"))
    }

    /// As the daemon tells people: of many incidents at once in one message.
    private func tell(_ alert: Alert) {
        last = alert.verdict.time
        for told in rollUp.ticked(last) + rollUp.received(alert) {
            StandardStreams.write(AlertSentence(told).text())
        }
    }

    /// Says what was gathered, for nothing more comes.
    func finish() {
        for told in rollUp.flushed(last) { StandardStreams.write(AlertSentence(told).text()) }
    }

    func write(_ explanation: Explanation) {
        guard format == .human else { return StandardStreams.write(ExplanationJSON.line(explanation)) }
        if lines % Self.page == 0 { ExplanationText.heading.forEach { StandardStreams.write($0) } }
        lines += 1
        text.lines(for: explanation).forEach { StandardStreams.write($0) }
    }
}
