// SPDX-License-Identifier: Apache-2.0

import Storage

/// Flows that may go on: a record of the same flow soon after is no new connection. Asked where no flag tells, for
/// datagram protocols and for exporters without TCP flags; an exporter cuts a long flow at its active timeout and tells each
/// piece. A table of fixed size; a newer flow takes the place of an older one.
struct Continuations: ~Copyable {
    /// The upper 40 bits of a fingerprint, and the second of the end in the lower 24.
    private var flows: BoundedArray<UInt64>
    private let mask: Int
    /// Flows that were forgotten for another while they might have gone on.
    private(set) var evicted: UInt64 = 0

    /// Silence after which a flow of the same ends is another one: what an address translator keeps a UDP flow at least
    /// (RFC 4787 §4.3), and twice the usual active timeout, so that pieces may come out of order.
    static let silence: Int64 = 120

    private static let timeBits: UInt64 = 24
    private static let timeMask: UInt64 = (1 << timeBits) - 1

    init(capacity: Int) {
        var size = 64
        while size < capacity { size *= 2 }
        mask = size - 1
        flows = BoundedArray(repeating: 0, count: size)
    }

    /// Asks for the place of a flow.
    @inline(__always)
    func prefetch(_ fingerprint: UInt64) { flows.prefetch(Int(truncatingIfNeeded: fingerprint) & mask) }

    /// Notes a record of a flow; true when it continues one.
    mutating func continues(_ fingerprint: UInt64, first: Int64, last: Int64) -> Bool {
        let index = Int(truncatingIfNeeded: fingerprint) & mask
        let present = flows[index]
        let time = UInt64(bitPattern: last) & Self.timeMask
        flows[index] = fingerprint & ~Self.timeMask | time
        guard present != 0 else { return false }
        let silence = Self.distance(
            from: present & Self.timeMask, to: UInt64(bitPattern: first) & Self.timeMask)
        if present & ~Self.timeMask == fingerprint & ~Self.timeMask {
            // Pieces may come out of order: the flow's end stays the latest.
            if Self.distance(from: present & Self.timeMask, to: time) < 0 { flows[index] = present }
            return silence <= Self.silence
        }
        if silence <= Self.silence { evicted &+= 1 }
        return false
    }

    /// Seconds from one to the other, of times that are known modulo 2^24 (194 days).
    private static func distance(from earlier: UInt64, to later: UInt64) -> Int64 {
        let difference = Int64(bitPattern: (later &- earlier) & timeMask)
        return difference > Int64(timeMask / 2) ? difference - Int64(timeMask) - 1 : difference
    }
}
