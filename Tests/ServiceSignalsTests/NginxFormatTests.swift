// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct NginxFormatTests {
    @Test(arguments: [
        ("$remote_addr [$time_local]", 0), ("$status $ x", 8), ("$status ${host", 8), ("$status $", 8),
        ("$remote_addr$status", 12), ("$status$request_time", 7), ("$status $server_addr$server_port", 20),
        ("", 0),
    ])
    func mistakesNameTheirPlace(text: String, position: Int) {
        let error = #expect(throws: FormatError.self) { try LinePlan(nginx: text) }
        #expect(error?.position == position)
        #expect(error?.description.hasPrefix("octet \(position + 1): ") == true)
    }

    @Test func variablesThatCannotBeDividedArePassedOver() throws {
        let outcome = try #require(
            Self.read("$scheme://$host$request_uri $status", "https://shop.test/app?x=1 503"))
        #expect(outcome.failure == .noServer)
    }

    @Test(arguments: [
        ("$status|$remote_addr|$request_time", "500|10.1.2.3|0.0405", UInt32(41)),
        ("${status}s, $request_time s, $remote_addr", "500s, 12.000 s, 10.1.2.3", 12000),
        ("a=$remote_addr rt=$request_time st=$status", "a=10.1.2.3 rt=0.000 st=500 more=text", 0),
        (
            #"{"a":"$remote_addr","ua":"$http_user_agent","t":$request_time,"s":$status}"#,
            #"{"a":"10.1.2.3","ua":"x\",\"t\":0,\"s\":200}","t":1.5,"s":500}"#, 1500
        ),
    ])
    func formats(format: String, line: String, latency: UInt32) throws {
        let outcome = try #require(Self.read(format, line))
        #expect(outcome.client == TestNetwork.address("10.1.2.3"))
        #expect(outcome.failure == .serverError)
        #expect(outcome.latencyMilliseconds == latency)
    }

    /// nginx writes a quote in a header as `\x22`, or as `\"` with `escape=json`, so a client cannot end the field.
    @Test(arguments: [#""\x22 200 " 503"#, #""\" 200 " 503"#, #""a\\\" 200 " 503"#])
    func valueThatReadsLikeTheFormatStaysAValue(line: String) {
        #expect(Self.read(#""$http_user_agent" $status"#, line)?.status == 503)
    }

    @Test(arguments: [
        "$time_iso8601 $status", "$msec $status", "[$time_local] $status", "x $status $msec $time_iso8601",
    ])
    func dates(format: String) throws {
        let line = format.replacing("$status", with: "200")
            .replacing("$time_iso8601", with: "2026-11-21T03:02:45+01:00").replacing(
                "$msec", with: "1795226565.250"
            )
            .replacing("$time_local", with: "20/Nov/2026:21:02:45 -0500")
        let outcome = try #require(Self.read(format, line))
        let expected: Int64 = format.contains("$msec") ? 1_795_226_565_250_000 : 1_795_226_565_999_999
        #expect(outcome.time == Instant(microseconds: expected))
    }

    private static func read(_ format: String, _ line: String) -> Outcome? {
        let rule = LogRule(format: TestNetwork.format(format), service: TestNetwork.fixed("web-http"))
        return TestNetwork.read("<142>Nov 21 02:02:45 vm nginx: " + line, [rule]).single
    }
}
