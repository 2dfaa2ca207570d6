// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

private let now: Int64 = 1_000_000
private let client = Fixture.address("10.20.1.7")

/// Windows of one configured web service at second `now`.
private func makeWindows(
    discovers: Bool = false, limits: WindowLimits = WindowLimits(), declared: [DeclaredNetwork] = []
) -> ServiceAggregator {
    var windows = ServiceAggregator(
        directory: ServiceDirectory([Fixture.service]), limits: limits, discovers: discovers,
        declared: declared)
    windows.advance(to: Instant(seconds: now))
    return windows
}

extension ServiceAggregator {
    fileprivate func second(_ second: Int64, slot: Int = 0) -> ServiceSecond {
        seconds(second...second, slot: slot)[0]
    }

    /// Lets halves that wait go on alone.
    fileprivate mutating func settle(_ seconds: Int64 = 5) { advance(to: Instant(seconds: now + seconds)) }
}

@Suite struct ServiceAggregatorTests {
    @Test func bookingSpreadsPacketsOverTheDurationExactly() {
        var windows = makeWindows()
        windows.add(.request(from: client, start: now - 9, lasting: 9, packets: 105, octets: 1009))
        let seconds = windows.seconds(now - 12...now, slot: 0)
        #expect(seconds.map(\.packetsIn) == [0, 0, 0, 10, 10, 10, 10, 10, 10, 10, 10, 10, 15])
        #expect(seconds.reduce(0) { $0 + $1.octetsIn } == 1009)
        #expect(windows.counters.records == 1)
    }

    @Test func openConnectionsAreThoseWhoseDurationCoversTheSecond() {
        var windows = makeWindows()
        windows.add(.request(from: client, start: now - 20, lasting: 10))
        windows.add(.request(from: client, port: 2, start: now - 15, lasting: 15))
        #expect(windows.second(now - 21).open == 0)
        #expect(windows.second(now - 20).open == 1)
        #expect(windows.second(now - 12).open == 2)
        #expect(windows.second(now - 9).open == 1)
        #expect(windows.second(now).open == 1)
    }

    @Test func aContinuationIsNoNewConnection() {
        var windows = makeWindows()
        windows.add(.request(from: client, start: now - 10, flags: [.syn, .ack, .psh]))
        windows.add(.request(from: client, start: now - 5, flags: [.ack, .psh]))
        #expect(windows.second(now - 10).cell.newConnections == 1)
        #expect(windows.second(now - 5).cell.newConnections == 0)
    }

    @Test func samplingScalesConnectionsAndPacketsButNotRecords() {
        var windows = makeWindows()
        var record = FlowRecord.request(from: client, start: now, packets: 3)
        record.samplingInterval = 10
        windows.add(record)
        let second = windows.second(now)
        #expect(second.cell.newConnections == 10)
        #expect(second.packetsIn == 30)
        #expect(second.cell.rawRecords == 1)
        #expect(windows.service(0).sampled)
    }

    @Test func halvesMeetInEitherOrderAndEndWell() {
        for order in [false, true] {
            var windows = makeWindows()
            let request = FlowRecord.request(from: client, start: now - 1)
            let halves = [request, request.reply()]
            for half in order ? halves : halves.reversed() { windows.add(half) }
            let cell = windows.second(now - 1).cell
            #expect(cell.ended == 1)
            #expect(cell.unanswered == 0 && cell.refused == 0)
        }
    }

    @Test func aSynWithoutReplyIsUnansweredOnceItHasWaited() {
        var windows = makeWindows()
        windows.add(.request(from: client, start: now - 1, packets: 1, octets: 60, flags: .syn))
        #expect(windows.second(now - 1).cell.ended == 0)
        windows.settle()
        let cell = windows.second(now - 1).cell
        #expect(cell.unanswered == 1 && cell.ended == 1 && cell.synOnly == 1)
    }

    @Test func aResetWithNothingServedIsAFailureAndAfterAnAnswerIsNot() {
        var windows = makeWindows()
        let refused = FlowRecord.request(from: client, port: 1, start: now, packets: 2, octets: 112)
        windows.add(refused)
        windows.add(refused.reply(packets: 2, octets: 100, flags: [.syn, .ack, .rst]))
        let served = FlowRecord.request(from: client, port: 2, start: now)
        windows.add(served)
        windows.add(served.reply(flags: [.syn, .ack, .psh, .rst]))
        let cell = windows.second(now).cell
        #expect(cell.refused == 1)
        #expect(cell.ended == 2)
    }

    @Test func aClientThatAcknowledgesWasAnsweredEvenIfTheReplyTookAnotherWay() {
        var windows = makeWindows()
        windows.add(.request(from: client, start: now))
        windows.settle()
        #expect(windows.second(now).cell.ended == 0)
    }

    @Test func aBiflowIsOneConnectionWithBothDirections() {
        var windows = makeWindows()
        var record = FlowRecord.request(from: client, start: now)
        (record.reversePackets, record.reverseOctets) = (5, 5000)
        record.reverseTCPFlags = [.syn, .ack, .psh, .fin]
        record.presence.insert(.reverse)
        windows.add(record)
        let second = windows.second(now)
        #expect(second.packetsIn == 6 && second.packetsOut == 5)
        #expect(second.cell.newConnections == 1 && second.cell.ended == 1)
    }

    @Test func declaredSourcesMakeNoPressureButCountInTheOutcome() throws {
        let declared = try #require(IPPrefix("10.20.1.0/24"))
        var windows = makeWindows(declared: [DeclaredNetwork(declared)])
        windows.add(.request(from: client, start: now))
        var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: now))
        (outcome.client, outcome.status, outcome.failure) = (client, 503, .noServer)
        windows.add(outcome)
        let second = windows.second(now)
        #expect(second.cell.newConnections == 0 && second.log.requests == 0)
        #expect(second.log.requestsKnown == 1 && second.log.failures == 1)
    }

    @Test func aPrefixBecomesKnownAfterTheDelayAndNeverWhileSuspicious() {
        for suspicious in [false, true] {
            var windows = makeWindows()
            windows.add(.request(from: client, start: now))
            #expect(windows.second(now).cell.newConnectionsFromUnknown == 1)
            windows.setSuspicious(suspicious, slot: 0)
            windows.settle(40)
            windows.add(.request(from: Fixture.address("10.20.1.200"), start: now + 40))
            #expect(windows.second(now + 40).cell.newConnectionsFromUnknown == (suspicious ? 1 : 0))
        }
    }

    @Test func aSecondExporterOfTheSameFlowsIsAlsoSeenUntilTheFirstFallsSilent() {
        var windows = makeWindows()
        var other = FlowRecord.request(from: client, start: now)
        other.exporter = ExporterID(1)
        windows.add(.request(from: client, start: now))
        windows.add(other)
        #expect(windows.counters.ignored[UnbookedReason.alsoSeen.rawValue] == 1)
        windows.settle(61)
        other.start = Instant(seconds: now + 61)
        other.end = other.start
        windows.add(other)
        #expect(windows.counters.records == 2)
    }

    @Test func everyRecordIsBookedOrIgnoredWithAReason() {
        var windows = makeWindows(discovers: true)
        var random = SeededRandom(seed: 7)
        for index in 0..<20000 {
            var record = FlowRecord.request(
                from: IPAddress(ipv4: random.next(upperBound: .max)), port: random.next(upperBound: .max),
                start: now - random.next(upperBound: 400), lasting: random.next(upperBound: 100))
            if index % 3 == 0 { record.destinationPort = random.next(upperBound: .max) }
            record.exporter = ExporterID(UInt32(index % 2))
            windows.add(record)
        }
        let ignored = UnbookedReason.allCases.reduce(0) { $0 + windows.counters.ignored[$1.rawValue] }
        #expect(windows.counters.records + ignored == 20000)
    }

    @Test func hostileTimesAndCountsNeitherTrapNorGrow() {
        var windows = makeWindows()
        for (start, end) in [(Int64.min, Int64.max), (.max, .min), (0, .max), (.min, .min), (.max, .max)] {
            var record = FlowRecord.request(from: client, start: now, packets: .max, octets: .max)
            (record.start, record.end) = (Instant(microseconds: start), Instant(microseconds: end))
            record.samplingInterval = .max
            windows.add(record)
            windows.add(record.reply(packets: .max, octets: .max))
        }
        windows.settle()
        #expect(windows.second(now).packetsIn >= 0)
        #expect(windows.serviceCount == 1)
    }

    @Test func theSumOfDeltasSurvivesTheReuseOfCells() {
        var windows = makeWindows()
        var random = SeededRandom(seed: 3)
        for second in 0..<1500 {
            windows.advance(to: Instant(seconds: now + Int64(second)))
            let lasting = Int64.random(in: 0...100, using: &random)
            windows.add(
                .request(
                    from: client, port: UInt16(second), start: now + Int64(second) - lasting, lasting: lasting
                ))
        }
        windows.advance(to: Instant(seconds: now + 1700))
        let last = windows.second(now + 1700)
        #expect(last.open == 0 && last.packetsIn == 0 && last.octetsIn == 0)
    }
}

@Suite struct HostileEndpointTests {
    @Test func aScanOfARangeServiceLeavesRoomForDiscovery() {
        var range = Fixture.service
        range.ports = [1...65535]
        var windows = ServiceAggregator(directory: ServiceDirectory([range]))
        windows.advance(to: Instant(seconds: now))
        for port in UInt16(1)...60000 {
            let key = ServiceKey(address: Fixture.server, port: port, transport: .tcp)
            windows.add(.request(from: client, to: key, start: now, packets: 1, octets: 60, flags: .syn))
        }
        #expect(windows.counters.records == 60000)
        let mail = ServiceKey(address: Fixture.address("10.9.0.1"), port: 25, transport: .tcp)
        for index in 0..<60 {
            windows.add(.request(from: Fixture.address("10.20.1.1", plus: index), to: mail, start: now))
        }
        #expect(windows.counters.discovered == 1)
    }

    @Test func everyEndpointOfAConfiguredServiceIsBookedWhateverTheLimit() {
        var farm = Fixture.service
        farm.addresses = (0..<200).map { IPPrefix(Fixture.address("10.4.0.1", plus: $0), mappedLength: 128) }
        var limits = WindowLimits()
        limits.services = 1
        var windows = ServiceAggregator(directory: ServiceDirectory([farm]), limits: limits, discovers: false)
        windows.advance(to: Instant(seconds: now))
        for index in 0..<200 {
            let key = ServiceKey(address: Fixture.address("10.4.0.1", plus: index), port: 80, transport: .tcp)
            windows.add(.request(from: client, to: key, start: now))
        }
        #expect(windows.counters.records == 200)
    }

    @Test func oneSampledRecordDoesNotMakeTheServiceSampledForGood() {
        var windows = makeWindows()
        var stray = FlowRecord.request(from: client, start: now)
        stray.samplingInterval = 1000
        windows.add(stray)
        #expect(windows.service(0).sampled)
        for second in now + 1...now + 40 {
            windows.advance(to: Instant(seconds: second))
            windows.add(.request(from: client, start: second))
        }
        #expect(!windows.service(0).sampled)
    }
}

@Suite struct DiscoveryTests {
    private let mail = ServiceKey(address: Fixture.address("10.9.0.1"), port: 25, transport: .tcp)

    @Test func anAnsweredServiceWithManyPeersIsDiscovered() {
        var windows = makeWindows(discovers: true)
        for index in 0..<60 {
            windows.add(.request(from: Fixture.address("10.20.1.1", plus: index % 20), to: mail, start: now))
        }
        #expect(windows.counters.discovered == 1)
        #expect(windows.service(windows.serviceCount - 1).endpoint == mail)
    }

    @Test func aPortScanDiscoversNothing() {
        var windows = makeWindows(discovers: true)
        for port in UInt16(1)...6000 {
            let key = ServiceKey(address: Fixture.server, port: port == 80 ? 81 : port, transport: .tcp)
            let probe = FlowRecord.request(
                from: client, to: key, start: now, packets: 1, octets: 60, flags: .syn)
            windows.add(probe)
            windows.add(probe.reply(packets: 1, octets: 40, flags: [.rst, .ack]))
        }
        #expect(windows.counters.discovered == 0)
        #expect(windows.serviceCount == 1)
    }

    @Test func oneClientAloneMakesNoService() {
        var windows = makeWindows(discovers: true)
        for port in UInt16(30000)..<31000 {
            windows.add(.request(from: client, port: port, to: mail, start: now))
        }
        #expect(windows.counters.discovered == 0)
    }

    @Test func aFloodOfEndpointsStaysWithinTheLimit() {
        var limits = WindowLimits()
        limits.services = 8
        var windows = makeWindows(discovers: true, limits: limits)
        for server in 0..<40 {
            let key = ServiceKey(
                address: Fixture.address("10.9.0.1", plus: server), port: 25, transport: .tcp)
            for index in 0..<60 {
                windows.add(.request(from: Fixture.address("10.20.1.1", plus: index), to: key, start: now))
            }
        }
        #expect(windows.serviceCount == 8)
        #expect(windows.counters.refusedServices > 0)
    }
}

@Suite struct AdoptionTests {
    @Test func aServiceThatStaysKeepsItsWindowsUnderAnotherSlot() {
        var old = makeWindows()
        old.add(.request(from: client, start: now))
        var other = Fixture.service
        (other.name, other.ports) = ("other", [81...81])
        var new = ServiceAggregator(directory: ServiceDirectory([other, Fixture.service]))
        let origins = new.adopt(old)
        #expect(origins == [nil, 0])
        #expect(new.second(now, slot: 1).cell.newConnections == 1)
        #expect(new.second(now, slot: 0).cell.newConnections == 0)
        #expect(new.counters.records == 1)
    }

    @Test func aDiscoveredServiceIsCarriedOver() {
        var old = makeWindows(discovers: true)
        let mail = ServiceKey(address: Fixture.address("10.9.0.1"), port: 25, transport: .tcp)
        for index in 0..<60 {
            old.add(.request(from: Fixture.address("10.20.1.1", plus: index), to: mail, start: now))
        }
        var new = ServiceAggregator(directory: ServiceDirectory([]))
        #expect(new.adopt(old) == [1])
        #expect(new.service(0).endpoint == mail)
    }
}

@Suite struct SketchTests {
    @Test(arguments: [1, 10, 100, 1000, 20000])
    func distinctSourcesAreWithinTheStatedError(count: Int) {
        var windows = makeWindows()
        for index in 0..<count {
            windows.add(
                .request(from: Fixture.address("10.20.0.0", plus: index), start: now, flags: [.syn, .ack]))
        }
        let estimate = windows.distinctSources(slot: 0, until: now, seconds: 60)
        #expect(abs(Double(estimate) - Double(count)) <= max(1, 0.1 * Double(count)))
    }

    @Test func theHeaviestPrefixesComeFirstWithTheirShare() throws {
        var windows = makeWindows()
        windows.setSuspicious(true, slot: 0)
        for index in 0..<900 {
            let base = index % 9 < 6 ? "10.66.0.1" : index % 9 < 8 ? "10.66.1.1" : "10.\(index % 200).3.1"
            windows.add(.request(from: Fixture.address(base), port: UInt16(index), start: now))
        }
        let top = windows.topPrefixes(2, slot: 0, ofNewcomers: true)
        #expect(top.map(\.prefix.description) == ["10.66.0.0/24", "10.66.1.0/24"])
        #expect(abs(try #require(top.first).share - 6.0 / 9) < 0.03)
    }
}

extension SeededRandom {
    /// A number below `bound`.
    fileprivate mutating func next<T: FixedWidthInteger & UnsignedInteger>(upperBound bound: T) -> T {
        T.random(in: 0..<bound, using: &self)
    }

    fileprivate mutating func next(upperBound bound: Int64) -> Int64 {
        Int64.random(in: 0..<bound, using: &self)
    }
}
