// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals

/// Rules for a few metrics of the services of ``TestNetwork``, and datagrams read with them.
enum MetricSamples {
    /// What gunicorn sends for itself, with a host's own figures beside it.
    static let rules = [
        rule("gunicorn.requests", .requests(.none)),
        rule("gunicorn.request.status.5*", .failures(.serverError)),
        rule("gunicorn.request.duration", .latency),
        rule("host.cpu", .level(.processor, all: 100, isFree: false)),
        rule("host.cpu.idle", .level(.processor, all: 100, isFree: true)),
        rule("pool.busy", .level(.workers, all: 256, isFree: false)),
        rule("pool.waiting", .level(.queue, all: 1, isFree: false)),
        rule("tls.failed", .event(.handshakeFailure)),
    ]

    static let arrival = TestNetwork.arrival

    static func rule(
        _ name: String, _ use: MetricUse, service: MetricServiceSource = .fixed(TestNetwork.id("web-http"))
    ) -> MetricRule {
        MetricRule(name: pattern(name), use: use, service: service)
    }

    static func pattern(_ text: String) -> NamePattern {
        guard let pattern = NamePattern(text) else { preconditionFailure("\(text) is no pattern") }
        return pattern
    }

    static func parser(
        _ rules: [MetricRule] = rules, limits: MetricLimits = MetricLimits()
    ) -> MetricParser {
        MetricParser(rules: rules, services: TestNetwork.directory, limits: limits)
    }

    /// What a parser of its own finds in a datagram.
    static func read(_ datagram: String, _ rules: [MetricRule] = rules) -> [MetricResult] {
        var parser = parser(rules)
        return parser.read(datagram)
    }

    /// The one outcome in it, if it is one.
    static func outcome(_ datagram: String, _ rules: [MetricRule] = rules) -> Outcome? {
        read(datagram, rules).outcomes.single
    }
}

extension MetricParser {
    mutating func read(_ datagram: String, from sender: IPAddress = TestNetwork.sender) -> [MetricResult] {
        read(Array(datagram.utf8), from: sender)
    }

    mutating func read(_ octets: [UInt8], from sender: IPAddress = TestNetwork.sender) -> [MetricResult] {
        var results: [MetricResult] = []
        parse(octets.span, from: sender, arrival: MetricSamples.arrival) { results.append($0) }
        return results
    }
}

extension [MetricResult] {
    var outcomes: [Outcome] {
        compactMap { result in
            guard case .outcome(let outcome) = result else { return nil }
            return outcome
        }
    }

    /// All but the outcomes.
    var ends: [MetricResult] {
        filter { result in
            if case .outcome = result { false } else { true }
        }
    }
}

extension [Outcome] {
    var single: Outcome? { count == 1 ? first : nil }
}
