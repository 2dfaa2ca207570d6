// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

private let now: Int64 = 1_000_000
private let client = Fixture.address("10.20.1.7")
private let names = ServiceKey(address: Fixture.address("10.2.0.53"), port: 53, transport: .udp)

private func makeWindows(limits: WindowLimits = WindowLimits()) -> ServiceAggregator {
    let service = ConfiguredService(
        name: "names", addresses: [IPPrefix(names.address, mappedLength: 128)], ports: [53...53],
        transport: .udp, kind: .dns)
    var windows = ServiceAggregator(
        directory: ServiceDirectory([service, Fixture.service]), limits: limits, discovers: false)
    windows.advance(to: Instant(seconds: now))
    return windows
}

extension ServiceAggregator {
    /// Of the last ten minutes.
    fileprivate func newConnections(_ slot: Int = 0) -> Int32 {
        seconds(now - 599...now, slot: slot).reduce(0) { $0 + $1.cell.newConnections }
    }
}

@Suite struct ContinuationsTests {
    private func query(_ start: Int64, lasting: Int64 = 0, port: UInt16 = 5000) -> FlowRecord {
        .request(from: client, port: port, to: names, start: start, lasting: lasting)
    }

    @Test func thePiecesOfAnActiveTimeoutAreOneFlow() {
        var windows = makeWindows()
        for piece in 0..<5 { windows.add(query(now - 300 + Int64(piece) * 60, lasting: 59)) }
        #expect(windows.newConnections() == 1)
    }

    @Test func piecesOutOfOrderAreOneFlow() {
        var windows = makeWindows()
        for piece in [1, 0, 3, 2] { windows.add(query(now - 300 + Int64(piece) * 60, lasting: 59)) }
        #expect(windows.newConnections() == 1)
    }

    @Test func afterTwoMinutesOfSilenceItIsAnotherFlow() {
        var windows = makeWindows()
        windows.add(query(now - 400))
        windows.add(query(now - 280))
        windows.add(query(now - 159))
        #expect(windows.newConnections() == 2)
    }

    @Test func aSocketOfItsOwnForEachQueryIsAFlowForEach() {
        var windows = makeWindows()
        for port in UInt16(1024)..<1124 { windows.add(query(now, port: port)) }
        #expect(windows.newConnections() == 100)
    }

    @Test func withoutTCPFlagsTheEndsTell() {
        var windows = makeWindows()
        for piece in 0..<3 {
            var record = FlowRecord.request(from: client, start: now - 180 + Int64(piece) * 60, lasting: 59)
            record.presence = [.times]
            windows.add(record)
        }
        #expect(windows.newConnections(1) == 1)
    }

    @Test func aFlowThatGivesWayIsCounted() {
        var limits = WindowLimits()
        limits.continuations = 64
        var windows = makeWindows(limits: limits)
        for port in UInt16(1)...2000 { windows.add(query(now, port: port)) }
        #expect(windows.counters.forgottenFlows > 1800)
        #expect(windows.newConnections() == 2000)
    }

    @Test func datagramsAreJudgedByPackets() {
        var windows = makeWindows()
        // One socket, a hundred queries, sixty answers.
        let queries = FlowRecord.request(from: client, to: names, start: now, packets: 100, octets: 6000)
        windows.add(queries)
        windows.add(queries.reply(packets: 60, octets: 9000))
        let cell = windows.seconds(now...now, slot: 0)[0].cell
        #expect(cell.ended == 100 && cell.unanswered == 40)
    }
}
