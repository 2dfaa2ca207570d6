// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct SignalParserTests {
    /// One line of every kind that is read.
    static let samples = [
        HaproxyFormatTests.line(),
        HaproxyFormatTests.line(frontend: "web~", timers: "0/2001/-1/-1/2001", state: "sQ--"),
        "<134>Nov 21 02:02:45 haproxy[212]: 10.66.0.7:41822 [21/Nov/2026:02:02:45.001] web/3: SSL handshake failure\n",
        "<129>Nov 21 02:02:45 haproxy[4087]: Server app/app1 is DOWN, reason: Layer4 timeout.\n",
        NginxAccessLineTests.line(upstream: "0.001, 0.084"),
        NginxErrorLineTests.line("*14 256 worker_connections are not enough, client: 10.66.0.151, server: "),
        UnboundLineTests.line("info: 10.20.1.188 www.corp.test. A IN NOERROR 0.000000 1 47"),
        UnboundLineTests.line("error: SERVFAIL <x9.app.test. A IN>: all the configured servers failed"),
        StunnelLineTests.line("Service [tls-term] accepted connection from 10.20.1.93:38195"),
        StunnelLineTests.line("Connection closed: 60242 byte(s) sent to TLS, 120 byte(s) sent to socket"),
        "<165>1 2026-11-21T02:02:45.003Z lb1 haproxy 1 ID47 [a@1 x=\"y\"] Proxy web reached process FD limit",
    ]

    @Test func programWithoutARule() {
        #expect(
            TestNetwork.read("<30>Nov 21 02:02:45 svc sshd[9]: Accepted publickey for root") == .unmatched)
        #expect(TestNetwork.read("<30>Nov 21 02:02:45 svc sshd[9]: x", []) == .unmatched)
    }

    @Test func firstRuleThatReadsTheLineDecides() {
        let rules = [
            LogRule(
                program: "nginx", format: TestNetwork.format("$status;"),
                service: TestNetwork.fixed("lb-http")),
            LogRule(format: .unbound, service: TestNetwork.fixed("dns")),
            LogRule(program: "nginx", format: .lines(.nginxCombined), service: TestNetwork.fixed("web-http")),
            LogRule(
                program: "nginx", format: .lines(.nginxCombined), service: TestNetwork.fixed("web-https")),
        ]
        let result = TestNetwork.read(NginxAccessLineTests.line(), rules)
        #expect(result.rule == 2)
        #expect(result.single?.service == TestNetwork.id("web-http"))
    }

    @Test func destinationWithAFormatThatNamesNone() {
        for (format, line) in [(LogFormat.lines(.haproxyHTTP), Self.samples[0]), (.unbound, Self.samples[6])]
        {
            #expect(!format.namesDestination)
            #expect(
                TestNetwork.read(line, [LogRule(format: format, service: .destination)])
                    == .ignored(.unknownService, rule: 0))
        }
    }

    @Test func builtInFormatsHaveTheirNames() {
        for name in LogFormat.builtInNames { #expect(LogFormat.builtIn(named: name) != nil, "\(name)") }
        #expect(LogFormat.builtIn(named: "shop") == nil)
        #expect(IgnoredReason.allCases.filter(\.isExpected).map(\.name) == ["no_outcome", "told_elsewhere"])
    }

    @Test func rememberedSendersStayBounded() {
        var limits = SignalLimits()
        limits.associations = 2
        var parser = TestNetwork.parser(limits: limits)
        let senders = (1...3).map { TestNetwork.address("10.9.0.\($0)") }
        for sender in senders { _ = parser.read(NginxAccessLineTests.line(), from: sender) }
        let known = senders.map { parser.read(Self.samples[5], from: $0).single != nil }
        #expect(known == [true, true, false])
    }

    @Test(arguments: samples)
    func hostileTruncation(line: String) {
        var parser = TestNetwork.parser()
        let bytes = Array(line.utf8)
        let service = parser.parse(bytes.span, from: TestNetwork.sender, arrival: TestNetwork.arrival).single?
            .service
        for length in 0..<bytes.count {
            let part = Array(bytes[..<length])
            let result = parser.parse(part.span, from: TestNetwork.sender, arrival: TestNetwork.arrival)
            if let found = result.single?.service { #expect(found == service) }
        }
    }

    @Test(arguments: samples)
    func hostileBytes(line: String) {
        var parser = TestNetwork.parser()
        var random = SplitMix(state: 0x5EED)
        let original = Array(line.utf8)
        for _ in 0..<10_000 {
            var bytes = original
            for _ in 0...Int(random.next() % 4) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            let arrival = Instant(microseconds: Int64(truncatingIfNeeded: random.next()))
            parser.parse(bytes.span, from: TestNetwork.sender, arrival: arrival).forEachOutcome {
                #expect($0.time <= arrival)
            }
        }
    }

    @Test func hostileNumbers() throws {
        let huge = String(repeating: "9", count: 300)
        let haproxy = try #require(
            TestNetwork.read(HaproxyFormatTests.line(timers: "\(huge)/\(huge)/\(huge)/\(huge)/\(huge)"))
                .single)
        #expect(haproxy.latencyMilliseconds == Outcome.noLatency - 1)
        let nginx = try #require(
            TestNetwork.read(
                NginxAccessLineTests.line(requestTime: huge, upstream: "\(huge), \(huge).\(huge)")
            ).single)
        #expect(nginx.latencyMilliseconds == Outcome.noLatency - 1)
        #expect(nginx.totalMilliseconds == Outcome.noLatency - 1)
        let unbound = UnboundLineTests.line("info: 10.0.0.1 \(huge). A IN NOERROR \(huge).5 0 \(huge)")
        #expect(TestNetwork.read(unbound).single?.nameLength == 300)
    }

    @Test func hostileLongLine() throws {
        let long = String(repeating: "%\u{1}\u{7F}", count: 2600)
        let line = NginxAccessLineTests.line(request: "GET /\(long) HTTP/1.1", status: "503")
        #expect(line.utf8.count > 7000 && line.utf8.count < 8192)
        #expect(TestNetwork.read(line).single?.failure == .noServer)
        let quotes = "<142>Nov 21 02:02:45 vm nginx: " + String(repeating: "\"\\", count: 4000)
        #expect(TestNetwork.read(quotes).ignoredReason == .unreadable)
    }
}

/// SplitMix64: even, and the same in every run.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
