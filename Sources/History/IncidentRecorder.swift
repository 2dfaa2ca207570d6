// SPDX-License-Identifier: Apache-2.0

package import Alerting
package import Detection
import FlowModel

/// Turns messages and explanations into rows. Decisions only: what it returns is written by ``HistoryWriter``.
package struct IncidentRecorder: Sendable {
    /// A row that is to be written.
    package enum Change: Equatable, Sendable {
        /// Inserted, or in the place of the row with the same id.
        case incident(IncidentRecord)
        case message(MessageRecord)
        case second(SecondRecord, ExplanationRecord)
    }

    /// An incident that is written about, and what its next second is held against.
    fileprivate struct Followed: Sendable {
        var record: IncidentRecord
        var text: ExplanationText
        /// Second in which it was cleared; nil while it is open.
        var clearedAt: Int64?
        /// Newest second that was written.
        var written: Int64 = .min
    }

    private let limits: HistoryLimits
    /// By incident id. Those that are cleared stay as long as they may open again.
    private var followed: [String: Followed] = [:]
    /// By service: explanations of late of services without an incident, oldest first.
    private var recent: [String: [Explanation]] = [:]
    private var held = 0

    /// An incident that was cleared longer ago is forgotten; it would open under a new id.
    private static let forgotten: Int64 = 3700

    package init(limits: HistoryLimits = HistoryLimits()) { self.limits = limits }

    /// Takes in a message.
    package mutating func add(_ alert: Alert) -> [Change] {
        let verdict = alert.verdict
        let json = AlertJSON.line(alert)
        let message = MessageRecord(
            incident: verdict.incident?.text, time: verdict.time.microseconds, event: verdict.event.rawValue,
            kind: verdict.kind.rawValue, service: verdict.service?.name, severity: alert.severity.name,
            text: AlertSentence(alert).text(), json: json)
        guard let id = verdict.incident, let service = verdict.service else { return [.message(message)] }
        forget(before: verdict.time.seconds)
        var changes: [Change] = []
        let isNew = followed[id.text].map { $0.clearedAt != nil && verdict.event != .clear } ?? true
        var incident =
            followed[id.text]
            ?? Followed(
                record: IncidentRecord(verdict, service, id: id, json: json), text: ExplanationText())
        if followed[id.text] != nil { incident.record.note(verdict, json: json) }
        incident.clearedAt = verdict.event == .clear ? verdict.time.seconds : nil
        if isNew {
            // How it began, or began again.
            for explanation in take(service.name) {
                if let change = incident.add(explanation, limits) { changes.append(change) }
            }
        }
        followed[id.text] = incident
        // The incident first: the other rows refer to it.
        return [.incident(incident.record), .message(message)] + changes
    }

    /// Takes in what the tests of a second saw.
    package mutating func add(_ explanations: [Explanation]) -> [Change] {
        var changes: [Change] = []
        for explanation in explanations where explanation.stage == .judged {
            guard let id = explanation.incident?.text, var incident = followed[id],
                explanation.second <= incident.clearedAt ?? .max
            else {
                hold(explanation)
                continue
            }
            if let change = incident.add(explanation, limits) {
                changes += [.incident(incident.record), change]
            }
            followed[id] = incident
        }
        return changes
    }

    /// Incidents that are open, as they are now.
    package var openIncidents: [IncidentRecord] {
        followed.values.filter { $0.clearedAt == nil }.map(\.record)
    }

    private mutating func hold(_ explanation: Explanation) {
        let name = explanation.service.name
        var list = recent[name] ?? []
        let first = explanation.second - Int64(limits.before)
        let before = list.count
        list.removeAll { $0.second < first || $0.second >= explanation.second }
        list.append(explanation)
        held += list.count - before
        recent[name] = list
        while held > limits.held,
            let oldest = recent.min(by: { ($0.value.last?.second ?? 0) < ($1.value.last?.second ?? 0) })
        {
            held -= oldest.value.count
            recent[oldest.key] = nil
        }
    }

    private mutating func take(_ service: String) -> [Explanation] {
        let list = recent.removeValue(forKey: service) ?? []
        held -= list.count
        return list
    }

    private mutating func forget(before now: Int64) {
        followed = followed.filter { now - ($0.value.clearedAt ?? now) < Self.forgotten }
    }
}

extension IncidentRecorder.Followed {
    /// The rows of one more second; nil for one that is left out.
    fileprivate mutating func add(_ explanation: Explanation, _ limits: HistoryLimits)
        -> IncidentRecorder.Change?
    {
        let second = SecondRecord(explanation, incident: record.id)
        record.note(second)
        let age = explanation.second - record.opened / 1_000_000
        let isDue =
            age <= Int64(limits.everySecond) || explanation.second - written >= Int64(limits.thinned)
            || !explanation.actions.isEmpty
        guard isDue, explanation.second > written else { return nil }
        written = explanation.second
        return .second(
            second,
            ExplanationRecord(
                incident: record.id, second: explanation.second,
                text: text.lines(for: explanation).joined(separator: "\n"),
                json: ExplanationJSON.line(explanation)))
    }
}
