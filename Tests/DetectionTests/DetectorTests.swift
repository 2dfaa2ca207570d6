// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import ServiceWindows
import TestSupport
import Testing

/// A web service with its users on a clock that the test drives: a second of world is a call of `second`.
private struct World: ~Copyable {
    var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
    var detector: Detector
    var now: Int64 = 1_795_000_000
    var said: [Verdict] = []
    private var random = SeededRandom(seed: 42)
    private var port: UInt16 = 1024

    init(foreign: [Bool] = []) {
        var policy = DetectionPolicy()
        policy.warmUp = 60
        detector = Detector(policy: policy, foreign: foreign)
        windows.advance(to: Instant(seconds: now))
    }

    /// `count` connections from `base` and the addresses after it, with a log line each.
    mutating func arrive(
        _ count: Int, from base: String, spread: Int, failing: Double = 0, status: UInt16 = 503,
        milliseconds: UInt32 = 80,
        path: UInt32? = nil, isLogged: Bool = true
    ) {
        for _ in 0..<count {
            let client = Fixture.address(base, plus: Int.random(in: 0..<spread, using: &random))
            port = port == .max ? 1024 : port + 1
            let octets = path == nil ? UInt64.random(in: 400...4000, using: &random) : 450
            let request = FlowRecord.request(from: client, port: port, start: now, octets: octets)
            windows.add(request)
            windows.add(request.reply(octets: octets * 7))
            guard isLogged else { continue }
            var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: now))
            let fails = Double.random(in: 0..<1, using: &random) < failing
            (outcome.client, outcome.status) = (client, fails ? status : 200)
            outcome.failure = fails ? .noServer : .none
            outcome.latencyMilliseconds = milliseconds
            outcome.pathHash = path ?? UInt32.random(in: 1...20, using: &random)
            windows.add(outcome)
        }
    }

    mutating func tick() {
        now += 1
        windows.advance(to: Instant(seconds: now))
        said += detector.evaluate(&windows, exporters: [])
    }

    /// Ordinary use: about ten connections a second of 200 users.
    mutating func ordinary(_ seconds: Int, failing: Double = 0, isLogged: Bool = true) {
        for _ in 0..<seconds {
            arrive(
                Int.random(in: 6...14, using: &random), from: "10.20.1.1", spread: 200, failing: failing,
                isLogged: isLogged)
            tick()
        }
    }

    var events: [String] { said.map { "\($0.event) \($0.kind)" } }
}

@Suite struct DetectorTests {
    @Test func ordinaryUseIsSilentForHours() {
        var world = World()
        world.ordinary(7200)
        #expect(world.events == [])
    }

    @Test func aLogThatFallsSilentWhileConnectionsComeIsSaidOnce() {
        var world = World()
        world.ordinary(300)
        world.ordinary(600, isLogged: false)
        #expect(world.events == ["notice telemetry"])
        #expect(world.said.first?.severity == .warning)
        #expect(world.said.first?.detail?.hasPrefix("its log has been silent for 3") == true)
        // That no line came was not learned as normal: the requests are no surge when they are told of again.
        world.ordinary(300)
        #expect(world.events == ["notice telemetry", "notice telemetry"])
        #expect(world.said.last?.detail == "its log speaks again")
    }

    @Test func aServiceThatNobodyUsesHasNoSilentLog() {
        var world = World()
        world.ordinary(300)
        for _ in 0..<600 { world.tick() }
        #expect(world.events == [])
    }

    @Test func recordsNeedNotWaitForTheLastOfManyServices() {
        let services = (0..<200).map { index in
            ConfiguredService(
                name: "s\(index)",
                addresses: [IPPrefix(Fixture.address("10.2.0.20", plus: index), mappedLength: 128)],
                ports: [80...80], transport: .tcp, kind: .http)
        }
        var windows = ServiceAggregator(directory: ServiceDirectory(services))
        var detector = Detector(policy: DetectionPolicy())
        windows.advance(to: Instant(seconds: 1_795_000_000))
        var turns = 0
        _ = detector.evaluate(&windows, exporters: []) { windows in
            turns += 1
            windows.add(
                FlowRecord.request(
                    from: Fixture.address("10.20.1.1"), port: 1024, start: 1_795_000_000, octets: 400))
        }
        #expect(turns == 3)
        #expect(windows.counters.records == 3)
    }

    /// A router that hangs for a quarter of an hour and still sends its templates: what was not told was not silence.
    @Test func aStallOfTheExporterIsNotLearned() {
        var world = World()
        world.ordinary(300)
        for _ in 0..<900 { world.tick() }
        world.ordinary(300)
        #expect(world.events == [])
    }

    @Test func aFloodThatMakesRequestsFailOpensAnIncidentWithinSecondsAndClears() throws {
        var world = World()
        world.ordinary(120)
        let start = world.now
        for _ in 0..<60 {
            world.arrive(10, from: "10.20.1.1", spread: 200, failing: 0.6)
            world.arrive(200, from: "10.66.0.1", spread: 400, failing: 0.6, path: 77)
            world.tick()
        }
        let opened = try #require(world.said.first { $0.event == .open })
        #expect(opened.kind == .httpFlood)
        #expect(opened.time.seconds - start <= 8)
        #expect(abs(opened.onset.seconds - start) <= 1)
        #expect(opened.severity == .error)
        let sources = try #require(opened.sources)
        #expect(sources.top.allSatisfy { $0.prefix.description.hasPrefix("10.66.") })
        #expect(sources.newShare > 0.8)
        world.ordinary(200)
        let cleared = try #require(world.said.last)
        #expect(cleared.event == .clear && cleared.incident == opened.incident)
        #expect((60...130).contains(cleared.time.seconds - start - 60))
        #expect(world.said.count { $0.event == .open } == 1)
    }

    @Test(arguments: [false, true])
    func aServiceThatAnotherJudgesIsNotJudgedHere(isForeign: Bool) {
        var world = World(foreign: [isForeign])
        world.ordinary(120)
        for _ in 0..<20 {
            world.arrive(200, from: "10.66.0.1", spread: 400, failing: 0.6, path: 77)
            world.tick()
        }
        #expect(world.detector.openIncidents == (isForeign ? 0 : 1))
        #expect(world.said.isEmpty == isForeign)
    }

    /// One that falls silent is told of by one detector of several.
    @Test(arguments: [true, false])
    func exportersAreWatchedByOne(watches: Bool) {
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
        var detector = Detector(policy: DetectionPolicy(), watchesExporters: watches)
        windows.advance(to: Instant(seconds: 1_000_000))
        let exporter = ExporterStatus(
            address: Fixture.address("10.3.0.1"), lastSeen: Instant(seconds: 999_000), datagrams: 100, loss: 0
        )
        let said = detector.evaluate(&windows, exporters: [exporter])
        #expect(said.map(\.kind) == (watches ? [.telemetry] : []))
    }

    @Test func aCrowdWithHealthyAnswersIsASurgeAndNoIncident() {
        var world = World()
        world.ordinary(120)
        for _ in 0..<120 {
            world.arrive(10, from: "10.20.1.1", spread: 200)
            world.arrive(150, from: "10.40.0.1", spread: 5000)
            world.tick()
        }
        #expect(world.events == ["notice surge"])
    }

    @Test func moreUsersThanItCanBearAreDemandAndNoAttack() throws {
        var world = World()
        world.ordinary(120)
        for _ in 0..<60 {
            world.arrive(10, from: "10.20.1.1", spread: 200, failing: 0.5)
            world.arrive(150, from: "10.40.0.1", spread: 5000, failing: 0.5)
            world.tick()
        }
        let opened = try #require(world.said.first { $0.event == .open })
        #expect(opened.kind == .demandOverload)
        #expect(!world.said.contains { $0.kind == .httpFlood })
    }

    @Test func anOutageWithoutPressureIsADegradation() {
        var world = World()
        world.ordinary(120)
        world.ordinary(90, failing: 0.8)
        #expect(world.events == ["notice degradation"])
    }

    @Test func usersWhoRetryDuringAnOutageAreNoAttack() {
        var world = World()
        world.ordinary(120)
        for _ in 0..<90 {
            world.arrive(40, from: "10.20.1.1", spread: 200, failing: 0.8)
            world.tick()
        }
        #expect(!world.said.contains { $0.event == .open })
        #expect(world.said.contains { $0.kind == .outageRetryStorm })
    }

    @Test func aSynFloodThatLocksUsersOutIsNamedSo() throws {
        var world = World()
        world.ordinary(120)
        var random = SeededRandom(seed: 5)
        for second in 0..<60 {
            for index in 0..<300 {
                let forged = IPAddress(ipv4: UInt32.random(in: 0x0B00_0000...0xDF00_0000, using: &random))
                world.windows.add(
                    .request(
                        from: forged, port: UInt16(index + 1), start: world.now, packets: 1, octets: 60,
                        flags: .syn))
            }
            for index in 0..<10 {
                let user = Fixture.address("10.20.1.1", plus: index)
                world.windows.add(
                    .request(
                        from: user, port: UInt16(second + 1), start: world.now, packets: 2, octets: 120,
                        flags: .syn))
            }
            world.tick()
        }
        let opened = try #require(world.said.first { $0.event == .open })
        #expect(opened.kind == .synFlood)
        #expect(opened.kind.technique == "T1499.001")
    }

    @Test func theAttackersDoNotBecomeKnownNorTheirFloodNormal() throws {
        var world = World()
        world.ordinary(120)
        for _ in 0..<600 {
            world.arrive(10, from: "10.20.1.1", spread: 200, failing: 0.6)
            world.arrive(200, from: "10.66.0.1", spread: 400, failing: 0.6, path: 77)
            world.tick()
        }
        #expect(!world.said.contains { $0.event == .clear })
        let last = try #require(world.said.last { $0.event == .update })
        #expect(try #require(last.sources).newShare > 0.8)
        #expect(try #require(last.rate).baseline < 15)
    }

    /// Hostile exporter: packet counts whose sum over a few seconds passes 2^63.
    @Test func absurdPacketCountsDoNotTrap() {
        var world = World()
        world.ordinary(120)
        for _ in 0..<20 {
            var record = FlowRecord.request(from: Fixture.address("10.66.0.1"), port: 4000, start: world.now)
            record.packets = 1 << 62
            record.samplingInterval = .max
            world.windows.add(record)
            world.ordinary(1)
        }
        #expect(!world.said.contains { $0.event == .open })
    }

    @Test func aServiceWithPausesIsLearnedAndGuarded() {
        var world = World()
        for second in 0..<3600 {
            if second % 30 == 0 { world.arrive(10, from: "10.20.1.1", spread: 200) }
            world.tick()
        }
        for _ in 0..<60 {
            world.arrive(10, from: "10.20.1.1", spread: 200, failing: 0.6)
            world.arrive(200, from: "10.66.0.1", spread: 400, failing: 0.6, path: 77)
            world.tick()
        }
        #expect(world.said.contains { $0.event == .open })
    }

    @Test func growthThatStaysBecomesNormalWithinHours() throws {
        var world = World()
        world.ordinary(600)
        for _ in 0..<14_400 {
            world.arrive(25, from: "10.20.1.1", spread: 200)
            world.tick()
        }
        world.said = []
        for _ in 0..<30 {
            world.arrive(25, from: "10.20.1.1", spread: 200)
            world.arrive(200, from: "10.66.0.1", spread: 400, failing: 0.6, path: 77)
            world.tick()
        }
        let opened = try #require(world.said.first { $0.event == .open })
        #expect(try #require(opened.rate).baseline > 15)
    }

    @Test func aLeapOfTheClockIsNotLearnedAsSilence() throws {
        var world = World()
        world.ordinary(120)
        world.now += 1000
        world.ordinary(60)
        #expect(world.events == [])
        for _ in 0..<20 {
            world.arrive(200, from: "10.66.0.1", spread: 400, failing: 0.6, path: 77)
            world.tick()
        }
        let opened = try #require(world.said.first { $0.event == .open })
        #expect((8...12).contains(try #require(opened.rate).baseline))
    }

    @Test func aColdBaselineSaysSoAndStaysAWarning() throws {
        var world = World()
        world.ordinary(58)
        for _ in 0..<10 {
            world.arrive(300, from: "10.66.0.1", spread: 400, failing: 0.9, path: 77)
            world.tick()
        }
        // The warm-up of 60 s ends during the flood; what was opened within it is a warning.
        let first = try #require(world.said.first { $0.event == .open })
        if first.telemetry.isCold { #expect(first.severity == .warning) }
        #expect(world.said.allSatisfy { !$0.telemetry.isCold || $0.severity <= .warning })
    }

    @Test func replayingTheSameWorldGivesTheSameVerdicts() {
        func verdicts() -> [Verdict] {
            var world = World()
            world.ordinary(120)
            for _ in 0..<30 {
                world.arrive(200, from: "10.66.0.1", spread: 400, failing: 0.6, path: 77)
                world.tick()
            }
            return world.said
        }
        #expect(verdicts() == verdicts())
    }
}

@Suite struct TelemetryTests {
    @Test func anExporterThatFallsSilentIsSaidOnceAndItsReturnToo() {
        var world = World()
        let address = Fixture.address("10.3.0.1")
        var said: [String] = []
        for second in Int64(0)..<400 {
            let talks = second < 100 || second > 300
            let seen = talks ? second : 100
            let status = ExporterStatus(
                address: address, lastSeen: Instant(seconds: world.now + (seen - second)), datagrams: 100,
                loss: 0)
            world.windows.advance(to: Instant(seconds: world.now))
            said += world.detector.evaluate(&world.windows, exporters: [status]).compactMap(\.detail)
            world.now += 1
        }
        #expect(said.count == 2)
        #expect(said.first?.contains("silent for 120 s") == true)
        #expect(said.last?.contains("sends again") == true)
    }
}
