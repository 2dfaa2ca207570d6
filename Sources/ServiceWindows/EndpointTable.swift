// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Storage

/// An address and port at which a service lives.
struct Endpoint: BitwiseCopyable {
    var key: ServiceKey
    /// Slot of the service; -1 for an empty place, or, among ranges, for one that is of no service.
    var slot: Int32
    /// Who may speak of what clients send, and of what the server sends.
    var requests = Authority()
    var replies = Authority()

    static var vacant: Endpoint {
        Endpoint(key: ServiceKey(address: .unspecified, port: 0, transport: TransportProtocol(0)), slot: -1)
    }
}

/// Endpoint → service: open addressing with linear probing at most half full, and behind it a memory of
/// fixed size for services that are prefixes or ranges of ports, since a port scan of such a service would fill any table.
struct EndpointTable: ~Copyable {
    private var endpoints: BoundedArray<Endpoint>
    private let mask: Int
    private(set) var count = 0
    /// One bit for each port at which a service lives: most lookups of the client's side end here.
    private var ports = BoundedArray<UInt64>(repeating: 0, count: 1024)
    /// Services that are prefixes or ranges; nil when there are none.
    private let ranges: ServiceDirectory?
    private static var rangePlaces: Int { 4096 }
    private static var rangeProbes: Int { 8 }

    /// - Parameters:
    ///   - capacity: most endpoints that will be kept.
    ///   - directory: of the configured services.
    init(capacity: Int, directory: ServiceDirectory) {
        var size = 64
        while size < capacity &* 2 { size &*= 2 }
        mask = size &- 1
        ranges = directory.services.contains(where: \.hasRanges) ? directory : nil
        endpoints = BoundedArray(
            repeating: .vacant, count: size &+ (ranges == nil ? 0 : Self.rangePlaces &+ Self.rangeProbes))
        for service in directory.services where service.hasRanges {
            for range in service.ports {
                for port in range { mark(port) }
            }
        }
    }

    private mutating func mark(_ port: UInt16) { ports[Int(port) &>> 6] |= 1 &<< UInt64(port & 63) }

    /// Whether any service lives at this port, on whatever address.
    @inline(__always)
    func hasPort(_ port: UInt16) -> Bool { ports[Int(port) &>> 6] &>> UInt64(port & 63) & 1 != 0 }

    subscript(index: Int) -> Endpoint {
        @inline(__always) get { endpoints[index] }
        @inline(__always) _modify { yield &endpoints[index] }
    }

    /// Asks for the place where the search for an endpoint begins.
    @inline(__always)
    func prefetch(_ key: ServiceKey, _ hash: UInt64) {
        if hasPort(key.port) { endpoints.prefetch(Int(truncatingIfNeeded: hash) & mask) }
    }

    /// The place of an endpoint, or -1.
    ///
    /// - Parameter hash: of the endpoint.
    @inline(__always)
    mutating func find(_ key: ServiceKey, _ hash: UInt64) -> Int {
        guard hasPort(key.port) else { return -1 }
        let index = exact(key, hash)
        return index >= 0 || ranges == nil ? index : findInRanges(key)
    }

    @inline(__always)
    private func exact(_ key: ServiceKey, _ hash: UInt64) -> Int {
        var index = Int(truncatingIfNeeded: hash) & mask
        while true {
            let endpoint = endpoints[index]
            if endpoint.key == key, endpoint.slot >= 0 { return index }
            if endpoint.slot < 0 { return -1 }
            index = (index &+ 1) & mask
        }
    }

    /// The place of an endpoint that was found at `place`: among ranges another one may have taken it since.
    @inline(__always)
    mutating func confirm(_ place: Int, _ key: @autoclosure () -> ServiceKey) -> Int {
        place <= mask ? place : findInRanges(key())
    }

    /// Looks at a few places in a row; an endpoint of a service gives way only to another one, and only when all are taken.
    @inline(never)
    private mutating func findInRanges(_ key: ServiceKey) -> Int {
        guard let ranges else { return -1 }
        let first = mask &+ 1 &+ Int(truncatingIfNeeded: key.mixed) & (Self.rangePlaces &- 1)
        var free = -1
        for index in first..<first &+ Self.rangeProbes {
            if endpoints[index].key == key { return endpoints[index].slot < 0 ? -1 : index }
            if free < 0, endpoints[index].slot < 0 { free = index }
        }
        let slot = ranges.service(at: key).map { Int32(bitPattern: $0.index) } ?? -1
        if free < 0 {
            guard slot >= 0 else { return -1 }
            free = first
        }
        endpoints[free] = .vacant
        endpoints[free].key = key
        endpoints[free].slot = slot
        return slot < 0 ? -1 : free
    }

    /// The slot of the service at an endpoint, or -1.
    mutating func slot(of key: ServiceKey) -> Int {
        let index = find(key, key.mixed)
        return index < 0 ? -1 : Int(endpoints[index].slot)
    }

    /// Adds an endpoint that is not there; false when the table is full.
    mutating func insert(_ key: ServiceKey, slot: Int) -> Bool {
        guard count &* 2 <= mask else { return false }
        var index = Int(truncatingIfNeeded: key.mixed) & mask
        while endpoints[index].slot >= 0 { index = (index &+ 1) & mask }
        endpoints[index] = .vacant
        endpoints[index].key = key
        endpoints[index].slot = Int32(truncatingIfNeeded: slot)
        count &+= 1
        mark(key.port)
        return true
    }

    /// Takes an endpoint out; the ones behind it move up, so that no search ends too early. Its port stays marked.
    mutating func remove(_ key: ServiceKey) {
        var hole = exact(key, key.mixed)
        guard hole >= 0 else { return }
        count &-= 1
        var index = hole
        while true {
            index = (index &+ 1) & mask
            guard endpoints[index].slot >= 0 else { break }
            let home = Int(truncatingIfNeeded: endpoints[index].key.mixed) & mask
            // It may move into the hole if its home is not between the hole and where it is.
            if (index &- home) & mask >= (index &- hole) & mask {
                endpoints[hole] = endpoints[index]
                hole = index
            }
        }
        endpoints[hole] = .vacant
    }
}
