// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

private let begin: Int64 = 1_000_000
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
    windows.advance(to: Instant(seconds: begin))
    return windows
}

private func error(_ type: UInt16, _ code: UInt16, from source: IPAddress = host, packets: UInt64 = 1)
    -> FlowRecord
{
    var record = FlowRecord()
    (record.source, record.destination) = (source, client)
    (record.start, record.end) = (Instant(seconds: begin), Instant(seconds: begin))
    (record.packets, record.octets, record.transport) = (packets, packets * 56, .icmp)
    (record.icmp, record.presence) = (type << 8 | code, [.icmp, .times])
    return record
}

extension ServiceAggregator {
    fileprivate var icmpErrors: [Int16] {
        (0..<serviceCount).map { seconds(begin...begin, slot: $0)[0].cell.icmpErrors }
    }
}

@Suite struct ICMPErrorTests {
    @Test func aClosedPortIsTheDatagramServices() {
        var windows = makeWindows()
        windows.add(error(3, 3, packets: 5))
        #expect(windows.icmpErrors == [0, 0, 5])
        #expect(windows.counters.icmpErrors == 1 && windows.counters.records == 1)
    }

    private static let turningAway: Set<UInt16> = [1, 3, 9, 10, 13].reduce(into: []) {
        $0.insert(3 << 8 | $1)
    }
    private static let turningAway6: Set<UInt16> = [1, 3, 4].reduce(into: []) { $0.insert(1 << 8 | $1) }

    /// Exactly these: a network that cannot be reached is not the service's doing, nor is a lifetime that ended.
    @Test(arguments: [false, true])
    func whatTurnsClientsAwayIsCountedAndNothingElse(isIPv6: Bool) {
        var windows = makeWindows()
        var counted: UInt64 = 0
        for type in UInt16(0)...20 {
            for code in UInt16(0)...20 {
                var record = error(type, code)
                if isIPv6 { record.transport = .icmp6 }
                windows.add(record)
                let expected = (isIPv6 ? Self.turningAway6 : Self.turningAway).contains(type << 8 | code)
                counted += expected ? 1 : 0
                #expect(windows.counters.icmpErrors == counted, "type \(type) code \(code)")
            }
        }
    }

    @Test func aRefusalIsOfTheServiceThatLeavesMostWithoutAnswer() {
        var windows = makeWindows()
        let tls = ServiceKey(address: host, port: 443, transport: .tcp)
        for port in UInt16(1)...20 {
            windows.add(
                .request(
                    from: client, port: port, to: tls, start: begin, packets: 3, octets: 180, flags: .syn))
        }
        windows.advance(to: Instant(seconds: begin + 5))
        windows.add(error(3, 13))
        #expect(windows.counters.icmpErrors == 1)
    }
}
