// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import FlowModel
import Testing

@Suite struct AlertSentenceTests {
    @Test func `an open names service, class, time, amount, harm, origin, remedy and id`() {
        #expect(
            Fixtures.text(Fixtures.slowConnections()) == """
                web-http 10.2.0.20:80/tcp: slow-connection flood since 02:03:49. 398 slow connections (normal 12) \
                from 567 sources (normal 118, 79% new); 55% of requests fail (normal 0%); answers take 60 s \
                (normal 82 ms). 97% from 10.66.0.0/23. Do: limit 10.66.0.0/23 to 10.2.0.20:80/tcp (M1037). \
                Incident 01M7XXGW.
                """)
    }

    @Test func `an update says still, how long, and what changed`() {
        var louder = Fixtures.slowConnections(event: .update, after: 306)
        louder.pressure?.value = 800
        var other = louder
        (other.kind, other.severity) = (.httpFlood, .error)
        let texts = Fixtures.story([Fixtures.slowConnections(), louder, other])
        #expect(
            texts[1].hasPrefix(
                "web-http 10.2.0.20:80/tcp: still slow-connection flood since 02:03:49 (5 min). "
                    + "800 slow connections (normal 12, was 398) from 567 sources"))
        #expect(
            texts[2].hasPrefix(
                "web-http 10.2.0.20:80/tcp: still under pressure, now seen as HTTP flood (was slow-connection flood) "
                    + "since 02:03:49 (5 min). Now error, was critical. 800 slow connections (normal 12) from"
            ))
    }

    @Test func `a clear says how long and how bad it was at worst`() {
        var louder = Fixtures.slowConnections(event: .update, after: 60)
        louder.pressure?.value = 800
        louder.sources?.count = 999
        var clear = Fixtures.slowConnections(event: .clear, after: 400)
        clear.lasted = .seconds(240)
        clear.pressure?.value = 10
        clear.outcome?.failureRatio = 0.01
        #expect(
            Fixtures.story([Fixtures.slowConnections(), louder, clear])[2] == """
                web-http 10.2.0.20:80/tcp: over after 4 min: slow-connection flood since 02:03:49. At worst 800 slow \
                connections (normal 12) from 999 sources (normal 118, 79% new); 55% of requests failed (normal 0%); \
                answers took 60 s (normal 82 ms). Incident 01M7XXGW.
                """)
    }

    @Test func `a clear says what it came to`() {
        var clear = Fixtures.slowConnections(event: .clear, after: 400)
        clear.lasted = .seconds(240)
        var totals = IncidentTotals()
        (totals.connections, totals.failedConnections) = (4800, 1)
        clear.totals = totals
        #expect(Fixtures.text(clear).hasSuffix("In all 4,800 connections, 1 failed. Incident 01M7XXGW."))
        (totals.requests, totals.failedRequests) = (12_345, 6210)
        clear.totals = totals
        #expect(Fixtures.text(clear).hasSuffix("In all 12,300 requests, 6,210 failed. Incident 01M7XXGW."))
        clear.detail = "its service is no longer watched: the configuration has changed"
        #expect(
            Fixtures.text(clear).contains(
                "(normal 82 ms). Its service is no longer watched: the configuration has changed. In all"))
        #expect(
            AlertJSON.line(Alert(clear)).contains(
                """
                "totals":{"seconds":0,"connections":4800,"failed_connections":1,"requests":12345,\
                "failed_requests":6210,"peak_connections_per_second":0,"peak_requests_per_second":0,"peak_open":0,\
                "sources":0}
                """))
    }

    @Test(arguments: [("new disks", " (new disks)"), ("", ""), ("a\n.", " (a\\u{A}.)")])
    func `under maintenance nobody is told what to do, but why`(why: String, words: String) {
        var verdict = Fixtures.slowConnections(event: .notice)
        (verdict.incident, verdict.severity, verdict.maintenance) = (nil, .notice, why)
        #expect(
            Fixtures.text(verdict).hasPrefix(
                "web-http 10.2.0.20:80/tcp: slow-connection flood since 02:03:49. Under maintenance\(words). 398 slow"
            ))
        #expect(!Fixtures.text(verdict).contains("Do: "))
        #expect(AlertJSON.line(Alert(verdict)).contains("\"mitigation\":null,\"maintenance\":\""))
    }

    @Test func `an incident that reopens says again`() {
        var clear = Fixtures.slowConnections(event: .clear, after: 60)
        clear.severity = .notice
        let back = Fixtures.slowConnections(event: .update, after: 120)
        let texts = Fixtures.story([Fixtures.slowConnections(), clear, back])
        #expect(
            texts[2].hasPrefix(
                "web-http 10.2.0.20:80/tcp: slow-connection flood again since 02:03:49 (2 min). 398 slow"))
    }

    /// Subject and lead of every class, and its remedy when the sources are many.
    static let wordings: [(VerdictKind, String, String?)] = [
        (
            .httpFlood, "HTTP flood since",
            "limit new connections and requests per source to 10.2.0.20:80/tcp (M1037)"
        ),
        (.tlsHandshakeFlood, "TLS handshake flood since", "limit new TLS handshakes per source to"),
        (.tlsRenegotiation, "TLS renegotiation flood since", "disable client renegotiation at"),
        (.slowConnection, "slow-connection flood since", "shorten header and body timeouts at"),
        (.dnsFlood, "DNS query flood since", "limit queries per source to"),
        (
            .dnsRandomSubdomain, "DNS random-subdomain flood since",
            "block or serve the zone under attack elsewhere"
        ),
        (.connectionExhaustion, "connections exhausted since", "cap connections per source to"),
        (.synFlood, "SYN flood since", "turn on SYN cookies at"),
        (.applicationExhaustion, "exhausted by few costly requests since", "limit the costly requests to"),
        (.networkFlood, "network flood since", "filter traffic to 10.2.0.20:80/tcp upstream"),
        (.reflection, "reflection flood since", "filter the reflecting source ports"),
        (.demandOverload, "more demand than it can serve, no sign of an attack, since", "add capacity"),
        (.unclear, "overload of unclear cause since", "look at the service and its logs first"),
        (.surge, "busy but healthy since", nil),
        (.degradation, "failing without extra load since", "look at the service and what it depends on"),
        (
            .outageRetryStorm, "outage first, then retries of its own clients, no attack, since",
            "repair the service"
        ),
        (.absorbedAttack, "attack absorbed, known clients are served, since", "see that the defence holds"),
    ]

    @Test(arguments: wordings) func `every class has its wording`(
        kind: VerdictKind, lead: String, remedy: String?
    ) {
        let event: VerdictEvent = kind.technique == nil ? .notice : .open
        let text = Fixtures.text(Fixtures.spread(kind, event: event))
        #expect(text.hasPrefix("web-http 10.2.0.20:80/tcp: \(lead) 02:03:49. "))
        #expect(text.contains("1,230 new connections/s (normal 31)"))
        #expect(text.contains("Spread over many networks."))
        #expect(text.contains("Do: ") == (remedy != nil))
        if let remedy { #expect(text.contains(remedy)) }
        #expect(text.contains("Incident") == (event == .open))
    }

    @Test func `the table above has every class`() {
        #expect(Set(Self.wordings.map(\.0)).union([.telemetry]) == Set(VerdictKind.allCases))
    }

    @Test func `a degradation tells the harm first`() {
        let text = Fixtures.text(Fixtures.spread(.degradation, event: .notice))
        #expect(text.contains("since 02:03:49. 55% of requests fail (normal 0%); answers take 60 s"))
    }

    @Test(arguments: [
        ("flow", "55% of connections are unanswered or reset (normal 0%)"),
        ("slow_answers", "55% of answers are slow (normal 0%)"),
        ("flow_latency", "55% of answers are slow (normal 0%)"),
        ("flow_handshakes", "55% of connections are taken late (normal 0%)"),
        ("flow_truncated", "55% of answers are cut short (normal 0%)"),
        ("flow_replies", "55% of packets have no reply (normal 0%)"),
        ("flow_status", "55% of requests fail (normal 0%)"),
        ("dns", "55% of queries fail (normal 0%)"),
        ("tls", "55% of TLS handshakes fail (normal 0%)"),
        ("saturation", "55% of the time its host is full (normal 0%)"),
    ])
    func `each outcome channel names what fails`(channel: String, phrase: String) {
        var verdict = Fixtures.slowConnections()
        verdict.outcome?.channel = channel
        #expect(Fixtures.text(verdict).contains(phrase))
    }

    @Test func `latency near its normal is not worth a word`() {
        var verdict = Fixtures.slowConnections()
        verdict.outcome?.latencyMilliseconds = 100
        #expect(!Fixtures.text(verdict).contains("answers take"))
        verdict.outcome?.latencyBaselineMilliseconds = 0.2
        verdict.outcome?.latencyMilliseconds = 1
        #expect(!Fixtures.text(verdict).contains("answers take"))
        verdict.outcome?.latencyMilliseconds = 20
        #expect(Fixtures.text(verdict).contains("answers take 20 ms"))
    }

    @Test func `telemetry notices carry their own sentence`() {
        let verdict = Fixtures.telemetry("exporter 10.3.0.1 silent for 60 s")
        #expect(Fixtures.text(verdict) == "telemetry: exporter 10.3.0.1 silent for 60 s.")
    }

    @Test func `doubts are told`() {
        var verdict = Fixtures.slowConnections()
        verdict.confidence = 0.6
        verdict.telemetry.isCold = true
        verdict.telemetry.loss = 0.034
        verdict.rate?.sampling = 1000
        let note =
            "Note: class uncertain; baseline is cold; sampled 1:1000, 211 records seen; 3% of the telemetry lost."
        #expect(Fixtures.text(verdict).contains(note))
    }

    @Test func `an onset of yesterday has its date`() {
        var verdict = Fixtures.slowConnections()
        verdict.onset = Fixtures.onset - .seconds(3 * 3600)
        #expect(Fixtures.text(verdict).contains("since 2026-11-20 23:03:49."))
    }

    @Test func `an unknown onset is left out`() {
        var verdict = Fixtures.slowConnections(event: .update)
        verdict.onset = .distantPast
        #expect(
            Fixtures.text(verdict).hasPrefix("web-http 10.2.0.20:80/tcp: still slow-connection flood. 398"))
    }

    @Test func `times are marked where the log shows local time`() {
        let text = AlertSentence(Alert(Fixtures.slowConnections()), saysUTC: true).text()
        #expect(text.contains("since 02:03:49 UTC."))
    }

    @Test func `a discovered IPv6 service is named once`() {
        var verdict = Fixtures.slowConnections()
        verdict.service = Fixtures.service("[fd00:2::10]:443/tcp", "fd00:2::10", port: 443)
        #expect(Fixtures.text(verdict).hasPrefix("[fd00:2::10]:443/tcp: slow-connection flood"))
    }

    @Test func `what was dropped before is said`() {
        let alert = Alert(Fixtures.slowConnections())
        #expect(AlertSentence(alert, unsent: 3).text().hasSuffix(" (3 earlier messages not sent)"))
        #expect(AlertSentence(alert, unsent: 1).text().hasSuffix(" (1 earlier message not sent)"))
    }

    @Test func `a service name with control bytes cannot forge a line`() {
        var verdict = Fixtures.slowConnections()
        verdict.service?.name = "web\n<0>kernel: \u{1B}[2J\u{202E}\\u{A}"
        let text = Fixtures.text(verdict)
        #expect(text.hasPrefix("web\\u{A}<0>kernel: \\u{1B}[2J\\u{202E}\\\\u{A} 10.2.0.20:80/tcp: "))
        #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
    }

    @Test func `a service name of a kilobyte gives way to the endpoint`() {
        var verdict = Fixtures.slowConnections()
        verdict.service?.name = String(repeating: "n", count: 1000)
        #expect(Fixtures.text(verdict).hasPrefix("10.2.0.20:80/tcp: slow-connection flood since"))
    }

    @Test(arguments: VerdictKind.allCases) func `the longest message keeps the limit and its whole fields`(
        kind: VerdictKind
    ) {
        let verdict = longest(kind)
        for limit in [1024, 700, 512] {
            let text = AlertSentence(Alert(verdict), saysUTC: true, unsent: 1_000_000).text(limit: limit)
            #expect(text.utf8.count <= limit)
            #expect(text.hasSuffix(" (1000000 earlier messages not sent)"))
            #expect(kind == .telemetry || text.contains("Incident 01M7XXGW."))
            for word in text.split(separator: " ") where word.contains("/48") {
                #expect(IPPrefix(String(word.prefix { $0 != "," && $0 != "." })) != nil)
            }
        }
    }

    /// Everything as long as it can be.
    private func longest(_ kind: VerdictKind) -> Verdict {
        var verdict = Fixtures.slowConnections(event: .update)
        verdict.kind = kind
        verdict.service = Fixtures.service(
            String(repeating: "é", count: 32), "fd00:1111:2222:3333:4444:5555:6666:7777", port: 65535)
        verdict.onset = Fixtures.onset - .seconds(86400)
        verdict.pressure = PressureFigures(metric: .clientPackets, value: 123_456_789, baseline: 123_456)
        verdict.sources?.count = 12_345_678
        verdict.sources?.top = (0..<3).map {
            Fixtures.share("fd00:\(1111 * ($0 + 1)):aaaa::/48", 0.33)
        }
        verdict.confidence = 0.1
        verdict.telemetry.isCold = true
        verdict.telemetry.loss = 0.5
        verdict.rate?.sampling = 1_000_000
        verdict.detail = (0..<400).map { "exporter\($0)" }.joined(separator: " ")
        return verdict
    }
}
