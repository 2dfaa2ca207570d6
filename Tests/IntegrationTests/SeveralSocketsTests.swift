// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Several sockets at one address: nothing is counted twice or forgotten, and an exporter always meets its templates.
@Suite(.serialized) struct SeveralSocketsTests {
    private static let number = "spate_intake_datagrams_total"
    private static let unmatched = "spate_decoding_unmatched_sets_total"

    private static func exporters(of daemon: RunningDaemon) throws -> [TestExporter] {
        try (0..<12).map { index in
            try TestExporter(
                index.isMultiple(of: 2) ? .version9 : .ipfix, host: UInt8(21 + index), to: daemon.flowPort)
        }
    }

    /// Waits until all that was sent is evaluated; then every record was decoded and each term of the law is exact.
    private static func expect(_ daemon: RunningDaemon, _ exporters: [TestExporter]) async throws -> Metrics {
        let sent = exporters.reduce(0) { $0 + $1.datagrams }
        let records = exporters.reduce(0) { $0 + $1.records }
        let metrics = try await daemon.metrics("\(sent) datagrams: \(daemon.program.error)") {
            $0[number] == sent
                && $0["spate_windows_records_total"] + $0["spate_windows_ignored_records_total"] == records
        }
        #expect(metrics["spate_decoding_datagrams_total"] == sent)
        #expect(metrics["spate_decoding_records_total"] == records)
        #expect(metrics["spate_ring_records_total"] == records)
        #expect(metrics["spate_ring_dropped_records_total"] == 0)
        #expect(metrics["spate_intake_dropped_datagrams_total"] == 0)
        #expect(metrics[unmatched] == 0)
        #expect(metrics["spate_decoding_lost_units_total"] == 0)
        return metrics
    }

    @Test func everyDatagramMeetsItsTemplatesAndIsCountedOnce() async throws {
        let daemon = try await RunningDaemon(sockets: 4)
        let exporters = try Self.exporters(of: daemon)
        for exporter in exporters { try exporter.sendFlows() }
        _ = try await Self.expect(daemon, exporters)
        for round in 0..<4 {
            for (index, exporter) in exporters.enumerated() {
                if round == 2 { try exporter.changePort(host: UInt8(21 + index)) }
                try exporter.sendFlows(datagrams: 2, withTemplate: false)
            }
            _ = try await Self.expect(daemon, exporters)
        }
        let metrics = try daemon.metrics()
        let shares = (1...4).map { metrics[Self.number, ["number": "\($0)"]] }
        #expect(shares.allSatisfy { $0 > 0 }, "\(shares)")
        #expect(shares.reduce(0, +) == exporters.reduce(0) { $0 + $1.datagrams })
        #expect(metrics["spate_decoding_held_templates"] == exporters.count)
        let body = try #require(HTTPRequest.get("/status", port: daemon.httpPort)?.body)
        for share in shares { #expect(body.contains("\"datagrams\":\(share)")) }
        try await daemon.stop()
    }

    /// Sockets come and go: the templates are where their exporters are.
    @Test func theNumberFollowsAReload() async throws {
        let daemon = try await RunningDaemon(sockets: 1)
        let exporters = try Self.exporters(of: daemon)
        for exporter in exporters { try exporter.sendFlows() }
        _ = try await Self.expect(daemon, exporters)
        for (reloads, count) in [3, 5, 2, 1, 2].enumerated() {
            try daemon.rewrite("", sockets: count)
            daemon.program.send(signal: SIGHUP)
            try await eventually("reload \(reloads + 1): \(daemon.program.error)") {
                daemon.program.error.components(separatedBy: "was read again and is in force").count
                    == reloads + 2
            }
            for exporter in exporters { try exporter.sendFlows(datagrams: 3, withTemplate: false) }
            let metrics = try await Self.expect(daemon, exporters)
            let open = metrics.values(of: "number", in: "spate_intake_receive_buffer_bytes")
            #expect(open == (1...count).map(String.init))
        }
        try await daemon.stop()
    }

    /// What was kept comes to the decoders that its exporters meet.
    @Test func templatesOutliveARestart() async throws {
        let folder = try TemporaryDirectory()
        let state = "state: { directory: \(folder.file("state")) }"
        let first = try await RunningDaemon(state, sockets: 2)
        var exporters = try Self.exporters(of: first)
        for exporter in exporters { try exporter.sendFlows() }
        _ = try await Self.expect(first, exporters)
        try await first.stop()
        let second = try await RunningDaemon(state, sockets: 5)
        // IPFIX numbers go on; as an exporter that was restarted would, these begin anew.
        exporters = try Self.exporters(of: second)
        for exporter in exporters { try exporter.sendFlows(datagrams: 2, withTemplate: false) }
        let records = exporters.reduce(0) { $0 + $1.records }
        let metrics = try await second.metrics("the records: \(second.program.error)") {
            $0["spate_ring_records_total"] == records
        }
        #expect(metrics[Self.unmatched] == 0)
        #expect(metrics["spate_decoding_held_templates"] == exporters.count)
        try await second.stop()
    }

    @Test func anotherDaemonDoesNotJoin() async throws {
        let daemon = try await RunningDaemon(sockets: 2)
        let other = daemon.folder.file("other.yaml")
        try Data(
            "listen: [ { udp: \"127.0.0.1:\(daemon.flowPort)\", sockets: 2 } ]\ncontrol: {}\n".utf8
        ).write(to: URL(filePath: other))
        let ending = try await Program.run(["run", "--config", other])
        #expect(ending.status == 1)
        #expect(ending.error.contains("127.0.0.1:\(daemon.flowPort)"))
        try await daemon.stop()
    }
}
