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
        "<134>1 2026-11-21T02:02:45Z lb1 haproxy 16131 ID47 [a@1 x=\"\\\"] \\\\\"][b] \u{FEFF}",
    ])
    func forms(header: String) {
        for ending in ["", "\n", "\r\n", "\0"] {
            let result = TestNetwork.read(header + Self.request + ending)
            #expect(result.single?.service == TestNetwork.id("lb-http"), "\(header)")
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

    @Test func dateOfTheHeaderServesLinesWithoutOne() {
        let line =
            "<30>1 2026-11-21T03:02:40.5+01:00 svc unbound 1 - - [1:0] info: 10.0.0.1 a. A IN NOERROR 0.1 0 4"
        #expect(TestNetwork.read(line).single?.time == Instant(milliseconds: 1_795_226_560_500))
    }
}
