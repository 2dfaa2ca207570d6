// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `spate status` beside the daemon that it asks.
@Suite(.serialized) struct StatusTests {
    private static let configuration = """
        services: [ { name: shop, addresses: [10.2.0.20], port: 443 } ]
        discover: { enabled: false }
        exporters: { overrides: [ { address: 127.0.0.13/32, sampling: 9 }, { address: 127.0.0.8/29, sampling: 7 } ] }
        alerts: [ { stdout: { format: json } } ]

        """

    /// A daemon with a control socket beside its configuration.
    private static func daemon(_ configuration: String = configuration) async throws -> (
        RunningDaemon, socket: String
    ) {
        let folder = try TemporaryDirectory()
        let socket = folder.file("control.sock")
        let daemon = try await RunningDaemon(configuration, folder: folder, socket: socket)
        return (daemon, socket)
    }

    /// The lines of `--format json`, each an object.
    private static func objects(_ ending: Program.Ending) throws -> [[String: Any]] {
        try ending.outputLines.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    /// From 127.0.0.11 to .13: 40 datagrams of version 5, 20 of version 9 with one lost and one sent twice, 10 of IPFIX;
    /// and noise from somebody else.
    private static func export(to daemon: RunningDaemon) async throws -> [TestExporter] {
        let exporters = try TestExporter.Version.allCases.enumerated().map { index, version in
            try TestExporter(version, host: UInt8(11 + index), to: daemon.flowPort)
        }
        try exporters[0].sendFlows(datagrams: 40)
        try exporters[1].sendFlows(datagrams: 10)
        exporters[1].loseDatagram()
        try exporters[1].sendFlows(datagrams: 10)
        try exporters[2].sendFlows(datagrams: 10)
        try exporters[2].sendBad([0, 10, 0, 1], reason: "too_short")
        try LoopbackSocket(host: 19).send(Array("GET / HTTP/1.1\r\n\r\n".utf8), to: daemon.flowPort)
        _ = try await daemon.metrics("all datagrams") { $0["spate_intake_datagrams_total"] == 72 }
        return exporters
    }

    @Test func everyFigureIsWhatWasSent() async throws {
        let (daemon, socket) = try await Self.daemon()
        let exporters = try await Self.export(to: daemon)
        let ending = try await Program.run(["status", "--socket", socket, "--format", "json"])
        #expect(ending.status == 0)
        #expect(ending.error == "")
        let objects = try Self.objects(ending)
        #expect(
            objects.compactMap { $0["type"] as? String } == [
                "daemon", "socket", "exporter", "exporter", "exporter", "exporter", "service", "writer",
            ])
        #expect(objects[6]["service"] as? String == "shop")
        #expect(objects[6]["endpoint"] as? String == "10.2.0.20:443/tcp")
        #expect(objects[6]["baseline"] as? String == "cold")
        #expect(objects[0]["health"] as? String == "ok")
        #expect(objects[0]["services"] as? Int == 1)
        #expect(objects[0]["open_incidents"] as? Int == 0)
        #expect(objects[1]["address"] as? String == "127.0.0.1:\(daemon.flowPort)")
        #expect(objects[1]["datagrams"] as? Int == 72)
        #expect(objects[1]["kernel_drops"] as? Int == 0)
        #expect(objects[1]["receive_buffer_requested"] as? Int == 32 << 20)

        let names = ["versions", "templates", "sampling_interval", "lost", "late", "duplicates", "resets"]
        let figures: [[Any]] = [
            [[5], 0, 7, 0, 0, 0, 0], [[9], 1, 7, 1, 0, 0, 0], [[10], 1, 9, 0, 0, 0, 0],
        ]
        for (index, exporter) in exporters.enumerated() {
            let object = objects[2 + index]
            #expect(object["exporter"] as? String == exporter.address)
            #expect(object["datagrams"] as? Int == exporter.datagrams)
            #expect(object["records"] as? Int == exporter.records)
            #expect(object["rejected"] as? [String: Int] == exporter.rejected)
            for (name, figure) in zip(names, figures[index]) {
                #expect("\(object[name] ?? "")" == "\(figure)", "\(name) of \(exporter.address)")
            }
            // Both clocks are this machine's; the exporter's says whole seconds.
            #expect(abs(object["clock_offset_seconds"] as? Double ?? .infinity) < 60)
            #expect((object["last_seen"] as? String)?.hasSuffix("Z") == true)
        }
        #expect(objects[5]["exporter"] as? String == "others")
        #expect(objects[5]["rejected"] as? [String: Int] == ["unknown_version": 1])
        try await daemon.stop()
        #expect(!FileManager.default.fileExists(atPath: socket))
    }

    @Test func peopleReadTables() async throws {
        let (daemon, _) = try await Self.daemon()
        _ = try await Self.export(to: daemon)
        let ending = try await Program.run(["status", "--config", daemon.configurationPath])
        #expect(ending.status == 0)
        #expect(ending.error == "")
        let lines = ending.outputLines
        #expect(lines[0].contains(/^spate \d+\.\d+\.\d+, process \d+, up for \d+ s: ok$/))
        #expect(lines[1] == "3 exporters, 1 service, 0 open incidents")
        func cells(_ start: String) -> [String] {
            lines.first { $0.hasPrefix("  \(start) ") }?.split(separator: " ").map(String.init) ?? []
        }
        // Address, versions, last seen (`0 s ago`), datagrams, records, templates, sampling, lost …
        #expect(cells("127.0.0.11").dropFirst(5).prefix(4) == ["40", "960", "0", "1:7"])
        #expect(cells("127.0.0.12").prefix(2) == ["127.0.0.12", "v9"])
        #expect(cells("127.0.0.12").dropFirst(5).prefix(8) == ["20", "480", "1", "1:7", "1", "0", "0", "0"])
        #expect(cells("127.0.0.13").dropFirst(5).prefix(4) == ["11", "240", "1", "1:9"])
        #expect(lines.contains("    rejected: 1 too_short"))
        #expect(lines.contains("    rejected: 1 unknown_version"))
        try await daemon.stop()
    }

    @Test func theTemplatesOfAClosedSocketAreGone() async throws {
        let (daemon, socket) = try await Self.daemon()
        let exporter = try TestExporter(.ipfix, host: 14, to: daemon.flowPort)
        try exporter.sendFlows()
        let held = "spate_decoding_held_templates"
        _ = try await daemon.metrics("the template") { $0[held, ["exporter": "127.0.0.14"]] == 1 }
        let metrics = try daemon.metrics()
        #expect(metrics["spate_decoding_version_info", ["exporter": "127.0.0.14", "version": "10"]] == 1)
        // A socket that comes as another goes takes the templates over; one that was there before does not.
        let other = try FreePort.take(.udp)
        try daemon.rewrite(Self.configuration, listen: [daemon.flowPort, other], socket: socket)
        daemon.program.send(signal: SIGHUP)
        try await eventually("the reload: \(daemon.program.error)") {
            daemon.program.error.contains("was read again and is in force")
        }
        #expect(try daemon.metrics()[held] == 1)
        try daemon.rewrite(Self.configuration, listen: [other], socket: socket)
        daemon.program.send(signal: SIGHUP)
        _ = try await daemon.metrics("the socket gone") { $0[held] == 0 }
        try await daemon.stop()
    }

    @Test func withoutADaemonItSaysSo() async throws {
        let folder = try TemporaryDirectory()
        let socket = folder.file("control.sock")
        let ending = try await Program.run(["status", "--socket", socket])
        #expect(ending.isExit)
        #expect(ending.status == 1)
        #expect(ending.output == "")
        #expect(
            ending.error == """
                no daemon answers
                  \(socket): No such file or directory
                Is it running (systemctl status spate)? --config FILE or --socket PATH says where to ask.

                """)

        let port = try FreePort.take(.tcp)
        try Data("control: { http: '127.0.0.1:\(port)', socket: \(socket) }".utf8)
            .write(to: URL(filePath: folder.file("spate.yaml")))
        let both = try await Program.run([
            "status", "--config", folder.file("spate.yaml"), "--format", "json",
        ])
        #expect(both.status == 1)
        #expect(both.output == "")
        #expect(both.error.contains("  \(socket): No such file or directory\n"))
        #expect(both.error.contains("  127.0.0.1:\(port): Connection refused\n"))

        try Data("control: { http: off }".utf8).write(to: URL(filePath: folder.file("spate.yaml")))
        let nowhere = try await Program.run(["status", "--config", folder.file("spate.yaml")])
        #expect(nowhere.status == 1)
        #expect(nowhere.error.hasSuffix("neither control.socket nor control.http: there is nobody to ask\n"))
    }

    /// The daemon was killed: its socket is still there, and nobody behind it.
    @Test func aStaleSocketMakesPlace() async throws {
        let folder = try TemporaryDirectory()
        let socket = folder.file("control.sock")
        let first = try await RunningDaemon(Self.configuration, folder: folder, socket: socket)
        try await eventually("its socket") { FileManager.default.fileExists(atPath: socket) }
        first.program.send(signal: SIGKILL)
        _ = try await first.program.ending()
        #expect(FileManager.default.fileExists(atPath: socket))
        let dead = try await Program.run(["status", "--socket", socket])
        #expect(dead.status == 1)
        #expect(dead.error.contains("  \(socket): Connection refused\n"))

        let second = try await RunningDaemon(Self.configuration, folder: folder, socket: socket)
        try await eventually("an answer: \(second.program.error)") {
            try await Program.run(["status", "--socket", socket]).status == 0
        }
        try await second.stop()
    }

    @Test func aSecondDaemonDoesNotTakeTheSocket() async throws {
        let (daemon, socket) = try await Self.daemon()
        let folder = try TemporaryDirectory()
        let text =
            "listen: [ { udp: \"127.0.0.1:\(try FreePort.take(.udp))\" } ]\n"
            + "control: { http: off, socket: \(socket) }\n" + Self.configuration
        try Data(text.utf8).write(to: URL(filePath: folder.file("spate.yaml")))
        let second = try await Program.run(["run", "--config", folder.file("spate.yaml")])
        #expect(second.isExit)
        #expect(second.status == 1)
        #expect(second.error.contains("cannot open control.socket \(socket): somebody listens there already"))
        #expect(try await Program.run(["status", "--socket", socket]).status == 0)
        try await daemon.stop()
    }

    /// As an ordinary user has it with the shipped configuration: /run/spate can be made by root only.
    @Test func withoutAPlaceForTheSocketItIsAskedOverHTTP() async throws {
        let folder = try TemporaryDirectory()
        let socket = folder.file("missing/spate/control.sock")
        let daemon = try await RunningDaemon(Self.configuration, folder: folder, socket: socket)
        try await eventually("the warning: \(daemon.program.error)") {
            daemon.program.error.contains(
                "cannot open control.socket \(socket): No such file or directory; the collector goes on without it"
            )
        }
        let ending = try await Program.run(["status", "--config", daemon.configurationPath])
        #expect(ending.status == 0)
        #expect(ending.output.hasPrefix("spate "))
        try await daemon.stop()
    }

    @Test func somethingElseThatAnswersIsNoDaemon() async throws {
        let folder = try TemporaryDirectory()
        let silent = try LoopbackSocket(.tcp, port: FreePort.take(.tcp))
        try Data("control: { http: '127.0.0.1:\(silent.port)' }".utf8)
            .write(to: URL(filePath: folder.file("spate.yaml")))
        let ending = try await Program.run(["status", "--config", folder.file("spate.yaml")])
        #expect(ending.status == 1)
        #expect(ending.error.contains("  127.0.0.1:\(silent.port): no answer within 5000 ms\n"))
    }
}
