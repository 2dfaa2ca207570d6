// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// An attack from its first packet to the message that it is over, through captures that the test writes.
@Suite(.serialized) struct ReplayTests {
    private let folder: TemporaryDirectory
    private let capture: FloodCapture
    private var arguments: [String] { capture.arguments }

    init() throws {
        folder = try TemporaryDirectory()
        capture = try FloodCapture(in: folder)
    }

    private func objects(_ ending: Program.Ending) throws -> [[String: Any]] {
        try ending.outputLines.map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
        }
    }

    @Test func aFloodOpensAndClears() async throws {
        let ending = try await Program.run(arguments + ["--format", "json"])
        #expect(ending.status == 0)
        #expect(ending.error == "")
        let alerts = try objects(ending).filter { $0["type"] as? String == "alert" }
        let events = alerts.compactMap { $0["event"] as? String }
        #expect(events.filter { $0 == "open" }.count == 1, "\(ending.output)")
        #expect(events.last == "clear", "\(ending.output)")
        let open = try #require(alerts.first { $0["event"] as? String == "open" })
        #expect(open["class"] as? String == "http_flood")
        #expect(open["technique"] as? String == "T1499.002")
        #expect((open["service"] as? [String: Any])?["name"] as? String == "shop")
        let time = try Self.seconds(open["time"]) - Double(FloodCapture.begin)
        #expect((60...100).contains(time), "opened at \(time) s")
        let onset = try Self.seconds(open["onset"]) - Double(FloodCapture.begin)
        #expect((55...70).contains(onset), "onset at \(onset) s")
        let top = (open["sources"] as? [String: Any])?["top"] as? [[String: Any]]
        #expect((top?.first?["prefix"] as? String)?.hasPrefix("10.66.0.") == true)
        let totals = try #require(alerts.last?["totals"] as? [String: Any])
        // Forty seconds of 320 requests, seven of ten failed.
        let (asked, failed) = (totals["requests"] as? Int ?? 0, totals["failed_requests"] as? Int ?? 0)
        #expect((11_000...16_000).contains(asked) && (7500...11_000).contains(failed), "\(totals)")
        #expect((300...360).contains(totals["peak_requests_per_second"] as? Int ?? 0), "\(totals)")
        let text = try #require(alerts.last?["text"] as? String)
        #expect(text.contains("In all ") && text.contains(" requests, "), "\(text)")
        // One incident, one id.
        let incidents = alerts.filter { $0["event"] as? String != "notice" }.map { $0["incident"] as? String }
        #expect(Set(incidents).count == 1)
        #expect(incidents.first != .some(nil))
        #expect(alerts.allSatisfy { ($0["text"] as? String)?.hasPrefix("shop 10.2.0.10:80/tcp: ") == true })
    }

    /// An attack in the first half minute of a capture is seen by whoever knows what is normal.
    @Test func whatIsNormalIsKeptInTheStateDirectory() async throws {
        try FloodCapture.record(in: folder, as: "calm-", flood: 0..<0)
        try FloodCapture.record(
            in: folder, as: "late-", from: FloodCapture.begin + 7200, seconds: 60, flood: 20..<60)
        func replay(_ prefix: String, _ more: [String] = []) async throws -> Program.Ending {
            try await Program.run(
                FloodCapture.arguments(in: folder, as: prefix) + ["--format", "json"] + more)
        }
        func opens(_ ending: Program.Ending) throws -> [[String: Any]] {
            try objects(ending).filter { $0["event"] as? String == "open" }
        }
        let state = folder.file("learned")
        let calm = try await replay("calm-", ["--state", state])
        #expect(calm.status == 0 && calm.error == "")
        #expect(try opens(calm).isEmpty)
        #expect(try opens(await replay("late-")).isEmpty)

        let late = try await replay("late-", ["--state", state])
        let opened = try #require(try opens(late).first, "\(late.output)")
        let age = (opened["telemetry"] as? [String: Any])?["baseline_age_hours"] as? Double ?? 0
        #expect((2...2.1).contains(age))
        #expect(opened["severity"] as? String != "warning")

        try Data("no baselines".utf8).write(to: URL(filePath: state + "/baselines.state"))
        let anew = try await replay("late-", ["--state", state])
        #expect(anew.status == 0)
        #expect(anew.error.contains("baselines.state is not used: it is no file of baselines; "))
        #expect(try opens(anew).isEmpty)
    }

    @Test func underMaintenanceAnIncidentIsANotice() async throws {
        let window = """
            suppress:
              maintenance:
                - { service: shop, from: 2026-11-21T02:00:59Z, until: 2026-11-21T02:20Z, why: "new disks" }

            """
        try Data((FloodCapture.configuration + window).utf8).write(
            to: URL(filePath: folder.file("spate.yaml")))
        let ending = try await Program.run(arguments + ["--format", "json"])
        #expect(ending.status == 0)
        let alerts = try objects(ending).filter { $0["type"] as? String == "alert" }
        #expect(alerts.count == 1, "\(ending.output)")
        let notice = try #require(alerts.first)
        #expect(notice["event"] as? String == "notice" && notice["class"] as? String == "http_flood")
        #expect(notice["severity"] as? String == "notice" && notice["incident"] is NSNull)
        #expect(notice["maintenance"] as? String == "new disks")
        #expect((notice["text"] as? String)?.contains("Under maintenance (new disks).") == true)
    }

    @Test func everyLineHasTheDocumentedFields() async throws {
        let ending = try await Program.run(arguments + ["--format", "json"])
        let alerts = try objects(ending).filter { $0["type"] as? String == "alert" }
        #expect(!alerts.isEmpty)
        for alert in alerts {
            #expect(Set(alert.keys) == Self.fields)
            #expect(alert["schema"] as? Int == 1)
            for (field, keys) in Self.nested {
                guard let value = alert[field], !(value is NSNull) else { continue }
                #expect((value as? [String: Any]).map { Set($0.keys) } == keys, "\(field)")
            }
        }
        let open = try #require(alerts.first { $0["event"] as? String == "open" })
        for field in Self.fields.subtracting(Self.absent) {
            #expect(!(open[field] is NSNull), "\(field) of an open is null")
        }
    }

    @Test func theSummaryAccountsForEverything() async throws {
        let ending = try await Program.run(arguments + ["--format", "json"])
        let summary = try #require(try objects(ending).last)
        func number(_ key: String) -> Int? { summary[key] as? Int }
        #expect(summary["type"] as? String == "summary")
        #expect(number("datagrams") == capture.datagrams)
        #expect(number("rejected_datagrams") == 0)
        #expect(number("log_lines") == capture.lines)
        #expect(number("log_outcomes") == capture.lines)
        let ignored = try #require(summary["ignored_records"] as? [String: Int]).values.reduce(0, +)
        let aggregated = try #require(number("aggregated_records"))
        #expect(number("records") == aggregated + ignored)
        #expect(aggregated == capture.lines * 2)
    }

    @Test func everySecondOfAServiceIsExplained() async throws {
        let ending = try await Program.run(arguments + ["--format", "json", "--explain", "10.2.0.10:80/tcp"])
        #expect(ending.status == 0)
        let lines = try objects(ending)
        let told = lines.filter { $0["type"] as? String == "explain" }
        let times = try told.map { try Self.seconds($0["time"]) }
        #expect(times.count >= FloodCapture.seconds - 1)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 1 })
        #expect(told.allSatisfy { ($0["service"] as? [String: Any])?["name"] as? String == "shop" })
        let opening = try #require(told.first { ($0["said"] as? [String])?.contains("open") == true })
        let open = try #require(lines.first { $0["event"] as? String == "open" })
        #expect(opening["time"] as? String == open["time"] as? String)
        #expect(opening["incident"] as? String == open["incident"] as? String)
        let gates = try #require(opening["gates"] as? [String: [String: Any]])
        #expect(gates.values.allSatisfy { $0["holds"] as? Bool == true })
        let calm = try #require(told.last { $0["time"] as? String ?? "" < "2026-11-21T02:01:00" })
        #expect(calm["failed"] as? String == "pressure")
        #expect(calm["state"] as? String == "quiet")
    }

    @Test func anExplanationForPeopleSaysWhatHoldsItAndWhatWasSaid() async throws {
        let ending = try await Program.run(arguments + ["--explain", "shop"])
        #expect(ending.status == 0)
        let lines = ending.outputLines
        #expect(lines.first?.hasPrefix("Gates: ") == true)
        #expect(lines.contains { $0.hasPrefix("02:00:20  learning    learning what is usual: ") })
        #expect(lines.contains { $0.contains("  quiet       P- H- E") && $0.contains("no pressure: ") })
        #expect(lines.contains { $0.contains("all gates have held for 3 s: opened") })
        #expect(lines.contains { $0.contains(" open: shop 10.2.0.10:80/tcp: HTTP flood since ") })
    }

    @Test(arguments: [
        ("shpo", "no service 'shpo' in the configuration, did you mean 'shop'?\n"),
        (
            "10.2.0.99:80/tcp",
            "no configured service is at 10.2.0.99:80/tcp, and services are not discovered; there are shop\n"
        ),
    ])
    func aServiceThatIsNotThereIsAnError(name: String, message: String) async throws {
        let ending = try await Program.run(arguments + ["--format", "json", "--explain", name])
        #expect(ending.status == 1)
        #expect(ending.error == message)
    }

    @Test func theSameCaptureGivesTheSameOutput() async throws {
        let first = try await Program.run(arguments + ["--format", "json"])
        let second = try await Program.run(arguments + ["--format", "json"])
        #expect(first.outputLines.count > 1)
        #expect(first.outputLines.dropLast() == second.outputLines.dropLast())
        // Of the summary, only how fast it went may differ.
        func withoutSpeed(_ ending: Program.Ending) -> String? {
            ending.outputLines.last?.split(separator: ",").filter {
                !$0.contains("wall_seconds") && !$0.contains("records_per_second")
            }.joined(separator: ",")
        }
        #expect(withoutSpeed(first) == withoutSpeed(second))
    }

    @Test func signalsOfEverySecondAreWritten() async throws {
        let path = folder.file("signals.json")
        let ending = try await Program.run(arguments + ["--signals", path])
        #expect(ending.status == 0)
        let rows = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
        }
        // No second twice, no request and no connection missing.
        let times = rows.compactMap { $0["time"] as? String }
        #expect(Set(times).count == rows.count)
        #expect(rows.reduce(0) { $0 + ($1["requests"] as? Int ?? 0) } == capture.lines)
        #expect(rows.reduce(0) { $0 + ($1["new_connections"] as? Int ?? 0) } == capture.lines)
        let failed = rows.reduce(0) { sum, row in
            sum + ((row["channels"] as? [String: [Int]])?["log"]?.first ?? 0)
        }
        #expect(failed > 100)
        let nowhere = try await Program.run(arguments + ["--signals", folder.file("no/such/folder")])
        #expect(nowhere.status == 1)
        #expect(nowhere.error.contains("cannot be written"))
    }

    /// Sentences on standard output, and nothing else; the summary goes to standard error.
    @Test func peopleReadSentences() async throws {
        let ending = try await Program.run(arguments)
        #expect(ending.status == 0)
        #expect(
            ending.outputLines.contains { $0.contains("shop 10.2.0.10:80/tcp: HTTP flood since 02:01:0") },
            "\(ending.output)")
        #expect(ending.outputLines.allSatisfy { $0.contains("shop 10.2.0.10:80/tcp: ") })
        #expect(ending.error.contains("\(capture.datagrams) datagrams (0 rejected)"))
    }

    private static func seconds(_ value: Any?) throws -> Double {
        let text = try #require(value as? String)
        return try Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
            .timeIntervalSince1970
    }

    /// docs/alerts.md
    private static let fields: Set<String> = [
        "schema", "type", "time", "event", "incident", "service", "class", "technique", "severity",
        "confidence",
        "onset", "pressure", "rate", "outcome", "sources", "telemetry", "d3fend", "mitigation", "maintenance",
        "totals", "text",
    ]

    /// What an open has no value of.
    private static let absent: Set<String> = ["maintenance", "totals"]

    private static let nested: [String: Set<String>] = [
        "service": ["name", "address", "port", "protocol"],
        "pressure": ["metric", "value", "baseline", "unit"],
        "rate": ["new_per_second", "baseline", "raw_records", "sampling"],
        "outcome": [
            "channel", "failure_ratio", "baseline", "latency_ms", "latency_baseline_ms", "lines_per_flow",
            "lines_per_flow_baseline",
        ],
        "sources": ["count", "baseline", "new_share", "top"],
        "telemetry": ["exporters", "loss", "baseline_age_hours"],
        "totals": [
            "seconds", "connections", "failed_connections", "requests", "failed_requests",
            "peak_connections_per_second", "peak_requests_per_second", "peak_open", "sources",
        ],
    ]
}
