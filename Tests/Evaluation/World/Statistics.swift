// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A figure with the range in which the true one is, with 95 % confidence.
package struct Estimate: Equatable, Sendable {
    package var value: Double
    package var low: Double
    package var high: Double

    package init(value: Double, low: Double, high: Double) {
        (self.value, self.low, self.high) = (value, low, high)
    }
}

/// Figures of samples, each with its confidence interval.
package enum Statistics {
    /// Of the normal distribution, for 95 %.
    private static let z = 1.959964

    /// A share, by Wilson's score interval (1927); nil of none.
    package static func share(_ count: Int, of all: Int) -> Estimate? {
        guard all > 0 else { return nil }
        let (n, p) = (Double(all), Double(count) / Double(all))
        let centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        let half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return Estimate(value: p, low: max(0, centre - half), high: min(1, centre + half))
    }

    /// Events in a span of time or weeks, by the exact interval for a Poisson count (Garwood 1936).
    package static func rate(_ count: Int, in span: Double) -> Estimate? {
        guard span > 0 else { return nil }
        let low = count == 0 ? 0 : solve { 1 - poisson(atMost: count - 1, mean: $0) > 0.025 }
        let high = solve { poisson(atMost: count, mean: $0) < 0.025 }
        return Estimate(value: Double(count) / span, low: low / span, high: high / span)
    }

    /// Probability of at most so many.
    private static func poisson(atMost count: Int, mean: Double) -> Double {
        var (term, sum) = (exp(-mean), exp(-mean))
        for index in stride(from: 1, through: count, by: 1) {
            term *= mean / Double(index)
            sum += term
        }
        return sum
    }

    /// Where a condition begins to hold, by bisection.
    private static func solve(_ holds: (Double) -> Bool) -> Double {
        var (low, high) = (0.0, 1.0)
        while !holds(high), high < 600 { high *= 2 }
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle }
        }
        return high
    }

    /// A quantile (0…1), by the sample that stands there; nil of none.
    package static func quantile(_ share: Double, of sorted: [Double]) -> Double? {
        sorted.isEmpty ? nil : sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
    }

    /// A quantile with its bootstrap interval, from a fixed seed.
    package static func estimate(_ share: Double, of samples: [Double], resamples: Int = 500) -> Estimate? {
        let sorted = samples.sorted()
        guard let value = quantile(share, of: sorted) else { return nil }
        var draws = Draws(seed: 7)
        let values = (0..<resamples).compactMap { _ in
            quantile(share, of: sorted.map { _ in sorted[draws.below(sorted.count)] }.sorted())
        }.sorted()
        return Estimate(
            value: value, low: quantile(0.025, of: values) ?? value,
            high: quantile(0.975, of: values) ?? value)
    }
}
