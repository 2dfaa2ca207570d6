// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import ServiceWindows
import TestSupport
import Testing

/// A web service that is known by its flows, which all end well, and by what its host says of itself.
private struct BusyHost: ~Copyable {
    private var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
    private var detector: Detector
    private var now: Int64 = 1_795_000_000
    private var random = SeededRandom(seed: 7)
    private var port: UInt16 = 1024
    private(set) var said: [Verdict] = []
    /// Whether each request is logged as answered.
    private let logs: Bool

    init(logs: Bool = false, _ change: (inout DetectionPolicy) -> Void = { _ in }) {
        var policy = DetectionPolicy()
        policy.warmUp = 60
        change(&policy)
        self.logs = logs
        detector = Detector(policy: policy)
        windows.advance(to: Instant(seconds: now))
    }

    /// - Parameters:
    ///   - crowd: connections a second of clients who were never there before.
    ///   - level: what the host says each second, in thousandths.
    mutating func pass(_ seconds: Int, crowd: Int = 0, _ kind: ServiceLevel = .processor, level: UInt32) {
        for _ in 0..<seconds {
            for _ in 0..<Int.random(in: 6...14, using: &random) { connect("10.20.1.1", of: 200) }
            for _ in 0..<crowd { connect("10.40.0.1", of: 5000) }
            var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: now))
            (outcome.count, outcome.level, outcome.levelValue) = (0, kind, level)
            windows.add(outcome)
            now += 1
            windows.advance(to: Instant(seconds: now))
            said += detector.evaluate(&windows, exporters: [])
        }
    }

    private mutating func connect(_ base: String, of spread: Int) {
        let client = Fixture.address(base, plus: Int.random(in: 0..<spread, using: &random))
        port = port == .max ? 1024 : port + 1
        let octets = UInt64.random(in: 400...4000, using: &random)
        let request = FlowRecord.request(from: client, port: port, start: now, octets: octets)
        windows.add(request)
        windows.add(request.reply(octets: octets * 7))
        guard logs else { return }
        var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: now))
        (outcome.client, outcome.status, outcome.latencyMilliseconds) = (client, 200, 80)
        windows.add(outcome)
    }

    var events: [String] { said.map { "\($0.event) \($0.kind)" } }
}

@Suite struct SaturationTests {
    @Test(arguments: [ServiceLevel.processor, .workers])
    func aFullHostUnderPressureIsAnIncidentAndAWarningAtMost(kind: ServiceLevel) throws {
        var host = BusyHost()
        host.pass(120, kind, level: 300)
        host.pass(60, crowd: 150, kind, level: 990)
        let said = host.said
        let opened = try #require(said.first { $0.event == .open })
        #expect(opened.severity == .warning)
        #expect(opened.outcome?.channel == "saturation")
        #expect(try #require(opened.outcome?.failureRatio) > 0.9)
        #expect(said.allSatisfy { $0.severity <= .warning })
        host.pass(200, kind, level: 300)
        let last = host.said.last
        #expect(last?.event == .clear)
    }

    /// A backup, an update: every night, and nobody asks for more than usual.
    @Test func aFullHostWithoutPressureIsNotWorthAWord() {
        var host = BusyHost()
        host.pass(120, level: 300)
        host.pass(600, level: 1000)
        let events = host.events
        #expect(events == [])
    }

    /// The service says that all is well: a busy day.
    @Test func aFullHostWhoseAnswersAreGoodIsASurge() {
        var host = BusyHost(logs: true)
        host.pass(120, level: 300)
        host.pass(60, crowd: 150, level: 1000)
        let events = host.events
        #expect(events == ["notice surge"])
    }

    /// A batch machine computes whenever it has nothing else to do.
    @Test func aHostThatIsAlwaysFullSaysNothing() {
        var host = BusyHost()
        host.pass(300, level: 1000)
        host.pass(60, crowd: 150, level: 1000)
        let events = host.events
        #expect(events == ["notice surge"])
    }

    @Test(arguments: [(900, 0.95, false), (900, 0.9, true), (960, 0.95, true), (960, 1, false)])
    func theThresholdIsTheOperators(level: UInt32, threshold: Double, opens: Bool) {
        var host = BusyHost { $0.cpuThreshold = threshold }
        host.pass(120, level: 300)
        host.pass(60, crowd: 150, level: level)
        let isOpen = host.said.contains { $0.event == .open }
        #expect(isOpen == opens)
    }
}

@Suite struct EvidenceFactsTests {
    /// Requests that a metric counts come from nobody knows whom: they neither are newcomers nor make others fewer.
    @Test func requestsOfUnnamedClientsDoNotHideNewcomers() {
        var facts = EvidenceFacts()
        (facts.newConnections, facts.newFromUnknown) = (300, 240)
        (facts.requests, facts.requestsOfUnnamed) = (3000, 3000)
        #expect(facts.newShare == 0.8)
        (facts.requests, facts.requestsFromUnknown) = (3100, 60)
        #expect(facts.newShare == 0.75)
        (facts.requests, facts.newConnections) = (3000, 0)
        #expect(facts.newShare == 0)
    }
}
