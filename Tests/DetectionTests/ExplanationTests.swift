// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import ServiceWindows
import TestSupport
import Testing

/// A web service with a log, of whose ticks the explanations are kept.
private struct Shop: ~Copyable {
    private var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
    private var detector: Detector
    private(set) var now: Int64 = 1_795_000_000
    private(set) var told: [Explanation] = []
    private(set) var said: [Verdict] = []
    private var random = SeededRandom(seed: 7)
    private var port: UInt16 = 1024

    init(_ demand: ExplanationDemand) {
        detector = Detector(policy: DetectionPolicy())
        detector.demand = demand
        windows.advance(to: Instant(seconds: now))
    }

    mutating func arrive(_ count: Int, from base: String, spread: Int, failing: Double, path: UInt32? = nil) {
        for _ in 0..<count {
            let client = Fixture.address(base, plus: Int.random(in: 0..<spread, using: &random))
            port = port == .max ? 1024 : port + 1
            let request = FlowRecord.request(from: client, port: port, start: now)
            windows.add(request)
            windows.add(request.reply())
            var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: now))
            let fails = Double.random(in: 0..<1, using: &random) < failing
            (outcome.client, outcome.status) = (client, fails ? 503 : 200)
            outcome.failure = fails ? .noServer : .none
            outcome.latencyMilliseconds = 80
            outcome.pathHash = path ?? UInt32.random(in: 1...20, using: &random)
            windows.add(outcome)
        }
    }

    mutating func tick() {
        now += 1
        windows.advance(to: Instant(seconds: now))
        said += detector.evaluate(&windows, exporters: [])
        told += detector.explanations
    }

    mutating func run(_ seconds: Int, failing: Double = 0, flood: Int = 0, floodFailing: Double = 0) {
        for _ in 0..<seconds {
            arrive(Int.random(in: 6...14, using: &random), from: "10.20.1.1", spread: 200, failing: failing)
            arrive(flood, from: "10.66.0.1", spread: 400, failing: floodFailing, path: 77)
            tick()
        }
    }
}

@Suite struct ExplanationTests {
    @Test func noneIsMadeThatNobodyWants() {
        var shop = Shop(.none)
        shop.run(120)
        shop.run(20, failing: 0.6, flood: 200, floodFailing: 0.6)
        #expect(shop.said.contains { $0.event == .open })
        #expect(shop.told.isEmpty)
    }

    @Test func everySecondOfTheServiceThatIsNamedIsExplained() throws {
        var shop = Shop(.service("web"))
        shop.run(100)
        #expect(shop.told.map(\.second) == Array(1_795_000_001...1_795_000_100))
        let first = try #require(shop.told.first)
        #expect(first.stage == .learning(known: 0))
        let last = try #require(shop.told.last)
        #expect(last.stage == .judged)
        #expect(last.gates.firstFailed == .pressure)
        #expect(last.state == .quiet)
        let requests = try #require(last.pressures.first { $0.metric == .requests })
        #expect((8...12).contains(requests.usual))
        #expect((7...13).contains(requests.rateOfLate))
        #expect(!requests.isUp && requests.threshold == 16)
        let log = try #require(last.outcomes.first { $0.channel == .log })
        #expect(log.bad == 0 && log.all > 200)
    }

    @Test func anotherServiceIsNotExplained() {
        var shop = Shop(.service("mail"))
        shop.run(60)
        #expect(shop.told.isEmpty)
    }

    /// What is shown is what was decided by: the incident opens when every gate holds, in the third second in which it begins
    /// to.
    @Test func theGatesThatAreShownAreThoseThatDecide() throws {
        var shop = Shop(.service("web"))
        shop.run(120)
        shop.run(30, failing: 0.6, flood: 200, floodFailing: 0.6)
        let opened = try #require(shop.said.first { $0.event == .open })
        let opening = try #require(shop.told.firstIndex { $0.actions == [.open] })
        #expect(shop.told[opening].second == opened.time.seconds)
        #expect(shop.told[opening].incident == opened.incident)
        #expect(shop.told[opening].state == .open)
        let before = shop.told[..<opening]
        #expect(before.suffix(2).map(\.state) == [.suspicious(ticks: 1), .suspicious(ticks: 2)])
        #expect(shop.told[(opening - 2)...opening].allSatisfy { $0.gates.isBeginning })
        #expect(shop.told[opening].gates.firstFailed == nil)
        #expect(
            before.allSatisfy { $0.gates.firstFailed != nil || $0.stage != .judged || $0.state != .quiet })
        #expect(shop.told[opening].judgement?.kind == opened.kind)
        #expect(shop.told[opening].severity == opened.severity)
        #expect(shop.told[opening].order?.order == .during)
        #expect(shop.told[opening].learning == .frozen)
    }

    /// Every finding that decided is among the observations with the very same values, and so are those that were not up.
    @Test func observationsHoldWhatTheTestsReturned() throws {
        var shop = Shop(.service("web"))
        shop.run(120)
        shop.run(10, flood: 100)
        let last = try #require(shop.told.last)
        #expect(last.gates.firstFailed == .harm)
        #expect(!last.evidence.pressures.isEmpty)
        for finding in last.evidence.pressures {
            let seen = try #require(last.pressures.first { $0.metric == finding.metric })
            #expect(seen.isUp && seen.evidence == finding.evidence && seen.finding?.onset == finding.onset)
            #expect(seen.usual == finding.baseline)
        }
        #expect(
            Set(last.pressures.filter(\.isUp).map(\.metric)) == Set(last.evidence.pressures.map(\.metric)))
        #expect(last.outcomes.contains { $0.channel == .log && !$0.isUp })
        #expect(last.strongestPressure?.metric == last.evidence.pressure?.metric)
    }

    @Test func onlyTroubleIsExplainedWhereNoServiceIsNamed() throws {
        var shop = Shop(.troubled)
        shop.run(300)
        #expect(shop.told.isEmpty)
        let start = shop.now
        shop.run(60, failing: 0.6, flood: 200, floodFailing: 0.6)
        let opened = try #require(shop.said.first { $0.event == .open })
        let first = try #require(shop.told.first)
        #expect(first.second - start <= 3 && first.second < opened.time.seconds)
        #expect(shop.told.map(\.second) == Array(first.second...shop.now))
        shop.run(700)
        #expect(shop.said.last?.event == .clear)
        let cleared = try #require(shop.told.last { $0.actions == [.clear] })
        #expect(cleared.incident == opened.incident)
        // Calm again, and nobody is told of it any more.
        #expect(try #require(shop.told.last).second < shop.now)
    }

    @Test func aServiceWithoutTrafficIsIdle() throws {
        var shop = Shop(.service("web"))
        shop.run(100)
        for _ in 0..<300 { shop.tick() }
        #expect(shop.told.last?.stage == .idle)
    }
}
