// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct NginxAccessLineTests {
    static func line(
        user: String = "-", request: String = "GET /app/item?x=1 HTTP/1.1", status: String = "200",
        agent: String = "Mozilla/5.0 (X11)", requestTime: String = "0.084", upstream: String = "0.084",
        destination: String = "10.2.0.20:80"
    ) -> String {
        "<142>Nov 21 02:02:45 vm nginx: 10.20.1.24 - \(user) [21/Nov/2026:02:02:45 +0000] \"\(request)\" \(status) 3000 "
            + "\"-\" \"\(agent)\" rt=\(requestTime) urt=\"\(upstream)\" dst=\(destination) tls=-"
    }

    @Test func answeredRequest() throws {
        let result = TestNetwork.read(Self.line())
        let outcome = try #require(result.single)
        #expect(result.rule == 2)
        #expect(outcome.service == TestNetwork.id("web-http"))
        #expect(outcome.client == TestNetwork.address("10.20.1.24"))
        #expect((outcome.status, outcome.failure) == (200, .none))
        #expect((outcome.latencyMilliseconds, outcome.totalMilliseconds) == (84, 84))
        #expect(outcome.time == Instant(microseconds: 1_795_226_565_999_999))
        #expect(outcome.pathHash == TestNetwork.read(HaproxyFormatTests.line()).single?.pathHash)
    }

    @Test(arguments: [("10.2.0.20:443", "web-https"), ("fd00:2::20:80", "web6"), ("[fd00:2::20]:80", "web6")])
    func serviceFromTheServerAddress(destination: String, name: String) {
        #expect(TestNetwork.read(Self.line(destination: destination)).single?.service == TestNetwork.id(name))
    }

    @Test(arguments: ["10.2.0.20:8080", "10.2.0.20:65616", "-:80", "x:y"])
    func serverAddressOfNoService(destination: String) {
        let reason = TestNetwork.read(Self.line(destination: destination)).ignoredReason
        #expect(reason == .unknownService || reason == .unreadable)
    }

    @Test(arguments: [
        ("499", FailureClass.abandoned), ("408", .slowRequest), ("429", .limited), ("502", .badGateway),
        ("503", .noServer), ("504", .timeout), ("500", .serverError), ("404", .clientError), ("304", .none),
    ])
    func statuses(status: String, expected: FailureClass) {
        #expect(TestNetwork.read(Self.line(status: status)).single?.failure == expected)
    }

    @Test(arguments: [
        ("0.001, 0.084", UInt32(85)), ("-, 0.084", 84), ("0.010 : 0.020", 30), ("-", Outcome.noLatency),
        ("0.0006", 1), ("", Outcome.noLatency),
    ])
    func upstreamTimesAddUp(upstream: String, expected: UInt32) throws {
        // A slow client of a static file says nothing about the server.
        let outcome = try #require(
            TestNetwork.read(Self.line(requestTime: "22.000", upstream: upstream)).single)
        #expect(outcome.latencyMilliseconds == expected)
        #expect(outcome.totalMilliseconds == 22000)
    }

    @Test func slowRequestHasNoServerTime() {
        let outcome = TestNetwork.read(
            Self.line(request: "", status: "408", requestTime: "60.000", upstream: "0.000"))
        #expect(outcome.single?.latencyMilliseconds == Outcome.noLatency)
        #expect(outcome.single?.pathHash == 0)
    }

    @Test func limiterThatAnswersWith503() {
        let format = TestNetwork.format(#"$remote_addr "$request" $status $limit_req_status"#)
        let rules = [LogRule(program: "nginx", format: format, service: TestNetwork.fixed("web-http"))]
        let head = "<142>Nov 21 02:02:45 vm nginx: 10.20.1.24 \"GET / HTTP/1.1\" 503 "
        #expect(TestNetwork.read(head + "REJECTED", rules).single?.failure == .limited)
        #expect(TestNetwork.read(head + "PASSED", rules).single?.failure == .noServer)
    }

    @Test func combinedWithTheServerBehindIt() {
        let rules = [LogRule(program: "nginx", format: .lines(.nginxCombined), service: .destination)]
        #expect(TestNetwork.read(Self.line(), rules).single?.service == TestNetwork.id("web-http"))
        let forged = Self.line(agent: "x dst=10.2.0.20:443 y")
        #expect(TestNetwork.read(forged, rules).single?.service == TestNetwork.id("web-http"))
        let short =
            "<142>Nov 21 02:02:45 vm nginx: 10.20.1.24 - - [21/Nov/2026:02:02:45 +0000] \"GET / HTTP/1.1\" 200 3 \"-\" \"x\""
        #expect(TestNetwork.read(short, rules).ignoredReason == .unknownService)
    }

    @Test func quotedDestinationIsNotBelieved() {
        let rules = [LogRule(format: TestNetwork.format("$remote_addr $status"), service: .destination)]
        let line = "<142>Nov 21 02:02:45 vm nginx: 10.20.1.24 200 \"x dst=10.2.0.20:443 y\" dst=10.2.0.20:80"
        #expect(TestNetwork.read(line, rules).single?.service == TestNetwork.id("web-http"))
    }

    @Test(arguments: ["apache-common", "apache-combined"])
    func apache(name: String) throws {
        let format = try #require(LogFormat.builtIn(named: name))
        let line =
            #"<134>Nov 21 02:02:45 www apache2: 10.20.1.24 - alice [21/Nov/2026:02:02:45 +0000] "GET / HTTP/1.1" 500 12 "-" "x""#
        let rules = [LogRule(program: "apache2", format: format, service: TestNetwork.fixed("web-http"))]
        #expect(TestNetwork.read(line, rules).single?.failure == .serverError)
    }

    @Test(arguments: ["20x", "2000", "", "-2"])
    func statusThatIsNone(status: String) {
        #expect(TestNetwork.read(Self.line(status: status)).ignoredReason == .unreadable)
    }

    @Test func userNameCannotForgeTheStatus() throws {
        let outcome = try #require(
            TestNetwork.read(Self.line(user: "a [21/Nov/2026:02:02:45 +0000] b", status: "503")).single)
        #expect(outcome.failure == .noServer)
    }
}
