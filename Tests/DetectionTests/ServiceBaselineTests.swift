// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import ServiceWindows
import TestSupport
import Testing

/// A web service with its users and its exporters on a driven clock.
struct Site: ~Copyable {
    var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
    var detector: Detector
    private(set) var now: Int64
    private(set) var said: [Verdict] = []
    /// Of the exporters, by number; the first speaks.
    var exporters = [Fixture.address("10.3.0.1"), Fixture.address("10.3.0.2")]
    private var random = SeededRandom(seed: 42)
    private var port: UInt16 = 1024

    init(at start: Int64 = 1_795_000_000) {
        var policy = DetectionPolicy()
        policy.warmUp = 1800
        detector = Detector(policy: policy)
        now = start
        windows.advance(to: Instant(seconds: now))
    }

    /// So many connections of newcomers, or of users, with a log line each.
    mutating func arrive(
        _ count: Int, from base: String = "10.20.1.1", spread: Int = 200, failing: Double = 0,
        exporter: UInt32 = 0, sampling: UInt32 = 1
    ) {
        for _ in 0..<count {
            let client = Fixture.address(base, plus: Int.random(in: 0..<spread, using: &random))
            port = port == .max ? 1024 : port + 1
            var request = FlowRecord.request(
                from: client, port: port, start: now,
                octets: UInt64.random(in: 400...4000, using: &random))
            (request.exporter, request.samplingInterval) = (ExporterID(exporter), sampling)
            windows.add(request)
            windows.add(request.reply(octets: request.octets * 7))
            var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: now))
            let fails = Double.random(in: 0..<1, using: &random) < failing
            (outcome.client, outcome.status) = (client, fails ? 503 : 200)
            outcome.failure = fails ? .noServer : .none
            outcome.latencyMilliseconds = 80
            outcome.pathHash = UInt32.random(in: 1...20, using: &random)
            windows.add(outcome)
        }
    }

    mutating func tick() {
        now += 1
        windows.advance(to: Instant(seconds: now))
        let statuses = exporters.map {
            ExporterStatus(address: $0, lastSeen: Instant(seconds: now), datagrams: 1, loss: 0)
        }
        said += detector.evaluate(&windows, exporters: statuses)
    }

    /// About four connections a second.
    mutating func ordinary(_ seconds: Int, exporter: UInt32 = 0, sampling: UInt32 = 1) {
        for _ in 0..<seconds {
            let count = Int.random(in: 2...6, using: &random)
            arrive(count, exporter: exporter, sampling: sampling)
            tick()
        }
    }

    mutating func flood(_ seconds: Int, failing: Double = 0.7) {
        for _ in 0..<seconds {
            arrive(4, failing: failing)
            arrive(60, from: "10.66.0.1", spread: 300, failing: failing)
            tick()
        }
    }

    /// Its only service's.
    var summary: BaselineSummary { detector.summaries(windows)[0] }

    /// As it would be saved now.
    var state: LearnedState {
        LearnedState([detector.learned(windows)], savedAt: Instant(seconds: now))
    }

    /// Another process that goes on from an archive, some seconds later.
    func restarted(after seconds: Int64, from archive: [UInt8]) throws -> Site {
        let state = try LearnedState(archive: archive)
        var next = Site(at: now + seconds)
        next.detector.restore(state.services)
        for clients in state.clients { next.windows.restore(clients, at: next.now) }
        return next
    }
}

@Suite struct ServiceBaselineTests {
    @Test func itIsColdUntilTheWarmUpIsOver() {
        var site = Site()
        site.ordinary(100)
        #expect(site.summary.standing == .cold)
        #expect(site.summary.reason == "warming up, for 1701 s")
        site.ordinary(1750)
        #expect(site.summary.standing == .warm && site.summary.reason == nil)
        let rate = site.summary.rate(of: .newConnections) ?? 0
        #expect((3.5...4.5).contains(rate))
        #expect(site.summary.failureRatio == 0)
        #expect((3...6).contains(site.summary.healthyRequests))
        #expect(site.said.isEmpty)
    }

    /// A young one learns seconds that are half a minute old, a grown one minutes that are ten minutes old.
    @Test func theDelayGrowsWithTheBaseline() {
        var site = Site()
        site.ordinary(130)
        #expect((90...100).contains(site.summary.learnedSeconds))
        site.ordinary(3600)
        #expect(site.summary.learnedSeconds == 3600)
        site.ordinary(500)
        #expect(site.summary.learnedSeconds == 3600)
        site.ordinary(700)
        #expect((4200...4330).contains(site.summary.learnedSeconds))
    }

    /// It may be the harm of an attack of which too little is told yet.
    @Test(arguments: [300, 5000])
    func failuresUnderPressureAreNotLearned(age: Int) {
        var site = Site()
        site.ordinary(age)
        for _ in 0..<900 {
            site.arrive(40, failing: 0.03)
            site.tick()
        }
        #expect(site.said.map(\.kind) == [.surge])
        #expect(site.summary.failureRatio == 0)
    }

    @Test func whatCameJustBeforeAnAlarmIsNeverLearned() {
        var site = Site()
        site.ordinary(4700)
        let before = site.summary
        #expect(before.learnedSeconds > 3600)
        // Nine minutes of quiet growth that the tests do not mind, then an attack.
        for _ in 0..<540 {
            site.arrive(5)
            site.tick()
        }
        site.flood(60)
        #expect(site.summary.standing == .frozen)
        #expect(site.summary.reason == "harm or an incident")
        site.ordinary(300)
        #expect(site.said.contains { $0.event == .open } && site.said.contains { $0.event == .clear })
        let after = site.summary
        #expect(after.standing == .frozen)
        #expect(after.reason?.hasPrefix("after trouble, for ") == true)
        // What was learned meanwhile is what was ten minutes old before the growth began.
        #expect(after.learnedSeconds <= before.learnedSeconds + 600)
        let usual = (after.rate(of: .newConnections) ?? 0, before.rate(of: .newConnections) ?? 0)
        #expect(abs(usual.0 / usual.1 - 1) < 0.05)
        site.ordinary(1300)
        #expect(site.summary.standing == .warm)
        #expect(site.summary.learnedSeconds > after.learnedSeconds)
    }

    /// What a hung exporter did not tell was no silence; and for two minutes after it nothing is learned.
    @Test func aStallIsNotLearned() {
        var site = Site()
        site.ordinary(5000)
        let before = site.summary
        for _ in 0..<400 { site.tick() }
        #expect(site.summary.standing == .frozen)
        #expect(site.summary.reason == "its exporter is silent")
        site.ordinary(100)
        #expect(site.summary.reason?.hasPrefix("after trouble, for ") == true)
        site.ordinary(1400)
        #expect(site.summary.standing == .warm)
        #expect(site.summary.learnedSeconds > before.learnedSeconds)
        let usual = (site.summary.rate(of: .newConnections) ?? 0, before.rate(of: .newConnections) ?? 0)
        #expect(abs(usual.0 / usual.1 - 1) < 0.05)
        #expect(site.said.isEmpty)
    }

    @Test func eachSamplingIntervalHasABaseline() throws {
        var site = Site()
        site.ordinary(400)
        #expect(site.summary.samplingInterval == 1)
        let learned = site.summary.learnedSeconds
        site.ordinary(200, sampling: 50)
        let notice = try #require(site.said.last)
        #expect(notice.kind == .telemetry)
        #expect(
            notice.detail == "its flow records are sampled 1:50 now: what is normal is learned anew")
        #expect(site.summary.samplingInterval == 50)
        #expect(site.summary.learnedSeconds < 200)
        site.ordinary(100)
        #expect(
            site.said.last?.detail
                == "its flow records are not sampled any more: it is judged by what was learned at this interval before"
        )
        #expect(site.summary.learnedSeconds >= learned)
        #expect(site.said.count == 2)
    }

    @Test func anotherExporterMakesItColdAgain() throws {
        var site = Site()
        site.ordinary(1900)
        #expect(site.summary.standing == .warm)
        #expect(site.summary.exporter == site.exporters[0])
        site.ordinary(300, exporter: 1)
        #expect(site.summary.exporter == site.exporters[1])
        #expect(site.summary.standing == .cold)
        #expect(site.summary.reason?.hasPrefix("its flows come from elsewhere") == true)
        #expect(
            site.said.map(\.detail) == [
                "exporter 10.3.0.2 tells of it now, in place of a silent one: its baseline is cold again"
            ])
        #expect(site.summary.learnedSeconds > 1800)
    }
}
