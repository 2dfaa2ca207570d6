// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

private let now: Int64 = 1_000_000
private let host = Fixture.address("10.2.0.20")
private let client = Fixture.address("10.20.1.7")

/// A web server and a name server on one host.
private func makeWindows() -> ServiceAggregator {
    let place = [IPPrefix(host, mappedLength: 128)]
    var windows = ServiceAggregator(
        directory: ServiceDirectory([
            ConfiguredService(name: "web", addresses: place, ports: [80...80], transport: .tcp, kind: .http),
            ConfiguredService(
                name: "tls", addresses: place, ports: [443...443], transport: .tcp, kind: .https),
            ConfiguredService(name: "names", addresses: place, ports: [53...53], transport: .udp, kind: .dns),
        ]), discovers: false)
    windows.advance(to: Instant(seconds: now))
    return windows
}

private func error(_ type: UInt16, _ code: UInt16, from source: IPAddress = host, packets: UInt64 = 1)
    -> FlowRecord
{
    var record = FlowRecord()
    (record.source, record.destination) = (source, client)
    (record.start, record.end) = (Instant(seconds: now), Instant(seconds: now))
    (record.packets, record.octets, record.transport) = (packets, packets * 56, .icmp)
    (record.icmp, record.presence) = (type << 8 | code, [.icmp, .times])
    return record
}

extension ServiceAggregator {
    fileprivate var icmpErrors: [Int32] {
        (0..<serviceCount).map { seconds(now...now, slot: $0)[0].cell.icmpErrors }
    }
}

@Suite struct ICMPErrorTests {
    @Test func aClosedPortIsTheDatagramServices() {
        var windows = makeWindows()
        windows.add(error(3, 3, packets: 5))
        #expect(windows.icmpErrors == [0, 0, 5])
        #expect(windows.counters.icmpErrors == 1 && windows.counters.records == 1)
    }

    @Test func aRefusalIsOfTheServiceThatLeavesMostWithoutAnswer() {
        var windows = makeWindows()
        let tls = ServiceKey(address: host, port: 443, transport: .tcp)
        for port in UInt16(1)...20 {
            windows.add(
                .request(from: client, port: port, to: tls, start: now, packets: 3, octets: 180, flags: .syn))
        }
        windows.advance(to: Instant(seconds: now + 5))
        windows.add(error(3, 13))
        #expect(windows.icmpErrors == [0, 1, 0])
    }

    @Test(arguments: [(3, 0), (3, 4), (8, 0), (11, 0), (5, 1)] as [(UInt16, UInt16)])
    func errorsOfTheNetworkAreNobodys(type: UInt16, code: UInt16) {
        var windows = makeWindows()
        windows.add(error(type, code))
        #expect(windows.icmpErrors == [0, 0, 0])
        #expect(windows.counters.ignored[UnbookedReason.noService.rawValue] == 1)
    }

    @Test func errorsOfOtherHostsAreNobodys() {
        var windows = makeWindows()
        windows.add(error(3, 1, from: Fixture.address("10.2.0.21")))
        #expect(windows.icmpErrors == [0, 0, 0])
    }

    @Test func version6HasOtherNumbers() throws {
        let address = try #require(IPAddress("fd00::20"))
        let service = ConfiguredService(
            name: "six", addresses: [IPPrefix(address, mappedLength: 128)], ports: [443...443],
            transport: .tcp, kind: .https)
        var windows = ServiceAggregator(directory: ServiceDirectory([service]))
        windows.advance(to: Instant(seconds: now))
        for (code, counts) in [(UInt16(0), false), (1, true), (3, true), (4, true), (6, false)] {
            let before = windows.icmpErrors[0]
            var record = error(1, code, from: address)
            record.transport = .icmp6
            windows.add(record)
            #expect(windows.icmpErrors[0] == before + (counts ? 1 : 0), "code \(code)")
        }
    }
}
