// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct MetricParserTests {
    @Test func aDatagramOfGunicorn() {
        let results = MetricSamples.read(
            "gunicorn.request.duration:212.5|ms\ngunicorn.requests:1.0|c\ngunicorn.request.status.503:1.0|c")
        let outcomes = results.outcomes
        #expect(outcomes.map(\.part) == [.time, .whole, .failure])
        #expect(outcomes.map(\.count) == [1, 1, 1])
        #expect(outcomes.map(\.failure) == [.none, .none, .serverError])
        #expect(outcomes.map(\.latencyMilliseconds) == [213, Outcome.noLatency, Outcome.noLatency])
        #expect(outcomes.allSatisfy { $0.service == TestNetwork.id("web-http") })
        #expect(outcomes.allSatisfy { $0.time == MetricSamples.arrival && $0.arrival == $0.time })
        #expect(outcomes.allSatisfy { $0.client == .unspecified && $0.level == .none && $0.event == .none })
        #expect(results.ends == [.read(rule: 2), .read(rule: 0), .read(rule: 1)])
    }

    @Test func aLevelCountsNoRequests() throws {
        let cpu = try #require(MetricSamples.outcome("host.cpu:97.25|g"))
        #expect(cpu.level == .processor && cpu.levelValue == 973 && cpu.count == 0)
        let idle = try #require(MetricSamples.outcome("host.cpu.idle:2.75|g"))
        #expect(idle.level == .processor && idle.levelValue == 973)
        let workers = try #require(MetricSamples.outcome("pool.busy:128|g"))
        #expect(workers.level == .workers && workers.levelValue == 500)
        let queue = try #require(MetricSamples.outcome("pool.waiting:12|g"))
        #expect(queue.level == .queue && queue.levelValue == 12)
        // More than all is possible where there are several processors; less than nothing is not.
        #expect(MetricSamples.outcome("host.cpu:380|g")?.levelValue == 3800)
        #expect(MetricSamples.outcome("host.cpu.idle:104|g")?.levelValue == 0)
    }

    @Test func anEventIsCounted() throws {
        let outcome = try #require(MetricSamples.outcome("tls.failed:7|c"))
        #expect(outcome.event == .handshakeFailure && outcome.count == 7)
    }

    @Test func aTimerMayBeTheRequests() throws {
        let rules = [MetricSamples.rule("request", .requests(.timeout))]
        let outcome = try #require(MetricSamples.outcome("request:1500|ms|@0.25", rules))
        #expect(outcome.part == .whole && outcome.count == 4 && outcome.latencyMilliseconds == 1500)
        #expect(outcome.failure == .timeout)
    }

    @Test func aCounterOfNothingIsRead() {
        #expect(MetricSamples.read("gunicorn.requests:0|c") == [.read(rule: 0)])
        #expect(MetricSamples.read("gunicorn.requests:0.4|c") == [.read(rule: 0)])
    }

    @Test(arguments: [
        ("gunicorn.requests:3|c|@0.1", 30), ("gunicorn.requests:1|c|@0.3", 3),
        ("gunicorn.requests:1|c|@1", 1), ("gunicorn.requests:1|c|#a:b|@0.5", 2),
        ("gunicorn.request.duration:9|ms|@0.05", 20), ("gunicorn.request.duration:9|h|@.5", 2),
        ("gunicorn.request.duration:9|d|@1e-3", 1000),
    ])
    func sampledMetricsStandForThoseThatWereNotSent(line: String, count: UInt32) {
        #expect(MetricSamples.outcome(line)?.count == count)
    }

    @Test func valuesMayBePacked() {
        let results = MetricSamples.read("gunicorn.request.duration:1:22:x:333|d|@0.5|#a")
        #expect(results.outcomes.map(\.latencyMilliseconds) == [1, 22, 333])
        #expect(results.outcomes.allSatisfy { $0.count == 2 })
        #expect(results.ends == [.read(rule: 2), .read(rule: 2), .malformed(.value), .read(rule: 2)])
        #expect(MetricSamples.read("a:1:2|c").ends.count == 2)
    }

    @Test func aTimeStampIsBelievedNearTheArrival() {
        let seconds = MetricSamples.arrival.seconds
        func time(_ stamp: String) -> Instant? {
            MetricSamples.outcome("gunicorn.requests:1|c|T\(stamp)|c:ci-1f|#x:y|e:z|card:low")?.time
        }
        #expect(time("\(seconds - 30)") == Instant(seconds: seconds - 30))
        #expect(time("\(seconds + 30)") == MetricSamples.arrival)
        #expect(time("\(seconds - 86400)") == MetricSamples.arrival)
        #expect(time("99999999999999999999999") == MetricSamples.arrival)
        #expect(time("x") == MetricSamples.arrival)
    }

    @Test func theFirstRuleThatFitsDecides() {
        var first = MetricSamples.rule("web.*", .requests(.none))
        first.tags = [
            TagCondition(key: "code", value: MetricSamples.pattern("5*")),
            TagCondition(key: "canary", value: MetricSamples.pattern("*")),
        ]
        var second = MetricSamples.rule("web.*", .requests(.none))
        second.sender = TestNetwork.prefix("10.2.0.0/16")
        let rules = [first, second, MetricSamples.rule("*", .latency)]
        var parser = MetricSamples.parser(rules)
        #expect(parser.read("web.a:1|c|#code:503,canary").ends == [.read(rule: 0)])
        #expect(parser.read("web.a:1|c|#code:404,code:500,canary:yes").ends == [.read(rule: 0)])
        #expect(parser.read("web.a:1|c|#code:503").ends == [.read(rule: 1)])
        #expect(parser.read("web.a:1|c|#codex:503,canary,code5:1").ends == [.read(rule: 1)])
        #expect(parser.read("web.a:1|ms", from: TestNetwork.address("10.9.0.1")).ends == [.read(rule: 2)])
    }

    @Test func aTagMayNameTheService() {
        let rules = [MetricSamples.rule("requests", .requests(.none), service: .tag("service"))]
        let outcomes = MetricSamples.read(
            "requests:1|c|#env:a,service:lb-http\nrequests:1|c|#service:dns", rules
        ).outcomes
        #expect(outcomes.map(\.service) == [TestNetwork.id("lb-http"), TestNetwork.id("dns")])
        for line in ["requests:1|c|#service:shop", "requests:1|c|#service", "requests:1|c"] {
            #expect(MetricSamples.read(line, rules) == [.ignored(.unknownService, rule: 0)])
        }
    }

    @Test func theNameMayNameTheService() {
        let rules = [MetricSamples.rule("cluster.*.upstream_rq_*", .requests(.none), service: .star)]
        #expect(
            MetricSamples.outcome("cluster.tls-term.upstream_rq_5xx:2|c", rules)?.service
                == TestNetwork.id("tls-term"))
        #expect(
            MetricSamples.read("cluster.other.upstream_rq_5xx:2|c", rules)
                == [.ignored(.unknownService, rule: 0)])
    }

    @Test func aSumStandsForTheTimeBeforeIt() {
        var rule = MetricSamples.rule("sum", .requests(.none))
        rule.overSeconds = 10
        #expect(MetricSamples.outcome("sum:500|c", [rule])?.overSeconds == 10)
        // A time was measured once.
        #expect(MetricSamples.outcome("sum:500|ms", [rule])?.overSeconds == 1)
    }

    @Test func unitsOfTimes() {
        var rule = MetricSamples.rule("time", .latency)
        rule.milliseconds = 1000
        #expect(MetricSamples.outcome("time:0.25|h", [rule])?.latencyMilliseconds == 250)
        rule.milliseconds = 0.001
        #expect(MetricSamples.outcome("time:250000|h", [rule])?.latencyMilliseconds == 250)
    }

    @Test(
        arguments: [
            ("other:1|c", .unknownName), ("gunicorn.requests:1|s", .otherType),
            ("gunicorn.requests:a|b:c|s", .otherType), ("gunicorn.requests:1|kv", .otherType),
            ("_e{5,4}:title|text|t:error|#shell", .otherType), ("_sc|db|2|#env:dev|m:timed out", .otherType),
            ("gunicorn.requests:5|g", .unsuitedType), ("gunicorn.request.status.500:5|g", .unsuitedType),
            ("host.cpu:97|c", .unsuitedType), ("gunicorn.request.duration:9|c", .unsuitedType),
            ("tls.failed:1|ms", .unsuitedType), ("gunicorn.requests:-1|c", .negative),
            ("gunicorn.request.duration:-0.5|ms", .negative),
        ] as [(String, MetricIgnoredReason)])
    func whatSaysNothingIsCounted(line: String, reason: MetricIgnoredReason) {
        let results = MetricSamples.read(line)
        #expect([0, 1, 2, 3, 5, 7, nil].contains { results == [.ignored(reason, rule: $0)] }, "\(results)")
    }

    @Test(
        arguments: [
            ("", .empty), ("\n", .empty), (" \r\n\0\n", .empty), ("hello", .form), ("hello:1", .form),
            ("hello|c", .form), ("hello:1|", .form), ("|c", .form), (":1|c", .name),
            ("gunicorn.requests:|c", .value),
            ("gunicorn.requests:x|c", .value), ("gunicorn.requests:1x|c", .value),
            ("gunicorn.requests:+|c", .value),
            ("gunicorn.requests:1|c|@0", .rate), ("gunicorn.requests:1|c|@-1", .rate),
            ("gunicorn.requests:1|c|@1.1", .rate), ("gunicorn.requests:1|c|@nan", .rate),
            ("gunicorn.requests:1|c|@", .rate), ("gunicorn.requests:1|c|@1e-9", .rate),
        ] as [(String, MetricMalformedReason)])
    func whatIsNoMetricIsCounted(line: String, reason: MetricMalformedReason) {
        #expect(MetricSamples.read(line) == [.malformed(reason)])
    }

    @Test func reasonsHaveWords() {
        let words = MetricIgnoredReason.allCases.map(\.name) + MetricMalformedReason.allCases.map(\.name)
        #expect(Set(words).count == words.count)
        #expect(MetricIgnoredReason.allCases.enumerated().allSatisfy { Int($1.rawValue) == $0 })
        #expect(MetricMalformedReason.allCases.enumerated().allSatisfy { Int($1.rawValue) == $0 })
    }
}
