// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

private let now: Int64 = 1_000_000

/// What a firewall says of one connection: its event, without TCP flags, counters of both directions in it.
private func event(
    _ event: UInt8, port: UInt16 = 40000, start: Int64, end: Int64, octets: UInt64 = 0, answer: UInt64 = 0
) -> FlowRecord {
    var record = FlowRecord.request(
        from: Fixture.address("10.20.1.7"), port: port, start: start, lasting: end - start, packets: 0,
        octets: octets)
    record.presence = [.times, .reverse]
    (record.tcpFlags, record.reverseOctets, record.firewallEvent) = ([], answer, event)
    return record
}

@Suite struct FirewallConnectionsTests {
    /// New connections, octets to the service, and the most that were open at a time, after these records.
    private func book(_ records: [FlowRecord]) -> (connections: Int, octets: Int64, open: Int64) {
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]), discovers: false)
        windows.advance(to: Instant(seconds: now))
        for record in records { windows.add(record) }
        let seconds = windows.seconds(now - 100...now, slot: 0)
        return (
            seconds.reduce(0) { $0 + Int($1.cell.newConnections) },
            seconds.reduce(0) { $0 + $1.octetsIn }, seconds.map { $0.open }.max() ?? 0
        )
    }

    @Test func createdUpdatedAndDeletedAreOneConnection() {
        let booked = book([
            event(1, start: now - 90, end: now - 90), event(5, start: now - 90, end: now - 60, octets: 500),
            event(5, start: now - 90, end: now - 30, octets: 300),
            event(2, start: now - 90, end: now - 10, octets: 200, answer: 9000),
        ])
        #expect(booked.connections == 1 && booked.octets == 1000 && booked.open == 1)
    }

    @Test func aTeardownAloneIsAConnection() {
        #expect(book([event(2, start: now - 9, end: now - 8, octets: 200)]).connections == 1)
    }

    @Test func portsThatAreUsedAgainAreAnotherConnection() {
        let once = [event(1, start: now - 50, end: now - 50), event(2, start: now - 50, end: now - 40)]
        let again = [event(1, start: now - 30, end: now - 30), event(2, start: now - 30, end: now - 20)]
        #expect(book(once + again).connections == 2)
        // Also when the firewall's word of the end was lost.
        #expect(book([once[0]] + again).connections == 2)
    }

    @Test func deniedConnectionsAreConnectionsOfTheirOwn() {
        let denied = event(3, start: now - 5, end: now - 5)
        let booked = book([denied, denied])
        #expect(booked.connections == 2 && booked.open == 0)
    }

    @Test func eventsFromBothSidesAreTheSameConnection() {
        let created = event(1, start: now - 20, end: now - 20)
        var deleted = event(2, start: now - 20, end: now - 5, octets: 7, answer: 11)
        (deleted.source, deleted.destination) = (deleted.destination, deleted.source)
        (deleted.sourcePort, deleted.destinationPort) = (deleted.destinationPort, deleted.sourcePort)
        #expect(book([created, deleted]).connections == 1)
    }
}
