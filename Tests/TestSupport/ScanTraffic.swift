// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Two services with clients of their own, while somebody scans addresses and ports that never repeat, and floods the
/// services with SYNs from sources that never repeat.
package struct ScanTraffic {
    /// What the windows must say of a service in one second.
    package struct Exact: Equatable {
        package var newConnections = 0
        package var synOnly = 0
        package var ended = 0
        package var unanswered = 0
        package var packetsIn = 0
        package var packetsOut = 0

        package init() {}
    }

    /// The first is for the configuration, the second one has to be discovered.
    package static let services = [
        Fixture.web, ServiceKey(address: Fixture.address("10.2.0.30"), port: 443, transport: .tcp),
    ]

    /// By service and second.
    package private(set) var exact: [[Int64: Exact]] = services.map { _ in [:] }
    /// Records so far.
    package private(set) var records: UInt64 = 0
    /// Scanned endpoints and spoofed sources so far.
    package private(set) var hostile: UInt64 = 0
    private var random = SeededRandom(seed: 5)

    package init() {}

    /// The clients of one second and nothing else, to be discovered by.
    package mutating func calm(_ second: Int64, _ body: (FlowRecord) -> Void) {
        for service in Self.services.indices {
            for _ in 0..<60 { connection(service, second, body) }
        }
    }

    /// One second: so many scanned endpoints, as many spoofed sources, and 20 connections of each service.
    package mutating func second(_ second: Int64, scanned: Int, _ body: (FlowRecord) -> Void) {
        for index in 0..<scanned {
            probe(second, body)
            spoofed(second, body)
            guard index % max(1, scanned / 20) == 0 else { continue }
            for service in Self.services.indices { connection(service, second, body) }
        }
    }

    /// Forgets what was exact before this second.
    package mutating func forget(before second: Int64) {
        for service in exact.indices { exact[service] = exact[service].filter { $0.key >= second } }
    }

    /// A connection of a user; both halves come together.
    private mutating func connection(_ service: Int, _ second: Int64, _ body: (FlowRecord) -> Void) {
        let client = IPAddress(ipv4: 0x0A14_0000 | UInt32.random(in: 1..<2000, using: &random))
        let port = UInt16.random(in: 1024...UInt16.max, using: &random)
        let request = FlowRecord.request(
            from: client, port: port, to: Self.services[service], start: second)
        body(request)
        body(request.reply())
        records += 2
        change(service, second) {
            $0.newConnections += 1
            $0.ended += 1
            $0.packetsIn += Int(request.packets)
            $0.packetsOut += Int(request.reply().packets)
        }
    }

    /// A SYN to an endpoint that was not scanned before; some hosts refuse it.
    private mutating func probe(_ second: Int64, _ body: (FlowRecord) -> Void) {
        // An odd factor makes each number another one, and none of them is in the network of the services.
        let place = UInt32(truncatingIfNeeded: hostile &* 0x9E37_79B1)
        let target = ServiceKey(
            address: IPAddress(ipv4: 0xAC00_0000 | place >> 12), port: UInt16(1 + place % 32000),
            transport: .tcp)
        let syn = FlowRecord.request(
            from: Fixture.address("10.66.6.6"), port: UInt16(truncatingIfNeeded: 33000 + hostile % 30000),
            to: target,
            start: second, packets: 1, octets: 44, flags: .syn)
        body(syn)
        records += 1
        hostile += 1
        guard hostile % 4 == 0 else { return }
        body(syn.reply(packets: 1, octets: 40, flags: [.rst, .ack]))
        records += 1
    }

    /// A SYN to a service from an address that never came before, half of them answered into the void.
    private mutating func spoofed(_ second: Int64, _ body: (FlowRecord) -> Void) {
        let service = Int(hostile & 1)
        let place = UInt32(truncatingIfNeeded: hostile &* 0x85EB_CA6B)
        let syn = FlowRecord.request(
            from: IPAddress(ipv4: 0x4000_0000 | place & 0x3FFF_FFFF),
            port: UInt16(truncatingIfNeeded: 1024 + hostile % 60000),
            to: Self.services[service], start: second, packets: 1, octets: 44, flags: .syn)
        body(syn)
        records += 1
        let isAnswered = hostile % 4 < 2
        if isAnswered {
            body(syn.reply(packets: 5, octets: 220, flags: [.syn, .ack]))
            records += 1
        }
        change(service, second) {
            $0.newConnections += 1
            $0.synOnly += 1
            $0.packetsIn += 1
            // Answered, it stays open as far as the flows tell.
            $0.ended += isAnswered ? 0 : 1
            $0.unanswered += isAnswered ? 0 : 1
            $0.packetsOut += isAnswered ? 5 : 0
        }
    }

    private mutating func change(_ service: Int, _ second: Int64, _ body: (inout Exact) -> Void) {
        body(&exact[service][second, default: Exact()])
    }
}
