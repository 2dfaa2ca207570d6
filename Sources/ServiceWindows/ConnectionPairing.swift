// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Storage

/// Brings the two halves of a connection together. Exporters send both in one datagram or the next, so a small
/// direct-mapped table is enough; a half that is pushed out or has waited too long goes on alone.
struct ConnectionPairing: ~Copyable {
    /// Halves that were pushed out by another connection before their counterpart came.
    private(set) var displaced: UInt64 = 0

    /// In the fingerprint of a half that waits, bit 1 is set, and bit 0 for a client's half; 0 is an empty place.
    private var halves: BoundedArray<ConnectionHalf>
    private var occupied = 0
    private let mask: Int

    init(capacity: Int) {
        var size = 64
        while size < capacity { size *= 2 }
        mask = size - 1
        halves = BoundedArray(repeating: .none, count: size)
    }

    /// Hash of a connection, the same from both ends.
    @inline(__always)
    static func fingerprint(client: UInt64, clientPort: UInt16, server: UInt64) -> UInt64 {
        mix(client ^ UInt64(clientPort), server)
    }

    /// Asks for the place of a connection.
    @inline(__always)
    func prefetch(_ fingerprint: UInt64) {
        halves.prefetch(Int(truncatingIfNeeded: fingerprint &>> 2) & mask)
    }

    /// Where the half of a connection waits, or would.
    @inline(__always)
    func place(_ fingerprint: UInt64) -> Int { Int(truncatingIfNeeded: fingerprint &>> 2) & mask }

    /// What waits at a place.
    subscript(place: Int) -> ConnectionHalf {
        @inline(__always) get { halves[place] }
    }

    /// Takes the counterpart of a half away from a place; false when something else waits there, or nothing.
    @inline(__always)
    mutating func takeCounterpart(_ fingerprint: UInt64, isClient: Bool, at place: Int) -> Bool {
        guard halves[place].fingerprint ^ Self.mark(fingerprint, isClient) == 1 else { return false }
        halves[place].fingerprint = 0
        occupied &-= 1
        return true
    }

    /// Whether the half at a place is a client's about which alone something can be said.
    @inline(__always)
    func hasNews(at place: Int) -> Bool {
        halves[place].fingerprint & 1 != 0 && halves[place].saysSomethingAlone
    }

    /// Puts a half where it waits for its counterpart; what waited there is gone.
    @inline(__always)
    mutating func put(
        _ end: FlowEnd, _ traits: FlowTraits, _ prepared: PreparedRecord, now: Int64, at place: Int
    ) {
        if halves[place].fingerprint == 0 { occupied &+= 1 } else { displaced &+= 1 }
        halves[place].write(end, traits, prepared, now: now)
        halves[place].fingerprint = Self.mark(prepared.fingerprint, prepared.toServer)
    }

    @inline(__always)
    private static func mark(_ fingerprint: UInt64, _ isClient: Bool) -> UInt64 {
        fingerprint & ~3 | 2 | (isClient ? 1 : 0)
    }

    /// Gives up on halves that have waited `seconds` or longer; `body` gets the clients'.
    mutating func expire(now: Int64, after seconds: Int64, _ body: (ConnectionHalf) -> Void) {
        guard occupied > 0 else { return }
        let second = UInt32(truncatingIfNeeded: now)
        for index in 0...mask where halves[index].fingerprint != 0 {
            guard Int64(second &- halves[index].since) >= seconds else { continue }
            if halves[index].fingerprint & 1 != 0 { body(halves[index]) }
            halves[index].fingerprint = 0
            occupied &-= 1
        }
    }
}
