// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import ServiceWindows
import TestSupport
import Testing

/// The end of an incident: what it came to, and what becomes of one whose service is taken out of the configuration.
@Suite struct LifeCycleTests {
    private static let start: Int64 = 1_795_000_000

    private struct World: ~Copyable {
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]), discovers: false)
        var detector: Detector
        var now = LifeCycleTests.start
        var said: [Verdict] = []
        private var port: UInt16 = 1024

        init() {
            var policy = DetectionPolicy()
            policy.warmUp = 60
            detector = Detector(policy: policy)
            windows.advance(to: Instant(seconds: now))
        }

        /// A second with ten requests of users, and some of attackers that fail.
        mutating func second(attackers: Int = 0) {
            for index in 0..<(10 + attackers) {
                let isAttack = index >= 10
                let client = Fixture.address(
                    isAttack ? "10.66.0.1" : "10.20.1.1", plus: (Int(now) &* 31 &+ index &* 7) % 200)
                port = port == .max ? 1024 : port + 1
                let request = FlowRecord.request(from: client, port: port, start: now)
                windows.add(request)
                windows.add(request.reply())
                var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: now))
                (outcome.client, outcome.status) = (client, isAttack ? 503 : 200)
                outcome.failure = isAttack ? .noServer : .none
                (outcome.latencyMilliseconds, outcome.pathHash) = (80, isAttack ? 7 : UInt32(index + 1))
                windows.add(outcome)
            }
            now += 1
            windows.advance(to: Instant(seconds: now))
            said += detector.evaluate(&windows, exporters: [])
        }
    }

    @Test func aClearSaysWhatTheIncidentCameTo() throws {
        var world = World()
        for _ in 0..<120 { world.second() }
        for _ in 0..<60 { world.second(attackers: 90) }
        for _ in 0..<200 { world.second() }
        let clear = try #require(world.said.last)
        #expect(clear.event == .clear)
        let totals = try #require(clear.totals)
        // Each request once: 60 s of a hundred, and some quiet seconds until both tests had fallen.
        let quiet = totals.seconds - 60
        #expect((0...40).contains(quiet))
        #expect(totals.requests == 6000 + 10 * Int(quiet) && totals.failedRequests == 60 * 90)
        #expect(totals.connections == totals.requests && totals.failedConnections == 0)
        #expect(totals.peakRequests == 100 && totals.peakConnections == 100 && totals.peakOpen == 100)
        #expect((150...450).contains(totals.sources))
        #expect(world.said.filter { $0.event != .clear }.allSatisfy { $0.totals == nil })
    }

    @Test func anIncidentThatComesBackGoesOnCounting() throws {
        var world = World()
        for _ in 0..<120 { world.second() }
        for _ in 0..<60 { world.second(attackers: 90) }
        for _ in 0..<150 { world.second() }
        for _ in 0..<60 { world.second(attackers: 90) }
        for _ in 0..<200 { world.second() }
        let clears = world.said.filter { $0.event == .clear }
        #expect(clears.count == 2 && clears.first?.incident == clears.last?.incident)
        let totals = try #require(clears.last?.totals)
        #expect(totals.failedRequests == 120 * 90)
        #expect((120...200).contains(totals.seconds))
    }

    @Test(arguments: [true, false])
    func anIncidentIsEndedWhenItsServiceIsTakenOut(isOpen: Bool) throws {
        var world = World()
        for _ in 0..<120 { world.second() }
        if isOpen { for _ in 0..<30 { world.second(attackers: 90) } }
        let other = ConfiguredService(
            name: "mail", addresses: [IPPrefix(Fixture.server, mappedLength: 128)], ports: [80...80],
            transport: .tcp, kind: .http)
        var windows = ServiceAggregator(directory: ServiceDirectory([other]), discovers: false)
        var detector = Detector(policy: DetectionPolicy())
        let ends = detector.adopt(world.detector, slots: windows.adopt(world.windows), windows: world.windows)
        #expect(ends.count == (isOpen ? 1 : 0))
        guard isOpen else { return }
        let end = try #require(ends.first)
        let open = try #require(world.said.first { $0.event == .open })
        #expect(end.event == .clear && end.incident == open.incident && end.kind == open.kind)
        #expect(end.service?.name == "web" && end.detail?.contains("no longer watched") == true)
        #expect(end.lasted == .seconds(world.now - open.time.seconds) && end.totals != nil)
    }

    @Test func anIncidentGoesOnWhenItsServiceStays() {
        var world = World()
        for _ in 0..<120 { world.second() }
        for _ in 0..<30 { world.second(attackers: 90) }
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]), discovers: false)
        var detector = Detector(policy: DetectionPolicy())
        let ends = detector.adopt(world.detector, slots: windows.adopt(world.windows), windows: world.windows)
        #expect(ends.isEmpty && detector.openIncidents == 1)
    }
}
