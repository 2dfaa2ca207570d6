// SPDX-License-Identifier: Apache-2.0

import Alerting
import FlowModel
import ServiceSignals
import Settings

/// What one line of a sample was read as, in words.
struct LineReading {
    private let line: Int
    /// The format of the rule, as the configuration names it.
    private var rule: String?
    private var service: String?
    private var outcome: Outcome?
    /// Why there is no outcome.
    private var ignored: String?
    /// Whether an operator will want to see the line: it was not understood.
    private(set) var isTrouble = false

    /// - Parameter line: which line it is, from 1.
    init(
        _ result: SignalResult, line: Int, rules: [SignalRuleConfiguration], services: [ConfiguredService]
    ) {
        self.line = line
        func name(_ id: ServiceID) -> String? {
            Int(exactly: id.index).flatMap { services.indices.contains($0) ? services[$0].name : nil }
        }
        func format(_ rule: Int) -> String? { rules.indices.contains(rule) ? rules[rule].format : nil }
        switch result {
        case .outcome(let outcome, let index):
            (self.outcome, rule, service) = (outcome, format(index), name(outcome.service))
        case .shared(let outcome, let shared, let index):
            (self.outcome, rule) = (outcome, format(index))
            service = shared.compactMap(name).joined(separator: ",")
        case .ignored(let reason, let index):
            (ignored, rule, isTrouble) = (reason.name, format(index), !reason.isExpected)
        case .unmatched: (ignored, isTrouble) = ("unmatched", true)
        case .malformed(let reason): (ignored, isTrouble) = (reason.name, true)
        }
    }

    /// The object without a line end; its names are an interface (docs/signals.md).
    var json: String {
        JSONObject([
            ("line", .integer(line)),
            ("rule", .string(rule)),
            ("service", .string(service)),
            ("time", .string(time)),
            ("client", .string(client)),
            ("status", status.map { .integer($0) } ?? .null),
            ("failure", .string(failure)),
            ("latency_ms", latency.map { .integer($0) } ?? .null),
            ("event", .string(event)),
            ("ignored", .string(ignored)),
        ]).text
    }

    /// One line for people.
    var row: String {
        let reading = ignored ?? [failure, event, level].compactMap(\.self).joined(separator: ", ")
        return Self.row(
            String(line),
            [
                SafeText.escaped(rule ?? "-"), SafeText.escaped(service ?? "-"), time ?? "-", client ?? "-",
                status.map { String($0) } ?? "-", latency.map { String($0) } ?? "-",
                reading.isEmpty ? "ok" : reading,
            ])
    }

    /// A line of the table.
    static func row(_ line: String, _ cells: [String]) -> String {
        let widths = [18, 14, 24, 20, 6, 9, 0]
        let padded = zip(cells, widths).map { cell, width in
            cell + String(repeating: " ", count: max(0, width - cell.count))
        }
        return String(repeating: " ", count: max(0, 7 - line.count)) + line + "  "
            + padded.joined(separator: "  ")
    }

    /// Nil where neither the line nor a capture says when it was.
    private var time: String? {
        guard let time = outcome?.time, time.microseconds < Int64.max else { return nil }
        return time.rfc3339()
    }

    private var client: String? {
        guard let client = outcome?.client, client != .unspecified else { return nil }
        return client.description
    }

    private var status: Int? { outcome.flatMap { $0.status == 0 ? nil : Int($0.status) } }

    private var failure: String? { outcome.flatMap { $0.failure == .none ? nil : $0.failure.name } }

    private var event: String? { outcome.flatMap { $0.event == .none ? nil : $0.event.name } }

    private var level: String? {
        outcome.flatMap { $0.level == .none ? nil : "\($0.level.name) \($0.levelValue)" }
    }

    private var latency: Int? {
        outcome.flatMap { $0.latencyMilliseconds == Outcome.noLatency ? nil : Int($0.latencyMilliseconds) }
    }
}
