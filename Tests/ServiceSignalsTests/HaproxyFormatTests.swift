// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct HaproxyFormatTests {
    /// A line of httplog with the parts that matter here.
    static func line(
        frontend: String = "web", timers: String = "0/0/1/82/83", status: String = "200",
        state: String = "----",
        tail: String = "11/11/0/0/0 0/0 \"GET /app/item?x=1 HTTP/1.1\"\n"
    ) -> String {
        "<134>Nov 21 02:02:45 haproxy[16131]: 10.20.1.110:59171 [21/Nov/2026:02:02:45.907] \(frontend) app/app1 "
            + "\(timers) \(status) 3121 - - \(state) \(tail)"
    }

    @Test func answeredRequest() throws {
        let result = TestNetwork.read(Self.line())
        let outcome = try #require(result.single)
        #expect(result.rule == 0)
        #expect(outcome.service == TestNetwork.id("lb-http"))
        #expect(outcome.client == TestNetwork.address("10.20.1.110"))
        #expect(outcome.status == 200)
        #expect(outcome.failure == .none)
        #expect(outcome.event == .none)
        #expect(outcome.latencyMilliseconds == 83)
        #expect(outcome.totalMilliseconds == 83)
        // The date is the beginning of the request; its end is 83 ms later.
        #expect(outcome.time == Instant(milliseconds: 1_795_226_565_990))
    }

    @Test func frontendsAreServices() {
        let result = TestNetwork.read(Self.line(frontend: "web~"))
        #expect(result.single?.service == TestNetwork.id("lb-https"))
        #expect(result.rule == 1)
        #expect(TestNetwork.read(Self.line(frontend: "other")) == .ignored(.unknownFrontend, rule: 1))
    }

    @Test(arguments: [
        ("sQ--", "503", FailureClass.queueTimeout), ("SC--", "503", .noServer), ("SH--", "502", .badGateway),
        ("sH--", "504", .timeout), ("sC--", "503", .timeout), ("PR--", "403", .limited),
        ("PR--", "503", .noServer),
        ("cR--", "408", .slowRequest), ("CQ--", "503", .abandoned), ("CH--", "-1", .abandoned),
        ("CD--", "200", .none),
        ("----", "404", .clientError), ("----", "429", .limited), ("----", "500", .serverError),
        ("----", "502", .badGateway), ("LR--", "302", .none),
    ])
    func terminationStates(state: String, status: String, expected: FailureClass) {
        #expect(TestNetwork.read(Self.line(status: status, state: state)).single?.failure == expected)
    }

    @Test(arguments: [
        ("0/0/-1/-1/3027", UInt32(3027)), ("0/2001/-1/-1/2001", 2001), ("0/-1/-1/-1/0", 0),
        ("900/1/2/3/906", 6),
        ("40/1880/3008/-1/9890", 9850), ("-1/-1/-1/-1/1624", Outcome.noLatency), ("0/0/0/7/+9", 7),
    ])
    func serverTimeLeavesTheClientOut(timers: String, expected: UInt32) {
        #expect(TestNetwork.read(Self.line(timers: timers)).single?.latencyMilliseconds == expected)
    }

    @Test func unreadableRequestIsTheClientsFault() throws {
        let tail = "12/12/0/0/0 0/0 \"<BADREQ>\"\n"
        let bad = TestNetwork.read(
            Self.line(timers: "-1/-1/-1/-1/0", status: "400", state: "PR--", tail: tail))
        let outcome = try #require(bad.single)
        #expect(outcome.failure == .clientError)
        #expect(!outcome.failure.isFailure)
        #expect(outcome.pathHash == 0)
        let slow = TestNetwork.read(
            Self.line(timers: "-1/-1/-1/-1/5000", status: "408", state: "cR--", tail: tail))
        #expect(slow.single?.failure == .slowRequest)
        #expect(slow.single?.latencyMilliseconds == Outcome.noLatency)
    }

    @Test(arguments: [
        "11/11/0/0/0 0/0 {shop.test|a b} {} \"GET /app/item HTTP/1.1\"",  // captured headers
        "11/11/0/0/0 0/0 \"GET /app/item?session=",  // cut off at haproxy's limit of 1024
        "11/11/0/0/0 0/0 \"GET https://shop.test/app/item?y=2 HTTP/2.0\" 0/0000000000000000/0/0/0 shop.test/TLSv1.3/X",
    ])
    func pathWithoutQuery(tail: String) throws {
        let expected = try #require(TestNetwork.read(Self.line()).single?.pathHash)
        #expect(expected != 0)
        #expect(TestNetwork.read(Self.line(tail: tail)).single?.pathHash == expected)
    }

    @Test func tcplog() throws {
        let rules = [
            LogRule(program: "haproxy", format: .lines(.haproxyTCP), service: TestNetwork.fixed("tls-term"))
        ]
        let head = "<134>Nov 21 02:02:45 haproxy[1]: fd00::7:59171 [21/Nov/2026:02:02:40.000] tls app/app1 "
        let served = try #require(TestNetwork.read(head + "5/1/4000 3121 -- 1/1/0/0/0 0/0", rules).single)
        #expect(served.client == TestNetwork.address("fd00::7"))
        #expect(served.failure == .none)
        #expect(served.latencyMilliseconds == 6)
        #expect(served.totalMilliseconds == 4000)
        #expect(served.time == Instant(seconds: 1_795_226_564))
        let refused = try #require(TestNetwork.read(head + "0/-1/3000 0 SC 1/1/0/0/3 0/0", rules).single)
        #expect(refused.failure == .noServer)
        #expect(refused.latencyMilliseconds == 3000)
        #expect(TestNetwork.read(Self.line(), rules).ignoredReason == .unreadable)
    }

    @Test(arguments: [
        "<134>Nov 21 02:02:45 haproxy[1]: 10.0.0.1:1 [21/Nov/2026:02:02:45.907] web app/app1 0/0/1/82 200 3 - - ---- 1",
        "<134>Nov 21 02:02:45 haproxy[1]: 10.0.0.1:1 [21/Nov/2026:02:02:45.907] web app/app1 0/0/1/82/x 200 3 - - ---- 1",
        "<134>Nov 21 02:02:45 haproxy[1]: 10.0.0.1:1 [21/Nov/2026:02:02:45.907] web app1 0/0/1/82/83 200 3 - - ---- 1",
        "<134>Nov 21 02:02:45 haproxy[1]: 10.0.0.1:1 [21/Nov/2026:02:02:45.907] web app/a 0/0/1/82/83 2000 3 - - ---- 1",
        "<134>Nov 21 02:02:45 haproxy[1]: 10.0.0.1:1 [21/Nov/2026:02:02:45.907",
    ])
    func damagedLines(line: String) {
        #expect(TestNetwork.read(line).ignoredReason == .unreadable)
    }

    @Test(arguments: [
        ("%ci %r", 0), ("%ST %zz", 4), ("%ST %{+Z}ci", 4), ("%ST %{Q}ci", 4), ("%ST %[src", 4), ("%ST %", 4),
        ("%ST%Ta", 3), ("%ST %hrl %Ta", 9), (#"log-format "%ST %zz""#, 16),
    ])
    func mistakesNameTheirPlace(text: String, position: Int) {
        let error = #expect(throws: FormatError.self) { try LinePlan(haproxy: text) }
        #expect(error?.position == position)
    }

    @Test func ownFormatWithFetchesAndQuotes() throws {
        let plan = try LinePlan(
            haproxy:
                #"%[src] %ft\ %b/%s  %{+Q}[req.hdr(host),lower] %{+Q}HP %ST %Tr/%Tw/%Ta %sq %bq %fi:%fp %[var(txn.id)]"#
        )
        let line =
            #"fd00::9 edge~ app/a1 "shop.test:443" "/app/item" 503 -1/40/45 7 9 fd00:2::20:80 -"#
        let rule = LogRule(site: "shop.test", format: .lines(plan), service: .destination)
        let outcome = try #require(
            TestNetwork.read("<134>Nov 21 02:02:45 haproxy[1]: " + line, [rule]).single)
        #expect(outcome.service == TestNetwork.id("web6"))
        #expect(outcome.client == TestNetwork.address("fd00::9"))
        #expect(outcome.failure == .noServer)
        #expect((outcome.level, outcome.levelValue) == (.queue, 9))
        #expect(outcome.pathHash == TestNetwork.read(Self.line()).single?.pathHash)
        #expect(outcome.totalMilliseconds == 45)
    }

    @Test func quotesForAllThatFollow() throws {
        let plan = try LinePlan(haproxy: "%{+Q}o %ft %ST %{-Q}b %r")
        let rule = LogRule(frontend: "web", format: .lines(plan), service: TestNetwork.fixed("web-http"))
        let outcome = TestNetwork.read(
            #"<134>Nov 21 02:02:45 haproxy[1]: "web" 200 app "GET /app/item HTTP/1.1""#, [rule])
        #expect(outcome.single?.pathHash == TestNetwork.read(Self.line()).single?.pathHash)
    }

    /// haproxy's manual has this as its CLF format.
    @Test func listOfHeadersAtTheEnd() throws {
        let plan = try LinePlan(
            haproxy: #"%{+Q}o %{-Q}ci - - [%trg] %r %ST %B "" "" %cp %ms %ft %CC %CS %hrl %hsl"#)
        let rule = LogRule(format: .lines(plan), service: TestNetwork.fixed("web-http"))
        for tail in [#""" "" "#, #""" """#, #""" "" "Mozilla/5.0 (X)" "shop.test""#] {
            let line =
                #"10.1.1.1 - - [21/Nov/2026:02:02:45 +0000] "GET /a"b HTTP/1.1" 503 83 "" "" 563 028 "web" "#
            let result = TestNetwork.read("<134>Nov 21 02:02:45 haproxy[1]: " + line + tail, [rule])
            #expect(result.single?.failure == .noServer)
        }
    }

    /// haproxy 2.6 writes neither braces nor quotes when nothing was captured.
    @Test(arguments: [#"headers="{Mozilla/5.0 (X)|a b}""#, "headers=", #"headers="{}""#])
    func quotedHeaders(captured: String) throws {
        let plan = try LinePlan(
            haproxy: "%{+Q}o client=%{-Q}ci status=%ST headers=%hr agent=%[capture.req.hdr(0)]")
        let rule = LogRule(format: .lines(plan), service: TestNetwork.fixed("web-http"))
        let line = "<134>Nov 21 02:02:45 haproxy[1]: client=10.1.1.1 status=503 "
        #expect(TestNetwork.read(line + captured + #" agent="x""#, [rule]).single?.failure == .noServer)
        #expect(TestNetwork.read(line + captured + #"agent="x""#, [rule]).ignoredReason == .unreadable)
    }

    /// haproxy does not escape what it puts in quotes.
    @Test func quotesInTheLastField() throws {
        let plan = try LinePlan(haproxy: #"%ST "%[capture.req.hdr(0)]""#)
        let rule = LogRule(format: .lines(plan), service: TestNetwork.fixed("web-http"))
        #expect(
            TestNetwork.read(#"<134>haproxy: 503 ""quoted" \ agent""#, [rule]).single?.failure == .noServer)
        #expect(TestNetwork.read(#"<134>haproxy: 503 quoted"#, [rule]).ignoredReason == .unreadable)
    }

    /// Where no headers are, the text behind them must be there all the same.
    @Test(arguments: ["200 ", "200 x", "200 {}", "200 {}\"ab"])
    func headersAndTheEndOfTheLine(line: String) throws {
        let plan = try LinePlan(haproxy: #"%ST %hr"abc"#)
        let rule = LogRule(format: .lines(plan), service: TestNetwork.fixed("web-http"))
        #expect(TestNetwork.read("<134>haproxy: " + line, [rule]).ignoredReason == .unreadable)
    }

    /// haproxy's manual has this as its error-log-format.
    @Test(arguments: [
        ("34/000000000A0000A0/0/0/0 -/TLSv1.3/(NONE)", ServiceEvent.handshakeFailure, FailureClass.none),
        ("0/0000000000000000/0/0/0 shop.test/TLSv1.3/TLS_AES_256_GCM_SHA384", .none, .clientError),
    ])
    func errorLogFormat(tail: String, event: ServiceEvent, failure: FailureClass) throws {
        let plan = try LinePlan(
            haproxy:
                #"error-log-format "%ci:%cp [%tr] %ft %ac/%fc %[fc_err]/%[ssl_fc_err,hex]/%[ssl_c_err]/%[ssl_c_ca_err]"#
                + #"/%[ssl_fc_is_resumed] %[ssl_fc_sni]/%sslv/%sslc""#
        )
        let rule = LogRule(format: .lines(plan), service: TestNetwork.fixed("web-https"))
        let line = "<134>Nov 21 02:02:45 haproxy[1]: 10.20.1.5:47607 [21/Nov/2026:02:02:45.074] secure~ 12/3 "
        let outcome = try #require(TestNetwork.read(line + tail, [rule]).single)
        #expect((outcome.event, outcome.failure) == (event, failure))
        #expect(outcome.client == TestNetwork.address("10.20.1.5"))
        #expect(TestNetwork.read(line + "x" + tail, [rule]).ignoredReason == .unreadable)
    }

    /// Formats without `%r` have no `<BADREQ>`.
    @Test func aBadRequestIsNoRefusal() throws {
        let plan = try LinePlan(haproxy: "%ST %tsc")
        let rule = LogRule(format: .lines(plan), service: TestNetwork.fixed("web-http"))
        #expect(TestNetwork.read("<134>haproxy: 400 PR--", [rule]).single?.failure == .clientError)
        #expect(TestNetwork.read("<134>haproxy: 403 PR--", [rule]).single?.failure == .limited)
    }

    @Test func clientsOfAUnixSocketHaveNoAddress() throws {
        let line = Self.line().replacing("10.20.1.110:59171", with: "unix:1")
        let outcome = try #require(TestNetwork.read(line).single)
        #expect(outcome.client == .unspecified)
        #expect(outcome.status == 200)
    }

    @Test func queuesAreALevel() throws {
        let outcome = try #require(
            TestNetwork.read(Self.line(tail: "1/1/0/0/0 3/12 \"GET / HTTP/1.1\"")).single)
        #expect((outcome.level, outcome.levelValue) == (.queue, 12))
    }
}
