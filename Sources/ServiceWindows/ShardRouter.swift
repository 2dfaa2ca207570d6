// SPDX-License-Identifier: Apache-2.0

package import FlowModel
package import LockFree

/// Finds the shard of the evaluation that a record belongs to, so that all records of one service come to one shard.
///
/// Both directions of a flow give the same answer, as far as the windows themselves take them for the same service:
/// the end at a configured service decides; without one, the end whose port a discovered service has somewhere, else a
/// well-known port, else the lower port, and the address of that end is hashed. Immutable but for the marked ports.
package struct ShardRouter: Sendable {
    /// Where the configured services are.
    package let plan: ShardPlan
    private let ports: PortSet
    /// Endpoints of configured services: open addressing with linear probing, at most half full.
    private var places: [Place]
    private let mask: Int
    /// One bit for each port of a configured service: most lookups of the client's side end here.
    private var configuredPorts = [UInt64](repeating: 0, count: 1024)
    /// Services that are prefixes or ranges of ports, tried in order behind the endpoints.
    private var ranges: [(service: ConfiguredService, shard: Int)] = []
    /// Shard of the first configured service on a host.
    private var hosts: [IPAddress: Int] = [:]

    private struct Place {
        var key: ServiceKey
        /// -1 for an empty place.
        var shard: Int
    }

    /// - Parameters:
    ///   - plan: of the same services.
    ///   - ports: those that the shards mark when they admit a service; shared by all routers that there ever are.
    package init(_ services: [ConfiguredService], plan: ShardPlan, ports: PortSet) {
        (self.plan, self.ports) = (plan, ports)
        let endpoints = services.reduce(0) { sum, service in
            service.hasRanges
                ? sum : sum + service.addresses.count * service.ports.reduce(0) { $0 + $1.count }
        }
        var size = 64
        while size < endpoints &* 2 { size &*= 2 }
        mask = size &- 1
        let vacant = ServiceKey(address: .unspecified, port: 0, transport: TransportProtocol(0))
        places = Array(repeating: Place(key: vacant, shard: -1), count: size)
        for (index, service) in services.enumerated() {
            add(service, to: plan.shard(of: ServiceID(UInt32(truncatingIfNeeded: index))))
        }
    }

    private mutating func add(_ service: ConfiguredService, to shard: Int) {
        for port in service.ports.joined() { configuredPorts[Int(port &>> 6)] |= 1 &<< UInt64(port & 63) }
        for prefix in service.addresses where prefix.length == 128 {
            hosts[prefix.address] = hosts[prefix.address] ?? shard
        }
        guard !service.hasRanges else { return ranges.append((service, shard)) }
        for prefix in service.addresses {
            for port in service.ports.joined() {
                let key = ServiceKey(address: prefix.address, port: port, transport: service.transport)
                let index = place(of: key)
                if places[index].shard < 0 { places[index] = Place(key: key, shard: shard) }
            }
        }
    }

    /// Where an endpoint is, or would be.
    @inline(__always)
    private func place(of key: ServiceKey) -> Int {
        var index = Int(truncatingIfNeeded: key.mixed) & mask
        while places[index].shard >= 0, places[index].key != key { index = (index &+ 1) & mask }
        return index
    }

    /// The shard of the configured service at an endpoint, or -1.
    @inline(__always)
    private func configured(_ key: ServiceKey) -> Int {
        guard configuredPorts[Int(key.port &>> 6)] &>> UInt64(key.port & 63) & 1 != 0 else { return -1 }
        let shard = places[place(of: key)].shard
        return shard >= 0 || ranges.isEmpty ? shard : configuredInRanges(key)
    }

    @inline(never)
    private func configuredInRanges(_ key: ServiceKey) -> Int {
        ranges.first { $0.service.contains(key) }?.shard ?? -1
    }

    // MARK: Records

    /// Finds the shard of each record, in their order.
    ///
    /// - Parameter body: gets the shard and the index of the record.
    package func route(_ records: borrowing Span<FlowRecord>, _ body: (Int, Int) -> Void) {
        for index in records.indices { body(shard(of: records, index), index) }
    }

    /// A record is named by its index: handed over whole it would be copied.
    @inline(__always)
    private func shard(of records: borrowing Span<FlowRecord>, _ index: Int) -> Int {
        let transport = records[index].transport
        if transport == .icmp || transport == .icmp6 {
            // The windows credit an error to a service of the host that sent it.
            let host = records[index].source
            return hosts[host] ?? hashed(host)
        }
        let (destination, source) = (records[index].destinationKey, records[index].sourceKey)
        let (to, from) = (configured(destination), configured(source))
        if to < 0, from < 0 {
            return hashed(isServer(destination, beside: source) ? destination.address : source.address)
        }
        if to >= 0, from >= 0, to != from { return records[index].looksLikeRequest ? to : from }
        return max(to, from)
    }

    /// Which of two ends is taken for the server, whichever of them is named first.
    @inline(__always)
    private func isServer(_ end: ServiceKey, beside other: ServiceKey) -> Bool {
        let isMarked = ports.contains(end.port)
        if isMarked != ports.contains(other.port) { return isMarked }
        let isWellKnown = end.port < 1024
        if isWellKnown != (other.port < 1024) { return isWellKnown }
        if end.port != other.port { return end.port < other.port }
        return end.address < other.address
    }

    /// By the address alone: so all discovered services of a host are in one shard, and its ICMP errors find them.
    @inline(__always)
    private func hashed(_ address: IPAddress) -> Int {
        Int(truncatingIfNeeded: address.mixed.multipliedFullWidth(by: UInt64(plan.count)).high)
    }

    // MARK: Discovery

    /// Whether a shard may admit a discovered service. Its port is marked either way: then its flows come to the shard that
    /// may.
    package func admits(_ key: ServiceKey, shard: Int) -> Bool {
        ports.insert(key.port)
        return hashed(key.address) == shard
    }
}
