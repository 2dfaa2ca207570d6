// SPDX-License-Identifier: Apache-2.0

import Alerting
import Control
import FlowModel
import History

/// Incidents for people, a row each.
enum IncidentListing {
    static func lines(_ incidents: [IncidentRecord], now: Instant) -> [String] {
        var table = TextTable([
            .left("ID"), .left("OPENED (UTC)"), .left("LASTED"), .left("SEVERITY"), .left("SERVICE"),
            .left("CLASS"), .left("AT WORST"),
        ])
        for incident in incidents {
            table.add([
                String(incident.id.prefix(shown(incident.id, among: incidents))),
                dateAndTime(incident.opened), lasted(incident, now: now), incident.severity,
                incident.service, incident.kind, worst(incident),
            ])
        }
        return table.lines
    }

    /// `2026-11-21 02:03:55`
    static func dateAndTime(_ microseconds: Int64) -> String {
        let text = Instant(microseconds: microseconds).rfc3339(digits: 0)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8)
    }

    /// `3 min`, `open for 20 s`, `interrupted`.
    static func lasted(_ incident: IncidentRecord, now: Instant) -> String {
        switch incident.standing {
        case .open:
            "open for " + Readable.duration(now - Instant(microseconds: incident.opened))
        case .cleared: Readable.duration(.seconds(Int64(incident.lasted ?? 0)))
        case .interrupted: "interrupted"
        }
    }

    /// `398 new_connections (usual 12); log 55% bad (usual 0%)`
    private static func worst(_ incident: IncidentRecord) -> String {
        [pressure(incident), harm(incident)].compactMap { $0 }.joined(separator: "; ")
    }

    static func pressure(_ incident: IncidentRecord) -> String? {
        guard let metric = incident.pressureMetric, let peak = incident.pressurePeak else { return nil }
        return "\(Readable.number(peak)) \(metric) (usual \(Readable.number(incident.pressureUsual ?? 0)))"
    }

    static func harm(_ incident: IncidentRecord) -> String? {
        guard let channel = incident.outcomeChannel, let peak = incident.outcomePeak else { return nil }
        return
            "\(channel) \(Readable.percent(peak)) bad (usual \(Readable.percent(incident.outcomeUsual ?? 0)))"
    }

    /// As many characters as tell the ids apart, at least those that messages show.
    private static func shown(_ id: String, among incidents: [IncidentRecord]) -> Int {
        incidents.reduce(8) { longest, other in
            other.id == id ? longest : max(longest, zip(id, other.id).prefix { $0 == $1 }.count + 1)
        }
    }
}
