// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

private let begin: Int64 = 1_000_000
private let client = Fixture.address("10.20.1.7")
private let names = ServiceKey(address: Fixture.address("10.2.0.53"), port: 53, transport: .udp)

/// A web server and a name server, on a clock that the test drives.
private struct World: ~Copyable {
    var windows: ServiceAggregator
    var now = begin
    private var port: UInt16 = 1000

    init() {
        let service = ConfiguredService(
            name: "names", addresses: [IPPrefix(names.address, mappedLength: 128)], ports: [53...53],
            transport: .udp, kind: .dns)
        windows = ServiceAggregator(
            directory: ServiceDirectory([Fixture.service, service]), discovers: false)
        windows.advance(to: Instant(seconds: now))
    }

    mutating func advance(_ seconds: Int64) {
        now += seconds
        windows.advance(to: Instant(seconds: now))
    }

    /// A connection with a port of its own, lasting a second.
    mutating func request(to key: ServiceKey = Fixture.web) -> FlowRecord {
        port = port == .max ? 1000 : port + 1
        var record = FlowRecord.request(from: client, port: port, to: key, start: now - 2, lasting: 1)
        record.presence.insert(.exactStart)
        if key.transport == .udp { record.tcpFlags = [] }
        return record
    }

    /// A client's half, and its server's that begins so many milliseconds later.
    mutating func addPair(
        to key: ServiceKey = Fixture.web, delay: Int64, octets: UInt64 = 20_000,
        change: (inout FlowRecord, inout FlowRecord) -> Void = { _, _ in }
    ) {
        var half = request(to: key)
        var answer = half.reply(octets: octets, flags: half.tcpFlags)
        answer.start = half.start + .milliseconds(delay)
        answer.end = max(answer.start, answer.end)
        change(&half, &answer)
        windows.add(half)
        windows.add(answer)
    }

    /// A connection that the server ends so.
    mutating func addReply(_ packets: UInt64, _ octets: UInt64, _ flags: TCPFlags) {
        let half = request()
        windows.add(half)
        windows.add(half.reply(packets: packets, octets: octets, flags: flags))
    }

    /// Sums over the last five minutes.
    func count(_ path: KeyPath<FlowCell, some BinaryInteger>, slot: Int = 0) -> Int {
        windows.seconds(now - 300...now + 5, slot: slot).reduce(0) { $0 + Int($1.cell[keyPath: path]) }
    }
}

@Suite struct AnswerTests {
    // MARK: Status and response code

    @Test(arguments: [
        (UInt16(200), Int32(1), Int32(0)), (503, 1, 1), (500, 1, 1), (504, 1, 1), (499, 1, 1),
        // Trap: 4xx of monitors; a limiter's answer; a request that never came whole is no answer.
        (404, 1, 0), (429, 1, 0), (408, 0, 0),
    ])
    func aStatusInARecordIsAnAnswerOfItsClass(status: UInt16, answers: Int32, failed: Int32) {
        var world = World()
        var record = world.request()
        record.httpStatus = status
        record.presence.insert(.answers)
        world.windows.add(record)
        #expect(world.count(\.answers) == answers && world.count(\.failedAnswers) == failed)
        // Sampled, one status is one answer: not one times the interval.
        record.samplingInterval = 100
        record.sourcePort += 1
        world.windows.add(record)
        #expect(world.count(\.answers) == 2 * answers && world.count(\.failedAnswers) == 2 * failed)
    }

    @Test(arguments: [(UInt8(0), Int32(0)), (2, 1), (3, 0), (5, 1), (1, 0)])
    func aResponseCodeInARecordIsAnAnswerOfItsClass(code: UInt8, failed: Int32) {
        var world = World()
        var record = world.request(to: names)
        record.dnsResponseCode = code
        record.presence.formUnion([.dns, .answers])
        world.windows.add(record)
        #expect(world.count(\.answers, slot: 1) == 1 && world.count(\.failedAnswers, slot: 1) == failed)
    }

    @Test func recordsThatSayNothingAreNoAnswers() {
        var world = World()
        for _ in 0..<10 { world.addPair(delay: 0) }
        #expect(world.count(\.answers) == 0 && world.count(\.timedAnswers) == 0)
    }

    // MARK: Server time

    private func addTimed(_ count: Int, _ milliseconds: UInt16, to world: inout World) {
        for _ in 0..<count {
            var record = world.request()
            record.serverMilliseconds = milliseconds
            record.presence.insert(.answers)
            world.windows.add(record)
        }
    }

    @Test func anAnswerIsSlowByTheServicesOwnMedian() throws {
        var world = World()
        addTimed(100, 400, to: &world)
        world.advance(10)
        // The middle of the class from 384 to 512 is 448; nine times that is 4 s.
        addTimed(10, 3000, to: &world)
        #expect(world.count(\.slowAnswers) == 0)
        addTimed(7, 5000, to: &world)
        #expect(world.count(\.timedAnswers) == 117 && world.count(\.slowAnswers) == 7)
        #expect(try #require(world.windows.history(0).serverTimes.median()) == 448)
    }

    @Test func aSecondIsNeverSlowerThanTheLimitOfAFastService() {
        var world = World()
        addTimed(100, 1, to: &world)
        world.advance(10)
        addTimed(1, 1000, to: &world)
        addTimed(1, 1001, to: &world)
        #expect(world.count(\.slowAnswers) == 1)
    }

    @Test func whileSuspiciousNothingIsLearnedOfAnswers() {
        var world = World()
        world.windows.setSuspicious(true, slot: 0)
        addTimed(100, 60_000, to: &world)
        for _ in 0..<40 { world.addPair(delay: 3000) }
        #expect(world.windows.history(0).serverTimes.total == 0)
        #expect(world.windows.history(0).handshakes.total == 0 && world.windows.history(0).octets.total == 0)
        #expect(world.count(\.slowAnswers) == 100)
        #expect(world.windows.history(0).serverTimeOfLate != nil)
    }

    @Test func aFailedAnswerIsTimedAndNotLearned() {
        var world = World()
        var record = world.request()
        (record.serverMilliseconds, record.httpStatus) = (5, 503)
        record.presence.insert(.answers)
        world.windows.add(record)
        #expect(world.count(\.timedAnswers) == 1 && world.windows.history(0).serverTimes.total == 0)
    }

    @Test func timesOfSampledRecordsAreNone() {
        var world = World()
        var record = world.request()
        (record.serverMilliseconds, record.handshakeMilliseconds, record.samplingInterval) = (9000, 9000, 10)
        record.presence.insert(.answers)
        world.windows.add(record)
        #expect(world.count(\.timedAnswers) == 0 && world.count(\.handshakes) == 0)
    }

    @Test func theFirstAnswerOfADatagramServiceIsItsServerTime() {
        var world = World()
        for _ in 0..<50 { world.addPair(to: names, delay: 20) }
        world.advance(10)
        for _ in 0..<5 { world.addPair(to: names, delay: 3000) }
        #expect(world.count(\.timedAnswers, slot: 1) == 5 && world.count(\.slowAnswers, slot: 1) == 5)
        #expect(world.count(\.handshakes, slot: 1) == 0)
        #expect(world.windows.history(1).serverTimes.total == 55)
    }

    // MARK: Handshakes

    /// Lets the windows see that starts differ.
    private func learn(_ world: inout World, delay: Int64 = 2) {
        for _ in 0..<50 { world.addPair(delay: delay) }
        world.advance(10)
    }

    @Test func aConnectionThatIsTakenOnlyAfterItWasAskedAgainIsSlow() throws {
        var world = World()
        learn(&world)
        for _ in 0..<20 { world.addPair(delay: 1) }
        for _ in 0..<3 { world.addPair(delay: 1001) }
        #expect(world.count(\.handshakes) == 23 && world.count(\.slowHandshakes) == 3)
        #expect(try #require(world.windows.history(0).handshakes.median()) < 4)
    }

    @Test func aFarServersHandshakesAreMeasuredByItsOwnMedian() {
        var world = World()
        learn(&world, delay: 200)
        for _ in 0..<3 { world.addPair(delay: 1001) }
        #expect(world.count(\.handshakes) == 3 && world.count(\.slowHandshakes) == 0)
    }

    @Test func aHandshakeIsBookedWhereTheConnectionBegan() {
        var world = World()
        learn(&world)
        world.addPair(delay: 1001) { half, answer in
            half.start = Instant(seconds: begin - 30)
            answer.start = half.start + .milliseconds(1001)
        }
        let seconds = world.windows.seconds(begin - 30...begin - 30, slot: 0)
        #expect(seconds[0].cell.slowHandshakes == 1)
    }

    /// Trap: softflowd and its kin give both halves the start of the connection.
    @Test func aConstantZeroIsAbsent() {
        var world = World()
        learn(&world, delay: 0)
        for _ in 0..<20 { world.addPair(delay: 0) }
        #expect(world.count(\.handshakes) == 0)
        // Ports that are used again bring halves together that do not belong together, now and then.
        world.addPair(delay: 900)
        world.advance(10)
        for _ in 0..<20 { world.addPair(delay: 0) }
        #expect(world.count(\.handshakes) == 0)
    }

    /// Where the exporter tells milliseconds, most handshakes of a near server take none.
    @Test func aZeroAmongOthersIsLessThanAMillisecond() {
        var world = World()
        for index in 0..<100 { world.addPair(delay: index % 20 == 0 ? 1 : 0) }
        world.advance(10)
        for _ in 0..<20 { world.addPair(delay: 0) }
        #expect(world.count(\.handshakes) == 20 && world.count(\.slowHandshakes) == 0)
    }

    /// Trap: whole seconds make a handshake of a millisecond one of a second.
    @Test func wholeSecondsAreNoMeasure() {
        var world = World()
        learn(&world)
        for _ in 0..<20 {
            world.addPair(delay: 1000) { half, answer in
                half.presence.remove(.exactStart)
                answer.presence.remove(.exactStart)
            }
        }
        #expect(world.count(\.handshakes) == 0)
    }

    /// Trap: the clocks of two exporters differ.
    @Test func startsOfTwoExportersAreNotCompared() {
        var world = World()
        for _ in 0..<60 { world.addPair(delay: 1000) { _, answer in answer.exporter = ExporterID(1) } }
        #expect(world.count(\.ended) == 60 && world.windows.history(0).handshakes.total == 0)
    }

    /// Trap: the pieces of a long connection begin whenever a packet comes after the cut.
    @Test(
        arguments: [([.ack, .psh], [.syn, .ack, .psh]), ([.syn, .ack, .psh], [.ack, .psh])]
            as [(TCPFlags, TCPFlags)])
    func aPieceOfAConnectionHasNoHandshake(flags: (client: TCPFlags, server: TCPFlags)) {
        var world = World()
        learn(&world)
        world.addPair(delay: 900) { half, answer in (half.tcpFlags, answer.tcpFlags) = flags }
        #expect(world.count(\.handshakes) == 0)
    }

    @Test(arguments: [Int64(-1), -900, 30_001, 500_000])
    func halvesThatDoNotBelongTogetherHaveNoHandshake(delay: Int64) {
        var world = World()
        learn(&world)
        world.addPair(delay: delay)
        #expect(world.count(\.handshakes) == 0)
    }

    @Test func aBiflowsHandshakeIsWhatItsExporterMeasured() {
        var world = World()
        for delay in [0, 3, 1200] as [UInt16] {
            var record = world.request()
            (record.reversePackets, record.reverseOctets) = (5, 9000)
            record.reverseTCPFlags = record.tcpFlags
            record.presence.insert(.reverse)
            record.presence.insert(.answers)
            record.handshakeMilliseconds = delay
            world.windows.add(record)
            // What follows of it begins whenever a packet came.
            (record.tcpFlags, record.reverseTCPFlags) = ([.ack, .psh], [.ack, .psh])
            world.windows.add(record)
        }
        #expect(world.count(\.handshakes) == 3 && world.count(\.slowHandshakes) == 1)
        #expect(world.windows.history(0).handshakes.total == 3)
    }

    /// Trap: of a near server's handshakes only the slow ones take a millisecond, and all that is told were slow.
    @Test func slowHandshakesOfBiflowsAreHeldAgainstThoseThatTookNoTime() {
        var world = World()
        for delay in Array(repeating: UInt16(0), count: 200) + [1200, 1300] {
            var record = world.request()
            (record.reversePackets, record.reverseOctets) = (5, 9000)
            record.reverseTCPFlags = record.tcpFlags
            record.presence.insert([.reverse, .answers])
            record.handshakeMilliseconds = delay
            world.windows.add(record)
        }
        #expect(world.count(\.handshakes) == 202 && world.count(\.slowHandshakes) == 2)
    }

    // MARK: Refused, reset, cut short

    @Test func aRefusalServesNothingAndAResetBreaksOff() {
        var world = World()
        world.addReply(1, 40, [.rst, .ack])
        world.addReply(2, 112, [.syn, .ack, .rst])
        world.addReply(3, 172, [.syn, .ack, .rst])
        #expect(world.count(\.refused) == 3)
        // In the middle of an answer: no failure, since browsers and deploys do that too.
        world.addReply(20, 20_000, [.syn, .ack, .psh, .rst])
        #expect(world.count(\.refused) == 3 && world.count(\.ended) == 4)
        // Trap: RST after a complete answer.
        world.addReply(20, 20_000, [.syn, .ack, .psh, .fin, .rst])
        #expect(world.count(\.refused) == 3 && world.count(\.ended) == 5)
    }

    /// The client is known for half a minute when it has met them.
    private func learnSizes(_ world: inout World, octets: UInt64) {
        for _ in 0..<60 { world.addPair(delay: 0, octets: octets) }
        world.advance(40)
    }

    @Test func answersThatCollapseAreCutShort() {
        var world = World()
        learnSizes(&world, octets: 40_000)
        for _ in 0..<5 { world.addPair(delay: 0, octets: 700) }
        for _ in 0..<5 { world.addPair(delay: 0, octets: 9000) }
        #expect(world.count(\.truncated) == 5)
    }

    /// Trap: monitors and scanners fetch small pages, and a limiter turns newcomers away with one.
    @Test func newcomersAreServedWhatTheyAreServed() {
        var world = World()
        learnSizes(&world, octets: 40_000)
        for _ in 0..<5 {
            world.addPair(delay: 0, octets: 700) { half, answer in
                half.source = Fixture.address("10.66.0.1")
                answer.destination = half.source
            }
        }
        #expect(world.count(\.short) == 65 && world.count(\.truncated) == 0)
    }

    @Test func aServiceOfSmallAnswersHasNoneThatAreCutShort() {
        var world = World()
        learnSizes(&world, octets: 1000)
        for _ in 0..<5 { world.addPair(delay: 0, octets: 400) }
        #expect(world.count(\.short) == 65 && world.count(\.truncated) == 0)
    }

    /// Trap: a deploy makes all pages small, and they stay so.
    @Test func answersThatStaySmallBecomeTheUsual() {
        var world = World()
        for _ in 0..<25_000 { world.addPair(delay: 0, octets: 40_000) }
        world.advance(40)
        for _ in 0..<4 {
            for _ in 0..<12_000 { world.addPair(delay: 0, octets: 2000) }
            world.advance(10)
        }
        let before = world.count(\.truncated)
        for _ in 0..<10 { world.addPair(delay: 0, octets: 2000) }
        #expect(before > 0 && world.count(\.truncated) == before)
    }

    // MARK: What is usual

    /// Trap: a flood that has run for some seconds before it is noticed outnumbers all ordinary use before it.
    @Test func whatComesJustBeforeAnAlarmIsNotUsual() throws {
        var world = World()
        for _ in 0..<6 {
            for _ in 0..<6 { world.addPair(delay: 2) }
            world.advance(10)
        }
        for _ in 0..<2 {
            for _ in 0..<3000 {
                world.addPair(delay: 900, octets: 700) { half, _ in half.start = half.start - .seconds(9) }
            }
            world.advance(10)
        }
        let history = world.windows.history(0)
        #expect(history.durations.total > 6000 && history.octets.total > 6000)
        world.windows.setSuspicious(true, slot: 0)
        #expect(world.windows.history(0).durations.total < 40)
        world.windows.setSuspicious(false, slot: 0)
        world.advance(10)
        let before = world.count(\.shortSlow)
        for _ in 0..<10 { world.addPair(delay: 2) { half, _ in half.start = half.start - .seconds(11) } }
        #expect(world.count(\.shortSlow) == before + 10)
        #expect(try #require(world.windows.history(0).octets.median()) > 10_000)
    }

    // MARK: Denied

    @Test func aDeniedConnectionIsAFailure() {
        var world = World()
        var record = world.request()
        record.firewallEvent = 3
        world.windows.add(record)
        world.advance(40)
        record.sourcePort += 1
        record.start = Instant(seconds: world.now - 2)
        record.end = record.start
        world.windows.add(record)
        #expect(world.count(\.denied) == 2 && world.count(\.ended) == 2)
        // The prefix is known by now.
        #expect(world.count(\.endedKnown) == 1 && world.count(\.failedKnown) == 1)
    }

    /// Trap: a policer drops packets of connections that were let in.
    @Test func aDropInTheMiddleOfAConnectionDeniesNone() {
        var world = World()
        var record = world.request()
        (record.firewallEvent, record.tcpFlags) = (3, [.ack, .psh])
        world.windows.add(record)
        #expect(world.count(\.denied) == 0 && world.count(\.newConnections) == 0)
        #expect(world.windows.counters.records == 1)
    }
}
