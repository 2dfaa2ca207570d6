// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct ApacheFormatTests {
    @Test(arguments: [
        ("%h %r", 0), ("%>s %y", 4), ("%>s %{Referer", 4), ("%>s %", 4), ("%>s %^XX", 4), ("%>s%D", 3),
        (#"LogFormat "%>s %y" main"#, 15),
    ])
    func mistakesNameTheirPlace(text: String, position: Int) {
        let error = #expect(throws: FormatError.self) { try LinePlan(apache: text) }
        #expect(error?.position == position)
    }

    @Test func pastedDirectiveIsTheFormatInIt() throws {
        let pasted = try LinePlan(apache: #"  LogFormat "%h %l %u %t \"%r\" %>s %b" common"#)
        #expect(pasted == .apacheCommon)
        #expect(try LinePlan(apache: #"%h %l %u %t \"%r\" %>s %b"#) == .apacheCommon)
    }

    @Test func timesAndServer() throws {
        let outcome = try #require(
            Self.read(
                #"%{c}h %a %{X-Forwarded-For}i %t "%r" %>s %!200,304{Referer}i %{ms}T %D %A:%p"#,
                #"10.9.9.9 fd00::7 10.1.1.1, 10.2.2.2 [21/Nov/2026:02:02:43 +0000] "GET /a?x HTTP/1.1" 503 - 1500 1500250 10.2.0.20:443"#,
                .destination))
        #expect(outcome.service == TestNetwork.id("web-https"))
        #expect(outcome.client == TestNetwork.address("fd00::7"))
        #expect(outcome.failure == .noServer)
        #expect(outcome.latencyMilliseconds == 1500)
        // Apache's date is that of the request: its end is 1.5 s later.
        #expect(outcome.time == Instant(microseconds: 1_795_226_563_999_999 + 1_500_250))
    }

    /// `%D` contains the time that a slow client takes; `%^FB` does not.
    @Test func timeToTheFirstOctetIsTheServers() throws {
        let outcome = try #require(Self.read("%a %>s %^FB %D", "10.1.1.1 200 80000 22000000"))
        #expect((outcome.latencyMilliseconds, outcome.totalMilliseconds) == (80, 22000))
    }

    @Test(arguments: [
        ("%{sec}t", "1795226563"), ("%{msec}t", "1795226563000"), ("%{usec}t", "1795226563000000"),
        ("%{%Y-%m-%d %T %z}t", "2026-11-20 21:02:43 -0500"),
        ("%{%F %H:%M:%S}t.%{msec_frac}t", "2026-11-21 02:02:43.000"),
        ("%{end:%d/%b/%Y:%T}t.%{usec_frac}t", "21/Nov/2026:02:02:43.000000"), ("%{%s}t", "1795226563"),
    ])
    func dates(format: String, date: String) throws {
        let outcome = try #require(Self.read("\(format) %a %>s", "\(date) 10.1.1.1 200"))
        let distance = outcome.time - Instant(seconds: 1_795_226_563)
        #expect(distance >= Interval(microseconds: 0) && distance < .seconds(1))
    }

    @Test func finalStatusCountsWhereBothAreNamed() {
        #expect(Self.read("%s %>s", "200 503")?.status == 503)
        #expect(Self.read("%>s %s", "503 200")?.status == 503)
        #expect(Self.read("%s", "404")?.status == 404)
    }

    @Test func requestLineWithoutQuotes() throws {
        let outcome = try #require(Self.read("%a %r %>s", "10.1.1.1 GET /app/item HTTP/1.1 500"))
        #expect(outcome.failure == .serverError)
        #expect(outcome.pathHash == TestNetwork.read(HaproxyFormatTests.line()).single?.pathHash)
    }

    @Test func virtualHostsAreServices() {
        let line = #"shop.test:443 10.1.1.1 - - [21/Nov/2026:02:02:43 +0000] "GET / HTTP/1.1" 200 5 "-" "x""#
        let rules = [
            LogRule(
                site: "other.test", format: .lines(.apacheVirtualHost), service: TestNetwork.fixed("lb-http")),
            LogRule(
                site: "shop.test", format: .lines(.apacheVirtualHost), service: TestNetwork.fixed("lb-https")),
        ]
        let result = TestNetwork.read("<134>Nov 21 02:02:45 www apache2: " + line, rules)
        #expect(result.single?.service == TestNetwork.id("lb-https"))
        #expect(
            TestNetwork.read("<134>Nov 21 02:02:45 www apache2: " + line, [rules[0]]).ignoredReason
                == .unknownFrontend)
    }

    private static func read(
        _ format: String, _ line: String, _ service: ServiceSource = TestNetwork.fixed("web-http")
    ) -> Outcome? {
        guard let plan = try? LinePlan(apache: format) else { return nil }
        let rule = LogRule(format: .lines(plan), service: service)
        return TestNetwork.read("<142>Nov 21 02:02:45 vm apache2: " + line, [rule]).single
    }
}
