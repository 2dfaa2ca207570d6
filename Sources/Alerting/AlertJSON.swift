// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel

/// The JSON form of a message: one object on one line. Its field names are an interface (docs/alerts.md): within a
/// schema, fields are only added.
package enum AlertJSON {
    /// Version of the field names.
    package static let schema = 1
    /// Lists are cut here, so that a line stays below the 4096 bytes that a pipe takes in one piece.
    private static let longestList = 10

    /// The object without a line end.
    ///
    /// - Parameter unsent: messages dropped before this one, which `text` has to mention.
    package static func line(_ alert: Alert, unsent: Int = 0) -> String {
        let verdict = alert.verdict
        let text = AlertSentence(alert, unsent: unsent).text()
        return JSONObject([
            ("schema", .integer(schema)),
            ("type", .string("alert")),
            ("time", .string(verdict.time.rfc3339())),
            ("event", .string(verdict.event.rawValue)),
            ("incident", .string(verdict.incident?.text)),
            ("service", verdict.service.map { .service($0) } ?? .null),
            ("class", .string(verdict.kind.rawValue)),
            ("technique", .string(verdict.kind.technique)),
            ("severity", .string(alert.severity.name)),
            ("confidence", .number(verdict.confidence)),
            ("onset", verdict.onset == .distantPast ? .null : .string(verdict.onset.rfc3339())),
            ("pressure", verdict.pressure.map(pressure) ?? .null),
            ("rate", verdict.rate.map(rate) ?? .null),
            ("outcome", verdict.outcome.map(outcome) ?? .null),
            ("sources", verdict.sources.map(sources) ?? .null),
            ("telemetry", telemetry(verdict.telemetry)),
            ("d3fend", .array(verdict.kind.defences.map { .string($0) })),
            ("mitigation", .string(Mitigation(verdict)?.field)),
            ("maintenance", .string(verdict.maintenance)),
            ("totals", verdict.totals.map(totals) ?? .null),
            ("text", .string(text)),
        ]).text
    }

    private static func pressure(_ figures: PressureFigures) -> JSONValue {
        .object([
            ("metric", .string(figures.metric.rawValue)),
            ("value", .number(figures.value)),
            ("baseline", .number(figures.baseline)),
            ("unit", .string(figures.metric.unit)),
        ])
    }

    private static func rate(_ figures: RateFigures) -> JSONValue {
        .object([
            ("new_per_second", .number(figures.newPerSecond)),
            ("baseline", .number(figures.baseline)),
            ("raw_records", .integer(figures.rawRecords)),
            ("sampling", .integer(figures.sampling)),
        ])
    }

    private static func outcome(_ figures: OutcomeFigures) -> JSONValue {
        .object([
            ("channel", .string(figures.channel)),
            ("failure_ratio", .number(figures.failureRatio)),
            ("baseline", .number(figures.failureBaseline)),
            ("latency_ms", .number(figures.latencyMilliseconds)),
            ("latency_baseline_ms", .number(figures.latencyBaselineMilliseconds)),
            ("lines_per_flow", .number(figures.linesPerFlow)),
            ("lines_per_flow_baseline", .number(figures.linesPerFlowBaseline)),
        ])
    }

    private static func sources(_ figures: SourceFigures) -> JSONValue {
        .object([
            ("count", .integer(figures.count)),
            ("baseline", .integer(figures.baseline)),
            ("new_share", .number(figures.newShare)),
            (
                "top",
                .array(
                    figures.top.prefix(longestList).map { entry in
                        .object([
                            ("prefix", .string(entry.prefix.description)), ("share", .number(entry.share)),
                        ])
                    })
            ),
        ])
    }

    private static func totals(_ totals: IncidentTotals) -> JSONValue {
        .object([
            ("seconds", .integer(Int(clamping: totals.seconds))),
            ("connections", .integer(totals.connections)),
            ("failed_connections", .integer(totals.failedConnections)),
            ("requests", .integer(totals.requests)), ("failed_requests", .integer(totals.failedRequests)),
            ("peak_connections_per_second", .integer(totals.peakConnections)),
            ("peak_requests_per_second", .integer(totals.peakRequests)),
            ("peak_open", .integer(Int(clamping: totals.peakOpen))), ("sources", .integer(totals.sources)),
        ])
    }

    private static func telemetry(_ figures: TelemetryFigures) -> JSONValue {
        .object([
            ("exporters", .array(figures.exporters.prefix(longestList).map { .string($0.description) })),
            ("loss", .number(figures.loss)),
            ("baseline_age_hours", .number(figures.baselineAgeHours)),
        ])
    }
}

extension JSONValue {
    /// A service by its name and the endpoint that the trouble is about.
    static func service(_ identity: ServiceIdentity) -> JSONValue {
        .object([
            ("name", .string(identity.name)),
            ("address", .string(identity.key.address.description)),
            ("port", .integer(Int(identity.key.port))),
            ("protocol", .string(identity.key.transport.description)),
        ])
    }
}
