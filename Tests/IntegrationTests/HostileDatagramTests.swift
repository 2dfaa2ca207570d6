// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

/// Bytes that no exporter would send must neither end the daemon nor go uncounted.
@Suite(.serialized) struct HostileDatagramTests {
    private static let configuration = "alerts: [ { stdout: { format: json } } ]\n"
    private static let burst = 100
    private static let randomDatagrams = 2000
    private static let longestRandom = 1500

    @Test func everyTruncationOfAValidDatagram() async throws {
        let daemon = try await RunningDaemon(Self.configuration)
        let sender = try TestExporter(.ipfix, host: 21, to: daemon.flowPort)
        try await Self.send(
            Self.validDatagrams.flatMap { whole in whole.indices.map { Array(whole[..<$0]) } }, sender, daemon
        )
        // It still works: whole ones are decoded.
        let before = try daemon.metrics()["spate_decoding_records_total"]
        for datagram in Self.validDatagrams { try sender.send(datagram) }
        _ = try await daemon.metrics("records of whole datagrams") {
            $0["spate_decoding_records_total"] >= before + Self.validDatagrams.count * 3
        }
        try await Self.expectAllCounted(sender, daemon)
    }

    @Test func randomDatagrams() async throws {
        let daemon = try await RunningDaemon(Self.configuration)
        let sender = try TestExporter(.ipfix, host: 22, to: daemon.flowPort)
        var random = SeededRandom(seed: 0x5EED)
        let datagrams = (0..<Self.randomDatagrams).map { _ in Self.randomDatagram(&random) }
        try await Self.send(datagrams, sender, daemon)
        try await Self.expectAllCounted(sender, daemon)
    }

    /// A log line for each bad datagram would be an attack of its own.
    @Test func aFloodOfBadDatagramsGivesOneLogLineAMinute() async throws {
        let daemon = try await RunningDaemon(Self.configuration)
        let sender = try TestExporter(.ipfix, host: 24, to: daemon.flowPort)
        try await Self.send((0..<500).map { _ in [0, 99, 1, 2] }, sender, daemon)
        try await Self.expectAllCounted(sender, daemon)
        let lines = daemon.program.error.split(separator: "\n").filter { $0.contains("unknown_version") }
        #expect(lines.count == 1)
    }

    /// The syslog socket takes bytes from the network as well.
    @Test func randomLogLines() async throws {
        let port = try FreePort.take(.udp)
        let daemon = try await RunningDaemon(
            Self.configuration + """
                services: [ { name: web, addresses: [10.2.0.20], port: 80 } ]
                signals:
                  syslog: [ { udp: "127.0.0.1:\(port)" } ]
                  rules: [ { format: haproxy-http, service: web } ]
                """)
        let line = Array(
            ("<134>Nov 21 02:02:45 haproxy[1]: 10.20.1.1:5 [21/Nov/2026:02:02:45.907] web app/app1 0/0/1/82/83 200 "
                + "3121 - - ---- 11/11/0/0/0 0/0 \"GET / HTTP/1.1\"").utf8)
        let sender = try LoopbackSocket(host: 23)
        var random = SeededRandom(seed: 0x10_6)
        var sent = 0
        for index in 0..<(line.count + 500) {
            var octets = Array(line.prefix(index))
            if index >= line.count {
                for _ in 0..<8 {
                    octets[Int.random(in: 0..<line.count, using: &random)] = .random(
                        in: 0 ... .max, using: &random)
                }
            }
            try sender.send(octets, to: port)
            sent += 1
            guard sent.isMultiple(of: Self.burst) || index == line.count + 499 else { continue }
            let expected = sent
            _ = try await daemon.metrics("\(expected) log lines") { metrics in
                let taken =
                    metrics["spate_signals_datagrams_total"]
                    + metrics["spate_signals_dropped_datagrams_total"]
                return taken == expected
            }
        }
        let metrics = try daemon.metrics()
        let kinds = ["read", "unmatched", "ignored", "malformed"].map {
            metrics["spate_signals_\($0)_lines_total"]
        }
        #expect(kinds.reduce(0, +) == metrics["spate_signals_datagrams_total"])
        #expect(kinds[0] > 0)
        #expect(kinds[3] > 0)
        try await daemon.stop()
    }

    private static func send(_ datagrams: [[UInt8]], _ sender: TestExporter, _ daemon: RunningDaemon)
        async throws
    {
        for start in stride(from: 0, to: datagrams.count, by: burst) {
            for datagram in datagrams[start...].prefix(burst) { try sender.send(datagram) }
            _ = try await daemon.metrics("\(sender.datagrams) datagrams: \(daemon.program.error)") {
                $0["spate_intake_datagrams_total"] + $0["spate_intake_dropped_datagrams_total"]
                    == sender.datagrams
            }
        }
    }

    private static func expectAllCounted(_ sender: TestExporter, _ daemon: RunningDaemon) async throws {
        let metrics = try await daemon.metrics("\(sender.datagrams) datagrams") {
            $0["spate_intake_datagrams_total"] + $0["spate_intake_dropped_datagrams_total"]
                == sender.datagrams
        }
        #expect(metrics["spate_decoding_datagrams_total"] == metrics["spate_intake_datagrams_total"])
        #expect(daemon.program.isRunning)
        try await daemon.stop()
    }

    /// One of each version, three flows each.
    private static var validDatagrams: [[UInt8]] {
        let flows = (1...3).map { TestFlow(number: $0) }
        return [NetFlow5Builder(flows: flows).datagram]
            + MessageBuilder.Version.allCases.map { version in
                var builder = MessageBuilder(version)
                builder.addTemplate(256, TestFlow.fields)
                builder.addOptionsTemplate(257, scopes: 1, [TestField(1, 4), TestField(34, 4)])
                builder.addData(256, flows.map(\.encoded))
                builder.addData(257, [[0, 0, 0, 1, 0, 0, 0, 1]])
                return builder.datagram
            }
    }

    /// Half of them begin with the version of an export protocol, so that they come further.
    private static func randomDatagram(_ random: inout SeededRandom) -> [UInt8] {
        let length = Int.random(in: 0...longestRandom, using: &random)
        var octets = (0..<length).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
        guard length >= 4, Bool.random(using: &random) else { return octets }
        octets[0] = 0
        octets[1] = [1, 5, 7, 9, 10].randomElement(using: &random) ?? 9
        // IPFIX: the message length, half of the time the true one.
        if Bool.random(using: &random) { (octets[2], octets[3]) = (UInt8(length >> 8), UInt8(length & 255)) }
        return octets
    }
}
