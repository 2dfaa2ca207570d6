// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Nothing disappears silently: every datagram and every record that was sent is in exactly one counter.
@Suite(.serialized) struct ConservationTests {
    private static let configuration = """
        services:
          - { name: shop, addresses: [10.2.0.20], port: 443 }
        discover: { enabled: false }
        alerts: [ { stdout: { format: json } } ]
        """

    /// Datagrams sent before the daemon is asked whether it has taken them: less than any machine's receive buffer.
    private static let burst = 60

    private static func exporters(of daemon: RunningDaemon) throws -> [TestExporter] {
        try TestExporter.Version.allCases.enumerated().map { index, version in
            try TestExporter(version, host: UInt8(11 + index), to: daemon.flowPort)
        }
    }

    @Test func everyDatagramAndRecordIsCountedOnce() async throws {
        let daemon = try await RunningDaemon(Self.configuration)
        let exporters = try Self.exporters(of: daemon)
        let stranger = try TestExporter(.version5, host: 19, to: daemon.flowPort)
        for _ in 0..<12 {
            for exporter in exporters { try exporter.sendFlows(datagrams: Self.burst / 3) }
            try Self.sendBadDatagrams(exporters + [stranger])
            let sent = (exporters + [stranger]).reduce(0) { $0 + $1.datagrams }
            _ = try await daemon.metrics("\(sent) datagrams") { $0["spate_intake_datagrams_total"] == sent }
        }
        let metrics = try await Self.settled(
            daemon, sent: (exporters + [stranger]).reduce(0) { $0 + $1.datagrams })
        #expect(metrics["spate_intake_dropped_datagrams_total"] == 0)
        for exporter in exporters { Self.expect(metrics, exporter, label: Substring(exporter.address)) }
        Self.expect(metrics, stranger, label: "others")
        // The first exporter of a service counts; the others have also seen its flows.
        let others = exporters.dropFirst().reduce(0) { $0 + $1.serviceRecords }
        let elsewhere = exporters.reduce(0) { $0 + $1.records - $1.serviceRecords }
        #expect(metrics["spate_windows_records_total"] == exporters[0].serviceRecords)
        #expect(metrics["spate_windows_ignored_records_total", ["reason": "also_seen"]] == others)
        #expect(metrics["spate_windows_ignored_records_total", ["reason": "no_service"]] == elsewhere)
        #expect(metrics["spate_ring_dropped_records_total"] == 0)
        try await daemon.stop()
    }

    /// The smallest buffer that can be configured, while nobody reads.
    @Test func whatTheKernelDropsIsCounted() async throws {
        let daemon = try await RunningDaemon(Self.configuration, buffer: "64KiB")
        let exporters = try Self.exporters(of: daemon)
        for _ in 0..<3 {
            daemon.program.send(signal: SIGSTOP)
            for exporter in exporters { try exporter.sendFlows(datagrams: 200) }
            try Self.sendBadDatagrams(exporters)
            daemon.program.send(signal: SIGCONT)
        }
        let sent = exporters.reduce(0) { $0 + $1.datagrams }
        let metrics = try await Self.settled(daemon, sent: sent)
        #expect(metrics["spate_intake_dropped_datagrams_total"] > 0)
        #expect(metrics["spate_intake_datagrams_total"] > 0)
        try await daemon.stop()
    }

    /// More records at once than a ring holds: the kernel keeps them until there is room.
    @Test func aBurstLargerThanTheRingIsCounted() async throws {
        let daemon = try await RunningDaemon(Self.configuration, buffer: "64MiB")
        let exporters = try Self.exporters(of: daemon)
        daemon.program.send(signal: SIGSTOP)
        for exporter in exporters { try exporter.sendFlows(datagrams: 2500) }
        daemon.program.send(signal: SIGCONT)
        let metrics = try await Self.settled(daemon, sent: exporters.reduce(0) { $0 + $1.datagrams })
        #expect(metrics["spate_ring_dropped_records_total"] == 0)
        try await daemon.stop()
    }

    /// More records in one batch of datagrams than a ring holds: those that find no room are counted.
    @Test func aBatchLargerThanTheRingIsCounted() async throws {
        let daemon = try await RunningDaemon(Self.configuration, buffer: "64MiB")
        let exporter = try TestExporter(.ipfix, host: 11, to: daemon.flowPort)
        var message = MessageBuilder(.ipfix)
        message.addTemplate(256, TestFlow.fields)
        message.addData(256, (0..<1500).map { TestFlow(number: $0).encoded })
        daemon.program.send(signal: SIGSTOP)
        // Some may be taken before it stands still: of so many the rest is too much as well.
        for _ in 0..<128 { try exporter.send(message.datagram) }
        daemon.program.send(signal: SIGCONT)
        let metrics = try await Self.settled(daemon, sent: exporter.datagrams)
        #expect(metrics["spate_decoding_records_total"] == 128 * 1500)
        #expect(metrics["spate_ring_dropped_records_total"] > 0)
        try await daemon.stop()
    }

    private static func sendBadDatagrams(_ exporters: [TestExporter]) throws {
        let version5 = NetFlow5Builder(flows: [TestFlow(), TestFlow()]).datagram
        for exporter in exporters {
            try exporter.sendBad([], reason: "too_short")
            try exporter.sendBad([0, 9, 0, 1], reason: "too_short")
            try exporter.sendBad(Array("GET / HTTP/1.1\r\n\r\n".utf8), reason: "unknown_version")
            try exporter.sendBad(version5.dropLast(10), reason: "truncated")
        }
    }

    private static func expect(_ metrics: Metrics, _ exporter: TestExporter, label: Substring) {
        #expect(metrics["spate_decoding_datagrams_total", ["exporter": label]] == exporter.datagrams)
        #expect(metrics["spate_decoding_records_total", ["exporter": label]] == exporter.records)
        for (reason, count) in exporter.rejected {
            let labels: [Substring: Substring] = ["exporter": label, "reason": Substring(reason)]
            #expect(metrics["spate_decoding_rejected_datagrams_total", labels] == count)
        }
        let rejected = exporter.rejected.values.reduce(0, +)
        #expect(metrics["spate_decoding_rejected_datagrams_total", ["exporter": label]] == rejected)
    }

    /// Waits until all that was sent is accounted for, and two seconds of the daemon's clock longer: a drop must not be
    /// counted a second time. Then holds the law, term by term.
    private static func settled(_ daemon: RunningDaemon, sent: Int) async throws -> Metrics {
        let first = try await daemon.metrics("\(sent) datagrams and their records: \(daemon.program.error)") {
            let datagrams = $0["spate_intake_datagrams_total"] + $0["spate_intake_dropped_datagrams_total"]
            return datagrams == sent && $0["spate_ring_waiting_records"] == 0
                && $0["spate_windows_records_total"] + $0["spate_windows_ignored_records_total"]
                    == $0["spate_ring_records_total"]
        }
        let tick = "spate_detection_last_tick_timestamp_seconds"
        let metrics = try await daemon.metrics("two more seconds") { $0[tick] >= first[tick] + 2 }
        let received = metrics["spate_intake_datagrams_total"]
        #expect(received + metrics["spate_intake_dropped_datagrams_total"] == sent)
        #expect(metrics["spate_decoding_datagrams_total"] == received)
        let pushed = metrics["spate_ring_records_total"]
        #expect(
            pushed + metrics["spate_ring_dropped_records_total"] == metrics["spate_decoding_records_total"])
        let ignored = metrics["spate_windows_ignored_records_total"]
        #expect(metrics["spate_windows_records_total"] + ignored == pushed)
        return metrics
    }
}
