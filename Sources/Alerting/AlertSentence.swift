// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel

/// The message for people at three in the morning: the service first, then what, since when, how much against normal,
/// the harm, from where, what to do, and the id. Contract: docs/alerts.md.
package struct AlertSentence: Sendable {
    private let alert: Alert
    private let saysUTC: Bool
    private let unsent: Int

    /// - Parameters:
    ///   - saysUTC: marks the times as UTC; for readers whose log shows local time that is not UTC.
    ///   - unsent: messages dropped before this one, which it has to mention.
    package init(_ alert: Alert, saysUTC: Bool = false, unsent: Int = 0) {
        (self.alert, self.saysUTC, self.unsent) = (alert, saysUTC, unsent)
    }

    /// Longest service name in a sentence, in bytes; beyond it the endpoint stands for the service.
    static let longestName = 64

    /// What is left out when room is short, least important first; each level includes those before it.
    private enum Brevity: Int, CaseIterable, Comparable {
        case full, onePrefix, noCaveats, noOrigin, noMitigation, noFigures

        static func < (left: Brevity, right: Brevity) -> Bool { left.rawValue < right.rawValue }
    }

    /// The sentence in at most `limit` bytes. Whole clauses and list entries are left out, never parts of a field.
    ///
    /// - Parameter limit: bytes of UTF-8; below 512 the subject, the class and the id may exceed it.
    package func text(limit: Int = 1024) -> String {
        if let group = alert.group {
            let sentence = GroupSentence(group: group, verdict: verdict, saysUTC: saysUTC)
            return sentence.text(limit: limit - unsentNote.utf8.count) + unsentNote
        }
        if verdict.kind == .telemetry { return telemetryText(limit: limit) }
        var text = ""
        for brevity in Brevity.allCases {
            text = compose(brevity)
            if text.utf8.count <= limit { break }
        }
        return text
    }

    private var verdict: Verdict { alert.verdict }

    private func compose(_ brevity: Brevity) -> String {
        var clauses = ["\(subject): \(lead)"]
        clauses += changes
        if let maintenance { clauses.append(maintenance) }
        if brevity < .noFigures { clauses += figures + totals }
        if brevity < .noOrigin, let origin = origin(limit: brevity < .onePrefix ? 3 : 1) {
            clauses.append(origin)
        }
        if brevity < .noMitigation, let mitigation = Mitigation(verdict) { clauses.append(mitigation.phrase) }
        if brevity < .noCaveats { clauses += caveats }
        if let incident = verdict.incident { clauses.append("Incident \(incident.short)") }
        return clauses.map { $0 + "." }.joined(separator: " ") + unsentNote
    }

    private func telemetryText(limit: Int) -> String {
        let detail = SafeText.escaped(verdict.detail ?? "telemetry is impaired")
        let head =
            (verdict.service == nil ? "telemetry: " : subject + ": ") + (maintenance.map { $0 + ": " } ?? "")
        let room = limit - head.utf8.count - unsentNote.utf8.count - 1
        let text = SafeText.shortened(detail, to: room)
        return head + text + (text.hasSuffix(".") ? "" : ".") + unsentNote
    }

    private var unsentNote: String {
        unsent == 0 ? "" : " (\(unsent) earlier \(unsent == 1 ? "message" : "messages") not sent)"
    }

    /// `web-http 10.2.0.20:80/tcp`; a discovered service is its endpoint.
    private var subject: String {
        guard let service = verdict.service else { return "all services" }
        let (name, endpoint) = (SafeText.escaped(service.name), service.key.description)
        return name.isEmpty || name == endpoint || name.utf8.count > Self.longestName
            ? endpoint : "\(name) \(endpoint)"
    }

    /// Why the message wakes nobody.
    private var maintenance: String? {
        guard let reason = verdict.maintenance else { return nil }
        let words = SafeText.shortened(SafeText.escaped(reason), to: Self.longestName)
        return "Under maintenance" + (words.isEmpty ? "" : " (\(words))")
    }

    /// What happens and since when.
    private var lead: String {
        switch verdict.event {
        case .open: verdict.kind.phrase + (alert.past == nil ? "" : " again") + since
        case .notice: verdict.kind.phrase + since
        case .update: updateLead
        case .clear:
            "over after \(Readable.duration(verdict.lasted ?? (verdict.time - verdict.onset))): "
                + verdict.kind.phrase + since
        }
    }

    private var updateLead: String {
        let sofar =
            verdict.onset == .distantPast ? "" : " (\(Readable.duration(verdict.time - verdict.onset)))"
        if let past = alert.past, past.wasCleared { return verdict.kind.phrase + " again" + since + sofar }
        guard let past = alert.past, past.kind != verdict.kind else {
            return "still \(verdict.kind.phrase)\(since)\(sofar)"
        }
        return
            "still under pressure, now seen as \(verdict.kind.name) (was \(past.kind.name))\(since)\(sofar)"
    }

    /// ` since 02:03:49`, with the date when that was another day.
    private var since: String {
        guard verdict.onset != .distantPast else { return "" }
        let (onset, now) = (verdict.onset.rfc3339(digits: 0), verdict.time.rfc3339(digits: 0))
        let day = onset.prefix { $0 != "T" }
        let clock = onset.dropFirst(day.count + 1).dropLast()
        return " since " + (now.hasPrefix(day) ? "" : day + " ") + clock + (saysUTC ? " UTC" : "")
    }

    /// What an update finds different.
    private var changes: [String] {
        guard verdict.event == .update, let past = alert.past, past.severity != verdict.severity else {
            return []
        }
        return ["Now \(verdict.severity.name), was \(past.severity.name)"]
    }

    /// How much against normal, and the harm.
    private var figures: [String] {
        let isOver = verdict.event == .clear
        let pressure =
            isOver ? alert.past?.worstPressure(with: verdict) ?? verdict.pressure : verdict.pressure
        let outcome = isOver ? alert.past?.worstOutcome(with: verdict) ?? verdict.outcome : verdict.outcome
        let sources = isOver ? alert.past?.mostSources(with: verdict) ?? verdict.sources : verdict.sources
        let before = verdict.event == .update ? alert.past?.pressure : nil
        let load = [pressure?.text(before: before), sources?.text].compactMap { $0 }.joined(
            separator: " from ")
        let harm = outcome?.text(past: isOver) ?? ""
        let parts = (verdict.kind.leadsWithHarm ? [harm, load] : [load, harm]).filter { !$0.isEmpty }
        guard !parts.isEmpty else { return [] }
        return [(isOver ? "At worst " : "") + parts.joined(separator: "; ")]
    }

    /// What a whole incident came to: the requests where they are logged, else the connections.
    private var totals: [String] {
        guard verdict.event == .clear, let totals = verdict.totals else { return [] }
        let reason = verdict.detail.map { [$0.prefix(1).uppercased() + $0.dropFirst()] } ?? []
        if totals.requests > 0 {
            return reason + [
                "In all \(Self.amount(totals.requests, "request")), \(Self.number(totals.failedRequests)) failed"
            ]
        }
        guard totals.connections > 0 else { return reason }
        return reason + [
            "In all \(Self.amount(totals.connections, "connection")), \(Self.number(totals.failedConnections)) failed"
        ]
    }

    private static func amount(_ count: Int, _ noun: String) -> String {
        "\(number(count)) \(noun)\(count == 1 ? "" : "s")"
    }

    private static func number(_ count: Int) -> String { Readable.number(Double(count)) }

    /// The networks behind it.
    private func origin(limit: Int) -> String? {
        guard verdict.event != .clear, let top = verdict.sources?.top, !top.isEmpty else { return nil }
        let named = Origin(top).named(limit)
        if named.isEmpty { return "Spread over many networks" }
        return named.map { "\(Readable.percent($0.share)) from \($0.prefix)" }.joined(separator: ", ")
    }

    /// Why to trust it less.
    private var caveats: [String] {
        guard verdict.event != .clear else { return [] }
        var notes: [String] = []
        if verdict.kind.isAttack, verdict.confidence < 0.7 { notes.append("class uncertain") }
        if verdict.telemetry.isCold { notes.append("baseline is cold") }
        if let rate = verdict.rate, rate.sampling > 1 {
            notes.append("sampled 1:\(rate.sampling), \(rate.rawRecords) records seen")
        }
        if verdict.telemetry.loss >= 0.01 {
            notes.append("\(Readable.percent(verdict.telemetry.loss)) of the telemetry lost")
        }
        return notes.isEmpty ? [] : ["Note: " + notes.joined(separator: "; ")]
    }
}
