// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Three shards of the evaluation behind two sockets: nothing is counted twice or forgotten, and to the operator they are
/// one.
@Suite(.serialized) struct SeveralShardsTests {
    private static let tick = "spate_detection_last_tick_timestamp_seconds"
    private static let shards = "spate_windows_shard_records_total"

    /// All that a `TestExporter` sends is of one of two services, in two shards.
    private static let services = """
        evaluation: { shards: 3 }
        services:
          - { name: shop, addresses: [10.2.0.20], port: 443 }
          - { name: blog, addresses: [10.9.9.9], port: 443 }
          - { name: mail, addresses: [10.2.0.21], port: 25 }
          - { name: news, addresses: [10.2.0.22], port: 119 }
        discover: { enabled: false }

        """

    @Test func everyRecordIsCountedOnce() async throws {
        let folder = try TemporaryDirectory()
        let socket = folder.file("control.sock")
        let daemon = try await RunningDaemon(Self.services, sockets: 2, folder: folder, socket: socket)
        let exporters = try (0..<8).map { index in
            try TestExporter(
                index.isMultiple(of: 2) ? .version9 : .ipfix, host: UInt8(51 + index), to: daemon.flowPort)
        }
        for _ in 0..<10 {
            // Whose records are booked first counts until another has told of twice as many: sent all at once, chance decides
            // which socket's are.
            try exporters[0].sendFlows(datagrams: 5)
            let first = exporters[0].records
            _ = try await daemon.metrics("the first \(first)") { $0["spate_windows_records_total"] == first }
            for exporter in exporters.dropFirst() { try exporter.sendFlows(datagrams: 5) }
            let sent = exporters.reduce(0) { $0 + $1.datagrams }
            _ = try await daemon.metrics("\(sent) datagrams") { $0["spate_intake_datagrams_total"] == sent }
        }
        let records = exporters.reduce(0) { $0 + $1.records }
        let metrics = try await daemon.metrics("\(records) records: \(daemon.program.error)") {
            $0["spate_windows_records_total"] + $0["spate_windows_ignored_records_total"] == records
        }
        #expect(metrics["spate_decoding_records_total"] == records)
        #expect(metrics["spate_ring_records_total"] == records)
        #expect(metrics["spate_ring_dropped_records_total"] == 0)
        #expect(metrics["spate_ring_waiting_records"] == 0)
        // One exporter of each service counts, whatever its socket; all sent the same.
        #expect(metrics["spate_windows_records_total"] == exporters[0].records)
        let seen = metrics["spate_windows_ignored_records_total", ["reason": "also_seen"]]
        #expect(seen == records - exporters[0].records)
        let shop = exporters.reduce(0) { $0 + $1.serviceRecords }
        #expect((1...3).map { metrics[Self.shards, ["shard": "\($0)"]] } == [shop, records - shop, 0])
        #expect(metrics["spate_windows_services"] == 4)
        let status = try await Program.run(["status", "--socket", socket])
        #expect(status.outputLines[1] == "8 exporters, 4 services, 0 open incidents")
        try await daemon.stop()
    }

    // MARK: An incident

    /// The shop's traffic is that of `ServiceTraffic`; its place in the list is another after the reload.
    private static func configuration(_ names: [String], syslog: UInt16, file: String) -> String {
        let services = names.enumerated().map { index, name in
            name == "shop"
                ? "{ name: shop, addresses: [10.2.0.10], port: 80 }"
                : "{ name: \(name), addresses: [10.2.9.\(index + 1)], port: 443 }"
        }
        return """
            evaluation: { shards: \(names.count) }
            services: [ \(services.joined(separator: ", ")) ]
            discover: { enabled: false }
            signals:
              syslog: [ { udp: "127.0.0.1:\(syslog)" } ]
              \(ServiceTraffic.rules)
            baseline: { warm_up: 0 }
            detection: { minimum_baseline: 10s, learning_delay: 10s, clear_after: 10s }
            alerts: [ { file: { path: \(file) } } ]

            """
    }

    private static func events(_ file: String) throws -> [(event: String, incident: String)] {
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        let text = try String(contentsOfFile: file, encoding: .utf8)
        return try text.split(separator: "\n").compactMap { line in
            let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            guard let event = object["event"] as? String, ["open", "clear"].contains(event) else {
                return nil
            }
            return (event, object["incident"] as? String ?? "")
        }
    }

    /// It opens, outlives a reload that gives its service another number, and is cleared.
    @Test func anIncidentOpensAndClearsOnce() async throws {
        let folder = try TemporaryDirectory()
        let (file, syslog) = (folder.file("alerts.json"), try FreePort.take(.udp))
        let first = Self.configuration(["blog", "shop", "mail"], syslog: syslog, file: file)
        let daemon = try await RunningDaemon(first, sockets: 2, folder: folder)
        var traffic = ServiceTraffic(seed: 3)
        let (exporter, balancer) = (try LoopbackSocket(host: 61), try LoopbackSocket(host: 62))
        var last = try daemon.metrics()[Self.tick]
        var (opened, cleared) = (false, false)
        for second in 0..<240 where !cleared {
            let known = last
            let metrics = try await daemon.metrics("the next second") { $0[Self.tick] > known }
            last = metrics[Self.tick]
            if !opened, metrics["spate_detection_open_incidents"] > 0 {
                opened = true
                let second = Self.configuration(
                    ["shop", "news", "mail", "blog"], syslog: syslog, file: file)
                try daemon.rewrite(second, sockets: 2)
                daemon.program.send(signal: SIGHUP)
                _ = try await daemon.metrics("the reload: \(daemon.program.error)") {
                    $0["spate_windows_services"] == 4
                }
                #expect(try daemon.metrics()["spate_detection_open_incidents"] == 1)
            }
            cleared = metrics["spate_detection_verdicts_total", ["event": "clear"]] > 0
            let export = traffic.next(last - 1, isFlood: second >= 24 && !opened)
            for datagram in export.datagrams { try exporter.send(datagram, to: daemon.flowPort) }
            for line in export.lines { try balancer.send(line, to: syslog) }
        }
        #expect(opened && cleared, "\(daemon.program.error)")
        let metrics = try daemon.metrics()
        #expect(metrics["spate_windows_ignored_outcomes_total"] == 0)
        #expect(metrics.values(of: "shard", in: Self.shards) == ["1", "2", "3"])
        #expect((1...3).filter { metrics[Self.shards, ["shard": "\($0)"]] > 0 } == [2])
        try await eventually("both messages") { try Self.events(file).count >= 2 }
        let events = try Self.events(file)
        #expect(events.map(\.event) == ["open", "clear"])
        #expect(Set(events.map(\.incident)).count == 1)
        let words = "'evaluation' has changed: that takes effect at the next start"
        #expect(daemon.program.error.contains(words))
        try await daemon.stop()
    }
}
