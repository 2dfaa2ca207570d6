// SPDX-License-Identifier: Apache-2.0

import Detection
import TestSupport
import Testing

/// A shop whose nights are an eighth of its days, whose mornings double within the hour, and whose weekends are quiet.
private struct Shop {
    var metric = GrownMetric(rate: 10)
    private var random = SeededRandom(seed: 7)
    private let start = 2000 * 604_800

    /// Connections a second at a minute of the time since the start, with chance in it.
    mutating func rate(_ minute: Int, shift: Int = 0) -> Int64 {
        let usual = Self.usual(minute + shift)
        let noise = (0..<6).reduce(0.0) { sum, _ in sum + Double.random(in: -1...1, using: &random) }
        return Int64(max(0, usual + noise * (usual / 120).squareRoot()).rounded())
    }

    static func usual(_ minute: Int) -> Double {
        let hour = Double(minute % 1440) / 60
        let day = minute / 1440 % 7
        let shape: Double =
            switch hour {
            case ..<6: 0.125
            case 6..<9: 0.125 + 0.875 * (hour - 6) / 3
            case 9..<20: 1
            default: 1 - 0.875 * (hour - 20) / 4
            }
        // The epoch was a Thursday.
        return 80 * shape * (day == 2 || day == 3 ? 0.5 : 1)
    }

    /// Learns until `minute`, and returns the largest ratio of what came to what was expected.
    mutating func live(until minute: Int, shift: Int = 0) -> Double {
        var worst = 0.0
        while (Int(metric.now) - start) / 60 < minute {
            let number = (Int(metric.now) - start) / 60
            let rate = rate(number, shift: shift)
            worst = max(worst, (Double(rate) + 0.5) / (metric.baseline.mean + 0.5))
            metric.minutes(1) { _ in rate }
        }
        return worst
    }
}

@Suite struct SeasonTests {
    private static let week = 10_080

    /// The gate of the pressure test is 1.5.
    @Test func theDailyRiseIsNoPressureOnceItIsKnown() {
        var shop = Shop()
        #expect(shop.live(until: 1440) > 2, "the first morning is a surprise")
        #expect(shop.live(until: 2 * 1440) < 1.5, "the second is not")
        _ = shop.live(until: 2 * Self.week)
        #expect(shop.live(until: 5 * Self.week) < 1.4)
        // Nor is the end of the weekend, on which L alone would be an hour behind.
        let known = shop.metric.baseline
        #expect(known.riseOverReference < 0.1)
    }

    @Test func whatIsExpectedFollowsTheHoursWhileNothingIsLearned() {
        var shop = Shop()
        _ = shop.live(until: 3 * Self.week)
        let start = shop.metric.now
        var baseline = shop.metric.baseline
        for hour in 0..<168 {
            baseline.refresh(at: start + Int64(hour) * 3600 + 1800)
            let usual = Shop.usual(hour * 60 + 30)
            #expect(abs(baseline.mean / usual - 1) < 0.2, "hour \(hour)")
        }
    }

    /// At the end of October and in March the habits of people move by an hour of UTC. From three times the usual on there
    /// would be a notice.
    @Test(arguments: [60, -60])
    func aClockChangeIsNoSurge(minutes: Int) {
        var shop = Shop()
        _ = shop.live(until: 5 * Self.week)
        #expect(shop.live(until: 8 * Self.week, shift: 10_080 + minutes) < 2.5)
    }

    /// Who raises the usual for hours is followed by the level, as an honest rise would be, and not by the slow reference.
    @Test func aSlowPoisoningLeavesTheReferenceBehind() throws {
        var trial = GrownMetric(rate: 20)
        trial.minutes(9 * 1440) { _ in 20 }
        #expect(trial.baseline.slow == nil)
        var rate = 20.0
        trial.minutes(600) { _ in
            rate *= 1.004
            return Int64(rate)
        }
        #expect(rate > 200)
        #expect(trial.baseline.mean > 100)
        let slow = try #require(trial.baseline.slow)
        #expect(slow.mean < 20 * 1.1)
        // A day later the reference has risen by a tenth, no more.
        trial.minutes(1440) { _ in Int64(rate) }
        let later = try #require(trial.baseline.slow)
        #expect(later.mean > slow.mean)
        #expect(later.mean < 1.12 * slow.mean)
    }

    /// Hours of the weekend that are not met yet are taken for those of other days and lead the level astray, hour by hour; it
    /// comes back when they are met. The reference was never led astray.
    @Test func aWeekThatEndsWithItsWeekendLeavesTheReferenceWhereItIs() throws {
        let monday: Int64 = 2000 * 604_800 + 4 * 86_400
        var trial = GrownMetric(rate: 10, start: monday)
        trial.minutes(8 * 1440) { minute in
            let (day, hour) = (minute / 1440 % 7, minute % 1440 / 60)
            return day < 5 && (8..<20).contains(hour) ? 40 : 10
        }
        let usual = trial.baseline.mean
        trial.minutes(300) { _ in 30 }
        let slow = try #require(trial.baseline.slow)
        #expect(slow.mean < 1.3 * usual)
    }

    /// After a fortnight without guests they are no attackers.
    @Test func aHolidayDoesNotLowerTheReferenceMuch() {
        var trial = GrownMetric(rate: 40)
        trial.minutes(9 * 1440) { _ in 40 }
        trial.minutes(14 * 1440) { _ in 24 }
        trial.minutes(240) { _ in 40 }
        #expect(trial.baseline.slow.map { $0.mean > 30 } ?? true)
    }
}
