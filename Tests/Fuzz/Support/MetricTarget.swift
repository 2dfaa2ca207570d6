// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals

/// Sequences of StatsD and DogStatsD datagrams, read by rules for each thing that a metric can tell.
package enum MetricTarget: FuzzTarget {
    package static func violation(in input: borrowing Span<UInt8>) -> String? {
        var parser = MetricParser(rules: rules, services: LineTrial.services, limits: limits)
        var now = LineTrial.start
        var offset = 0
        while let (control, range) = DatagramSequence.next(in: input, at: &offset) {
            now = now + control.step
            var found: String?
            var results = 0
            parser.parse(input.extracting(range), from: control.exporter, arrival: now) { result in
                results += 1
                if let violation = check(result, now) { found = violation }
            }
            if let found { return found }
            if results == 0 { return "a datagram without a result" }
        }
        return nil
    }

    package static var seeds: [FuzzSeed] {
        samples.enumerated().map { index, sample in
            var writer = DatagramSequenceWriter()
            for text in sample { writer.add(Array(text.utf8)) }
            return FuzzSeed(name: "metric-\(index)", input: writer.input)
        }
    }

    package static func seeds(ofCapture path: String) throws -> [FuzzSeed] { [] }

    private static func check(_ result: MetricResult, _ now: Instant) -> String? {
        switch result {
        case .outcome(let outcome):
            guard outcome.service.index < 3 else { return "no service: \(outcome)" }
            guard outcome.arrival == now, outcome.time <= now, now - outcome.time <= limits.dateTolerance
            else {
                return "it happened at \(outcome.time), and came at \(now)"
            }
            return outcome.count <= 100_000_000 && outcome.levelValue <= 1_000_000_000
                ? nil : "impossible: \(outcome)"
        case .read(let rule): return check(rule)
        case .ignored(_, let rule): return rule.flatMap(check)
        case .malformed: return nil
        }
    }

    private static func check(_ rule: Int) -> String? { rules.indices.contains(rule) ? nil : "rule \(rule)" }

    private static let limits: MetricLimits = {
        var limits = MetricLimits()
        (limits.datagramOctets, limits.gauges, limits.dateTolerance) = (1024, 3, .seconds(120))
        return limits
    }()

    private static let rules: [MetricRule] = {
        let uses: [(name: String, use: MetricUse, service: MetricServiceSource)] = [
            ("requests", .requests(.none), .tag("service")), ("*.requests", .requests(.none), .star),
            ("*.status.5*", .requests(.serverError), .fixed(ServiceID(0))),
            ("failed", .failures(.serverError), .fixed(ServiceID(1))), ("*.*.time", .latency, .star),
            ("queue", .level(.queue, all: 1, isFree: false), .fixed(ServiceID(0))),
            ("idle", .level(.workers, all: 12, isFree: true), .fixed(ServiceID(0))),
            ("cpu", .level(.processor, all: 100, isFree: false), .tag("host")),
            ("handshakes", .event(.handshakeFailure), .fixed(ServiceID(1))),
        ]
        var rules = uses.compactMap { use in
            NamePattern(use.name).map { MetricRule(name: $0, use: use.use, service: use.service) }
        }
        rules[0].overSeconds = 60
        rules[4].milliseconds = 1000
        if let any = NamePattern("*") {
            rules[7].tags = [TagCondition(key: "host", value: any)]
        }
        return rules
    }()

    private static let samples: [[String]] = [
        ["requests:1|c|@0.5|#service:web,zone:b", "web.requests:12e1|c|T1795226560|c:ci-1"],
        ["a.status.503:2|c|@0.125\nfailed:3|c\n\nhandshakes:1.5|m"],
        ["web.get.time:1:22:333|d|@0.1", "dns.x.time:0.015|h", "web.y.time:320|ms"],
        ["queue:7|g", "queue:+4|g", "queue:-10|g", "queue:-1|g\nidle:3|g"],
        ["cpu:93.5|g|#host:web", "users:joe|s|#service:web"],
        ["_e{5,4}:title|text|p:low\n_sc|a|0"], ["requests:18446744073709551616|c|@1e-300|#service:web"],
        ["requests:|c", ":1|c", "requests|c", "requests:1", "requests:1|", "\n\n"],
    ]
}
