// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Sockets for log lines come and go with the configuration.
@Suite(.serialized) struct LogSocketTests {
    private static func configuration(_ sockets: String, rules: String? = nil) -> String {
        """
        services: [ { name: web, addresses: [10.2.0.20], port: 80 } ]
        discover: { enabled: false }
        alerts: [ { stdout: { format: json } } ]
        signals:
          syslog: [ \(sockets) ]
          rules: [ \(rules ?? "{ program: unbound, format: unbound, service: web }") ]

        """
    }

    private static let line = "<30>Nov 21 02:02:45 svc unbound: [1:0] info: 10.0.0.1 a. A IN NOERROR 0.1 0 4"

    private static func reload(_ daemon: RunningDaemon, times: Int) async throws {
        daemon.program.send(signal: SIGHUP)
        try await eventually("reload \(times): \(daemon.program.error)") {
            daemon.program.error.components(separatedBy: "was read again and is in force").count == times + 1
        }
    }

    @Test func sighupOpensAndClosesThem() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("log.sock")
        let tcp = try FreePort.take(.tcp)
        let label: Substring = "tcp:127.0.0.1:\(tcp)"
        let read = "spate_signals_read_lines_total"
        let daemon = try await RunningDaemon(Self.configuration(""), folder: folder)
        #expect(!FileManager.default.fileExists(atPath: path))

        let both = "{ tcp: \"127.0.0.1:\(tcp)\" }, { unix: \(path) }"
        try daemon.rewrite(Self.configuration(both))
        try await Self.reload(daemon, times: 1)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o666)
        let peer = try TCPPeer(port: tcp)
        try peer.send(Self.line + "\n")
        try UnixPeer(path: path).send(Self.line)
        _ = try await daemon.metrics("both lines: \(daemon.program.error)") { $0[read] == 2 }

        // A connection goes on through a reload, with the rules of the new configuration.
        let rules = "{ program: haproxy, format: haproxy-http, service: web }"
        try daemon.rewrite(Self.configuration(both, rules: rules))
        try await Self.reload(daemon, times: 2)
        try peer.send(Self.line + "\n")
        let metrics = try await daemon.metrics("a line of no rule") {
            $0["spate_signals_unmatched_lines_total", ["socket": label]] == 1
        }
        // What was counted by rules that are gone stays counted.
        #expect(metrics[read, ["rule": "1:unbound"]] == 2)
        #expect(metrics[read, ["rule": "1:haproxy-http"]] == 0)

        try daemon.rewrite(Self.configuration("{ tcp: \"127.0.0.1:\(tcp)\" }, { unix: \(path), mode: 0600 }"))
        try await Self.reload(daemon, times: 3)
        try await eventually("a word on the mode: \(daemon.program.error)") {
            daemon.program.error.contains("'mode' has changed: that takes effect at the next start")
        }

        try daemon.rewrite(Self.configuration(""))
        try await Self.reload(daemon, times: 4)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(peer.isClosedByOther)
        #expect(throws: TCPPeer.Failure.self) { _ = try TCPPeer(port: tcp) }
        #expect(try daemon.metrics()[read, ["socket": label]] == 1)
        try await daemon.stop()
    }

    /// The daemon was killed: its socket is still there, and nobody behind it.
    @Test func aStaleSocketMakesPlace() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("log.sock")
        let first = try await RunningDaemon(Self.configuration("{ unix: \(path) }"), folder: folder)
        first.program.send(signal: SIGKILL)
        _ = try await first.program.ending()
        #expect(FileManager.default.fileExists(atPath: path))
        let second = try await RunningDaemon(Self.configuration("{ unix: \(path) }"), folder: folder)
        try UnixPeer(path: path).send(Self.line)
        _ = try await second.metrics("the line") { $0["spate_signals_read_lines_total"] == 1 }
        try await second.stop()
    }

    @Test func aSocketInUseIsAnErrorAndStays() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("log.sock")
        let other = try FakeSyslog(path: path)
        let text =
            "listen: [ { udp: \"127.0.0.1:\(try FreePort.take(.udp))\" } ]\ncontrol: { http: off }\n"
            + Self.configuration("{ unix: \(path) }")
        try Data(text.utf8).write(to: URL(filePath: folder.file("spate.yaml")))
        let ending = try await Program.run(["run", "--config", folder.file("spate.yaml")])
        #expect(ending.isExit)
        #expect(ending.status == 1)
        #expect(ending.error.contains("unix:\(path): somebody listens there already"))
        try UnixPeer(path: path).send("still there")
        #expect(other.receive() == "still there")
    }

    /// A connection that fails its framing, and one that is silent, cost the others nothing.
    @Test func connectionsAreBounded() async throws {
        let tcp = try FreePort.take(.tcp)
        let daemon = try await RunningDaemon(Self.configuration("{ tcp: \"127.0.0.1:\(tcp)\" }"))
        let peers = try (0..<64).map { _ in try TCPPeer(port: tcp, host: 61) }
        _ = try await daemon.metrics("64 connections") { $0["spate_signals_open_connections"] == 64 }
        #expect(try TCPPeer(port: tcp, host: 61).isClosedByOther)
        let other = try TCPPeer(port: tcp, host: 62)
        try other.send(Self.line + "\n")
        for peer in peers { try peer.send(Self.line + "\n<13>half") }
        let metrics = try await daemon.metrics("65 lines") { $0["spate_signals_read_lines_total"] == 65 }
        #expect(metrics["spate_signals_closed_connections_total", ["reason": "refused"]] == 1)
        #expect(metrics["spate_signals_connections_total"] == 66)
        try await daemon.stop()
    }
}
