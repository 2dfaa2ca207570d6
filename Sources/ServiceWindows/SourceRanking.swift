// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Who does most at one service: addresses and prefixes (/24, /48), in two generations of half a minute. Kept only while
/// the service is suspicious: who does most is asked in trouble, and the trouble's own traffic is the answer.
struct SourceRanking: BitwiseCopyable {
    private static let generationSeconds: Int64 = 30

    private struct Generation: BitwiseCopyable {
        var number: Int64 = .min
        var addresses = HeavyHitters(filler: IPAddress.unspecified)
        var prefixes = HeavyHitters(filler: UInt64(0))
    }

    private var even = Generation()
    private var odd = Generation()

    mutating func insert(_ address: IPAddress, weight: UInt32, second: Int64) {
        let number = second / Self.generationSeconds
        if number & 1 == 0 {
            Self.insert(address, weight, number, &even)
        } else {
            Self.insert(address, weight, number, &odd)
        }
    }

    private static func insert(
        _ address: IPAddress, _ weight: UInt32, _ number: Int64, _ generation: inout Generation
    ) {
        if generation.number != number {
            guard generation.number < number else { return }
            generation = Generation(number: number)
        }
        generation.addresses.insert(address, weight: weight)
        generation.prefixes.insert(key(address), weight: weight)
    }

    /// Nothing was counted in this generation or the one before.
    func isOver(at second: Int64) -> Bool {
        max(even.number, odd.number) < second / Self.generationSeconds - 1
    }

    /// The prefixes of the last one to two generations with their share of everything counted, largest first.
    func prefixes(at second: Int64) -> [(prefix: IPPrefix, share: Double)] {
        ranked(at: second, isCertain: false, \.prefixes).map { (Self.prefix($0.key), $0.share) }
    }

    /// The same for addresses.
    func addresses(at second: Int64) -> [(address: IPAddress, share: Double)] {
        ranked(at: second, isCertain: false, \.addresses).map { ($0.key, $0.share) }
    }

    /// - Parameter isCertain: the shares that the keys have at least, in place of those that they have at most.
    private func ranked<Key: Hashable & BitwiseCopyable & Comparable>(
        at second: Int64, isCertain: Bool, _ hitters: (Generation) -> HeavyHitters<Key>
    ) -> [(key: Key, share: Double)] {
        let latest = second / Self.generationSeconds
        var totals: [Key: UInt64] = [:]
        var all: UInt64 = 0
        for generation in [even, odd] where generation.number >= latest - 1 {
            hitters(generation).forEach { key, count, excess in
                totals[key, default: 0] += UInt64(isCertain ? count - excess : count)
            }
            all &+= hitters(generation).total
        }
        return totals.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
            .map { ($0.key, Double($0.value) / Double(max(1, all))) }
    }

    /// Shannon entropy of the addresses in bits: the ranked ones by the shares that they have at least, all others as equals.
    ///
    /// - Parameter distinct: how many addresses there are in all.
    func entropy(at second: Int64, distinct: Int) -> Double {
        let ranked = ranked(at: second, isCertain: true, \.addresses).filter { $0.share > 0 }
        var rest = 1.0
        var sum = 0.0
        for entry in ranked where rest > 0 {
            let share = min(entry.share, rest)
            sum -= share * naturalLogarithm(share)
            rest -= share
        }
        let others = Double(max(1, distinct - ranked.count))
        if rest > 1e-9 { sum -= rest * naturalLogarithm(rest / others) }
        return max(0, sum) / naturalLogarithm(2)
    }

    /// IPv4 /24 in the low half, IPv6 /48 with the top bit of the low 16 set.
    private static func key(_ address: IPAddress) -> UInt64 {
        address.isIPv4 ? UInt64(address.ipv4 & ~0xFF) &<< 16 | 1 : address.high & ~0xFFFF | 2
    }

    private static func prefix(_ key: UInt64) -> IPPrefix {
        key & 3 == 1
            ? IPPrefix(IPAddress(ipv4: UInt32(truncatingIfNeeded: key >> 16)), mappedLength: 120)
            : IPPrefix(IPAddress(high: key & ~0xFFFF, low: 0), mappedLength: 48)
    }
}
