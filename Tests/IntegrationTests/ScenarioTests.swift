// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The labelled captures of a test network: attacks open an incident of the right class, everything else opens none.
@Suite(
    .serialized, .enabled(if: Shared.folder("scenarios") != nil, "there are no scenarios beside the project"))
struct ScenarioTests {
    private struct Truth: Decodable {
        struct Service: Decodable { var name: String? }
        struct Event: Decodable { var start, end: Double }
        struct Exporter: Decodable {
            var name: String
            var active: Double
        }
        var label: String
        var service: Service
        var alsoHit: [String]
        var event: Event
        var exporters: [String: Exporter]
    }

    private struct Alert: Decodable {
        struct Service: Decodable { var name: String }
        var time: String?
        var event: String
        var incident: String?
        var service: Service?
        var `class`: String?

        var seconds: Double {
            get throws {
                try Date(time ?? "", strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
                    .timeIntervalSince1970
            }
        }
    }

    private static let configuration =
        URL(filePath: #filePath).appending(path: "../../Captures/testbed.yaml").standardized.path

    @Test(
        arguments: [("http_flood_newconn", "http_flood"), ("slowloris", "slow_connection")],
        ["sf9s", "sf10r"])
    func attacksOpenAnIncident(attack: (scenario: String, kind: String), exporter name: String) async throws {
        let (truth, alerts) = try await replay(attack.scenario, name)
        let exporter = try #require(truth.exporters.values.first { $0.name == name })
        let opens = alerts.filter { $0.event == "open" }
        let open = try #require(
            opens.first { $0.service?.name == truth.service.name }, "no incident on the service")
        let opened = try open.seconds
        #expect((truth.event.start...truth.event.end + exporter.active + 30).contains(opened))
        let refined = try alerts.filter {
            try $0.incident == open.incident && ["open", "update"].contains($0.event)
                && $0.seconds <= opened + 60
        }
        #expect(refined.last?.class == attack.kind)
        let touched = [truth.service.name] + truth.alsoHit.map { $0 }
        for other in opens { #expect(touched.contains(other.service?.name), "a stray incident") }
    }

    @Test(arguments: ["flash_crowd", "crawler", "backend_outage", "quiet_baseline"], ["sf9s", "sf10r"])
    func everythingElseOpensNone(scenario: String, exporter: String) async throws {
        let (truth, alerts) = try await replay(scenario, exporter)
        #expect(truth.label == "benign")
        #expect(alerts.last?.event == "summary")
        #expect(
            alerts.filter { $0.event == "open" }.map { "\($0.service?.name ?? "") \($0.class ?? "")" } == [])
    }

    private func replay(_ scenario: String, _ exporter: String) async throws -> (Truth, [Alert]) {
        let folder = try #require(Shared.folder("scenarios")) + "/" + scenario
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let truth = try decoder.decode(
            Truth.self, from: Data(contentsOf: URL(filePath: folder + "/truth.json")))
        let flows = try #require(truth.exporters.first { $0.value.name == exporter }?.key)
        let (logs, export) = (try await unpack(folder + "/logs.pcap"), try await unpack(folder + "/" + flows))
        let ending = try await Program.run([
            "replay", "--config", Self.configuration, "--format", "json", "--logs", logs.path, export.path,
        ])
        #expect(ending.status == 0, "\(ending.error)")
        let alerts = try ending.outputLines.map { try JSONDecoder().decode(Alert.self, from: Data($0.utf8)) }
        return (truth, alerts)
    }

    /// A capture, or what gzip makes of it; `holder` keeps that from being removed.
    private func unpack(_ path: String) async throws -> (path: String, holder: Program?) {
        if FileManager.default.fileExists(atPath: path) { return (path, nil) }
        let gzip = try Program(["-dc", path + ".gz"], executable: "/usr/bin/gzip")
        let ending = try await gzip.ending()
        try #require(ending.status == 0, "\(ending.error)")
        return (gzip.outputPath, gzip)
    }
}

/// What other decoders make of captures of real exporters.
@Suite(.enabled(if: Shared.folder("corpus") != nil, "there is no corpus beside the project"))
struct CorpusTests {
    private static let python = "/usr/bin/python3"
    /// Of the 23 cases that all decoders agree on.
    private static let required = 20

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: python), "there is no python3"))
    func decodesAsOthersDo() async throws {
        let folder = try #require(Shared.folder("corpus"))
        let ending = try await Program.run(
            [folder + "/check.py", "--spate", Program.path, "--corpus", folder], executable: Self.python)
        let match = try #require(
            ending.output.firstMatch(of: /grade A: (\d+) of (\d+) as expected/),
            "\(ending.output)\(ending.error)")
        #expect(try #require(Int(match.1)) >= Self.required, "\(ending.output)")
    }
}
