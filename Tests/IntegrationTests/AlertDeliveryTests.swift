// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A flood in real time over sockets, while no syslog daemon is there yet.
@Suite(.serialized) struct AlertDeliveryTests {
    private static let tick = "spate_detection_last_tick_timestamp_seconds"
    /// Ordinary seconds before the flood: the least that can be learned from, and how old it has to be.
    private static let learning = 24

    private let folder: TemporaryDirectory
    private let syslogPort: UInt16

    init() throws {
        folder = try TemporaryDirectory()
        syslogPort = try FreePort.take(.udp)
    }

    private var early: String { folder.file("early") }
    private var late: String { folder.file("late") }
    private var file: String { folder.file("alerts.json") }

    private var configuration: String {
        ServiceTraffic.configuration + """
            signals:
              syslog: [ { udp: "127.0.0.1:\(syslogPort)" } ]
              \(ServiceTraffic.rules)
            baseline: { warm_up: 0 }
            detection: { minimum_baseline: 10s, learning_delay: 10s }
            alerts:
              - file: { path: \(file) }
              - syslog: { local: \(early) }
              - syslog: { local: \(late) }
            state: { directory: \(folder.file("state")) }

            """
    }

    /// The file has the message at once, one syslog socket gets it when it appears, the other at the stop.
    @Test func messagesWaitForTheirReaders() async throws {
        let daemon = try await RunningDaemon(configuration, folder: folder)
        for path in [early, late] {
            #expect(daemon.program.error.contains("\(path) does not exist"), "\(daemon.program.error)")
        }
        try await runFlood(daemon)
        let line = try #require(try fileLines().first { $0.contains("\"event\":\"open\"") })
        let alert = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(alert["class"] as? String == "http_flood")
        let id = try #require(alert["incident"] as? String)
        let incident = id.prefix(8)

        _ = try await daemon.metrics("a failure") {
            $0["spate_alerting_failed_writes_total", ["writer": "syslog:\(early)"]] > 0
        }
        let words = "alerts cannot be written to syslog:\(early)"
        try await eventually("a word on it") { daemon.program.error.contains(words) }
        let syslog = try FakeSyslog(path: early)
        // Up to a minute passes between two attempts.
        _ = try await daemon.metrics("a delivery: \(daemon.program.error)", within: 90) {
            $0["spate_alerting_delivered_messages_total", ["writer": "syslog:\(early)"]] > 0
        }
        #expect(Self.receives(syslog, incident: incident))
        try await eventually("the incident in the history") {
            try await history(id)?["standing"] as? String == "open"
        }

        let other = try FakeSyslog(path: late)
        let ending = try await daemon.stop()
        #expect(Self.receives(other, incident: incident))
        #expect(!ending.error.contains("could not be delivered"))
        #expect(ending.error.ranges(of: words).count == 1, "\(ending.error)")
        #expect(try await history(id)?["standing"] as? String == "interrupted")
        let shown = try await Program.run([
            "incidents", "show", id, "--explain", "--state", folder.file("state"),
        ])
        #expect(shown.status == 0)
        #expect(shown.output.contains("all gates have held for 3 s: opened"), "\(shown.output)")
    }

    /// The incident as `spate incidents` tells it; nil while it does not.
    private func history(_ id: String) async throws -> [String: Any]? {
        let ending = try await Program.run(
            ["incidents", "--state", folder.file("state"), "--format", "json"])
        let line = ending.outputLines.first { $0.contains(id) }
        return try line.flatMap { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
    }

    /// Who was told that an incident began is told that it is over, even where that is because nobody looks any more.
    @Test func anIncidentWhoseServiceIsTakenOutIsEnded() async throws {
        let daemon = try await RunningDaemon(configuration, folder: folder)
        try await runFlood(daemon)
        try daemon.rewrite(
            configuration.replacing("name: shop", with: "name: store").replacing(
                "service: shop", with: "service: store"))
        daemon.program.send(signal: SIGHUP)
        try await eventually("the end in the file: \(daemon.program.error)") {
            try fileLines().contains { $0.contains("\"event\":\"clear\"") }
        }
        let line = try #require(try fileLines().last { $0.contains("\"event\":\"clear\"") })
        #expect(line.contains("\"name\":\"shop\""), "\(line)")
        #expect(line.contains("Its service is no longer watched: the configuration has changed."), "\(line)")
        _ = try await daemon.metrics("no open incident") { $0["spate_detection_open_incidents"] == 0 }
        try await daemon.stop()
    }

    /// Whether the messages for a local syslog socket come to one about this incident.
    private static func receives(_ syslog: FakeSyslog, incident: Substring) -> Bool {
        while let message = syslog.receive() {
            let header = message.prefixMatch(
                of: #/<2[5-9]>[A-Z][a-z][a-z] [ \d]\d \d\d:\d\d:\d\d spate\[\d+\]: /#)
            guard let header else { return false }
            let sentence = message[header.range.upperBound...]
            if sentence.hasPrefix("shop 10.2.0.10:80/tcp: "), sentence.contains("Incident \(incident).") {
                return true
            }
        }
        return false
    }

    private func fileLines() throws -> [String] {
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// Ordinary seconds, then a flood until an incident is open; paced by the daemon's own clock.
    private func runFlood(_ daemon: RunningDaemon) async throws {
        var traffic = ServiceTraffic(seed: 2)
        let (exporter, balancer) = (try LoopbackSocket(host: 41), try LoopbackSocket(host: 42))
        var last = try daemon.metrics()[Self.tick]
        for second in 0..<(Self.learning + 60) {
            let known = last
            let metrics = try await daemon.metrics("the next second") { $0[Self.tick] > known }
            last = metrics[Self.tick]
            if metrics["spate_detection_open_incidents"] > 0 {
                return try await eventually("the message in the file") {
                    try fileLines().contains { $0.contains("\"event\":\"open\"") }
                }
            }
            let export = traffic.next(last - 1, isFlood: second >= Self.learning)
            for datagram in export.datagrams { try exporter.send(datagram, to: daemon.flowPort) }
            for line in export.lines { try balancer.send(line, to: syslogPort) }
        }
        throw TimedOut(what: "an incident: \(try fileLines())", seconds: 60)
    }
}
