// SPDX-License-Identifier: Apache-2.0

package import Detection
import FlowModel

/// Explanations of one service for people: a line a second, and lines below it that say what changed in that second.
package struct ExplanationText: Sendable {
    private var last: Standing?

    package init() {}

    /// What the columns mean, and their heads.
    package static let heading = [
        "Gates: P pressure, H harm, E evidence enough, S sources changed, C cause, O order; + holds, ~ half way, - fails.",
        "Pressure and harm: the strongest of each (the usual in brackets) and its evidence/threshold in nats; "
            + "of late while an incident is open.",
        "time      state       gates              " + pad("pressure", width) + pad("nats", natsWidth)
            + pad("harm", width) + pad("nats", natsWidth) + "why",
    ]

    private static let width = 34
    private static let natsWidth = 9

    /// The second's own line, then what changed in it.
    package mutating func lines(for explanation: Explanation) -> [String] {
        let standing = Standing(explanation)
        defer { last = standing }
        guard explanation.stage == .judged else { return [line(explanation)] }
        return [line(explanation)] + (last ?? Standing()).changes(to: standing, explanation)
    }

    private func line(_ explanation: Explanation) -> String {
        let time = CivilDate(Instant(seconds: explanation.second)).clock
        let why = ExplanationReason(explanation).text
        guard explanation.stage == .judged else {
            let state = explanation.stage == .idle ? "quiet" : "learning"
            return "\(time)  \(Self.pad(state, 12))\(why)"
        }
        let gates = Gate.allCases.map { "\($0.letter)\(explanation.gates.mark($0))" }.joined(separator: " ")
        let (pressure, harm) = (explanation.strongestPressure, explanation.strongestOutcome)
        let isOpen = explanation.state.isOpen
        return "\(time)  \(Self.pad(explanation.state.word, 12))\(gates)  "
            + Self.pad(pressure?.columnText ?? "nothing", Self.width)
            + Self.pad(pressure?.natsText(ofLate: isOpen) ?? "", Self.natsWidth)
            + Self.pad(harm?.columnText ?? "nothing", Self.width)
            + Self.pad(harm?.natsText(ofLate: isOpen) ?? "", Self.natsWidth) + why
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    /// A line below a second's own.
    package static func indented(_ text: String) -> String { String(repeating: " ", count: 10) + text }

    /// What is compared from second to second.
    private struct Standing: Sendable {
        var pressures: Set<PressureMetric> = []
        var outcomes: Set<OutcomeChannel> = []
        var kind: VerdictKind?
        var learning = Explanation.Learning.on
        var state = IncidentMachine.State.quiet

        init() {}

        init(_ explanation: Explanation) {
            pressures = Set(explanation.pressures.filter(\.isUp).map(\.metric))
            outcomes = Set(explanation.outcomes.filter(\.isUp).map(\.channel))
            let isTrouble = !pressures.isEmpty && !outcomes.isEmpty
            kind = isTrouble ? explanation.judgement?.kind : nil
            (learning, state) = (explanation.learning, explanation.state)
        }

        func changes(to next: Standing, _ explanation: Explanation) -> [String] {
            var lines: [String] = []
            for observation in explanation.pressures {
                let (was, isUp) = (pressures.contains(observation.metric), observation.isUp)
                if isUp, !was { lines.append("up: " + observation.fullText) }
                if was, !isUp { lines.append("down: " + observation.fullText) }
            }
            for observation in explanation.outcomes {
                let (was, isUp) = (outcomes.contains(observation.channel), observation.isUp)
                if isUp, !was { lines.append("harm: " + observation.fullText) }
                if was, !isUp { lines.append("harm gone: " + observation.fullText) }
            }
            if next.isJoint, !isJoint || kind != next.kind {
                let reason = ExplanationReason(explanation)
                lines += [Gate.sources, .cause, .order].map { reason.words(for: $0) }
                explanation.judgement.map { lines.append(ClassWords.text($0, explanation)) }
            }
            if learning != next.learning { lines.append("baseline: \(next.learning.words)") }
            lines += explanation.actions.map { "said: \($0.word)" }
            return lines.map(ExplanationText.indented)
        }

        private var isJoint: Bool { !pressures.isEmpty && !outcomes.isEmpty }

    }
}

extension Gate {
    /// In a column.
    fileprivate var letter: String {
        switch self {
        case .pressure: "P"
        case .harm: "H"
        case .evidence: "E"
        case .sources: "S"
        case .cause: "C"
        case .order: "O"
        }
    }
}

extension Gates {
    fileprivate func mark(_ gate: Gate) -> String { holds(gate) ? "+" : comes(gate) ? "~" : "-" }
}

extension IncidentMachine.State {
    /// In a column and in JSON.
    package var word: String {
        switch self {
        case .quiet: "quiet"
        case .suspicious: "suspicious"
        case .open: "open"
        case .clearing: "clearing"
        }
    }

    fileprivate var isOpen: Bool {
        switch self {
        case .open, .clearing: true
        case .quiet, .suspicious: false
        }
    }
}

extension IncidentMachine.Action {
    /// The event, or the class of the notice.
    var word: String {
        switch self {
        case .open: "open"
        case .update: "update"
        case .clear: "clear"
        case .reopen: "reopen"
        case .notice(let kind): "notice \(kind.rawValue)"
        }
    }
}

extension Explanation.Learning {
    /// In JSON.
    var word: String {
        switch self {
        case .on: "on"
        case .slow: "slow"
        case .frozen: "frozen"
        case .silent: "silent"
        }
    }

    fileprivate var words: String {
        switch self {
        case .on: "learns again"
        case .slow: "follows slowly while the pressure harms nobody"
        case .frozen: "frozen, nothing of this is learned"
        case .silent: "frozen, the exporter is not heard"
        }
    }
}

extension PressureObservation {
    fileprivate var columnText: String {
        "\(metric.rawValue) \(Readable.number(amount)) (\(Readable.number(usual)))"
    }

    fileprivate func natsText(ofLate: Bool) -> String {
        "\(Readable.number(ofLate ? finding?.recent ?? 0 : evidence))/\(Readable.number(threshold))"
    }

    fileprivate var fullText: String {
        let onset = finding.map { ", since \(CivilDate(Instant(seconds: $0.onset)).clock)" } ?? ""
        return "\(columnText)\(onset), \(Readable.number(evidence)) of \(Readable.number(threshold)) nats"
    }
}

extension OutcomeObservation {
    fileprivate var columnText: String {
        "\(channel.rawValue) \(Readable.percent(ratio)) of \(Readable.number(all)) (\(Readable.percent(usual)))"
    }

    fileprivate func natsText(ofLate: Bool) -> String {
        "\(Readable.number(ofLate ? finding?.recent ?? 0 : evidence))/\(Readable.number(threshold))"
    }

    fileprivate var fullText: String {
        let onset = finding.map { ", since \(CivilDate(Instant(seconds: $0.onset)).clock)" } ?? ""
        return "\(shareText)\(onset), \(Readable.number(evidence)) of \(Readable.number(threshold)) nats"
    }
}
