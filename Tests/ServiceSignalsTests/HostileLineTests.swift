// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

/// Lines that somebody has written to do harm, read by every format: none may stop the reader, happen in the future or
/// long ago, or take more than its place.
struct HostileLineTests {
    private static let names = LogFormat.builtInNames

    /// Each format alone, and all of them.
    private static let sets: [[LogRule]] = {
        let own: [LogFormat?] = [
            try? .lines(LinePlan(nginx: "$remote_addr $msec $status $upstream_response_time")),
            try? .lines(LinePlan(apache: "%{%Y-%m-%dT%H:%M:%S}t.%{usec_frac}t %h %>s %D")),
            try? .lines(LinePlan(haproxy: "%ci:%cp [%tr] %TR/%Tw/%Tc/%Tr/%Ta %ST %tsc %sq/%bq %hr %{+Q}r")),
            try? .json(
                JSONPlan([("status", "status"), ("time", "time"), ("server_time_s", "t"), ("queue", "q")])),
        ]
        let formats = names.map { LogFormat.builtIn(named: $0) } + own
        let rules = formats.compactMap(\.self).map {
            LogRule(format: $0, service: TestNetwork.fixed("web-http"))
        }
        return rules.map { [$0] } + [rules]
    }()

    @Test func allFormatsAreThere() {
        #expect(Self.sets.count == Self.names.count + 5)
    }

    /// Reads a message by each format alone, and by all in their order.
    private func read(_ message: [UInt8], header: String = "<134>Nov 21 02:02:45 vm x[1]: ") throws {
        for set in Self.sets {
            var parser = TestNetwork.parser(set)
            for octets in [Array(header.utf8) + message, message] {
                let result = parser.parse(octets.span, from: TestNetwork.sender, arrival: TestNetwork.arrival)
                result.forEachOutcome { outcome in
                    // An expectation for each would take most of the time.
                    if !Self.isPossible(outcome) { Issue.record("\(outcome)") }
                }
            }
        }
    }

    private static func isPossible(_ outcome: Outcome) -> Bool {
        outcome.service == TestNetwork.id("web-http") && outcome.time <= TestNetwork.arrival
            && TestNetwork.arrival - outcome.time <= SignalLimits().dateTolerance && outcome.status <= 999
    }

    private func read(_ message: String) throws { try read(Array(message.utf8)) }

    @Test(arguments: [
        "x", " ", "\"", "\\", "[", "]", "{", "}", "<", ":", "-", "/", ",", "0", "%", "$", "\t", "\u{0}", "a ",
        "1 1 ",
    ])
    func eightKilobytesOfOneThing(piece: String) throws {
        try read(String(repeating: piece, count: (8192 - 40) / piece.utf8.count))
    }

    @Test(arguments: Self.templates) func longFields(line: String) throws {
        for piece in ["a", "\"", "\\\"", " ", "{", ",", "9", "%22"] {
            try read(line.replacing("#", with: String(repeating: piece, count: 7000 / piece.utf8.count)))
        }
    }

    @Test(arguments: Self.templates) func octetsThatAreNoText(line: String) throws {
        for octets: [UInt8] in [
            [0xFF, 0xFE], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0],
            [0x1B, 0x5B, 0x33, 0x31, 0x6D],
            [0x07], [0x7F], [0x0A], [0x0D, 0x0A], Array(0x00...0x1F), Array(0x80...0xFF),
        ] {
            let parts = line.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            var message: [UInt8] = []
            for (index, part) in parts.enumerated() {
                if index > 0 { message += octets }
                message += Array(part.utf8)
            }
            try read(message)
        }
    }

    @Test(arguments: [
        "18446744073709551615", "18446744073709551616", "9223372036854775807", "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999999999999999999999", "-1", "-0", "+5", "0x7f", "1e308", "1e-308", "1E99999",
        "NaN", "inf", "0.0000000000000001",
        "999999999999.999999999999999", ".", "..", "1.2.3", "", "٣", "００",
    ])
    func numbersBeyondAllMeasure(number: String) throws {
        for line in Self.templates { try read(line.replacing("#", with: number)) }
        for line in Self.numbers { try read(line.replacing("#", with: number)) }
    }

    @Test(arguments: [
        "00/Jan/0000:00:00:00 +0000", "31/Dec/9999:23:59:60 +0000", "29/Feb/2023:00:00:00 +0000",
        "29/Feb/2024:24:00:00 +0000",
        "31/Apr/2026:02:02:45 -9999", "21/Nov/2026:99:99:99 +0000", "21/Foo/2026:02:02:45 +0000",
        "21/Nov/2026:02:02:45 +99999999999999999999",
        "-1/Nov/2026:02:02:45 +0000", "21/Nov/20260:02:02:45 +0000",
        "21/Nov/2026:02:02:45.99999999999999999999 +0000",
        "0000-00-00T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-11-21T24:60:61+25:99", "2026-11-21T02:02:45.999999999999999999999999-00:00",
        "1969-12-31T23:59:59Z", "2026-11-21", "21/Nov/2026",
        "99999999999999999999.5", "-62135596800", "253402300800",
    ])
    func datesThatNeverWere(date: String) throws {
        for line in Self.dated { try read(line.replacing("#", with: date)) }
        let request = #"10.0.0.1 - - [21/Nov/2026:02:02:45 +0000] "GET / HTTP/1.1" 200 5 "-" "-""#
        for header in ["<134>1 \(date) vm x - - - ", "<134>\(date) vm x: ", "\(date) vm x: "] {
            try read(Array(request.utf8), header: header)
        }
    }

    /// The twenty-ninth of February counts where there is one, and is no date where there is none.
    @Test func leapDays() throws {
        let rule = LogRule(format: .lines(.apacheCommon), service: TestNetwork.fixed("web-http"))
        let day = Instant(seconds: 1_709_164_800)  // 2024-02-29T00:00:00Z
        let line = #"x: 10.0.0.1 - - [29/Feb/2024:00:00:07 +0000] "GET / HTTP/1.1" 200 5"#
        let outcome = try #require(TestNetwork.read(line, [rule], arrival: day + .seconds(20)).single)
        #expect((outcome.time - day).microseconds / 1_000_000 == 7)
    }

    /// Where a format leaves off, nothing may be read behind the end of the line.
    @Test(arguments: Self.templates) func everyBeginningOfALine(line: String) throws {
        let whole = Array(line.replacing("#", with: "1").utf8)
        for count in whole.indices { try read(Array(whole[..<count])) }
    }

    /// What a format may hold is bounded, and mistakes lie within it.
    @Test func formatsWithoutEnd() {
        let text = String(repeating: "$status ", count: 20_000)
        #expect(throws: FormatError.self) { try LinePlan(nginx: text) }
        #expect(throws: FormatError.self) { try LinePlan(apache: String(repeating: "%s ", count: 20_000)) }
        #expect(throws: FormatError.self) { try LinePlan(haproxy: String(repeating: "%ST ", count: 20_000)) }
        let keys = (0..<100).map { (role: "status", key: "k\($0)") }
        #expect(throws: FormatError.self) { try JSONPlan(keys) }
        #expect(throws: FormatError.self) { try JSONPlan([("status", String(repeating: "a.", count: 5000))]) }
    }

    @Test func deepJSON() throws {
        for piece in ["[", #"{"a":"#, #"[{"status":"#, #"{"status":{"#] {
            try read(#"{"status":200,"x":"# + String(repeating: piece, count: 1000))
        }
        try read(#"{"status":200,"x":"\ud800\udc00\ud800","y":"\u","z":"\"#)
    }

    /// `#` is what the test puts in.
    private static let templates = [
        ##"10.0.0.1:1 [21/Nov/2026:02:02:45.000] web app/# 0/0/0/0/0 200 1 - - ---- 1/1/1/1/0 0/0 {#} {#} "GET /# HTTP/1.1""##,
        ##"10.0.0.1 - # [21/Nov/2026:02:02:45 +0000] "GET /# HTTP/1.1" 200 5 "#" "#""##,
        "2026/11/21 02:02:45 [error] 1#1: *1 # upstream, client: #, server: #",
        "[Sat Nov 21 02:02:45.823142 2026] [core:error] [pid 1:tid 1] [client #:1] AH00484: #",
        "[1:0] info: 10.0.0.1 #. A IN NOERROR 0.1 0 5",
        "[1:0] error: SERVFAIL <#. A IN>: #",
        "client @0x7f 10.0.0.1#53 (#): query: # IN A +E(0)K (10.2.0.54)",
        "client @0x7f #: query failed (#) for #/IN/A at query.c:1",
        "LOG5[1]: Service [#] accepted connection from #",
        ##"{"status":200,"time":"#","#":"#","t":"#"}"##,
    ]

    private static let numbers = [
        "10.0.0.1:# [21/Nov/2026:02:02:45.000] web app/a #/#/#/#/# # # - - ---- #/#/#/#/# #/# \"GET / HTTP/1.1\"",
        "10.0.0.1:# [21/Nov/2026:02:02:45.000] #/#/#/#/# # ---- #/#  \"GET / HTTP/1.1\"",
        "10.0.0.1 - - [21/Nov/2026:02:02:45 +0000] \"GET / HTTP/1.1\" # # \"-\" \"-\"",
        "10.0.0.1 # # #, # : #", "2026-11-21T02:02:45.# 10.0.0.1 # #",
        "[1:0] info: 10.0.0.1 a. A IN NOERROR # # #",
        "LOG5[#]: Connection closed: # byte(s) sent to TLS, # byte(s) sent to socket",
        ##"{"status":#,"time":#,"t":#,"q":#}"##,
    ]

    private static let dated = [
        "10.0.0.1:1 [#] web app/a 0/0/0/0/0 200 1 - - ---- 1/1/1/1/0 0/0 \"GET / HTTP/1.1\"",
        "10.0.0.1 - - [#] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"", "10.0.0.1 # 200 0.1", "# 10.0.0.1 200 5",
        "# [error] 1#1: *1 worker_connections are not enough",
        "[#] [mpm_event:error] [pid 1:tid 1] AH00484: server reached MaxRequestWorkers",
        "# LOG5[1]: Service [x] accepted connection from 10.0.0.1:5", ##"{"status":200,"time":"#"}"##,
        "# queries: info: client @0x7f 10.0.0.1#53 (a): query: a IN A + (10.2.0.54)",
        "# unbound[1:0] info: 10.0.0.1 a. A IN NOERROR 0.1 0 5",
    ]
}
