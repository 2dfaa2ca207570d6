// SPDX-License-Identifier: Apache-2.0

import FlowModel
import LockFree
import ServiceWindows
import TestSupport
import Testing

/// A router with what it is made of.
private struct Shards {
    let services: [ConfiguredService]
    let ports = PortSet()
    let router: ShardRouter

    init(_ services: [ConfiguredService] = Shards.mixed, count: Int = 4) {
        self.services = services
        router = ShardRouter(services, plan: ShardPlan(services, count: count), ports: ports)
    }

    func shard(of record: FlowRecord) -> Int {
        let one: InlineArray<1, FlowRecord> = [record]
        var found = -1
        router.route(one.span) { shard, _ in found = shard }
        return found
    }

    /// Single hosts, several hosts with several ports, a prefix, a range of ports, DNS, IPv6.
    static let mixed = [
        service("web", ["10.2.0.1/32"], [80...80, 443...443]),
        service("farm", ["10.2.0.2/32", "10.2.0.3/32", "10.2.1.1/32"], [8080...8082]),
        service("net", ["10.3.0.0/24"], [443...443]),
        service("game", ["10.2.0.9/32"], [27_000...27_200], .udp),
        service("dns", ["10.2.0.53/32", "fd00::53/128"], [53...53], .udp),
        service("six", ["fd00::1/128"], [8443...8443]),
    ]

    static func service(
        _ name: String, _ prefixes: [String], _ ports: [ClosedRange<UInt16>],
        _ transport: TransportProtocol = .tcp
    ) -> ConfiguredService {
        ConfiguredService(
            name: name, addresses: prefixes.compactMap { IPPrefix($0) }, ports: ports, transport: transport,
            kind: .other)
    }

    /// A record between addresses near the services.
    static func record(using random: inout SeededRandom) -> FlowRecord {
        var record = FlowRecord()
        record.transport = [.tcp, .tcp, .udp, .sctp].randomElement(using: &random) ?? .tcp
        (record.source, record.destination) = (address(using: &random), address(using: &random))
        (record.sourcePort, record.destinationPort) = (port(using: &random), port(using: &random))
        record.presence = .tcpFlags
        record.tcpFlags = TCPFlags(rawValue: 0x1B)
        return record
    }

    private static func address(using random: inout SeededRandom) -> IPAddress {
        let low = UInt32.random(in: 0...60, using: &random)
        return switch UInt32.random(in: 0...3, using: &random) {
        case 0: IPAddress(ipv4: 0x0A02_0000 | low)
        case 1: IPAddress(ipv4: 0x0A03_0000 | low << 3)
        case 2: IPAddress(high: 0xFD00 << 48, low: [1, 0x53, UInt64(low)][Int(low % 3)])
        default: IPAddress(ipv4: UInt32.random(in: .min ... .max, using: &random))
        }
    }

    private static func port(using random: inout SeededRandom) -> UInt16 {
        let usual: [UInt16] = [53, 80, 443, 8080, 8082, 8443, 27_001, 0]
        return Bool.random(using: &random)
            ? usual.randomElement(using: &random) ?? 0 : UInt16.random(in: .min ... .max, using: &random)
    }
}

@Suite struct ShardRouterTests {
    @Test(arguments: [2, 3, 16])
    func bothDirectionsOfAFlowMeet(count: Int) {
        let shards = Shards(count: count)
        var random = SeededRandom(seed: 9)
        var apart: [FlowRecord] = []
        var used: Set<Int> = []
        for index in 0..<50_000 {
            if index == 25_000 {
                for port in stride(from: UInt16(1), to: 60_000, by: 7) { shards.ports.insert(port) }
            }
            let record = Shards.record(using: &random)
            let shard = shards.shard(of: record)
            used.insert(shard)
            // Two services that speak with each other on the same port have no order that both directions know.
            guard record.sourcePort != record.destinationPort else { continue }
            if shard != shards.shard(of: record.reply()) { apart.append(record) }
        }
        #expect(apart == [])
        #expect(used == Set(0..<count))
    }

    @Test func everyEndpointOfAServiceIsInItsShard() throws {
        let shards = Shards()
        let directory = ServiceDirectory(shards.services)
        let client = Fixture.address("192.0.2.7")
        var seen: Set<ServiceID> = []
        var strays = 0
        var random = SeededRandom(seed: 3)
        for _ in 0..<50_000 {
            var record = Shards.record(using: &random)
            let key = ServiceKey(
                address: record.destination, port: record.destinationPort, transport: record.transport)
            guard let id = directory.service(at: key) else { continue }
            seen.insert(id)
            // A low port and one that a discovered service has: neither matters beside a configured service.
            (record.source, record.sourcePort) = (client, UInt16.random(in: 1...65_535, using: &random))
            shards.ports.insert(record.sourcePort)
            let home = Int(id.index) % 4
            if shards.shard(of: record) != home || shards.shard(of: record.reply()) != home { strays += 1 }
        }
        #expect(strays == 0)
        #expect(seen.count == shards.services.count)
    }

    /// As in the windows: the record says which of the two is the server.
    @Test func betweenTwoServicesTheRecordDecides() {
        let shards = Shards()
        let farm = ServiceKey(address: Fixture.address("10.2.0.2"), port: 8080, transport: .tcp)
        let six = ServiceKey(address: Fixture.address("fd00::1"), port: 8443, transport: .tcp)
        let byPort = FlowRecord.request(from: farm.address, port: farm.port, to: six, start: 0)
        #expect(shards.shard(of: byPort) == 1 && shards.shard(of: byPort.reply()) == 1)
        let bySYN = FlowRecord.request(from: farm.address, port: farm.port, to: six, start: 0, flags: .syn)
        #expect(shards.shard(of: bySYN) == 5 % 4)
        #expect(ShardRouterTests.isServer(six, of: bySYN) && !ShardRouterTests.isServer(six, of: byPort))
    }

    /// Whether windows of all services book a record on the second of two.
    private static func isServer(_ key: ServiceKey, of record: FlowRecord) -> Bool {
        var windows = ServiceAggregator(directory: ServiceDirectory(Shards.mixed), discovers: false)
        windows.advance(to: Instant(seconds: 10))
        windows.add(record)
        let slot = Shards.mixed.firstIndex { $0.contains(key) } ?? -1
        return windows.seconds(0...0, slot: slot)[0].cell.rawRecords == 1
    }

    @Test func manyServicesAreSpreadEvenly() {
        let shards = Shards([], count: 8)
        var counts = [Int](repeating: 0, count: 8)
        for host in 0..<20_000 {
            let key = ServiceKey(
                address: Fixture.address("10.8.0.0", plus: host), port: 443, transport: .tcp)
            counts[shards.shard(of: .request(from: Fixture.address("192.0.2.7"), to: key, start: 0))] += 1
        }
        #expect(counts.allSatisfy { (2300...2700).contains($0) }, "\(counts)")
    }

    @Test func aMarkedPortDecidesBeforeTheLowerOne() {
        let shards = Shards([], count: 16)
        let server = ServiceKey(address: Fixture.address("10.8.0.1"), port: 50_000, transport: .tcp)
        let clients = (0..<200).map { Fixture.address("192.0.2.0", plus: $0) }
        func homes() -> Set<Int> {
            Set(clients.map { shards.shard(of: .request(from: $0, port: 40_000, to: server, start: 0)) })
        }
        #expect(homes().count == 16)
        #expect((0..<16).count { shards.router.admits(server, shard: $0) } == 1)
        let home = homes()
        #expect(home.count == 1)
        #expect(home.allSatisfy { shards.router.admits(server, shard: $0) })
    }

    @Test func icmpErrorsComeToTheServicesOfTheirHost() {
        let shards = Shards(count: 5)
        func error(from host: String) -> FlowRecord {
            var record = FlowRecord()
            (record.source, record.destination) = (Fixture.address(host), Fixture.address("192.0.2.1"))
            (record.transport, record.icmp, record.presence) = (.icmp, 3 << 8 | 3, .icmp)
            return record
        }
        #expect(shards.shard(of: error(from: "10.2.0.9")) == 3)
        #expect(shards.shard(of: error(from: "10.2.0.53")) == 4)
        for host in 1...100 {
            let key = ServiceKey(
                address: Fixture.address("10.9.0.0", plus: host), port: 53, transport: .udp)
            let flow = FlowRecord.request(from: Fixture.address("192.0.2.7"), to: key, start: 0)
            #expect(shards.shard(of: flow) == shards.shard(of: error(from: "\(key.address)")))
        }
    }
}

/// Several windows that share the services, beside windows that have all of them.
@Suite struct SharedWindowsTests {
    private static let begin: Int64 = 1_700_000_000
    private static let seconds: Int64 = 40

    private static func windows(_ shard: Int?, _ shards: Shards) -> ServiceAggregator {
        var windows = ServiceAggregator(directory: ServiceDirectory(shards.services))
        if let shard { windows.admits = { shards.router.admits($0, shard: shard) } }
        windows.advance(to: Instant(seconds: begin))
        return windows
    }

    /// Connections of one second to an endpoint, both directions.
    private static func traffic(
        to key: ServiceKey, second: Int64, using random: inout SeededRandom
    ) -> [FlowRecord] {
        (0..<3).flatMap { _ in
            let request = FlowRecord.request(
                from: Fixture.address("192.0.2.0", plus: Int.random(in: 0...200, using: &random)),
                port: UInt16.random(in: 32_768...60_999, using: &random), to: key, start: second)
            return [request, request.reply()]
        }
    }

    /// Each shard gets what the router gives it; a configured service has the same numbers as with one shard.
    @Test func configuredServicesHaveTheSameNumbers() {
        let shards = Shards(count: 3)
        let keys = shards.services.filter { $0.transport == .tcp }.flatMap { service in
            service.addresses.flatMap { prefix in
                service.ports.map {
                    ServiceKey(address: prefix.address, port: $0.lowerBound, transport: .tcp)
                }
            }
        }
        var records: [[FlowRecord]] = []
        var random = SeededRandom(seed: 4)
        for second in Self.begin..<Self.begin + Self.seconds {
            records.append(keys.flatMap { Self.traffic(to: $0, second: second, using: &random) })
        }
        var all = Self.windows(nil, shards)
        Self.run(&all, records)
        var counted = WindowCounters()
        for shard in 0..<3 {
            var windows = Self.windows(shard, shards)
            Self.run(&windows, records.map { $0.filter { shards.shard(of: $0) == shard } })
            counted.add(windows.counters)
            for (slot, isForeign) in shards.router.plan.foreign(to: shard).enumerated() {
                let numbers = windows.seconds(Self.begin...Self.begin + Self.seconds, slot: slot)
                let exact = all.seconds(Self.begin...Self.begin + Self.seconds, slot: slot)
                for (one, other) in zip(numbers, exact) {
                    #expect(one.cell.rawRecords == (isForeign ? 0 : other.cell.rawRecords))
                    #expect(one.cell.newConnections == (isForeign ? 0 : other.cell.newConnections))
                    #expect(one.cell.ended == (isForeign ? 0 : other.cell.ended))
                }
            }
        }
        #expect(counted.records == all.counters.records)
        #expect(counted.allRecords == UInt64(records.joined().count))
        #expect(counted.records == counted.allRecords)
    }

    /// On low ports, and on one that is above those of many clients.
    @Test func aDiscoveredServiceIsAdmittedByOneShard() {
        let shards = Shards([], count: 4)
        let keys = (0..<40).map { index in
            ServiceKey(
                address: Fixture.address("10.8.0.0", plus: index), port: [443, 8080, 50_000][index % 3],
                transport: .tcp)
        }
        var records: [[FlowRecord]] = []
        var random = SeededRandom(seed: 5)
        for second in Self.begin..<Self.begin + Self.seconds {
            records.append(keys.flatMap { Self.traffic(to: $0, second: second, using: &random) })
        }
        var shares = (0..<4).map { _ in [[FlowRecord]]() }
        var counted = WindowCounters()
        // Twice: what the first round marks is known in the second.
        for _ in 0..<2 {
            shares = (0..<4).map { shard in records.map { $0.filter { shards.shard(of: $0) == shard } } }
            counted = WindowCounters()
            for shard in 0..<4 {
                var windows = Self.windows(shard, shards)
                Self.run(&windows, shares[shard])
                counted.add(windows.counters)
                for slot in 0..<windows.serviceCount {
                    #expect(shards.router.admits(windows.service(slot).endpoint, shard: shard))
                }
            }
        }
        #expect(counted.discovered == UInt64(keys.count))
        #expect(counted.allRecords == UInt64(records.joined().count))
    }

    private static func run(_ windows: inout ServiceAggregator, _ records: [[FlowRecord]]) {
        for (index, batch) in records.enumerated() {
            windows.advance(to: Instant(seconds: begin + Int64(index) + 1))
            windows.add(contentsOf: batch.span)
        }
        windows.advance(to: Instant(seconds: begin + seconds + 10))
    }
}
