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

    /// Of queries in a sample no record says whether it was answered; of all packets the answers are as many as there were.
    @Test(arguments: [1, 0.97, 0.85, 0.5])
    func sampledQueriesThatLackAnswersAreHarm(answered: Double) throws {
        var dns = Fixture.service
        (dns.kind, dns.ports, dns.transport) = (.dns, [53...53], .udp)
        var flood = SampledQueries(dns)
        flood.run(120, usual: 14)
        flood.run(100, usual: 14, more: 3000, answered: answered)
        let opened = flood.said.first { $0.event == .open }
        #expect((opened == nil) == (answered > 0.9))
        guard let opened else { return }
        #expect(opened.outcome?.channel == "flow_replies" && opened.severity == .warning)
        let ratio = try #require(opened.outcome?.failureRatio)
        #expect(abs(ratio - (1 - answered)) < 0.1)
        #expect(opened.kind == .dnsFlood)
    }

    /// A protocol in which the server never answers lacks nothing, nor does a name server whose answers take another way.
    @Test(arguments: [ServiceKind.other, .dns])
    func whatIsNeverAnsweredIsNotMissed(kind: ServiceKind) {
        var service = Fixture.service
        (service.kind, service.ports, service.transport) = (kind, [2055...2055], .udp)
        var flood = SampledQueries(service)
        flood.run(240, usual: kind == .dns ? 14 : 200, usualAnswered: 0)
        flood.run(60, usual: 200, usualAnswered: 0, more: 3000, answered: 0)
        #expect(!flood.said.contains { $0.event == .open })
    }

    @Test func deniedClientsAreHarmed() throws {
        var world = World()
        world.run(120)
        world.run(30, attackers: 200, failing: 0.7, World.Told(isDenied: true))
        let opened = try #require(world.said.first { $0.event == .open })
        #expect(opened.outcome?.channel == "flow")
    }
}

/// Datagrams of clients and answers to them, of which an exporter sees one in ten by chance.
private struct SampledQueries: ~Copyable {
    var windows: ServiceAggregator
    var detector: Detector
    var said: [Verdict] = []
    private let key: ServiceKey
    private var now: Int64 = 1_795_000_000
    private var random = SeededRandom(seed: 5)

    init(_ service: ConfiguredService) {
        var policy = DetectionPolicy()
        policy.warmUp = 60
        detector = Detector(policy: policy)
        windows = ServiceAggregator(directory: ServiceDirectory([service]))
        key = ServiceKey(
            address: service.addresses[0].address, port: service.ports[0].lowerBound, transport: .udp)
        windows.advance(to: Instant(seconds: now))
    }

    /// - Parameters:
    ///   - usual: queries of known clients a second, of which all or `usualAnswered` are answered but in the flood.
    ///   - more: those of newcomers.
    mutating func run(
        _ seconds: Int, usual: Int, usualAnswered: Double = 1, more: Int = 0, answered: Double? = nil
    ) {
        for _ in 0..<seconds {
            now += 1
            for _ in 0..<usual { ask("10.20.1.1", spread: 200, answered ?? usualAnswered) }
            for _ in 0..<more { ask("10.66.0.1", spread: 400, answered ?? 1) }
            windows.advance(to: Instant(seconds: now))
            said += detector.evaluate(&windows, exporters: [])
        }
    }

    private mutating func ask(_ base: String, spread: Int, _ answered: Double) {
        func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }
        var record = FlowRecord.request(
            from: Fixture.address(base, plus: Int.random(in: 0..<spread, using: &random)),
            port: .random(in: 1024...60000, using: &random), to: key, start: now, packets: 1, octets: 80,
            flags: [])
        record.samplingInterval = 10
        if chance(0.1) { windows.add(record) }
        if chance(answered), chance(0.1) { windows.add(record.reply(packets: 1, flags: [])) }
    }
}
