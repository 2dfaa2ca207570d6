// SPDX-License-Identifier: Apache-2.0

import Alerting
import Control
import FlowModel
import History

/// One incident for people: what it was, what was said, and how pressure and harm went.
struct IncidentView {
    private let incident: IncidentRecord
    private let messages: [MessageRecord]
    private let timeline: [SecondRecord]

    /// Rows of a timeline at most: a screen.
    private static let rows = 40
    /// Seconds that a row may stand for.
    private static let steps: [Int64] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600]
    /// Characters of a bar.
    private static let barWidth = 10

    init(_ incident: IncidentRecord, _ messages: [MessageRecord], _ timeline: [SecondRecord]) {
        (self.incident, self.messages, self.timeline) = (incident, messages, timeline)
    }

    /// What it was, and every message.
    var head: [String] {
        let host = incident.address.contains(":") ? "[\(incident.address)]" : incident.address
        var lines = [
            "Incident \(incident.id): \(SafeText.escaped(incident.service)) \(host):\(incident.port)/\(incident.transport)"
        ]
        lines += facts.map { name, text in
            "  " + name + String(repeating: " ", count: max(1, 10 - name.count)) + text
        }
        lines += ["", "Messages"]
        lines += messages.map { message in
            let event = message.event == "clear" ? "" : "\(message.severity) "
            return "  \(clock(message.time)) \(event)\(message.event): \(SafeText.escaped(message.text))"
        }
        return lines
    }

    private var facts: [(String, String)] {
        let technique = incident.technique.map { " (\($0))" } ?? ""
        var facts = [
            ("class", "\(incident.kind)\(technique), \(Readable.percent(incident.confidence)) sure"),
            ("severity", "\(incident.severity) at worst"),
            ("time", time),
        ]
        if let pressure = IncidentListing.pressure(incident) {
            facts.append(("pressure", "at most " + pressure))
        }
        if let harm = IncidentListing.harm(incident) { facts.append(("harm", "at worst " + harm)) }
        if let latency = incident.latencyPeak {
            let usual = incident.latencyUsual.map { ", usual \(Readable.latency(milliseconds: $0))" } ?? ""
            facts.append(("latency", "at worst \(Readable.latency(milliseconds: latency))\(usual)"))
        }
        if let sources = incident.sources {
            facts.append(
                (
                    "sources",
                    "at most \(sources), usual \(incident.sourcesUsual ?? 0), "
                        + "\(Readable.percent(incident.newShare ?? 0)) new"
                ))
        }
        if let raw = incident.rawRecords {
            let sampling = incident.sampling ?? 1
            facts.append(
                (
                    "evidence",
                    "\(raw) records and log lines" + (sampling > 1 ? ", sampled 1:\(sampling)" : "")
                ))
        }
        return facts
    }

    private var time: String {
        let date = IncidentListing.dateAndTime(incident.onset)
        let opened = "since \(date) UTC, opened \(clock(incident.opened))"
        switch incident.standing {
        case .open: return opened + ", still open; newest second \(clock(incident.last))"
        case .cleared:
            let lasted = Readable.duration(.seconds(Int64(incident.lasted ?? 0)))
            return opened + ", cleared \(clock(incident.cleared ?? incident.last)) after \(lasted)"
        case .interrupted:
            return opened + ", interrupted: the daemon ended, newest second \(clock(incident.last))"
        }
    }

    // MARK: The timeline

    /// Rows of pressure and harm; the worst second of each row's time stands for it.
    var table: [String] {
        guard let first = timeline.first?.second, let last = timeline.last?.second else {
            return ["", "No timeline: no second of it was written."]
        }
        let step = Self.steps.first { (last - first) / $0 < Int64(Self.rows) } ?? 86_400
        var rows: [SecondRecord] = []
        for second in timeline {
            if let before = rows.last, before.second / step == second.second / step {
                if second.strength >= before.strength { rows[rows.count - 1] = second }
            } else {
                rows.append(second)
            }
        }
        var table = TextTable([
            .left("TIME"), .left("STATE"), .left("PRESSURE"), .right("RATE"), .right("USUAL"), .left(""),
            .right("NATS"), .left("HARM"), .right("BAD"), .right("OF"), .left(""), .right("NATS"),
        ])
        let most = rows.reduce(into: [String: Double]()) { most, row in
            guard let metric = row.pressureMetric else { return }
            most[metric] = max(most[metric] ?? 0, row.pressureRate ?? 0)
        }
        for row in rows { table.add(cells(row, most: row.pressureMetric.flatMap { most[$0] } ?? 0)) }
        let note =
            step == 1 ? "a row a second" : "a row for \(Readable.duration(.seconds(step))), its worst second"
        return ["", "Timeline (\(note); evidence/threshold in nats)"] + table.lines
    }

    private func cells(_ row: SecondRecord, most: Double) -> [String] {
        let (rate, ratio) = (row.pressureRate ?? 0, row.ratio ?? 0)
        return [
            clock(row.second * 1_000_000), row.state, row.pressureMetric ?? "-", Readable.number(rate),
            Readable.number(row.pressureUsual ?? 0), bar(most > 0 ? rate / most : 0),
            nats(row.pressureEvidence, row.pressureThreshold), row.outcomeChannel ?? "-",
            Readable.percent(ratio), Readable.number(row.outcomeAll ?? 0), bar(ratio),
            nats(row.outcomeEvidence, row.outcomeThreshold),
        ]
    }

    private func bar(_ share: Double) -> String {
        let eighths = Int((min(1, max(0, share)) * Double(Self.barWidth * 8)).rounded())
        let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        return String(repeating: "█", count: eighths / 8) + rest
    }

    private func nats(_ evidence: Double?, _ threshold: Double?) -> String {
        guard let evidence, let threshold else { return "-" }
        return "\(Readable.number(evidence))/\(Readable.number(threshold))"
    }

    private func clock(_ microseconds: Int64) -> String {
        CivilDate(Instant(microseconds: microseconds)).clock
    }

    // MARK: Explanations

    /// What each second said, as it was written.
    func explained(_ explanations: [ExplanationRecord]) -> [String] {
        guard !explanations.isEmpty else {
            return ["", "No explanations: they are kept of the newest incidents only."]
        }
        // The words in them are ours, names from outside are not among them.
        return [""] + ExplanationText.heading + explanations.map(\.text)
    }
}

extension SecondRecord {
    /// How far pressure and harm had come together.
    fileprivate var strength: Double {
        func part(_ evidence: Double?, _ threshold: Double?) -> Double {
            guard let evidence, let threshold, threshold > 0 else { return 0 }
            return evidence / threshold
        }
        return part(pressureEvidence, pressureThreshold) + part(outcomeEvidence, outcomeThreshold)
    }
}
