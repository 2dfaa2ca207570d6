// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import TestSupport
import Testing

struct HostileMetricTests {
    private static let samples = [
        "gunicorn.requests:1.0|c", "gunicorn.request.duration:1:22:333|d|@0.5|#a:b,c,service:web-http",
        "host.cpu:+4|g|#host:a", "pool.waiting:-10|g", "gunicorn.requests:12e1|c|T1795226560|c:ci-1",
        "_e{5,4}:title|text|p:low\ntls.failed:3|c\n\ngunicorn.request.status.500:2|c|@0.125",
    ]

    @Test(arguments: samples)
    func hostileTruncation(line: String) {
        var parser = MetricSamples.parser()
        let octets = Array(line.utf8)
        for length in 0...octets.count {
            let results = parser.read(Array(octets[..<length]))
            #expect(!results.isEmpty)
        }
    }

    @Test(arguments: samples)
    func hostileOctets(line: String) {
        var parser = MetricSamples.parser()
        var random = SeededRandom(seed: 0x5EED)
        let original = Array(line.utf8)
        for _ in 0..<10_000 {
            var octets = original
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                octets[Int.random(in: 0..<octets.count, using: &random)] = .random(
                    in: 0...255, using: &random)
            }
            for outcome in parser.read(octets).outcomes {
                #expect(outcome.time <= outcome.arrival)
                #expect(Double(outcome.count) <= 100_000_000)
                #expect(outcome.levelValue <= 1_000_000_000)
            }
        }
    }

    @Test(arguments: [
        "99999999999999999999", "1e999", "-1e999", "1e", "nan", "NaN", "inf", "-inf", "infinity", "0x10",
        "1,5",
        "1 2", "++1", "--1", ".", "-", "1e+", "\u{0661}",
        String(repeating: "9", count: 400), "1e99999999999999999999", "100000001",
    ])
    func hostileNumbers(number: String) {
        #expect(MetricSamples.read("gunicorn.requests:\(number)|c").outcomes == [])
        _ = MetricSamples.read("host.cpu:\(number)|g")
        _ = MetricSamples.read("gunicorn.request.duration:\(number)|ms|@\(number)")
    }

    @Test(arguments: [
        ("1e2", 100), ("00000000000000000000000012", 12), ("12.", 12), (".5e1", 5), ("+3", 3), ("1E1", 10),
        ("0.00000000000000000000000000000001e33", 10), ("120000000000000000000000e-22", 12),
        ("100000000", 100_000_000),
    ])
    func unusualNumbers(number: String, count: UInt32) {
        #expect(MetricSamples.outcome("gunicorn.requests:\(number)|c")?.count == count)
    }

    @Test func hostileTimesAndLevelsAreCut() {
        let most = String(repeating: "9", count: 300)
        #expect(
            MetricSamples.outcome("gunicorn.request.duration:\(most)|ms")?.latencyMilliseconds
                == Outcome.noLatency - 1)
        #expect(MetricSamples.outcome("pool.waiting:\(most)|g")?.levelValue == 1_000_000_000)
        #expect(MetricSamples.outcome("host.cpu:1e308|g")?.levelValue == 1_000_000_000)
        #expect(MetricSamples.outcome("host.cpu.idle:1e308|g")?.levelValue == 0)
    }

    @Test func hostileLongNames() {
        let name = String(repeating: "a", count: 256)
        #expect(MetricSamples.read("\(name):1|c") == [.malformed(.name)])
        let long = String(repeating: "b", count: 8192 - 6)
        #expect(MetricSamples.read("\(long):1|c") == [.malformed(.name)])
        #expect(MetricSamples.read("\(long):12345|c") == [.malformed(.tooLong)])
        #expect(MetricSamples.read(String(repeating: "c", count: 8192)) == [.malformed(.form)])
    }

    /// Patterns with stars that nearly fit everywhere.
    @Test func hostileNamesForPatterns() {
        let rules = [MetricSamples.rule("*aaab*aaab*aaab*", .requests(.none))]
        let name = String(repeating: "a", count: 255)
        let datagram = (0..<31).map { _ in "\(name):1|c" }.joined(separator: "\n")
        #expect(
            MetricSamples.read(datagram, rules).ends.allSatisfy { $0 == .ignored(.unknownName, rule: nil) })
    }

    @Test func hostileNumberOfTags() {
        var rule = MetricSamples.rule("r", .requests(.none), service: .tag("service"))
        rule.tags = [TagCondition(key: "k", value: MetricSamples.pattern("*v*"))]
        let tags = String(repeating: "k:x,,:,k,", count: 880)
        #expect(MetricSamples.read("r:1|c|#\(tags)", [rule]) == [.ignored(.unknownName, rule: nil)])
        #expect(
            MetricSamples.read("r:1|c|#\(tags)k:v,service:dns", [rule]).outcomes.map(\.service)
                == [TestNetwork.id("dns")])
    }

    @Test func hostileNumberOfValuesAndLines() {
        let values = String(repeating: "1:", count: 4000)
        #expect(MetricSamples.read("gunicorn.requests:\(values)1|c").outcomes.count == 4001)
        let lines = String(repeating: "a:1|c\n", count: 1365)
        #expect(MetricSamples.read(lines) == Array(repeating: .ignored(.unknownName, rule: nil), count: 1365))
        #expect(MetricSamples.read(String(repeating: "\n", count: 8192)) == [.malformed(.empty)])
    }

    @Test func hostileOctetsThatAreNoText() {
        var parser = MetricSamples.parser()
        #expect(parser.read([0xFF, 0xFE, 0x3A, 0x31, 0x7C, 0x63]) == [.ignored(.unknownName, rule: nil)])
        #expect(parser.read([0, 0x3A, 0x31, 0x7C, 0x63, 0, 0]) == [.ignored(.unknownName, rule: nil)])
        #expect(parser.read([UInt8](repeating: 0, count: 100)) == [.malformed(.empty)])
        #expect(parser.read(Array("gunicorn.requests:1|c\r\n\0".utf8)).outcomes.count == 1)
    }

    /// A sender that makes up gauges finds no memory, and spoils no gauge that is told outright.
    @Test func hostileNumberOfGauges() {
        var limits = MetricLimits()
        limits.gauges = 2
        var parser = MetricSamples.parser(limits: limits)
        for host in 0..<5 { _ = parser.read("pool.waiting:+1|g|#host:\(host)") }
        #expect(parser.read("pool.waiting:+1|g|#host:1").outcomes.single?.levelValue == 2)
        #expect(parser.read("pool.waiting:+1|g|#host:4") == [.ignored(.noRoom, rule: 6)])
        #expect(parser.read("pool.waiting:9|g|#host:4").outcomes.single?.levelValue == 9)
    }
}
