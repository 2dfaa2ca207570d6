// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals

/// What a metric costs: StatsD datagrams, read with the rules of an ordinary site.
struct MetricReading {
    private let rounds: Int

    init(rounds: Int) { self.rounds = rounds }

    private static let samples: [(name: String, text: String)] = [
        (
            "gunicorn, one a datagram",
            "gunicorn.request.duration:212.532|ms"
        ),
        (
            "tags, service from a tag",
            "host.cpu:97.5|g|#host:web-03,env:prod,region:eu-west-1,service:web"
        ),
        (
            "30 a datagram",
            (0..<10).map {
                "gunicorn.requests:1.0|c\ngunicorn.request.status.\(200 + $0):1.0|c\nother.\($0):7|g"
            }
            .joined(separator: "\n")
        ),
        (
            "packed, of 30 values",
            "gunicorn.request.duration:\((1...30).map { "\($0 * 7)" }.joined(separator: ":"))|d"
        ),
    ]

    /// Best of the rounds.
    func run() {
        print("ns a metric, best of \(rounds)\n")
        for sample in Self.samples {
            var parser = Self.parser
            let octets = Array(sample.text.utf8)
            var best = Double.infinity
            for _ in 0..<rounds { best = min(best, Self.round(&parser, octets)) }
            print("  \(sample.name): \(Int((best * 10).rounded()) / 10)")
        }
    }

    private static let repetitions = 200_000

    private static func round(_ parser: inout MetricParser, _ octets: [UInt8]) -> Double {
        let (sender, arrival) = (IPAddress(ipv4: 0x7F00_0001), Instant(seconds: 1_795_226_566))
        var values = 0
        let start = ContinuousClock.now
        for _ in 0..<repetitions {
            parser.parse(octets.span, from: sender, arrival: arrival) { result in
                if case .outcome = result { return }
                values += 1
            }
        }
        let elapsed = ContinuousClock.now - start
        let nanoseconds =
            Double(elapsed.components.seconds) * 1e9 + Double(elapsed.components.attoseconds) / 1e9
        return nanoseconds / Double(values)
    }

    private static var parser: MetricParser {
        let web = ConfiguredService(
            name: "web", addresses: [], ports: [80...80], transport: .tcp, kind: .http)
        let uses: [(String, MetricUse, MetricServiceSource)] = [
            ("gunicorn.requests", .requests(.none), .fixed(ServiceID(0))),
            ("gunicorn.request.status.5*", .failures(.serverError), .fixed(ServiceID(0))),
            ("gunicorn.request.duration", .latency, .fixed(ServiceID(0))),
            ("host.cpu", .level(.processor, all: 100, isFree: false), .tag("service")),
            ("pool.*.busy", .level(.workers, all: 256, isFree: false), .star),
        ]
        let rules = uses.compactMap { name, use, service in
            NamePattern(name).map { MetricRule(name: $0, use: use, service: service) }
        }
        return MetricParser(rules: rules, services: ServiceDirectory([web]))
    }
}
