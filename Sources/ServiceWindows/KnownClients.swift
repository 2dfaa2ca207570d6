// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Which client prefixes each service has met before: a Bloom filter over (service, prefix) in two generations, rotated
/// by `rotate()`, and a waiting room. A newcomer becomes known only after a delay in which nothing was suspicious, so an
/// attacker never does.
struct KnownClients: ~Copyable {
    /// 4 Mibit a generation (512 KiB): 1 % false "known" at 400,000 pairs with 3 probes.
    static let bits = 1 << 22

    private var current = [UInt64](repeating: 0, count: bits / 64)
    private var previous = [UInt64](repeating: 0, count: bits / 64)
    private var waiting: [Newcomer] = []
    private var waitingHead = 0
    private var waitingKeys: Set<UInt64> = []
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
        Self.contains(current, key) || Self.contains(previous, key)
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
        var rest = key
        for _ in 0..<3 {
            let bit = Int(truncatingIfNeeded: rest & UInt64(Self.bits - 1))
            current[bit &>> 6] |= 1 &<< UInt64(bit & 63)
            rest &>>= 21
        }
    }

    /// Puts an unknown prefix into the waiting room, unless the service's share of it is used up.
    mutating func meet(_ key: UInt64, slot: Int, now: Int64, limit: Int) {
        guard waitingPerService[slot] < limit, waitingKeys.insert(key).inserted else { return }
        waitingPerService[slot] &+= 1
        waiting.append(Newcomer(key: key, slot: Int32(truncatingIfNeeded: slot), since: now))
    }

    /// Lets those in who have waited long enough, but for services that are suspicious: their newcomers are forgotten
    /// and have to come again.
    mutating func promote(now: Int64, delay: Int64, isSuspicious: (Int) -> Bool) {
        while waitingHead < waiting.count, waiting[waitingHead].since <= now - delay {
            let newcomer = waiting[waitingHead]
            waitingHead += 1
            waitingKeys.remove(newcomer.key)
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
    }

    /// Forgets what was not met since the last rotation. Due once a week.
    mutating func rotate() {
        previous = current
        current = [UInt64](repeating: 0, count: Self.bits / 64)
    }
}
