// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct NginxErrorLineTests {
    static func line(_ text: String) -> String {
        "<145>Nov 21 02:02:45 vm nginx: 2026/11/21 02:02:45 [alert] 311#311: \(text)"
    }

    /// A parser that has seen this nginx serve both of its ports.
    private static func seasoned() -> SignalParser {
        var parser = TestNetwork.parser()
        _ = parser.read(NginxAccessLineTests.line())
        _ = parser.read(NginxAccessLineTests.line(destination: "10.2.0.20:443"))
        return parser
    }

    @Test func connectionLimitReachesEveryServiceOfThisNginx() {
        var parser = Self.seasoned()
        var events: [Outcome] = []
        parser.read(Self.line("256 worker_connections are not enough")).forEachOutcome { events.append($0) }
        #expect(events.map(\.service) == [TestNetwork.id("web-http"), TestNetwork.id("web-https")])
        #expect(events.allSatisfy { $0.event == .saturated && $0.failure == .none && $0.status == 0 })
    }

    @Test func eventBeforeAnyRequestOfThisSender() {
        var parser = Self.seasoned()
        let result = parser.read(
            Self.line("256 worker_connections are not enough"), from: TestNetwork.address("10.2.0.99"))
        #expect(result == .ignored(.unknownService, rule: 2))
    }

    /// It closes connections that nobody uses, and drops no work.
    @Test func aWorkerThatReusesIdleConnectionsIsNotFull() {
        let line = Self.line("256 worker_connections are not enough, reusing connections")
        let rules = [LogRule(program: "nginx", format: .nginxError, service: TestNetwork.fixed("web-https"))]
        #expect(TestNetwork.read(line, rules).single == nil)
    }

    @Test(arguments: [
        ("*14 256 worker_connections are not enough while connecting to upstream", ServiceEvent.saturated),
        ("accept4() failed (24: Too many open files)", .saturated),
        ("*7 no live upstreams while connecting to upstream", .noServerAvailable),
        ("*9 SSL_do_handshake() failed (SSL: error:0A000126) while SSL handshaking", .handshakeFailure),
        ("*9 peer closed connection in SSL handshake while SSL handshaking", .handshakeFailure),
    ])
    func events(text: String, expected: ServiceEvent) throws {
        let rules = [LogRule(program: "nginx", format: .nginxError, service: TestNetwork.fixed("web-https"))]
        let line = Self.line(
            text + ", client: 10.66.0.151, server: , request: \"GET / HTTP/1.1\", host: \"10.2.0.20\"")
        let outcome = try #require(TestNetwork.read(line, rules).single)
        #expect(outcome.event == expected)
        #expect(outcome.client == TestNetwork.address("10.66.0.151"))
    }

    @Test func handshakeFailureBelongsToTheTLSService() {
        var parser = Self.seasoned()
        let result = parser.read(
            Self.line("*9 peer closed connection in SSL handshake, client: 10.66.0.1, server: x"))
        #expect(result.single?.service == TestNetwork.id("web-https"))
    }

    @Test(arguments: [
        (
            "*7 upstream timed out (110: Connection timed out) while connecting to upstream, client: 10.0.0.1",
            IgnoredReason.toldElsewhere
        ),
        (
            "*7 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.1",
            .toldElsewhere
        ),
        (
            "*7 SSL_do_handshake() failed (SSL: error) while SSL handshaking to upstream, client: 10.0.0.1",
            .toldElsewhere
        ),
        ("*7 limiting requests, excess: 5.2 by zone \"one\", client: 10.0.0.1", .toldElsewhere),
        ("*7 open() \"/srv/x\" failed (2: No such file or directory), client: 10.0.0.1", .noOutcome),
        ("signal process started", .noOutcome),
    ])
    func linesWithoutAnOutcome(text: String, expected: IgnoredReason) {
        #expect(TestNetwork.read(Self.line(text)) == .ignored(expected, rule: 2))
    }
}
