// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// SIGTERM and SIGHUP, as a service manager sends them.
@Suite(.serialized) struct SignalTests {
    private static let outputs = "discover: { enabled: false }\nalerts: [ { stdout: { format: json } } ]\n"
    private static let oneService =
        outputs + "services: [ { name: shop, addresses: [10.2.0.20], port: 443 } ]\n"
    private static let twoServices =
        outputs + """
            services:
              - { name: shop, addresses: [10.2.0.20], port: 443 }
              - { name: blog, addresses: [10.2.0.21], port: 443 }

            """

    /// What waits in the kernel when SIGTERM comes is read: each of these senders is unknown until its datagram, the last
    /// of all, is looked at.
    @Test func sigtermTakesWhatTheKernelHolds() async throws {
        let daemon = try await RunningDaemon(Self.oneService)
        let exporter = try TestExporter(.ipfix, host: 31, to: daemon.flowPort)
        daemon.program.send(signal: SIGSTOP)
        try exporter.sendFlows(datagrams: 60)
        let hosts = (32...36).map { UInt8($0) }
        for host in hosts { try LoopbackSocket(host: host).send([0xAB, 0xCD, 0, 0], to: daemon.flowPort) }
        daemon.program.send(signal: SIGTERM)
        daemon.program.send(signal: SIGCONT)
        let ending = try await daemon.stop()
        for host in hosts {
            let words = "127.0.0.\(host): datagram of version word 43981 rejected: unknown_version"
            #expect(ending.error.contains(words), "\(ending.error)")
        }
        #expect(ending.error.contains("stopped"))
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func endsWithStatusZero(signal: Int32) async throws {
        let daemon = try await RunningDaemon(Self.oneService)
        daemon.program.send(signal: signal)
        let ending = try await daemon.program.ending()
        #expect(ending.isExit)
        #expect(ending.status == 0)
        #expect(ending.output == "")
        #expect(HTTPRequest.get("/healthz", port: daemon.httpPort) == nil)
        _ = try LoopbackSocket(port: daemon.flowPort)
    }

    @Test func sighupTakesANewService() async throws {
        let daemon = try await RunningDaemon(Self.oneService)
        let exporter = try TestExporter(.version9, host: 37, to: daemon.flowPort)
        try exporter.sendFlows(datagrams: 3)
        let before = try await daemon.metrics("flows") {
            $0["spate_windows_records_total"] == exporter.serviceRecords
        }
        #expect(before["spate_windows_services"] == 1)
        try daemon.rewrite(Self.twoServices)
        daemon.program.send(signal: SIGHUP)
        let after = try await daemon.metrics("two services: \(daemon.program.error)") {
            $0["spate_windows_services"] == 2
        }
        // What was counted stays counted.
        #expect(after["spate_windows_records_total"] == exporter.serviceRecords)
        try await eventually("a word on it") {
            daemon.program.error.contains("was read again and is in force")
        }
        // Templates stay with the socket: a data set without its template is decoded.
        var builder = MessageBuilder(.version9, sequence: 3)
        builder.addData(256, [TestFlow().encoded])
        try exporter.send(builder.datagram)
        _ = try await daemon.metrics("a record more") {
            $0["spate_decoding_records_total"] == exporter.records + 1
        }
        try await daemon.stop()
    }

    @Test func sighupWithAWrongFileChangesNothing() async throws {
        let daemon = try await RunningDaemon(Self.oneService)
        try daemon.rewrite(Self.twoServices + "gather: 5\nsurvices: []\n")
        daemon.program.send(signal: SIGHUP)
        try await eventually("a refusal: \(daemon.program.error)") {
            daemon.program.error.contains("the old configuration stays in force")
        }
        let text = try String(contentsOfFile: daemon.configurationPath, encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for key in ["gather", "survices"] {
            let line = try #require(lines.firstIndex { $0.hasPrefix(key) }) + 1
            #expect(
                daemon.program.error.contains("\(daemon.configurationPath):\(line): "),
                "\(daemon.program.error)")
        }
        #expect(daemon.program.error.contains("did you mean 'services'"))
        let tick = "spate_detection_last_tick_timestamp_seconds"
        let now = try daemon.metrics()[tick]
        let later = try await daemon.metrics("another second") { $0[tick] > now }
        #expect(later["spate_windows_services"] == 1)
        // And a right file is taken after that.
        try daemon.rewrite(Self.twoServices)
        daemon.program.send(signal: SIGHUP)
        _ = try await daemon.metrics("two services") { $0["spate_windows_services"] == 2 }
        try await daemon.stop()
    }

    @Test func sighupOpensAndClosesSockets() async throws {
        let daemon = try await RunningDaemon(Self.oneService)
        let second = try FreePort.take(.udp)
        let (old, new) = ("127.0.0.1:\(daemon.flowPort)", "127.0.0.1:\(second)")
        let counter = "spate_intake_datagrams_total"
        // Only sockets that are open have a receive buffer.
        let open = "spate_intake_receive_buffer_bytes"
        try TestExporter(.version5, host: 39, to: daemon.flowPort).sendFlows(datagrams: 3)
        _ = try await daemon.metrics("datagrams on the first") { $0[counter] == 3 }

        try daemon.rewrite(Self.oneService, listen: [daemon.flowPort, second])
        daemon.program.send(signal: SIGHUP)
        _ = try await daemon.metrics("a second socket") {
            $0.values(of: "socket", in: open) == [old, new]
        }
        let exporter = try TestExporter(.version5, host: 38, to: second)
        try exporter.sendFlows(datagrams: 5)
        _ = try await daemon.metrics("datagrams on it") { $0[counter, ["socket": Substring(new)]] == 5 }

        try daemon.rewrite(Self.oneService, listen: [second])
        daemon.program.send(signal: SIGHUP)
        let after = try await daemon.metrics("one socket") { $0.values(of: "socket", in: open) == [new] }
        // What a closed socket has counted stays, or the conservation law would break.
        #expect(after[counter, ["socket": Substring(old)]] == 3)
        #expect(after["spate_ring_records_total"] == after["spate_decoding_records_total"])
        _ = try LoopbackSocket(port: daemon.flowPort)
        try exporter.sendFlows(datagrams: 5)
        _ = try await daemon.metrics("more datagrams") { $0[counter, ["socket": Substring(new)]] == 10 }
        try await daemon.stop()
    }

    /// The new configuration wants a port that is taken: the old one stays as a whole.
    @Test func sighupWithAPortInUseChangesNothing() async throws {
        let daemon = try await RunningDaemon(Self.oneService)
        let holder = try LoopbackSocket(port: try FreePort.take(.udp))
        try daemon.rewrite(Self.twoServices, listen: [daemon.flowPort, holder.port])
        daemon.program.send(signal: SIGHUP)
        try await eventually("a refusal: \(daemon.program.error)") {
            daemon.program.error.contains("the old configuration stays in force")
        }
        #expect(daemon.program.error.contains("127.0.0.1:\(holder.port): address already in use"))
        let metrics = try daemon.metrics()
        #expect(metrics["spate_windows_services"] == 1)
        #expect(
            metrics.values(of: "socket", in: "spate_intake_datagrams_total") == [
                "127.0.0.1:\(daemon.flowPort)"
            ])
        try await daemon.stop()
    }
}
