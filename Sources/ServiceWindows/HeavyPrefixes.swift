// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// The client prefixes (/24, /48) that send most, per service: Space-Saving (Metwally et al., 2005) with 32 counters in
/// two generations of half a minute.
struct HeavyPrefixes: ~Copyable {
    static let entries = 32
    static let generationSeconds: Int64 = 30

    private var keys: [UInt64] = []
    private var counts: [UInt32] = []
    /// Generation number of each half.
    private var generations: [Int64] = []

    mutating func addService() {
        keys.append(contentsOf: repeatElement(0, count: Self.entries * 2))
        counts.append(contentsOf: repeatElement(0, count: Self.entries * 2))
        generations.append(contentsOf: [.min, .min])
    }

    /// Takes over what `other` has counted for a service.
    mutating func adopt(_ other: borrowing HeavyPrefixes, from: Int, to: Int) {
        let size = Self.entries * 2
        for index in 0..<size {
            keys[to * size + index] = other.keys[from * size + index]
            counts[to * size + index] = other.counts[from * size + index]
        }
        for half in 0..<2 { generations[to * 2 + half] = other.generations[from * 2 + half] }
    }

    mutating func insert(_ address: IPAddress, weight: UInt32, slot: Int, second: Int64) {
        let generation = second / Self.generationSeconds
        let half = slot &* 2 &+ Int(truncatingIfNeeded: generation & 1)
        let base = half &* Self.entries
        if generations[half] != generation {
            guard generations[half] < generation else { return }
            generations[half] = generation
            for index in base..<base &+ Self.entries { (keys[index], counts[index]) = (0, 0) }
        }
        let key = Self.key(address)
        var smallest = base
        for index in base..<base &+ Self.entries {
            if keys[index] == key {
                counts[index] = Self.sum(counts[index], weight)
                return
            }
            if counts[index] < counts[smallest] { smallest = index }
        }
        keys[smallest] = key
        counts[smallest] = Self.sum(counts[smallest], weight)
    }

    /// The prefixes of the last one to two generations with their share of everything counted, largest first.
    func top(slot: Int, at second: Int64) -> [(prefix: IPPrefix, share: Double)] {
        let generation = second / Self.generationSeconds
        var totals: [UInt64: UInt64] = [:]
        for half in slot * 2..<slot * 2 + 2 where generations[half] >= generation - 1 {
            for index in half * Self.entries..<(half + 1) * Self.entries where counts[index] > 0 {
                totals[keys[index], default: 0] += UInt64(counts[index])
            }
        }
        let all = Double(totals.values.reduce(0, +))
        return totals.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
            .map { (Self.prefix($0.key), Double($0.value) / all) }
    }

    /// IPv4 /24 in the low half, IPv6 /48 with the top bit of the low 16 set.
    @inline(__always)
    private static func key(_ address: IPAddress) -> UInt64 {
        address.isIPv4 ? UInt64(address.ipv4 & ~0xFF) &<< 16 | 1 : address.high & ~0xFFFF | 2
    }

    private static func prefix(_ key: UInt64) -> IPPrefix {
        key & 3 == 1
            ? IPPrefix(IPAddress(ipv4: UInt32(truncatingIfNeeded: key >> 16)), mappedLength: 120)
            : IPPrefix(IPAddress(high: key & ~0xFFFF, low: 0), mappedLength: 48)
    }

    private static func sum(_ left: UInt32, _ right: UInt32) -> UInt32 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
