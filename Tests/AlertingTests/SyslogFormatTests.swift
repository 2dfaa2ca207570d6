// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import FlowModel
import Testing

@Suite struct SyslogFormatTests {
    private let format = SyslogFormat(facility: 3, process: 77, host: "sensor1")

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test(arguments: [(Severity.notice, 29), (.warning, 28), (.error, 27), (.critical, 26)])
    func `severity stands in the PRI`(severity: Severity, priority: Int) {
        var verdict = Fixtures.slowConnections()
        verdict.severity = severity
        #expect(text(format.local(Alert(verdict), offsetSeconds: 0)).hasPrefix("<\(priority)>Nov 21 "))
    }

    @Test func `a clear is a notice`() {
        let alert = Alert(Fixtures.slowConnections(event: .clear))
        #expect(text(format.local(alert, offsetSeconds: 0)).hasPrefix("<29>"))
        #expect(text(format.rfc5424(alert)).hasPrefix("<29>1 "))
    }

    @Test func `the facility stands in the PRI`() {
        let alert = Alert(Fixtures.slowConnections())
        let local0 = SyslogFormat(facility: 16, process: 1)
        #expect(text(local0.local(alert, offsetSeconds: 0)).hasPrefix("<130>"))
        let unknown = SyslogFormat(facility: 255, process: 1)
        #expect(text(unknown.rfc5424(alert)).hasPrefix("<186>1 "))
    }

    @Test func `the local form is what the C library writes`() {
        let alert = Alert(Fixtures.slowConnections())
        let sentence = Fixtures.text(Fixtures.slowConnections())
        #expect(text(format.local(alert, offsetSeconds: 0)) == "<26>Nov 21 02:03:55 spate[77]: " + sentence)
    }

    @Test func `the local form has local time, and its sentence says UTC`() {
        let winter = text(format.local(Alert(Fixtures.slowConnections()), offsetSeconds: -3 * 3600))
        #expect(winter.hasPrefix("<26>Nov 20 23:03:55 spate[77]: "))
        #expect(winter.contains("since 02:03:49 UTC."))
    }

    @Test func `a day of one digit is padded with a space`() {
        var verdict = Fixtures.slowConnections()
        verdict.time = verdict.time - .seconds(14 * 86400)
        #expect(text(format.local(Alert(verdict), offsetSeconds: 0)).hasPrefix("<26>Nov  7 02:03:55 "))
    }

    @Test func `RFC 5424 reads back`() throws {
        let message = try #require(SyslogMessage(text(format.rfc5424(Alert(Fixtures.slowConnections())))))
        #expect(message.priority == 26)
        #expect(
            message.header == ["2026-11-21T02:03:55.000Z", "sensor1", "spate", "77", "INCIDENT"])
        #expect(message.element == "spate@32473")
        #expect(message.parameters["event"] == "open")
        #expect(message.parameters["incident"] == Fixtures.id.text)
        #expect(message.parameters["service"] == "web-http")
        #expect(message.parameters["address"] == "10.2.0.20")
        #expect(message.parameters["class"] == "slow_connection")
        #expect(message.parameters["technique"] == "T1499.002")
        #expect(message.parameters["severity"] == "critical")
        #expect(message.parameters["value"] == "398")
        #expect(message.text == Fixtures.text(Fixtures.slowConnections()))
    }

    @Test func `a notice has its own MSGID and no incident`() throws {
        let bytes = format.rfc5424(Alert(Fixtures.telemetry("exporter 10.3.0.1 silent")))
        let message = try #require(SyslogMessage(text(bytes)))
        #expect(message.header.last == "NOTICE")
        #expect(message.parameters["incident"] == nil)
        #expect(message.parameters["service"] == nil)
    }

    @Test func `a service name cannot break out of its parameter`() throws {
        var verdict = Fixtures.slowConnections()
        verdict.service?.name = #"a"] b="c\"#
        let message = try #require(SyslogMessage(text(format.rfc5424(Alert(verdict)))))
        #expect(message.parameters["service"] == #"a"] b="c\\"#)
        #expect(message.parameters["b"] == nil)
    }

    @Test func `text beyond ASCII begins with a byte order mark`() {
        var verdict = Fixtures.slowConnections()
        verdict.service?.name = "café"
        #expect(text(format.rfc5424(Alert(verdict))).unicodeScalars.contains("\u{FEFF}"))
        #expect(!text(format.rfc5424(Alert(Fixtures.slowConnections()))).unicodeScalars.contains("\u{FEFF}"))
    }

    @Test func `a host name holds only what the header may hold`() {
        let odd = SyslogFormat(facility: 3, process: 1, host: "a b\n\u{E9}c")
        #expect(text(odd.rfc5424(Alert(Fixtures.slowConnections()))).contains("Z abc spate 1 "))
        let none = SyslogFormat(facility: 3, process: 1)
        #expect(text(none.rfc5424(Alert(Fixtures.slowConnections()))).contains("Z - spate 1 "))
    }

    @Test(arguments: VerdictKind.allCases) func `the longest names and lists fit both forms`(
        kind: VerdictKind
    ) {
        var verdict = Fixtures.slowConnections(event: .update)
        verdict.kind = kind
        verdict.service = Fixtures.service(
            String(repeating: "]", count: 64), "fd00:1111:2222:3333:4444:5555:6666:7777", port: 65535)
        verdict.sources?.top = (0..<32).map { Fixtures.share("fd00:\($0 * 2):aaaa::/48", 0.1) }
        verdict.detail = String(repeating: "exporter is silent ", count: 200)
        let format = SyslogFormat(
            facility: 23, process: .max,
            host: String(repeating: "h", count: 400))
        let local = format.local(Alert(verdict), offsetSeconds: 3600, unsent: 1_000_000)
        let remote = format.rfc5424(Alert(verdict), unsent: 1_000_000)
        #expect(local.count <= SyslogFormat.localLimit)
        #expect(remote.count <= SyslogFormat.remoteLimit)
        #expect(text(local).hasSuffix("not sent)"))
        #expect(text(remote).hasSuffix("not sent)"))
    }
}

/// Reads RFC 5424 back, as strictly as these tests need.
private struct SyslogMessage {
    let priority: Int
    /// TIMESTAMP, HOSTNAME, APP-NAME, PROCID, MSGID.
    let header: [String]
    let element: String
    let parameters: [String: String]
    let text: String

    init?(_ message: String) {
        guard message.hasPrefix("<"), let close = message.firstIndex(of: ">"),
            let priority = Int(message[message.index(after: message.startIndex)..<close])
        else { return nil }
        let words = message[message.index(after: close)...].split(
            separator: " ", maxSplits: 6, omittingEmptySubsequences: false)
        guard words.count == 7, words[0] == "1" else { return nil }
        (self.priority, header) = (priority, words[1...5].map(String.init))
        var rest = words[6]
        guard rest.popFirst() == "[", let end = rest.firstIndex(where: { $0 == " " || $0 == "]" }) else {
            return nil
        }
        element = String(rest[..<end])
        rest = rest[end...]
        var parameters: [String: String] = [:]
        while rest.popFirst() == " " {
            guard let (name, value) = Self.parameter(&rest) else { return nil }
            parameters[name] = value
        }
        guard rest.popFirst() == " " else { return nil }
        (self.parameters, text) = (parameters, String(rest))
    }

    /// `NAME="VALUE"` with `\"`, `\\` and `\]` undone.
    private static func parameter(_ rest: inout Substring) -> (String, String)? {
        guard let equals = rest.firstIndex(of: "=") else { return nil }
        let name = String(rest[..<equals])
        rest = rest[rest.index(after: equals)...]
        guard rest.popFirst() == "\"" else { return nil }
        var value = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return (name, value)
            case "]": return nil
            case "\\":
                guard let escaped = rest.popFirst() else { return nil }
                value.append(escaped)
            default: value.append(character)
            }
        }
        return nil
    }
}
