// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import ServiceWindows
import TestSupport
import Testing

/// Services with users, bursts, failures and records that come late, all by chance; judged with or without screening.
private struct RandomWorld: ~Copyable {
    private var windows: ServiceAggregator
    private var detector: Detector
    private var random: SeededRandom
    private var now: Int64 = 1_795_000_000
    private var port: UInt16 = 1024
    private var episodes = [Episode](repeating: Episode(), count: rates.count)
    /// What was said, in order.
    private(set) var said: [Verdict] = []

    private static let rates = [0.7, 4, 15, 60]

    /// What goes on at a service beside its usual users.
    private struct Episode {
        var until: Int64 = 0
        /// Connections a second of strangers.
        var strangers = 0.0
        /// Share of everything that fails.
        var failing = 0.01
        /// Share of connections that are not answered.
        var unanswered = 0.01
        var milliseconds: UInt32 = 80
    }

    init(seed: UInt64, screens: Bool) {
        let services = Self.rates.indices.map { index in
            ConfiguredService(
                name: "s\(index)",
                addresses: [IPPrefix(Fixture.address("10.2.0.20", plus: index), mappedLength: 128)],
                ports: [80...80], transport: .tcp, kind: .http)
        }
        windows = ServiceAggregator(directory: ServiceDirectory(services))
        var policy = DetectionPolicy()
        policy.warmUp = 60
        detector = Detector(policy: policy, screens: screens)
        random = SeededRandom(seed: seed)
        windows.advance(to: Instant(seconds: now))
    }

    mutating func run(_ seconds: Int) {
        for second in 0..<seconds {
            for slot in Self.rates.indices {
                if now >= episodes[slot].until { begin(slot, isCalm: second < 150) }
                visit(slot, count(Self.rates[slot]), from: "10.20.1.1", spread: 200)
                visit(slot, count(episodes[slot].strangers), from: "10.66.0.1", spread: 4000)
            }
            now += 1
            windows.advance(to: Instant(seconds: now))
            said += detector.evaluate(&windows, exporters: [])
        }
    }

    private mutating func begin(_ slot: Int, isCalm: Bool) {
        var episode = Episode()
        episode.until = now + Int64.random(in: 20...120, using: &random)
        if !isCalm {
            switch Int.random(in: 0..<8, using: &random) {
            case 0: episode.strangers = Self.rates[slot] * Double.random(in: 1...20, using: &random)
            case 1:
                episode.strangers = Self.rates[slot] * Double.random(in: 3...20, using: &random) + 10
                episode.failing = Double.random(in: 0.1...0.9, using: &random)
            case 2: episode.failing = Double.random(in: 0.03...0.6, using: &random)
            case 3: episode.unanswered = Double.random(in: 0.03...0.6, using: &random)
            case 4: episode.milliseconds = 2500
            default: break
            }
        }
        episodes[slot] = episode
    }

    /// A number that is `mean` on the average.
    private mutating func count(_ mean: Double) -> Int {
        let count = Double.random(in: 0...2 * mean, using: &random)
        return Int(count) + (Double.random(in: 0..<1, using: &random) < count - count.rounded(.down) ? 1 : 0)
    }

    private mutating func visit(_ slot: Int, _ count: Int, from base: String, spread: Int) {
        let episode = episodes[slot]
        let service = ServiceKey(
            address: Fixture.address("10.2.0.20", plus: slot), port: 80, transport: .tcp)
        for _ in 0..<count {
            let client = Fixture.address(base, plus: Int.random(in: 0..<spread, using: &random))
            port = port == .max ? 1024 : port + 1
            // Most records come at once, some when a timeout of the exporter has passed, some before their time.
            let kind = Int.random(in: 0..<20, using: &random)
            let late =
                kind == 0 && slot == 2
                ? -Int64.random(in: 1...4, using: &random)
                : kind < 12 ? 0 : kind < 18 ? Int64(kind) : Int64.random(in: 20...70, using: &random)
            let isAnswered = Double.random(in: 0..<1, using: &random) >= episode.unanswered
            let request = FlowRecord.request(
                from: client, port: port, to: service, start: now - late,
                octets: UInt64.random(in: 400...4000, using: &random),
                flags: isAnswered ? [.syn, .ack, .psh, .fin] : .syn)
            windows.add(request)
            if isAnswered { windows.add(request.reply(octets: request.octets * 7)) }
            guard slot % 2 == 1 else { continue }
            var outcome = Outcome(service: ServiceID(UInt32(slot)), time: Instant(seconds: now))
            let fails = Double.random(in: 0..<1, using: &random) < episode.failing
            (outcome.client, outcome.status) = (client, fails ? 503 : 200)
            outcome.failure = fails ? .noServer : .none
            outcome.latencyMilliseconds = episode.milliseconds
            outcome.pathHash = UInt32.random(in: 1...20, using: &random)
            windows.add(outcome)
        }
    }
}

/// What must not depend on screening.
private struct Told: Equatable, CustomStringConvertible {
    var description: String

    init(_ verdict: Verdict) {
        description =
            "\(verdict.time.seconds) \(verdict.event) \(verdict.service?.name ?? "") \(verdict.kind) "
            + "\(verdict.severity) \(verdict.onset.seconds) \(verdict.incident.map { "\($0)" } ?? "")"
    }
}

@Suite struct ScreeningTests {
    /// Calm services are spared most of their tests, and nothing that matters is told in another way or later. Pressure alone
    /// is looked for every sixteenth second.
    @Test(arguments: [UInt64(1), 2, 4])
    func incidentsAreTheSameWithAndWithoutScreening(seed: UInt64) {
        var screened = RandomWorld(seed: seed, screens: true)
        var full = RandomWorld(seed: seed, screens: false)
        screened.run(400)
        full.run(400)
        let incidents = full.said.filter { $0.event != .notice }
        #expect(screened.said.filter { $0.event != .notice }.map(Told.init) == incidents.map(Told.init))
        #expect(incidents.contains { $0.event == .open })
        let notices = full.said.filter { $0.event == .notice }
        let found = screened.said.filter { $0.event == .notice }
        #expect(found.count == notices.count)
        for (one, other) in zip(found, notices) {
            #expect(one.kind == other.kind && one.service?.name == other.service?.name)
            #expect((0...15).contains(one.time.seconds - other.time.seconds))
        }
    }
}
