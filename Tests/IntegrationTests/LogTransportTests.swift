// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Log lines over UDP, TCP and a Unix socket: whatever way they come, they are the same lines.
@Suite(.serialized) struct LogTransportTests {
    /// A daemon with a socket of each kind.
    private struct Collector {
        let daemon: RunningDaemon
        let udp: UInt16
        let tcp: UInt16
        let path: String
        let control: String

        var tcpLabel: Substring { "tcp:127.0.0.1:\(tcp)" }
        var udpLabel: Substring { "127.0.0.1:\(udp)" }
        var unixLabel: Substring { "unix:\(path)" }

        init(linesPerSecond: Int = 100_000) async throws {
            let folder = try TemporaryDirectory()
            (udp, tcp) = (try FreePort.take(.udp), try FreePort.take(.tcp))
            (path, control) = (folder.file("log.sock"), folder.file("control.sock"))
            let sockets =
                "{ udp: \"127.0.0.1:\(udp)\" }, { tcp: \"127.0.0.1:\(tcp)\" }, { unix: \(path) }"
            daemon = try await RunningDaemon(
                LogTransportTests.configuration(sockets, linesPerSecond: linesPerSecond), folder: folder,
                socket: control)
        }

        func status() async throws -> [[String: Any]] {
            let ending = try await Program.run(["status", "--socket", control, "--format", "json"])
            #expect(ending.status == 0)
            return try ending.outputLines.map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
        }
    }

    private static func configuration(_ sockets: String, linesPerSecond: Int = 100_000) -> String {
        """
        services:
          - { name: web, addresses: [10.2.0.20], port: 80 }
          - { name: names, addresses: [10.2.0.53], port: 53, kind: dns }
          - { name: shop, addresses: [10.2.0.20], port: 443 }
        discover: { enabled: false }
        alerts: [ { stdout: { format: json } } ]
        signals:
          lines_per_second: \(linesPerSecond)
          syslog: [ \(sockets) ]
          rules:
            - { program: haproxy, format: haproxy-http, service: web }
            - { program: unbound, format: unbound, service: names }

        """
    }

    private static func request(_ number: Int = 0) -> String {
        "<134>Nov 21 02:02:45 haproxy[1]: 10.20.1.\(number % 200):5 [21/Nov/2026:02:02:45.907] web app/app1 "
            + "0/0/1/82/83 \(number.isMultiple(of: 5) ? 503 : 200) 3121 - - ---- 11/11/0/0/0 0/0 \"GET / HTTP/1.1\""
    }

    /// 40 requests, 10 replies, and of everything else something.
    private static let lines: [String] =
        (0..<40).map(request)
        + (0..<10).map {
            "<30>1 2026-11-21T02:02:45.5+00:00 svc unbound 1 - [a@1 b=\"c\\]\"] [1:0] info: 10.0.0.\($0) a. A IN NOERROR 0.1 0 4"
        }
        + (0..<3).map {
            "<134>Nov 21 02:02:45 haproxy[1]: 10.20.1.1:5 [21/Nov/2026:02:02:45.907] no request \($0)"
        }
        + ["<30>Nov 21 02:02:45 svc unbound: [1:0] info: start of service (unbound 1.17.1)."]
        + (0..<2).map { "<13>Nov 21 02:02:45 vm cron[\($0)]: nobody's line \u{1B}[31m" } + ["<999>x"]

    private static func expectAll(
        _ metrics: Metrics, _ socket: Substring, times: Int = 1, location: SourceLocation = #_sourceLocation
    ) {
        func expect(_ name: String, _ labels: [Substring: Substring], _ count: Int) {
            let found = metrics["spate_signals_\(name)_total", labels.merging(["socket": socket]) { $1 }]
            #expect(found == count * times, "\(name) \(labels) of \(socket)", sourceLocation: location)
        }
        expect("datagrams", [:], lines.count)
        expect("read_lines", ["rule": "1:haproxy-http"], 40)
        expect("read_lines", ["rule": "2:unbound"], 10)
        expect("read_lines", [:], 50)
        expect("ignored_lines", ["rule": "1:haproxy-http", "reason": "unreadable"], 3)
        expect("ignored_lines", ["rule": "2:unbound", "reason": "no_outcome"], 1)
        expect("ignored_lines", [:], 4)
        expect("unmatched_lines", [:], 2)
        expect("malformed_lines", ["reason": "header"], 1)
        expect("malformed_lines", [:], 1)
        expect("dropped_lines", [:], 0)
        expect("dropped_outcomes", [:], 0)
    }

    @Test func theSameLinesOverEveryTransportAreReadTheSame() async throws {
        let collector = try await Collector()
        let daemon = collector.daemon
        let udp = try LoopbackSocket(host: 41)
        for line in Self.lines { try udp.send(line + "\n", to: collector.udp) }
        let byLine = try TCPPeer(port: collector.tcp, host: 42)
        try byLine.send(Self.lines.map { $0 + "\n" }.joined())
        let counted = try TCPPeer(port: collector.tcp, host: 43)
        // In pieces that end anywhere.
        let octets = Array(Self.lines.map { "\($0.utf8.count) \($0)" }.joined().utf8)
        for start in stride(from: 0, to: octets.count, by: 37) {
            try counted.send(Array(octets[start...].prefix(37)))
        }
        let local = try UnixPeer(path: collector.path)
        for line in Self.lines { try local.send(line) }

        let sent = 4 * Self.lines.count
        let metrics = try await daemon.metrics("\(sent) lines: \(daemon.program.error)") {
            $0["spate_signals_datagrams_total"] == sent && $0["spate_windows_outcomes_total"] == 4 * 50
        }
        Self.expectAll(metrics, collector.udpLabel)
        Self.expectAll(metrics, collector.tcpLabel, times: 2)
        Self.expectAll(metrics, collector.unixLabel)
        #expect(metrics["spate_signals_open_connections", ["socket": collector.tcpLabel]] == 2)
        #expect(metrics["spate_signals_connections_total"] == 2)
        #expect(metrics["spate_signals_cut_lines_total"] == 0)
        try await Self.expectSamples(try await collector.status())
        try await daemon.stop()
        #expect(!FileManager.default.fileExists(atPath: collector.path))
    }

    private static func expectSamples(_ status: [[String: Any]]) async throws {
        let rules = status.filter { $0["type"] as? String == "rule" }
        #expect(rules.map { $0["rule"] as? String } == ["1:haproxy-http", "2:unbound"])
        #expect(rules.map { $0["read"] as? Int } == [160, 40])
        #expect(rules[0]["meaning"] as? String == "program haproxy")
        #expect(rules[0]["service"] as? String == "web")
        let sample = try #require(rules[0]["sample"] as? [String: String])
        #expect(sample["line"]?.hasSuffix("no request 0") == true)
        #expect(sample["reason"] == "unreadable")
        #expect(rules[1]["sample"] == nil)
        for logs in status where logs["type"] as? String == "logs" {
            let unmatched = try #require(logs["unmatched_sample"] as? [String: String])
            #expect(unmatched["line"]?.hasPrefix("<13>Nov 21 02:02:45 vm cron[0]: nobody's line") == true)
            #expect((logs["malformed_sample"] as? [String: String])?["line"] == "<999>x")
        }
    }

    /// One sender floods each socket, another one logs as ever, and a router exports.
    @Test func aFloodOfOneSenderIsHeldToItsRate() async throws {
        let collector = try await Collector(linesPerSecond: 10)
        let daemon = collector.daemon
        let exporter = try TestExporter(.ipfix, host: 44, to: daemon.flowPort)
        let (flooding, quiet) = (try LoopbackSocket(host: 45), try LoopbackSocket(host: 46))
        let floodingPeer = try TCPPeer(port: collector.tcp, host: 45)
        let quietPeer = try TCPPeer(port: collector.tcp, host: 46)
        let piece = String(repeating: Self.request(1) + "\n", count: 2000)
        for round in 1...5 {
            try floodingPeer.send(piece)
            for number in 0..<2 { try quietPeer.send(Self.request(number) + "\n") }
            // Less than any receive buffer holds.
            for _ in 0..<60 { try flooding.send(Self.request(1), to: collector.udp) }
            for number in 0..<2 { try quiet.send(Self.request(number), to: collector.udp) }
            try exporter.sendFlows(datagrams: 10)
            _ = try await daemon.metrics("round \(round): \(daemon.program.error)") {
                $0["spate_signals_datagrams_total"] == round * 2064
                    && $0["spate_intake_datagrams_total"] == round * 10
            }
        }
        let metrics = try await daemon.metrics("all records") {
            $0["spate_windows_records_total"] + $0["spate_windows_ignored_records_total"] == exporter.records
                && $0["spate_windows_outcomes_total"] == $0["spate_signals_read_lines_total"]
        }
        for (label, count) in [(collector.tcpLabel, 10_000), (collector.udpLabel, 300)] {
            let read = metrics["spate_signals_read_lines_total", ["socket": label]] - 10
            let dropped = metrics["spate_signals_dropped_lines_total", ["socket": label]]
            #expect(read + dropped == count)
            #expect(read >= 10)
            #expect(dropped > 0)
            let own: [Substring: Substring] = ["socket": label, "sender": "127.0.0.45"]
            #expect(metrics["spate_signals_dropped_lines_total", own] == dropped)
        }
        #expect(metrics["spate_signals_dropped_datagrams_total"] == 0)
        #expect(metrics["spate_decoding_records_total"] == exporter.records)
        #expect(metrics["spate_ring_dropped_records_total"] == 0)
        let logs = try await collector.status().filter { $0["type"] as? String == "logs" }
        for log in logs.prefix(2) {
            #expect((log["dropped"] as? [String: Int])?.keys.sorted() == ["127.0.0.45"])
        }
        try await daemon.stop()
    }

    @Test func hostileOctetsInConnections() async throws {
        let collector = try await Collector()
        let daemon = collector.daemon
        var random = SeededRandom(seed: 0x5140)
        let alphabet = Array("0123456789 <<>>\n\n\r\0ab:[]".utf8)
        for host in 50..<58 as Range<UInt8> {
            let peer = try TCPPeer(port: collector.tcp, host: host)
            for _ in 0..<50 {
                let count = Int.random(in: 0..<4000, using: &random)
                let octets = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
                try peer.send(octets)
            }
            try peer.send("\n")
        }
        let length = "9999999 <13>"
        try TCPPeer(port: collector.tcp, host: 58).send(length)
        let last = try TCPPeer(port: collector.tcp, host: 59)
        try last.send(Self.request() + "\n")
        let kinds = ["read", "unmatched", "ignored", "malformed", "dropped"].map {
            "spate_signals_\($0)_lines_total"
        }
        let metrics = try await daemon.metrics("the end of nine connections: \(daemon.program.error)") {
            page in
            page["spate_signals_open_connections"] == 1 && page["spate_signals_read_lines_total"] >= 1
                && kinds.reduce(0) { $0 + page[$1] } == page["spate_signals_datagrams_total"]
        }
        #expect(metrics[kinds[1]] > 0 && metrics[kinds[3]] > 0)
        #expect(metrics["spate_signals_cut_lines_total"] > 0)
        try await daemon.stop()
    }
}
