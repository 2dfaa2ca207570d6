// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct JSONPlanTests {
    private static let caddy = [
        ("status", "status"), ("client", "request.remote_ip"), ("target", "request.uri"), ("time", "ts"),
        ("server_time_s", "duration"), ("site", "request.host"),
    ]

    @Test(arguments: [
        ([("client", "ip")], 0), ([("status", "s"), ("colour", "c")], 1),
        ([("status", "s"), ("client", "a..b")], 1),
        ([("status", "s"), ("client", "")], 1), ([("status", "a.b.c.d.e.f.g.h.i")], 0),
    ])
    func mistakesNameTheirPair(keys: [(String, String)], position: Int) {
        let error = #expect(throws: FormatError.self) { try JSONPlan(keys.map { (role: $0.0, key: $0.1) }) }
        #expect(error?.position == position)
    }

    @Test func nestedKeys() throws {
        let line =
            #"{"level":"info","ts":1795226565.25,"request":{"remote_ip":"10.1.1.1","headers":{"status":["x"],"Accept":["*/*",{"a":"}"}]},"uri":"/app/item?x=1","host":"shop.test"},"duration":0.0835,"status":502,"size":3}"#
        let outcome = try #require(Self.read(Self.caddy, line))
        #expect(outcome.client == TestNetwork.address("10.1.1.1"))
        #expect(outcome.failure == .badGateway)
        #expect(outcome.latencyMilliseconds == 84)
        #expect(outcome.time == Instant(milliseconds: 1_795_226_565_250))
        #expect(outcome.pathHash == TestNetwork.read(HaproxyFormatTests.line()).single?.pathHash)
    }

    /// Lines as the manuals of Traefik and Envoy show them.
    @Test(arguments: [
        (
            [
                ("status", "DownstreamStatus"), ("client", "ClientAddr"), ("target", "RequestPath"),
                ("start_time", "StartUTC"), ("server_time_ns", "OriginDuration"),
                ("total_time_ns", "Duration"),
            ],
            #"{"ClientAddr":"10.1.1.1:50732","ClientHost":"10.1.1.1","ClientUsername":"-","DownstreamContentSize":19,"DownstreamStatus":503,"Duration":85000000,"OriginDuration":84000000,"OriginStatus":503,"RequestMethod":"GET","RequestPath":"/app/item","RetryAttempts":0,"ServiceURL":{"Scheme":"http","Opaque":"","User":null},"StartUTC":"2026-11-21T02:02:45.165Z","level":"info","msg":"","time":"2026-11-21T02:02:45Z"}"#
        ),
        (
            [
                ("status", "response_code"), ("client", "downstream_remote_address"), ("target", "path"),
                ("start_time", "start_time"), ("server_time_ms", "upstream_service_time"),
                ("total_time_ms", "duration"),
            ],
            #"{"authority":"shop.test","bytes_received":0,"duration":85,"downstream_remote_address":"10.1.1.1:50732","path":"/app/item","protocol":"HTTP/1.1","response_code":503,"response_flags":"UH","start_time":"2026-11-21T02:02:45.165Z","upstream_service_time":"84","upstream_host":null}"#
        ),
    ])
    func documentedForms(keys: [(String, String)], line: String) throws {
        let outcome = try #require(Self.read(keys, line))
        #expect(outcome.client == TestNetwork.address("10.1.1.1"))
        #expect(outcome.failure == .noServer)
        #expect((outcome.latencyMilliseconds, outcome.totalMilliseconds) == (84, 85))
        #expect(outcome.time == Instant(milliseconds: 1_795_226_565_250))
        #expect(outcome.pathHash == TestNetwork.read(HaproxyFormatTests.line()).single?.pathHash)
    }

    @Test(arguments: [
        "1795226565.25", "1795226565250", "1795226565250000", "1795226565250000000",
        #""2026-11-21T02:02:45.250Z""#,
        #""21/Nov/2026:02:02:45.250 +0000""#, #""1795226565.25""#,
    ])
    func datesOfAnyForm(date: String) throws {
        let outcome = try #require(
            Self.read([("status", "s"), ("time", "t")], #"@cee: {"t":\#(date), "s": "200"}"#))
        #expect(outcome.time == Instant(milliseconds: 1_795_226_565_250))
    }

    @Test(arguments: [
        (("total_time_s", "1.5"), UInt32(1500)), (("total_time_ms", "1500"), 1500),
        (("total_time_us", "1500000"), 1500), (("server_time_ns", "1500000000"), 1500),
        (("server_time_ms", "null"), Outcome.noLatency), (("server_time_s", #""1.5, 0.25""#), 1750),
    ])
    func unitsOfTime(pair: (String, String), expected: UInt32) throws {
        let outcome = try #require(Self.read([("status", "s"), (pair.0, "d")], #"{"s":200,"d":\#(pair.1)}"#))
        #expect(outcome.latencyMilliseconds == expected)
    }

    @Test(arguments: [
        #"{"s":200"#, #"{"s":"#, #"{"s":2000}"#, #"["s",200]"#, "{}", #"{"x":200}"#,
        #"{"s":200,"t":"unclosed}"#, "200",
        #"{"a":{"s":200}}"#, String(repeating: "{\"s\":", count: 1000), #"{"s":[200]}"#, "",
    ])
    func linesThatTellNothing(line: String) {
        #expect(Self.read([("status", "s")], line) == nil)
    }

    @Test func valueThatReadsLikeAKeyStaysAValue() {
        let line = #"{"agent":"x\",\"s\":200,\"y\":\"","s":503}"#
        #expect(Self.read([("status", "s")], line)?.status == 503)
    }

    @Test func serverInTheLine() {
        let rule = [("status", "s"), ("server", "to")]
        let line = #"{"to":"10.2.0.20:443","s":200}"#
        #expect(Self.read(rule, line, .destination)?.service == TestNetwork.id("web-https"))
    }

    private static func read(
        _ keys: [(String, String)], _ line: String, _ service: ServiceSource = TestNetwork.fixed("web-http")
    ) -> Outcome? {
        guard let plan = try? JSONPlan(keys.map { (role: $0.0, key: $0.1) }) else { return nil }
        let rule = LogRule(format: .json(plan), service: service)
        return TestNetwork.read("<142>Nov 21 02:02:45 vm caddy: " + line, [rule]).single
    }
}
