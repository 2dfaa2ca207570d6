// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `spate logs`: how the lines of a sample are read, and what is said of those that are not.
struct LogsCommandTests {
    private let folder: TemporaryDirectory

    private static let configuration = """
        services:
          - { name: lb-http, addresses: [10.2.0.10], port: 80, protocol: tcp, kind: http }
          - { name: lb-https, addresses: [10.2.0.10], port: 443, protocol: tcp, kind: https }
          - { name: web, addresses: [10.2.0.20], port: 80, protocol: tcp, kind: http }
        signals:
          formats:
            shop: '$remote_addr [$time_local] "$request" $status rt=$request_time dst=$server_addr:$server_port'
          rules:
            - { program: haproxy, frontend: web, format: haproxy-http, service: lb-http }
            - { program: haproxy, frontend: "web~", format: haproxy-http, service: lb-https }
            - { program: nginx, format: shop, service_from: dst }
            - { program: apache2, sender: 10.9.0.0/16, format: apache-common, service: web }
        alerts: [ { stdout: {} } ]

        """

    private static let lines = [
        #"<134>Nov 21 02:02:43 haproxy[16131]: 10.20.1.110:59171 [21/Nov/2026:02:02:43.907] web~ app/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 1/1/0/0/0 0/0 "GET /a HTTP/1.1""#,
        #"<142>Nov 21 02:02:45 vm nginx: 10.20.1.24 [21/Nov/2026:02:02:45 +0000] "GET /a HTTP/1.1" 200 rt=0.084 dst=10.2.0.20:80"#,
        "<134>Nov 21 02:10:11 haproxy[212]: 10.66.0.7:41822 [21/Nov/2026:02:10:11.001] web/3: SSL handshake failure",
        "<134>Nov 21 02:10:12 haproxy[212]: Proxy web started.",
        "<142>Nov 21 02:02:45 vm nginx: what is this\u{1B}[31m",
        "<30>Nov 21 02:02:45 vm cron[1]: session opened",
        "<999>broken",
        "",
    ]

    init() throws {
        folder = try TemporaryDirectory()
        try write(Self.configuration, to: "spate.yaml")
        try write(Self.lines.map { $0 + "\n" }.joined(), to: "sample.log")
    }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: folder.file(name)))
    }

    private func logs(_ arguments: [String]) async throws -> Program.Ending {
        try await Program.run(["logs", "--config", folder.file("spate.yaml")] + arguments)
    }

    private func objects(_ ending: Program.Ending) throws -> [[String: Any]] {
        try ending.outputLines.map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
        }
    }

    /// Docs/signals.md and scripts rely on these.
    @Test func everyLineGivesOneObjectWithTheDocumentedKeys() async throws {
        let ending = try await logs(["--format", "json", folder.file("sample.log")])
        #expect(ending.status == 0)
        let objects = try objects(ending)
        #expect(objects.map { $0["line"] as? Int } == Array(1...Self.lines.count))
        for object in objects { #expect(Set(object.keys) == Self.keys) }
        #expect(
            objects.map { $0["ignored"] as? String } == [
                nil, nil, nil, "no_outcome", "unreadable", "unmatched", "header", "empty",
            ])
        #expect(
            objects.map { $0["rule"] as? String } == [
                "haproxy-http", "shop", "haproxy-http", "haproxy-http", "shop", nil, nil, nil,
            ])
        #expect(
            objects.map { $0["service"] as? String } == [
                "lb-https", "web", "lb-https", nil, nil, nil, nil, nil,
            ])
        #expect(objects[0]["failure"] as? String == "no_server")
        #expect(objects[0]["status"] as? Int == 503)
        #expect(objects[0]["latency_ms"] as? Int == 0)
        #expect(objects[0]["client"] as? String == "10.20.1.110")
        #expect(objects[0]["time"] as? String == "2026-11-21T02:02:43.907Z")
        #expect(objects[1]["failure"] is NSNull)
        #expect(objects[1]["latency_ms"] as? Int == 84)
        #expect(objects[2]["event"] as? String == "handshake_failure")
        #expect(objects[2]["time"] is NSNull, "neither the line nor a capture says when it failed")
    }

    @Test func peopleReadATableAndASummary() async throws {
        let ending = try await logs([folder.file("sample.log")])
        #expect(ending.status == 0)
        #expect(ending.outputLines.first?.split(separator: " ").first == "line")
        let words = ending.outputLines.map { $0.split(separator: " ").map(String.init) }
        #expect(
            words[1] == [
                "1", "haproxy-http", "lb-https", "2026-11-21T02:02:43.907Z", "10.20.1.110", "503", "0",
                "no_server",
            ])
        #expect(words[2].suffix(3) == ["200", "84", "ok"])
        // What could not be read is shown, without its power over a terminal.
        #expect(ending.outputLines.contains { $0.hasSuffix(#"nginx: what is this\u{1B}[31m"#) })
        #expect(!ending.output.contains("\u{1B}"))
        #expect(ending.error.hasPrefix("8 lines: 3 read, 1 without an outcome, 4 not read\n"))
        #expect(ending.error.contains("rule 1, haproxy-http (program haproxy, frontend web): 1 no_outcome"))
        #expect(ending.error.contains("rule 3, shop (program nginx): 1 read; first line 2\n"))
        #expect(
            ending.error.contains(
                "rule 3, shop (program nginx): 1 unreadable: not in this format; first line 5\n"))
        #expect(ending.error.contains("no rule: 1 unmatched"))
        #expect(ending.error.contains("say --program NAME"))
    }

    @Test(arguments: [[], ["-"]]) func standardInputIsRead(sample: [String]) async throws {
        let command = "exec \"$0\" logs --config \"$1\" --format json \(sample.joined()) < \"$2\""
        let ending = try await Program.run(
            ["-c", command, Program.path, folder.file("spate.yaml"), folder.file("sample.log")],
            executable: "/bin/sh")
        #expect(ending.status == 0)
        #expect(ending.outputLines.count == Self.lines.count)
        #expect(ending.error.hasPrefix("8 lines: 3 read"))
    }

    /// A file that a program writes itself says neither who wrote it nor who sent it.
    @Test func aProgramCanBeNamedForLinesWithoutAHeader() async throws {
        let line = #"10.20.1.24 [21/Nov/2026:02:02:45 +0000] "GET /a HTTP/1.1" 500 rt=0.084 dst=10.2.0.20:80"#
        try write(line, to: "access.log")
        let nameless = try await logs(["--format", "json", folder.file("access.log")])
        #expect(try objects(nameless).map { $0["ignored"] as? String } == ["unmatched"])
        let named = try await logs(["--format", "json", "--program", "nginx", folder.file("access.log")])
        let object = try #require(try objects(named).first)
        #expect(object["failure"] as? String == "server_error")
        #expect(object["service"] as? String == "web")
        #expect(!named.error.contains("--program"))
    }

    @Test func aSenderCanBeNamed() async throws {
        try write(
            #"10.20.1.24 - - [21/Nov/2026:02:02:45 +0000] "GET /a HTTP/1.1" 200 5"# + "\n", to: "access.log")
        let arguments = ["--format", "json", "--program", "apache2", folder.file("access.log")]
        #expect(try objects(try await logs(arguments)).first?["ignored"] as? String == "unmatched")
        let sent = try objects(try await logs(["--sender", "10.9.1.2"] + arguments))
        #expect(sent.first?["service"] as? String == "web")
    }

    /// With the sender and the clock of the capture.
    @Test func aCaptureIsReadAsTheDaemonWould() async throws {
        var capture = CaptureWriter()
        let time: Int64 = 1_795_226_565_250_000
        for line in Self.lines.prefix(3) { capture.add(Array(line.utf8), port: 5140, at: time) }
        capture.add(
            Array(
                #"<13>Nov 21 02:02:45 vm apache2: 10.20.1.24 - - [21/Nov/2026:02:02:45 +0000] "GET /a HTTP/1.1" 200 5"#
                    .utf8),
            from: 0x0A09_0001, port: 5140, at: time)
        try capture.write(to: folder.file("logs.pcap"))
        let ending = try await logs(["--format", "json", folder.file("logs.pcap")])
        #expect(ending.status == 0)
        let objects = try objects(ending)
        #expect(objects.map { $0["service"] as? String } == ["lb-https", "web", "lb-https", "web"])
        #expect(objects[1]["time"] as? String == "2026-11-21T02:02:45.250Z", "no later than it came")
        #expect(objects[2]["time"] as? String == "2026-11-21T02:02:45.250Z", "the capture says when it came")
    }

    @Test func aDamagedCaptureIsReadAsFarAsItGoes() async throws {
        var capture = CaptureWriter()
        for line in Self.lines.prefix(2) {
            capture.add(Array(line.utf8), port: 5140, at: 1_795_226_565_250_000)
        }
        try capture.write(to: folder.file("logs.pcap"), first: capture.octets.count - 5)
        let ending = try await logs(["--format", "json", folder.file("logs.pcap")])
        #expect(ending.status == 1)
        #expect(ending.outputLines.count == 1)
        #expect(ending.error.contains("logs.pcap: the file ends within packet 2"))
    }

    @Test func longAndUnfinishedLinesAreLines() async throws {
        let long = String(repeating: "x", count: 200_000)
        try write("<30>a: b\n\(long)\n<30>c: d", to: "long.log")
        let objects = try objects(try await logs(["--format", "json", folder.file("long.log")]))
        #expect(objects.map { $0["ignored"] as? String } == ["unmatched", "too_long", "unmatched"])
    }

    @Test func whatCannotBeReadIsStatusOne() async throws {
        let missing = try await logs([folder.file("nothing.log")])
        #expect(missing.status == 1)
        #expect(missing.error.hasSuffix("nothing.log: cannot be read: no such file\n"))
        let directory = try await logs([folder.path])
        #expect(directory.status == 1)
        let configuration = try await Program.run(["logs", "--config", folder.file("sample.log"), "-"])
        #expect(configuration.status == 1)
    }

    private static let keys: Set<String> = [
        "line", "rule", "service", "time", "client", "status", "failure", "latency_ms", "event", "ignored",
    ]
}
