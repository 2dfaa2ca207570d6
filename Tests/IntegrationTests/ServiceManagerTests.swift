// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// What systemd is told through `NOTIFY_SOCKET`.
@Suite(.serialized) struct ServiceManagerTests {
    private static let configuration = "alerts: [ { stdout: { format: json } } ]\n"

    @Test(arguments: ["path", "abstract name"])
    func isToldOfEveryChange(form: String) async throws {
        let folder = try TemporaryDirectory()
        let isPath = form == "path"
        let name = isPath ? folder.file("notify") : "@" + folder.file("notify")
        let socket = try NotifySocket(name)
        let daemon = try await RunningDaemon(Self.configuration, environment: ["NOTIFY_SOCKET": name])
        var lines: [String] = []
        func told(_ word: String) async throws {
            try await eventually("\(word) after \(lines)") {
                lines += socket.lines()
                return lines.contains(word)
            }
        }
        try await told("READY=1")
        #expect(lines.first == "READY=1")
        try await told("WATCHDOG=1")
        #expect(lines.contains { $0.hasPrefix("STATUS=") && $0.contains("0 exporters") })

        lines = []
        daemon.program.send(signal: SIGHUP)
        try await told("RELOADING=1")
        try await told("READY=1")
        #expect(!lines.contains("STOPPING=1"))

        try await daemon.stop()
        try await told("STOPPING=1")
    }

    /// SIGHUP may follow READY at once; it must not end the daemon.
    @Test func mayReloadAsSoonAsReady() async throws {
        let folder = try TemporaryDirectory()
        let socket = try NotifySocket(folder.file("notify"))
        let port = try FreePort.take(.udp)
        let text = "listen: [ { udp: \"127.0.0.1:\(port)\" } ]\ncontrol: { http: off }\n" + Self.configuration
        try Data(text.utf8).write(to: URL(filePath: folder.file("spate.yaml")))
        let program = try Program(
            ["run", "--config", folder.file("spate.yaml")],
            environment: ["NOTIFY_SOCKET": folder.file("notify")])
        try await eventually("READY=1: \(program.error)") { socket.lines().contains("READY=1") }
        program.send(signal: SIGHUP)
        try await eventually("a reload: \(program.error)") {
            try #require(program.isRunning, "SIGHUP ended it")
            return program.error.contains("was read again and is in force")
        }
        program.send(signal: SIGTERM)
        let ending = try await program.ending()
        #expect(ending.isExit)
        #expect(ending.status == 0)
    }
}
