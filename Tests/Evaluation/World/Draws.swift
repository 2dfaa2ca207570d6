// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport

/// Numbers by chance, from a seed.
package struct Draws: Sendable {
    private var random: SeededRandom

    package init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// Evenly from 0 to 1, without 1.
    package mutating func share() -> Double { Double(random.next() >> 11) * 0x1p-53 }

    mutating func chance(_ share: Double) -> Bool { self.share() < share }

    mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + share() * (range.upperBound - range.lowerBound)
    }

    mutating func below(_ count: Int) -> Int { min(count - 1, Int(share() * Double(count))) }

    /// Waiting times of what comes by chance.
    mutating func exponential(mean: Double) -> Double { -mean * log(1 - share()) }

    /// A skewed positive quantity, such as the size of a page; `spread` is the standard deviation of its logarithm.
    mutating func lognormal(median: Double, spread: Double) -> Double {
        let normal = sqrt(-2 * log(1 - share())) * cos(2 * .pi * share())
        return median * exp(spread * normal)
    }

    /// 1, 2, …: how often until it stops, so often on average.
    mutating func geometric(mean: Double) -> Int {
        mean <= 1 ? 1 : 1 + Int(log(1 - share()) / log(1 - 1 / mean))
    }

    mutating func word() -> UInt64 { random.next() }
}
