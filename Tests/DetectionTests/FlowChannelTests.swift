// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import ServiceWindows
import TestSupport
import Testing

/// A web service that logs nothing: an exporter that looks into requests is all that tells how they end.
private struct World: ~Copyable {
    /// How a connection went, as records tell.
    struct Told {
        var status: UInt16 = 0
        var serverMilliseconds: UInt16 = 0
        var handshakeMilliseconds: UInt16 = 0
        var isDenied = false
        var octets: UInt64 = 9000
    }

    var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
    var detector: Detector
    var now: Int64 = 1_795_000_000
    var said: [Verdict] = []
    private var random = SeededRandom(seed: 42)
    private var port: UInt16 = 1024

    init() {
        var policy = DetectionPolicy()
        policy.warmUp = 60
        detector = Detector(policy: policy)
        windows.advance(to: Instant(seconds: now))
    }

    private mutating func arrive(_ count: Int, from base: String, spread: Int, failing: Double, _ fail: Told)
    {
        for _ in 0..<count {
            port = port == .max ? 1024 : port + 1
            var record = FlowRecord.request(
                from: Fixture.address(base, plus: Int.random(in: 0..<spread, using: &random)), port: port,
                start: now)
            let fails = Double.random(in: 0..<1, using: &random) < failing
            let told = fails ? fail : Told(status: 200, serverMilliseconds: 80, handshakeMilliseconds: 2)
            record.httpStatus = told.status
            record.serverMilliseconds = told.serverMilliseconds
            record.handshakeMilliseconds = told.handshakeMilliseconds
            if told.isDenied { record.firewallEvent = 3 } else { record.presence.insert(.answers) }
            windows.add(record)
            if !told.isDenied { windows.add(record.reply(octets: told.octets)) }
        }
    }

    /// - Parameter usersFailing: where they fare otherwise than the attackers.
    mutating func run(
        _ seconds: Int, attackers: Int = 0, failing: Double = 0, usersFailing: Double? = nil,
        _ fail: Told = Told()
    ) {
        for _ in 0..<seconds {
            arrive(
                Int.random(in: 6...14, using: &random), from: "10.20.1.1", spread: 200,
                failing: usersFailing ?? failing, fail)
            arrive(attackers, from: "10.66.0.1", spread: 400, failing: failing, fail)
            now += 1
            windows.advance(to: Instant(seconds: now))
            said += detector.evaluate(&windows, exporters: [])
        }
    }
}

@Suite struct FlowChannelTests {
    @Test func ordinaryAnswersAreSilent() {
        var world = World()
        world.run(1200)
        #expect(world.said.isEmpty)
    }

    @Test func aStatusInRecordsShowsTheHarm() throws {
        var world = World()
        world.run(120)
        let start = world.now
        world.run(30, attackers: 200, failing: 0.6, World.Told(status: 503, serverMilliseconds: 3))
        let opened = try #require(world.said.first { $0.event == .open })
        #expect(opened.outcome?.channel == "flow_status" && opened.time.seconds - start <= 10)
        #expect(try #require(opened.outcome?.failureRatio) > 0.4)
    }

    @Test func aServerTimeInRecordsShowsTheHarm() throws {
        var world = World()
        world.run(120)
        world.run(30, attackers: 200, failing: 0.8, World.Told(status: 200, serverMilliseconds: 9000))
        let opened = try #require(world.said.first { $0.event == .open })
        #expect(opened.outcome?.channel == "flow_latency")
        #expect(try #require(opened.outcome?.latencyMilliseconds) > 6000)
        #expect(try #require(opened.outcome?.latencyBaselineMilliseconds) < 100)
    }

    /// A full queue of connections drops SYNs, and they are sent again: the network may be to blame as well.
    @Test func handshakesThatTakeSecondsAreAWarning() throws {
        var world = World()
        world.run(120)
        world.run(
            40, attackers: 200, failing: 0.8, World.Told(serverMilliseconds: 0, handshakeMilliseconds: 3001))
        let opened = try #require(world.said.first { $0.event == .open })
        #expect(opened.outcome?.channel == "flow_handshakes" && opened.severity == .warning)
    }

    @Test func errorPagesInPlaceOfAnswersAreAWarning() throws {
        var world = World()
        world.run(120)
        world.run(40, attackers: 200, failing: 0.8, World.Told(octets: 600))
        let opened = try #require(world.said.first { $0.event == .open })
        #expect(opened.outcome?.channel == "flow_truncated" && opened.severity == .warning)
    }

    /// Trap: monitors that fetch a small page each second.
    @Test func newcomersWithSmallAnswersHarmNobody() {
        var world = World()
        world.run(120)
        world.run(60, attackers: 200, failing: 1, usersFailing: 0, World.Told(octets: 600))
        #expect(!world.said.contains { $0.event == .open })
    }

    /// A sample tells nothing of single flows; that most packets of clients have no reply it tells.
    @Test(arguments: [false, true])
    func aSampledFloodWithoutRepliesIsTold(isAnswered: Bool) throws {
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
        var policy = DetectionPolicy()
        policy.warmUp = 60
        var detector = Detector(policy: policy)
        var said: [Verdict] = []
        var random = SeededRandom(seed: 3)
        for second in Int64(0)..<180 {
            let now = 1_795_000_000 + second
            windows.advance(to: Instant(seconds: now))
            let flood = second < 120 ? 0 : 60
            for index in 0..<20 + flood {
                let isForged = index >= 20
                var record = FlowRecord.request(
                    from: isForged
                        ? IPAddress(ipv4: UInt32.random(in: 0x0B00_0000...0xDF00_0000, using: &random))
                        : Fixture.address("10.20.1.1", plus: index * 7),
                    port: UInt16.random(in: 1024...60000, using: &random), start: now, packets: 1,
                    octets: 60, flags: isForged || index % 5 == 0 ? .syn : [.ack])
                record.samplingInterval = 10
                windows.add(record)
                if !isForged || isAnswered { windows.add(record.reply(packets: 1, flags: [.syn, .ack])) }
            }
            said += detector.evaluate(&windows, exporters: [])
        }
        let opened = said.first { $0.event == .open }
        #expect((opened == nil) == isAnswered)
        guard let opened else { return }
        #expect(opened.outcome?.channel == "flow_replies" && opened.severity == .warning)
        #expect(opened.kind == .synFlood && opened.time.seconds - 1_795_000_120 <= 15)
    }

    @Test func deniedClientsAreHarmed() throws {
        var world = World()
        world.run(120)
        world.run(30, attackers: 200, failing: 0.7, World.Told(isDenied: true))
        let opened = try #require(world.said.first { $0.event == .open })
        #expect(opened.outcome?.channel == "flow")
    }
}
