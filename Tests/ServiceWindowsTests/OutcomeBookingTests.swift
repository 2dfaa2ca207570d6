// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

private let now: Int64 = 1_000_000

/// What metrics say, in the cells.
@Suite struct OutcomeBookingTests {
    private static func windows() -> ServiceAggregator {
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]), discovers: false)
        windows.advance(to: Instant(seconds: now))
        return windows
    }

    private static func outcome(
        _ count: UInt32, _ part: RequestPart = .whole, _ failure: FailureClass = .none
    ) -> Outcome {
        var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: now))
        (outcome.count, outcome.part, outcome.failure) = (count, part, failure)
        return outcome
    }

    private static func log(_ windows: borrowing ServiceAggregator, _ second: Int64 = now) -> OutcomeCell {
        windows.seconds(second...second, slot: 0)[0].log
    }

    @Test func failuresOfCountedRequestsAreNoFurtherRequests() {
        var windows = Self.windows()
        windows.add(Self.outcome(200))
        windows.add(Self.outcome(30, .failure, .timeout))
        windows.add(Self.outcome(10, .failure, .limited))
        let log = Self.log(windows)
        #expect(log.requests == 200 && log.requestsKnown == 200 && log.requestsAll == 200)
        #expect(log.failures == 40 && log.failuresKnown == 40 && log.limited == 10)
    }

    @Test func timesOfCountedRequestsAreNoFurtherRequests() {
        var windows = Self.windows()
        windows.add(Self.outcome(200))
        for (milliseconds, count) in [(80, 150), (5000, 50)] as [(UInt32, UInt32)] {
            var time = Self.outcome(count, .time)
            time.latencyMilliseconds = milliseconds
            windows.add(time)
        }
        let log = Self.log(windows)
        #expect(log.requests == 200 && log.failures == 0)
        #expect(log.timed == 200 && log.slowAnswers == 50)
    }

    /// The metric of the failures may come a second before that of the requests.
    @Test func aFailureIsARequestWhoeverCountsIt() {
        var windows = Self.windows()
        windows.add(Self.outcome(12, .failure, .serverError))
        let log = Self.log(windows)
        #expect(log.requests == 0 && log.requestsAll == 12)
    }

    @Test func slowRequestsAreApart() {
        var windows = Self.windows()
        windows.add(Self.outcome(7, .failure, .slowRequest))
        let log = Self.log(windows)
        #expect(log.slowRequests == 7 && log.failures == 0 && log.requestsAll == 0)
    }

    /// A median of what was sampled is that of all answers: 30 of 100 ms and 70, sent as 7, of 1600 ms.
    @Test func sampledTimesWeighWhatTheyStandFor() throws {
        var windows = Self.windows()
        for index in 0..<37 {
            var time = Self.outcome(index < 30 ? 1 : 10, .time)
            time.latencyMilliseconds = index < 30 ? 100 : 1600
            windows.add(time)
        }
        let latencies = windows.service(0).latencies
        #expect(try #require(latencies.median()) > 1000)
        #expect(latencies.total == 100)
    }

    @Test func hostileCountsOfTimesFillNothingUp() throws {
        var windows = Self.windows()
        for _ in 0..<3 {
            var time = Self.outcome(.max, .time)
            time.latencyMilliseconds = 5000
            windows.add(time)
        }
        let (latencies, log) = (windows.service(0).latencies, Self.log(windows))
        #expect(latencies.total == UInt64(UInt32.max))
        #expect(try #require(latencies.median()) > 1000)
        #expect(log.timed == .max && log.slowAnswers == .max)
    }

    @Test func hostileCountsOfRequestsStayPositive() {
        var windows = Self.windows()
        var named = Self.outcome(.max)
        named.client = Fixture.address("100.64.0.1")
        windows.add(named)
        windows.add(Self.outcome(.max))
        let log = Self.log(windows)
        #expect(log.requestsAll == 2 * Int64(Int32.max))
    }

    /// Seconds in which a request that ended at `now` began, by the cells.
    private static func beginnings(of outcome: Outcome) -> [Int64] {
        var windows = windows()
        windows.add(outcome)
        return windows.seconds(now - 100...now, slot: 0).filter { $0.log.begun > 0 }.map(\.cell.second)
    }

    @Test func requestsAreAlsoBookedWhereTheyBegan() {
        var outcome = Self.outcome(3)
        #expect(Self.beginnings(of: outcome) == [now])
        outcome.totalMilliseconds = 60_000
        #expect(Self.beginnings(of: outcome) == [now - 60])
        var windows = Self.windows()
        windows.add(outcome)
        #expect(Self.log(windows).requests == 3 && Self.log(windows, now - 60).begun == 3)
        // Longer than anything is kept.
        outcome.totalMilliseconds = .max - 1
        windows.add(outcome)
        #expect(Self.log(windows).requests == 6)
        // What others count, and what never came in time, began nothing.
        outcome.totalMilliseconds = 60_000
        for (part, failure) in [(.failure, .timeout), (.time, .none), (.whole, .slowRequest)]
            as [(RequestPart, FailureClass)]
        {
            (outcome.part, outcome.failure) = (part, failure)
            #expect(Self.beginnings(of: outcome).isEmpty)
        }
    }

    /// 25 requests that a sender summed up over ten seconds.
    @Test func aSumIsSharedOutAmongItsSeconds() {
        var windows = Self.windows()
        var sum = Self.outcome(25)
        sum.overSeconds = 10
        windows.add(sum)
        let requests = windows.seconds(now - 10...now, slot: 0).map(\.log.requests)
        #expect(requests == [0, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3])
        let counters = windows.counters
        #expect(counters.outcomes == 1)
        // Fewer than seconds: the newest have them.
        sum.count = 2
        windows.add(sum)
        let newest = windows.seconds(now - 2...now, slot: 0).map(\.log.requests)
        #expect(newest == [3, 4, 4])
    }

    @Test func aSumFromBeforeTheWindowsIsIgnoredOnce() {
        var windows = Self.windows()
        var sum = Self.outcome(100)
        (sum.overSeconds, sum.time) = (60, Instant(seconds: now - WindowLimits.span - 10))
        windows.add(sum)
        let counters = windows.counters
        #expect(counters.ignoredOutcomes == 1 && counters.outcomes == 0)
    }

    @Test func aLevelLastsForTheTimeOfItsMetric() {
        var windows = Self.windows()
        for (value, over) in [(970, 3), (400, 1)] as [(UInt32, UInt8)] {
            var level = Self.outcome(0)
            (level.level, level.levelValue, level.overSeconds) = (.processor, value, over)
            windows.add(level)
        }
        let log = windows.seconds(now - 3...now, slot: 0).map(\.log)
        #expect(log.map(\.processor) == [0, 970, 970, 970])
        #expect(log.allSatisfy { $0.requests == 0 })
        let counters = windows.counters
        #expect(counters.outcomes == 2)
    }

    @Test func requestsOfNobodyAreCountedApart() {
        var windows = Self.windows()
        var named = Self.outcome(1)
        named.client = Fixture.address("100.64.0.1")
        windows.add(named)
        windows.add(Self.outcome(5))
        let log = Self.log(windows)
        #expect(log.requests == 6 && log.requestsOfUnnamed == 5 && log.requestsFromUnknown == 1)
    }
}
