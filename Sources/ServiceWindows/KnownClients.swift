// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Which client prefixes each service has met before: a Bloom filter over (service, prefix) in two generations, rotated
/// by `rotate()`, and a waiting room. A newcomer becomes known only after a delay in which nothing was suspicious, so an
/// attacker never does.
struct KnownClients: ~Copyable {
    /// 4 Mibit a generation (512 KiB): 1 % false "known" at 400,000 pairs with 3 probes.
    static let bits = 1 << 22

    /// Keys put into `current`. At 700,000 it is 40 % full, and 6 % of all strangers would pass for known.
    private var insertions = 0
    private static let fullness = 700_000

    private var current = [UInt64](repeating: 0, count: bits / 64)
    private var previous = [UInt64](repeating: 0, count: bits / 64)
    private var waiting: [Newcomer] = []
    private var waitingHead = 0
    /// Keys that were put into the waiting room of late, by their low bits: most records of a newcomer end here, with one
    /// look. A key that was displaced may wait twice, which is harmless and bounded.
    private var lately = [UInt64](repeating: 0, count: latelyCount)
    private static let latelyCount = 8192
    /// There is anything in `previous`.
    private var hasPrevious = false
    private var waitingPerService: [Int32] = []

    private struct Newcomer {
        var key: UInt64
        var slot: Int32
        var since: Int64
    }

    mutating func addService() { waitingPerService.append(0) }

    @inline(__always)
    static func key(service: UInt64, prefixHash: UInt64) -> UInt64 {
        mix(prefixHash ^ service)
    }

    @inline(__always)
    func contains(_ key: UInt64) -> Bool {
        Self.contains(current, key) || (hasPrevious && Self.contains(previous, key))
    }

    @inline(__always)
    private static func contains(_ filter: [UInt64], _ key: UInt64) -> Bool {
        var rest = key
        for _ in 0..<3 {
            let bit = Int(truncatingIfNeeded: rest & UInt64(bits - 1))
            if filter[bit &>> 6] & (1 &<< UInt64(bit & 63)) == 0 { return false }
            rest &>>= 21
        }
        return true
    }

    private mutating func insert(_ key: UInt64) {
        insertions += 1
        if insertions > Self.fullness { rotate() }
        var rest = key
        for _ in 0..<3 {
            let bit = Int(truncatingIfNeeded: rest & UInt64(Self.bits - 1))
            current[bit &>> 6] |= 1 &<< UInt64(bit & 63)
            rest &>>= 21
        }
    }

    /// Puts an unknown prefix into the waiting room, unless the service's share of it is used up.
    mutating func meet(_ key: UInt64, slot: Int, now: Int64, limit: Int) {
        let place = Int(truncatingIfNeeded: key & UInt64(Self.latelyCount - 1))
        guard lately[place] != key, waitingPerService[slot] < limit else { return }
        lately[place] = key
        waitingPerService[slot] &+= 1
        waiting.append(Newcomer(key: key, slot: Int32(truncatingIfNeeded: slot), since: now))
    }

    /// Lets those in who have waited long enough, but for services that are suspicious: their newcomers are forgotten
    /// and have to come again.
    mutating func promote(now: Int64, delay: Int64, isSuspicious: (Int) -> Bool) {
        while waitingHead < waiting.count, waiting[waitingHead].since <= now - delay {
            let newcomer = waiting[waitingHead]
            waitingHead += 1
            let place = Int(truncatingIfNeeded: newcomer.key & UInt64(Self.latelyCount - 1))
            if lately[place] == newcomer.key { lately[place] = 0 }
            waitingPerService[Int(newcomer.slot)] -= 1
            if !isSuspicious(Int(newcomer.slot)) { insert(newcomer.key) }
        }
        if waitingHead > 1024, waitingHead * 2 > waiting.count {
            waiting.removeFirst(waitingHead)
            waitingHead = 0
        }
    }

    /// Takes over who is known; who waits has to come again.
    mutating func adopt(_ other: borrowing KnownClients) {
        current = other.current
        previous = other.previous
        hasPrevious = other.hasPrevious
    }

    /// Forgets what was not met since the last rotation. Due once a week.
    mutating func rotate() {
        (previous, hasPrevious, insertions) = (current, true, 0)
        current = [UInt64](repeating: 0, count: Self.bits / 64)
    }
}
