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
