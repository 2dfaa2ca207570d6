// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

private let now: Int64 = 1_000_000
private let client = Fixture.address("10.20.1.7")

private func network(_ text: String, service: ServiceID? = nil) -> DeclaredNetwork {
    DeclaredNetwork(IPPrefix(text) ?? IPPrefix(.unspecified, mappedLength: 0), service: service)
}

private func makeWindows(declared: [DeclaredNetwork] = [], egress: [DeclaredNetwork] = [])
    -> ServiceAggregator
{
    var windows = ServiceAggregator(
        directory: ServiceDirectory([Fixture.service]), discovers: false, declared: declared, egress: egress)
    windows.advance(to: Instant(seconds: now))
    return windows
}

private func outcome(_ client: IPAddress, event: ServiceEvent = .none) -> Outcome {
    var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: now))
    (outcome.client, outcome.event) = (client, event)
    if event == .none { outcome.status = 200 }
    return outcome
}

@Suite struct DeclaredNetworksTests {
    @Test func nothingOfADeclaredSourceIsPressure() {
        var windows = makeWindows(declared: [network("10.20.1.0/24")])
        let request = FlowRecord.request(from: client, start: now - 20, lasting: 20, packets: 100)
        windows.add(request)
        windows.add(request.reply(packets: 90))
        var biflow = FlowRecord.request(from: client, port: 5, start: now)
        (biflow.reversePackets, biflow.reverseOctets) = (5, 5000)
        biflow.reverseTCPFlags = [.syn, .ack, .fin]
        biflow.presence.insert(.reverse)
        windows.add(biflow)
        // A slow connection: open for 20 s, next to nothing sent, no end.
        windows.add(
            .request(
                from: client, port: 9, start: now - 20, lasting: 20, packets: 3, octets: 180,
                flags: [.syn, .ack]))
        windows.add(outcome(client))
        windows.add(outcome(client, event: .accepted))
        windows.advance(to: Instant(seconds: now + 10))
        for second in windows.seconds(now - 30...now, slot: 0) {
            #expect(second.packetsIn == 0 && second.packetsOut == 0 && second.octetsIn == 0)
            #expect(second.open == 0 && second.slow == 0)
            #expect(second.cell.newConnections == 0 && second.cell.packetsByClients == 0)
            #expect(second.log.requests == 0)
            #expect(second.log.attempts == 0)
        }
        // How its connections went is still known.
        let ended = windows.seconds(now - 30...now, slot: 0).reduce(0) { $0 + Int($1.cell.ended) }
        #expect(ended == 2)
        #expect(windows.distinctSources(slot: 0, until: now, seconds: 60) == 0)
    }

    @Test func whatAFirewallDeniesOfADeclaredSourceIsAFailure() {
        var windows = makeWindows(declared: [network("10.20.1.0/24")])
        var record = FlowRecord.request(from: client, start: now, flags: .syn)
        record.firewallEvent = FlowRecord.denied
        windows.add(record)
        let cell = windows.seconds(now...now, slot: 0)[0].cell
        #expect(cell.denied == 1 && cell.ended == 1 && cell.newConnections == 0)
    }

    @Test func theLongestPrefixIsCountedAndOfEqualsTheFirst() {
        let declared = [
            network("10.0.0.0/8"), network("10.20.1.0/24", service: ServiceID(5)), network("10.20.1.0/25"),
            network("10.20.1.0/25"), network("192.0.2.1/32"),
        ]
        var windows = makeWindows(declared: declared)
        for address in ["10.20.1.7", "10.20.1.200", "10.99.0.1", "192.0.2.1", "192.0.2.2", "2001:db8::1"] {
            windows.add(.request(from: Fixture.address(address), start: now))
            windows.add(outcome(Fixture.address(address)))
        }
        // Those of 10.20.1.200 are not for this service in the /24.
        #expect(windows.declaredUse.map(\.records) == [2, 0, 1, 0, 1])
        #expect(windows.declaredUse.map(\.connections) == [2, 0, 1, 0, 1])
        #expect(windows.declaredUse.map(\.requests) == [2, 0, 1, 0, 1])
        #expect(windows.declaredUse.map(\.last) == [now, nil, now, nil, now])
        #expect(windows.counters.declared == 4)
    }

    @Test func aContinuationIsARecordAndNoConnection() {
        var windows = makeWindows(declared: [network("10.20.1.0/24")], egress: [network("10.30.0.0/16")])
        for address in ["10.20.1.7", "10.30.0.1"] {
            windows.add(.request(from: Fixture.address(address), start: now, flags: [.ack, .psh]))
        }
        #expect(windows.declaredUse[0].records == 1 && windows.declaredUse[0].connections == 0)
        #expect(windows.egressUse[0].records == 1 && windows.egressUse[0].connections == 0)
    }

    @Test func egressIsVolumeAndNoSource() {
        var windows = makeWindows(egress: [network("10.30.0.0/16")])
        for host in 0..<50 {
            windows.add(.request(from: Fixture.address("10.30.0.1", plus: host * 256), start: now))
            windows.add(outcome(Fixture.address("10.30.0.1", plus: host * 256)))
        }
        let second = windows.seconds(now...now, slot: 0)[0]
        #expect(second.cell.newConnections == 50 && second.cell.newConnectionsFromUnknown == 0)
        #expect(second.log.requests == 50 && second.log.requestsFromUnknown == 0)
        #expect(windows.distinctSources(slot: 0, until: now, seconds: 60) == 0)
        #expect(windows.egressUse[0].connections == 50 && windows.egressUse[0].requests == 50)
    }

    /// A prefix with a single declared address in it is not named either: to limit it would limit that address.
    @Test func noPrefixIsNamedThatHasADeclaredAddress() {
        var windows = makeWindows(declared: [network("10.40.0.9/32")], egress: [network("10.30.0.9/32")])
        windows.setSuspicious(true, slot: 0)
        for (index, base) in ["10.30.0.1", "10.30.1.1", "10.40.0.1"].enumerated() {
            for port in UInt16(1)...40 {
                windows.add(
                    .request(from: Fixture.address(base), port: port + UInt16(index) * 100, start: now))
            }
        }
        let top = windows.topPrefixes(5, slot: 0, ofNewcomers: false)
        #expect(top.map(\.prefix.description) == ["10.30.1.0/24"])
        #expect(abs((top.first?.share ?? 0) - 1 / 3) < 0.01)
    }

    @Test func countsGoOnWhereTheConfigurationIsReadAgain() {
        var old = makeWindows(declared: [
            network("10.20.1.0/24", service: ServiceID(0)), network("10.9.0.0/16"),
        ])
        old.add(.request(from: client, start: now))
        old.add(.request(from: Fixture.address("10.9.0.1"), start: now))
        let other = ConfiguredService(
            name: "mail", addresses: [IPPrefix(Fixture.address("10.2.0.9"), mappedLength: 128)],
            ports: [25...25],
            transport: .tcp, kind: .other)
        var new = ServiceAggregator(
            directory: ServiceDirectory([other, Fixture.service]), discovers: false,
            declared: [
                network("10.8.0.0/16"), network("10.20.1.0/24", service: ServiceID(0)),
                network("10.20.1.0/24", service: ServiceID(1)),
            ], egress: [network("10.9.0.0/16")])
        _ = new.adopt(old)
        #expect(new.declaredUse.map(\.records) == [0, 0, 1])
        #expect(new.egressUse.map(\.records) == [0])
    }
}
