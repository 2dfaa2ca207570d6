// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct SyslogHeaderTests {
    private static let request =
        #"10.20.1.110:59171 [21/Nov/2026:02:02:45.907] web app/app1 0/0/1/82/83 200 1 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1""#

    @Test(arguments: [
        "<134>Nov 21 02:02:45 haproxy[16131]: ", "<134>Nov 21 02:02:45 lb1 haproxy[16131]: ",
        "<134>Nov  1 02:02:45 lb1 haproxy: ", "Nov 21 02:02:45 lb1 haproxy[16131]: ", "<134>haproxy[16131]: ",
        "<134>Nov 21 02:02:45  haproxy: ",
        "<134>2026-11-21T02:02:45.123456+00:00 lb1 haproxy[16131]: ", "haproxy: ",
        "<134>1 2026-11-21T02:02:45.907+00:00 lb1 haproxy 16131 - - ", "<134>1 - - haproxy - - - ",
        "<134>1 2026-11-21T02:02:45Z lb1 haproxy - - -  ",
        "<134>1 2026-11-21T02:02:45Z lb1 haproxy 16131 ID47 [a@1 x=\"\\\"] \\\\\"][b] \u{FEFF}",
    ])
    func forms(header: String) {
        for ending in ["", "\n", "\r\n", "\0"] {
            let result = TestNetwork.read(header + Self.request + ending)
            #expect(result.single?.service == TestNetwork.id("lb-http"), "\(header)")
        }
    }

    /// What programs send when it is told otherwise, and what relays make of it.
    @Test(arguments: [
        // A fraction of the second, and days that are not filled up.
        "<134>Nov 21 02:02:45.123456 lb1 haproxy[16131]: ", "<134>Nov 1 02:02:45 lb1 haproxy: ",
        "<134>Nov  1 02:02:45.1 haproxy: ",
        // rsyslog: ForwardFormat, TraditionalForwardFormat, SyslogProtocol23Format; IPv6 as a host.
        "<134>2026-11-21T02:02:45.123456+00:00 fd00::1 haproxy[16131]: ",
        "<134>Nov 21 02:02:45 2001:db8:: haproxy[16131]: ",
        "<134>1 2026-11-21T02:02:45.123456+00:00 lb1 haproxy 16131 - -  ",
        // util-linux logger: RFC 5424 with its own element, and as it writes to a local socket.
        "<134>1 2026-11-21T02:02:45.907123+00:00 lb1 haproxy - - [timeQuality tzKnown=\"1\" isSynced=\"0\"] ",
        "<134>1 2026-11-21T02:02:45.907123+01:00 lb1 haproxy 77 m [a@1 b=\"]\"][c@2 d=\"x\\]\" e=\"\"] ",
        // journald.
        "<30>Nov 21 02:02:45 haproxy[16131]: ",
        // haproxy with a host name of its own, and RFC 5424.
        "<134>Nov 21 02:02:45 lb1.example.org haproxy[16131]: ",
        "<134>1 2026-11-21T02:02:45.907123+00:00 - haproxy 16131 - - ",
    ])
    func formsOfPrograms(header: String) {
        let result = TestNetwork.read(header + Self.request)
        #expect(result.single?.service == TestNetwork.id("lb-http"), "\(header): \(result)")
    }

    /// As they came from haproxy 2.6, rsyslog 8.2302, nginx 1.22 and logger of util-linux 2.38, whatever way they were sent.
    @Test(arguments: [
        "<134>Nov 21 14:08:20 vm haproxy[20529]: 127.0.0.1:37210 [21/Nov/2026:14:08:20.442] web app/a 0/0/0/0/0 200 125 - - ---- 1/1/0/0/0 0/0 \"GET /a?b=1 HTTP/1.1\"\n",
        "<150>Nov 21 14:08:20 vm haproxy[20529]: 127.0.0.1:37210 [21/Nov/2026:14:08:20.442] web app/a 0/0/0/0/0 200 125 - - ---- 1/1/0/0/0 0/0 \"GET /a?b=1 HTTP/1.1\"",
        "<158>1 2026-11-21T14:08:20.443592+00:00 vm haproxy 20529 - - 127.0.0.1:37210 [21/Nov/2026:14:08:20.442] web app/a 0/0/0/0/0 200 125 - - ---- 1/1/0/0/0 0/0 \"GET /a?b=1 HTTP/1.1\"\n",
        "<190>Nov 21 14:08:20 vm nginx: 127.0.0.1 - - [21/Nov/2026:14:08:20 +0000] \"GET /a?b=1 HTTP/1.1\" 200 3 \"-\" \"curl/7.88.1\"",
        "<190>Nov 21 14:08:20 nginx: 127.0.0.1 - - [21/Nov/2026:14:08:20 +0000] \"GET /a?b=1 HTTP/1.1\" 200 3 \"-\" \"curl/7.88.1\"",
        "<13>Nov 21 14:08:20 vm unbound: [16135:0] info: 10.20.1.188 www.corp.test. A IN NOERROR 0.000000 1 47",
        "<13>2026-11-21T14:08:20.507983+00:00 vm unbound: [16135:0] info: 10.20.1.188 www.corp.test. A IN NOERROR 0.000000 1 47",
        "<13>1 2026-11-21T14:08:20.507983+00:00 vm unbound - - -  [16135:0] info: 10.20.1.188 www.corp.test. A IN NOERROR 0.000000 1 47\n",
        "<30>Nov 21 14:08:20 unbound[16135]: [16135:0] info: 10.20.1.188 www.corp.test. A IN NOERROR 0.000000 1 47",
        "<13>Nov 21 14:08:20 unbound: [16135:0] info: 10.20.1.188 www.corp.test. A IN NOERROR 0.000000 1 47",
        "<13>1 2026-11-21T14:08:20.550718+00:00 vm unbound - - [timeQuality tzKnown=\"1\" isSynced=\"0\"][a@1 b=\"c\\]\"] [16135:0] info: 10.20.1.188 www.corp.test. A IN NOERROR 0.000000 1 47\n",
    ])
    func linesAsTheyCame(line: String) {
        let rules = [
            LogRule(program: "haproxy", format: .lines(.haproxyHTTP), service: TestNetwork.fixed("lb-http")),
            LogRule(program: "nginx", format: .lines(.nginxCombined), service: TestNetwork.fixed("web-http")),
            LogRule(program: "unbound", format: .unbound, service: TestNetwork.fixed("dns")),
        ]
        #expect(TestNetwork.read(line, rules).single != nil)
    }

    /// A message without a tag may begin like one: no program is called so.
    @Test(arguments: [
        ("{\"status\": 200}", "{\"status\""), ("\"quoted\": x", "\"quoted\""), ("a=b: x", "a=b"),
        ("https://a: x", "https"), ("<b>: x", "<b>"), ("lb1 {\"status\": 200}", "{\"status\""),
    ])
    func messagesWithoutATag(message: String, program: String) {
        let rule = LogRule(program: program, format: .unbound, service: TestNetwork.fixed("dns"))
        #expect(TestNetwork.read("<134>" + message, [rule]) == .unmatched)
        #expect(TestNetwork.read("<134>Nov 21 02:02:45 " + message, [rule]) == .unmatched)
    }

    @Test(arguments: [
        "haproxy", "/usr/sbin/unbound", "postfix/smtpd", "(systemd)", "systemd-resolved", "app@1.service",
        "org.example_x", "cron#2", "a~b",
    ])
    func programsAreCalled(program: String) {
        let rule = LogRule(program: program, format: .unbound, service: TestNetwork.fixed("dns"))
        for tag in ["\(program):", "\(program)[77]:"] {
            let line = "<30>Nov 21 02:02:45 svc \(tag) [1:0] info: 10.0.0.1 a. A IN NOERROR 0.1 0 4"
            #expect(TestNetwork.read(line, [rule]).single != nil, "\(tag)")
        }
    }

    @Test(arguments: [
        "<134>1 2026-11-21T02:02:45Z lb1 haproxy 1 - [a@1 x=\"y] text", "<134>1 2026-11-21T02:02:45Z lb1",
        "<192>Nov 21 02:02:45 haproxy: x", "<>x", "<134", "<99999999999999999999999>x", "<-1>x", "<134>",
        "\n",
        "<0000134>x",
    ])
    func brokenHeaders(text: String) {
        #expect(TestNetwork.read(text) == .malformed(.header))
    }

    @Test func emptyAndTooLong() {
        #expect(TestNetwork.read("") == .malformed(.empty))
        #expect(TestNetwork.read(String(repeating: "x", count: 8193)) == .malformed(.tooLong))
    }

    @Test func hostAndSender() {
        var rule = LogRule(
            program: "haproxy", sender: TestNetwork.prefix("10.2.0.0/16"), host: "lb1",
            format: .lines(.haproxyHTTP),
            service: TestNetwork.fixed("lb-http"))
        let line = "<134>Nov 21 02:02:45 lb1 haproxy[1]: " + Self.request
        #expect(TestNetwork.read(line, [rule]).single != nil)
        rule.host = "lb2"
        #expect(TestNetwork.read(line, [rule]) == .unmatched)
        (rule.host, rule.sender) = (nil, TestNetwork.prefix("10.3.0.0/16"))
        #expect(TestNetwork.read(line, [rule]) == .unmatched)
    }

    /// As a program writes it to a file.
    @Test func aKeyIsNoTag() {
        let plan = try? JSONPlan([("status", "status")])
        let rule = plan.map { LogRule(format: .json($0), service: TestNetwork.fixed("web-http")) }
        #expect(TestNetwork.read(#"{"status": 503}"#, [rule].compactMap(\.self)).single?.failure == .noServer)
    }

    @Test func dateOfTheHeaderServesLinesWithoutOne() {
        let line =
            "<30>1 2026-11-21T03:02:40.5+01:00 svc unbound 1 - - [1:0] info: 10.0.0.1 a. A IN NOERROR 0.1 0 4"
        #expect(TestNetwork.read(line).single?.time == Instant(milliseconds: 1_795_226_560_500))
    }
}
