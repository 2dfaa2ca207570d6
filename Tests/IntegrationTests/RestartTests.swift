// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// What outlives the process.
@Suite(.serialized) struct RestartTests {
    /// Sends v9 data, with its template or without, from 127.0.0.31:40031.
    private struct Exporter {
        let socket: LoopbackSocket
        private(set) var sequence = 0

        init() throws { socket = try LoopbackSocket(host: 31) }

        mutating func send(to port: UInt16, withTemplate: Bool) throws {
            var message = MessageBuilder(.version9, sequence: sequence)
            message.exportSeconds = Int(Date().timeIntervalSince1970)
            if withTemplate { message.addTemplate(256, TestFlow.fields) }
            message.addData(256, (0..<10).map { TestFlow(number: $0).encoded })
            try socket.send(message.datagram, to: port)
            sequence += 1
        }
    }

    private func configuration(_ folder: TemporaryDirectory) -> String {
        "state: { directory: \(folder.file("state")) }\n"
    }

    @Test func templatesAndSequenceOutliveARestart() async throws {
        let folder = try TemporaryDirectory()
        var exporter = try Exporter()
        let first = try await RunningDaemon(configuration(folder), folder: folder)
        for number in 0..<5 { try exporter.send(to: first.flowPort, withTemplate: number == 0) }
        _ = try await first.metrics("fifty records") { $0["spate_decoding_records_total"] == 50 }
        try await first.stop()

        let second = try await RunningDaemon(configuration(folder), folder: folder)
        for _ in 0..<5 { try exporter.send(to: second.flowPort, withTemplate: false) }
        let metrics = try await second.metrics("fifty more") { $0["spate_decoding_records_total"] == 50 }
        #expect(metrics["spate_decoding_unmatched_sets_total"] == 0)
        #expect(metrics["spate_decoding_lost_units_total"] == 0)
        #expect(second.program.error.contains("took over 1 templates of 1 observation domains"))
        try await second.stop()
    }

    /// What `spate status` says of the only service.
    private func service(_ daemon: RunningDaemon) async throws -> [String: Any] {
        let ending = try await Program.run([
            "status", "--config", daemon.configurationPath, "--format", "json",
        ])
        let objects = try ending.outputLines.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        return try #require(objects.first { $0["type"] as? String == "service" })
    }

    @Test func baselinesOutliveARestart() async throws {
        let folder = try TemporaryDirectory()
        let text =
            configuration(folder) + """
                services: [ { name: shop, addresses: [10.2.0.20], port: 443 } ]
                discover: { enabled: false }
                detection: { learning_delay: 10s }

                """
        let first = try await RunningDaemon(text, folder: folder)
        let exporter = try TestExporter(.version5, host: 32, to: first.flowPort)
        let before = try await eventually("something learned", within: 60) {
            try exporter.sendFlows()
            let service = try await self.service(first)
            let hasLearned = (service["learned_seconds"] as? Double ?? 0) >= 3
            return hasLearned && (service["connections_per_second"] as? Double ?? 0) > 0 ? service : nil
        }
        #expect(before["baseline"] as? String == "cold")
        try await first.stop()

        let second = try await RunningDaemon(text, folder: folder)
        #expect(second.program.error.contains("took over the baselines of 1 services"))
        let after = try await eventually("what was learned") {
            let service = try await self.service(second)
            return service["age_seconds"] == nil ? nil : service
        }
        let (age, learned) = (after["age_seconds"] as? Double ?? 0, after["learned_seconds"] as? Double ?? 0)
        #expect(age >= (before["age_seconds"] as? Double ?? .infinity))
        #expect(learned >= (before["learned_seconds"] as? Double ?? .infinity))
        #expect(after["exporter"] as? String == "127.0.0.32")
        try await second.stop()
    }

    @Test func aDamagedFileOfBaselinesIsSaid() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("state/baselines.state")
        let first = try await RunningDaemon(configuration(folder), folder: folder)
        try await first.stop()
        var octets = [UInt8](try Data(contentsOf: URL(filePath: path)))
        octets[octets.count / 2] ^= 1
        try Data(octets).write(to: URL(filePath: path))
        let second = try await RunningDaemon(configuration(folder), folder: folder)
        #expect(
            second.program.error.contains(
                "baselines.state is not used: it is damaged at octet \(octets.count - 8); what is normal is learned anew"
            ))
        try await second.stop()
        // The end wrote a good one over it.
        let third = try await RunningDaemon(configuration(folder), folder: folder)
        #expect(third.program.error.contains("took over the baselines of 0 services"))
        try await third.stop()
    }

    @Test func templatesMoveWithASocketThatAReloadMoves() async throws {
        var exporter = try Exporter()
        let daemon = try await RunningDaemon()
        try exporter.send(to: daemon.flowPort, withTemplate: true)
        _ = try await daemon.metrics("ten records") { $0["spate_decoding_records_total"] == 10 }
        let port = try FreePort.take(.udp)
        try daemon.rewrite("", listen: [port])
        daemon.program.send(signal: SIGHUP)
        try await eventually("the reload: \(daemon.program.error)") {
            daemon.program.error.contains("was read again and is in force")
        }
        try exporter.send(to: port, withTemplate: false)
        let metrics = try await daemon.metrics("ten more") { $0["spate_decoding_records_total"] == 20 }
        #expect(metrics["spate_decoding_unmatched_sets_total"] == 0)
        #expect(metrics["spate_decoding_lost_units_total"] == 0)
        try await daemon.stop()
    }

    @Test func aDamagedFileIsSaidAndTheDaemonStarts() async throws {
        let folder = try TemporaryDirectory()
        let state = URL(filePath: folder.file("state"))
        try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
        try Data("not a state file at all, but long enough".utf8).write(
            to: state.appending(path: "exporters.state"))
        let daemon = try await RunningDaemon(configuration(folder), folder: folder)
        #expect(
            daemon.program.error.contains(
                "exporters.state is not used: it is not a state file of this version of spate; templates are learned anew"
            ))
        try await daemon.stop()
        // The end wrote a good one over it.
        let again = try await RunningDaemon(configuration(folder), folder: folder)
        #expect(again.program.error.contains("took over 0 templates"))
        try await again.stop()
    }

    @Test func aDirectoryThatCannotBeMadeIsAWarning() async throws {
        let folder = try TemporaryDirectory()
        try Data().write(to: URL(filePath: folder.file("state")))
        let daemon = try await RunningDaemon(configuration(folder), folder: folder)
        #expect(daemon.program.error.contains("state.directory \(folder.file("state")) cannot be written: "))
        try await daemon.stop()
    }
}
