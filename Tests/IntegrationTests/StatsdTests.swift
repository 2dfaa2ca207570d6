// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// StatsD datagrams and the running daemon: what came is counted, and what it says is shown.
@Suite(.serialized) struct StatsdTests {
    private static let services = """
        services:
          - { name: shop, addresses: [10.2.0.20], port: 443 }
          - { name: dns, addresses: [10.2.0.53], port: 53 }
        discover: { enabled: false }
        alerts: [ { stdout: { format: json } } ]

        """

    private static func configuration(port: UInt16) -> String {
        services + """
            signals:
              statsd: [ { udp: "127.0.0.1:\(port)" } ]
              metrics:
                - { name: gunicorn.requests, as: requests, service: shop }
                - { name: "gunicorn.request.status.5*", as: errors, service: shop }
                - { name: gunicorn.request.duration, as: latency, service: shop }
                - { name: host.cpu, as: cpu, unit: percent, service_from: tag service }
                - { name: pool.busy, as: workers, of: 8, service: shop }
                - { name: pool.waiting, as: queue, service: shop }

            """
    }

    /// One value for each thing that can become of it.
    private static let datagrams = [
        "gunicorn.requests:1.0|c\ngunicorn.request.status.503:1.0|c\ngunicorn.request.duration:212.5|ms",
        "gunicorn.requests:10|c|@0.5\ngunicorn.request.duration:1:2:3|d",
        "host.cpu:97.5|g|#service:shop\nhost.cpu:40|g|#service:dns\npool.busy:4|g\npool.waiting:+3|g\n",
        "gunicorn.requests:0|c", "other:1|c", "host.cpu:1|g|#service:blog", "users:x|s", "_sc|db|2",
        "gunicorn.requests:1|g", "gunicorn.requests:-1|c", "", "\n\n", "hello", ":1|c",
        "gunicorn.requests:nan|c",
        "gunicorn.requests:1|c|@0", String(repeating: "a", count: 8193),
    ]

    @Test func everyValueIsCountedOnce() async throws {
        let port = try FreePort.take(.udp)
        let folder = try TemporaryDirectory()
        let socket = folder.file("control.sock")
        let daemon = try await RunningDaemon(Self.configuration(port: port), folder: folder, socket: socket)
        let sender = try LoopbackSocket()
        for datagram in Self.datagrams { try sender.send(datagram, to: port) }
        let metrics = try await daemon.metrics("all outcomes") {
            $0["spate_statsd_datagrams_total"] == Self.datagrams.count
                && $0["spate_windows_outcomes_total"] == 11
        }
        #expect(metrics["spate_statsd_read_values_total"] == 12)
        for (reason, count) in [
            "unknown_name": 1, "unknown_service": 1, "other_type": 2, "unsuited_type": 1, "negative": 1,
            "no_room": 0,
        ] {
            #expect(
                metrics["spate_statsd_ignored_values_total", ["reason": Substring(reason)]] == count,
                "\(reason)")
        }
        for (reason, count) in ["empty": 2, "form": 1, "name": 1, "value": 1, "rate": 1, "too_long": 1] {
            #expect(
                metrics["spate_statsd_malformed_values_total", ["reason": Substring(reason)]] == count,
                "\(reason)")
        }
        #expect(metrics["spate_statsd_dropped_outcomes_total"] == 0)
        #expect(metrics["spate_statsd_dropped_datagrams_total"] == 0)
        #expect(metrics["spate_windows_ignored_outcomes_total"] == 0)
        try await Self.expectStatus(daemon, socket)
        try await daemon.stop()
    }

    private static func expectStatus(_ daemon: RunningDaemon, _ socket: String) async throws {
        _ = try await daemon.metrics("the levels") {
            $0["spate_windows_queued_requests", ["service": "shop"]] == 3
        }
        let text = try await Program.run(["status", "--socket", socket])
        let lines = text.outputLines
        let start = try #require(lines.firstIndex(of: "Levels, at most in the last minute"), "\(text.output)")
        #expect(lines[start + 2].split(separator: " ") == ["shop", "3", "50", "%", "98", "%"])
        #expect(lines[start + 3].split(separator: " ") == ["dns", "-", "-", "40", "%"])
        #expect(lines.contains("Metrics"))
        let json = try await Program.run(["status", "--socket", socket, "--format", "json"])
        #expect(
            json.output.contains(
                #"{"type":"levels","cpu_percent":97.5,"queue":3,"service":"shop","workers_percent":50}"#))
        #expect(json.output.contains(#""read":12}"#))
    }

    /// A socket that goes keeps its counts, one that comes reads by the rules of the new file.
    @Test func sighupChangesRulesAndSockets() async throws {
        let (first, second) = (try FreePort.take(.udp), try FreePort.take(.udp))
        let daemon = try await RunningDaemon(Self.configuration(port: first))
        let sender = try LoopbackSocket()
        try sender.send("gunicorn.requests:5|c\nuwsgi.requests:5|c", to: first)
        let read = "spate_statsd_read_values_total"
        _ = try await daemon.metrics("the first") { $0["spate_windows_outcomes_total"] == 1 }
        let next = Self.configuration(port: second).replacing("gunicorn.requests", with: "uwsgi.requests")
        try daemon.rewrite(next)
        daemon.program.send(signal: SIGHUP)
        try await eventually("the reload: \(daemon.program.error)") {
            daemon.program.error.contains("was read again and is in force")
        }
        try sender.send("gunicorn.requests:5|c\nuwsgi.requests:5|c", to: second)
        let metrics = try await daemon.metrics("the second") { $0["spate_windows_outcomes_total"] == 2 }
        #expect(metrics[read, ["socket": "127.0.0.1:\(first)"]] == 1)
        #expect(metrics[read, ["socket": "127.0.0.1:\(second)"]] == 1)
        #expect(metrics["spate_statsd_ignored_values_total", ["reason": "unknown_name"]] == 2)
        _ = try LoopbackSocket(port: first)
        try await daemon.stop()
    }

    /// Rules and services are other ones while the socket stays.
    @Test func sighupChangesTheRulesOfASocketThatStays() async throws {
        let port = try FreePort.take(.udp)
        let daemon = try await RunningDaemon(Self.configuration(port: port))
        let sender = try LoopbackSocket()
        try daemon.rewrite(
            Self.configuration(port: port).replacing("gunicorn.requests", with: "uwsgi.requests"))
        daemon.program.send(signal: SIGHUP)
        try await eventually("the reload: \(daemon.program.error)") {
            daemon.program.error.contains("was read again and is in force")
        }
        try sender.send("gunicorn.requests:5|c\nuwsgi.requests:5|c", to: port)
        let metrics = try await daemon.metrics("the request") { $0["spate_windows_outcomes_total"] == 1 }
        #expect(metrics["spate_statsd_ignored_values_total", ["reason": "unknown_name"]] == 1)
        try await daemon.stop()
    }

    /// A Unix socket beside a UDP socket, and a sender that is held to its rate.
    @Test func aUnixSocketIsReadAndASenderHeldToItsRate() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("statsd.sock")
        let port = try FreePort.take(.udp)
        let configuration = Self.configuration(port: port).replacing(
            "statsd: [ ", with: "lines_per_second: 1\n  statsd: [ { unix: \(path), mode: 0600 }, ")
        let daemon = try await RunningDaemon(configuration, folder: folder)
        let peer = try UnixPeer(path: path)
        try peer.send("gunicorn.requests:5|c\npool.waiting:4|g")
        let sender = try LoopbackSocket(host: 77)
        for _ in 0..<20 { try sender.send("gunicorn.requests:5|c", to: port) }
        let limited = "spate_statsd_limited_datagrams_total"
        let metrics = try await daemon.metrics("all datagrams") { $0["spate_statsd_datagrams_total"] == 21 }
        // The table tells what the queue has counted a moment before.
        let settled = try await daemon.metrics("all of them counted") {
            $0["spate_statsd_read_values_total"] - 2 + $0[limited] == 20
        }
        #expect(settled["spate_statsd_read_values_total", ["socket": Substring("unix:\(path)")]] == 2)
        #expect(settled[limited, ["sender": "127.0.0.77"]] == settled[limited])
        #expect(settled[limited] >= 15)
        #expect(metrics["spate_statsd_dropped_datagrams_total"] == 0)
        try await daemon.stop()
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
