// SPDX-License-Identifier: Apache-2.0

import EvaluationWorld
import Testing

/// Intervals against figures that are printed in textbooks and tables.
struct StatisticsTests {
    private func isNear(_ value: Double?, _ other: Double) -> Bool {
        value.map { abs($0 - other) < 0.0006 } ?? false
    }

    /// Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    @Test(arguments: [
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718),
    ])
    func `a share has Wilson's interval`(count: Int, all: Int, low: Double, high: Double) {
        let share = Statistics.share(count, of: all)
        #expect(isNear(share?.low, low) && isNear(share?.high, high))
        #expect(isNear(share?.value, Double(count) / Double(all)))
    }

    /// The exact limits of a Poisson count: 0, 1, 3 and 10 events.
    @Test(arguments: [(0, 0, 3.6889), (1, 0.0253, 5.5716), (3, 0.6187, 8.7673), (10, 4.7954, 18.3904)])
    func `a rate has the exact interval of its count`(count: Int, low: Double, high: Double) {
        let rate = Statistics.rate(count, in: 2)
        #expect(isNear(rate?.low, low / 2) && isNear(rate?.high, high / 2))
        #expect(rate?.value == Double(count) / 2)
    }

    @Test func `of nothing there is no figure`() {
        #expect(Statistics.share(0, of: 0) == nil)
        #expect(Statistics.rate(1, in: 0) == nil)
        #expect(Statistics.estimate(0.5, of: []) == nil)
    }

    @Test func `a median lies in its interval, and the interval is the same each time`() {
        let samples = (0..<101).map { Double($0 * 37 % 101) }
        let median = Statistics.estimate(0.5, of: samples)
        #expect(median?.value == 50)
        #expect(median.map { $0.low < 50 && $0.high > 50 && $0.low > 25 && $0.high < 75 } ?? false)
        #expect(Statistics.estimate(0.5, of: samples) == median)
    }
}
