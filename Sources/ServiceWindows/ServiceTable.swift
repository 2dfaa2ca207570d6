// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Endpoint → slot, open addressing with linear probing at most half full. A miss costs one probe, which matters: most
/// lookups of the client's side miss.
struct ServiceTable: ~Copyable {
    private var keys: [ServiceKey]
    /// Slot + 1; 0 is empty.
    private var slots: [UInt32]
    private let mask: Int
    private(set) var count = 0

    /// - Parameter endpoints: most endpoints that will be kept.
    init(endpoints: Int) {
        var capacity = 64
        while capacity < endpoints &* 2 { capacity &*= 2 }
        mask = capacity &- 1
        keys = Array(
            repeating: ServiceKey(address: .unspecified, port: 0, transport: TransportProtocol(0)),
            count: capacity)
        slots = Array(repeating: 0, count: capacity)
    }

    /// The slot of an endpoint, or -1.
    func slot(of key: ServiceKey) -> Int {
        var index = Int(truncatingIfNeeded: key.mixed) & mask
        while slots[index] != 0 {
            if keys[index] == key { return Int(slots[index]) &- 1 }
            index = (index &+ 1) & mask
        }
        return -1
    }

    /// Adds an endpoint that is not there; false when the table is full.
    mutating func insert(_ key: ServiceKey, slot: Int) -> Bool {
        guard count &* 2 <= mask else { return false }
        var index = Int(truncatingIfNeeded: key.mixed) & mask
        while slots[index] != 0 { index = (index &+ 1) & mask }
        keys[index] = key
        slots[index] = UInt32(truncatingIfNeeded: slot &+ 1)
        count &+= 1
        return true
    }
}

/// What was found for endpoints of services that are prefixes or ranges of ports: a direct-mapped memory of fixed size,
/// since a port scan of such a service would fill any table.
struct RangeCache: ~Copyable {
    private static let size = 4096
    private var keys = [ServiceKey?](repeating: nil, count: size)
    private var slots = [Int](repeating: -1, count: size)

    /// The slot of an endpoint, or -1; `look` is asked when it is not remembered.
    mutating func slot(of key: ServiceKey, _ look: () -> Int) -> Int {
        let index = Int(truncatingIfNeeded: key.mixed) & (Self.size &- 1)
        if keys[index] != key { (keys[index], slots[index]) = (key, look()) }
        return slots[index]
    }
}

/// The 64-bit finaliser of MurmurHash3: every input bit reaches every output bit.
@inline(__always)
func mix(_ value: UInt64) -> UInt64 {
    var x = value
    x = (x ^ (x &>> 33)) &* 0xFF51_AFD7_ED55_8CCD
    x = (x ^ (x &>> 33)) &* 0xC4CE_B9FE_1A85_EC53
    return x ^ (x &>> 33)
}

extension IPAddress {
    /// A well-mixed hash, the same in every run (replay must not differ from run to run).
    @inline(__always)
    var mixed: UInt64 { mix(low ^ (high &* 0x9E37_79B9_7F4A_7C15)) }

    /// The prefix that stands for a client: /24 or /48, since one user's address changes within it.
    var clientPrefix: IPPrefix { IPPrefix(self, mappedLength: isIPv4 ? 120 : 48) }

    /// Hash of the client prefix.
    @inline(__always)
    var prefixMixed: UInt64 { isIPv4 ? mix(low & ~0xFF) : mix(high & ~0xFFFF) }
}

extension ServiceKey {
    @inline(__always)
    var mixed: UInt64 {
        mix(
            address.low ^ (address.high &* 0x9E37_79B9_7F4A_7C15)
                ^ (UInt64(port) &<< 40 | UInt64(transport.number) &<< 56))
    }
}
