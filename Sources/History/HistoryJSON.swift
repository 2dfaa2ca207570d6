// SPDX-License-Identifier: Apache-2.0

import Alerting
import FlowModel

/// The JSON form of the history: one object on one line (docs/incidents.md). Messages and explanations are stored in their
/// own.
package enum HistoryJSON {
    /// An incident.
    package static func line(_ incident: IncidentRecord) -> String {
        JSONObject([
            ("type", .string("incident")), ("incident", .string(incident.id)),
            (
                "service",
                .object([
                    ("name", .string(incident.service)), ("address", .string(incident.address)),
                    ("port", .integer(incident.port)), ("protocol", .string(incident.transport)),
                ])
            ),
            ("class", .string(incident.kind)), ("technique", .string(incident.technique)),
            ("severity", .string(incident.severity)), ("confidence", .number(incident.confidence)),
            ("standing", .string(incident.standing.rawValue)), ("onset", time(incident.onset)),
            ("opened", time(incident.opened)), ("last", time(incident.last)),
            ("cleared", time(incident.cleared)), ("lasted_seconds", integer(incident.lasted)),
            ("messages", .integer(incident.messages)), ("pressure", pressure(incident)),
            ("outcome", outcome(incident)),
            (
                "sources",
                .object([
                    ("count", integer(incident.sources)), ("usual", integer(incident.sourcesUsual)),
                    ("new_share", .number(incident.newShare)),
                ])
            ),
            ("raw_records", integer(incident.rawRecords)), ("sampling", integer(incident.sampling)),
        ]).text
    }

    /// A second of a timeline.
    package static func line(_ second: SecondRecord) -> String {
        JSONObject([
            ("type", .string("timeline")), ("incident", .string(second.incident)),
            ("time", time(second.second * 1_000_000)), ("state", .string(second.state)),
            (
                "pressure",
                .object([
                    ("metric", .string(second.pressureMetric)), ("rate", .number(second.pressureRate)),
                    ("usual", .number(second.pressureUsual)), ("evidence", .number(second.pressureEvidence)),
                    ("threshold", .number(second.pressureThreshold)), ("up", .boolean(second.pressureUp)),
                ])
            ),
            (
                "outcome",
                .object([
                    ("channel", .string(second.outcomeChannel)), ("bad", .number(second.outcomeBad)),
                    ("all", .number(second.outcomeAll)), ("ratio", .number(second.ratio)),
                    ("usual", .number(second.outcomeUsual)), ("evidence", .number(second.outcomeEvidence)),
                    ("threshold", .number(second.outcomeThreshold)), ("up", .boolean(second.outcomeUp)),
                ])
            ),
        ]).text
    }

    private static func pressure(_ incident: IncidentRecord) -> JSONValue {
        guard let metric = incident.pressureMetric else { return .null }
        return .object([
            ("metric", .string(metric)), ("peak", .number(incident.pressurePeak)),
            ("usual", .number(incident.pressureUsual)),
        ])
    }

    private static func outcome(_ incident: IncidentRecord) -> JSONValue {
        guard let channel = incident.outcomeChannel else { return .null }
        return .object([
            ("channel", .string(channel)), ("peak", .number(incident.outcomePeak)),
            ("usual", .number(incident.outcomeUsual)), ("latency_ms", .number(incident.latencyPeak)),
            ("latency_usual_ms", .number(incident.latencyUsual)),
        ])
    }

    private static func integer(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }

    private static func time(_ microseconds: Int64?) -> JSONValue {
        microseconds.map { .string(Instant(microseconds: $0).rfc3339()) } ?? .null
    }
}
