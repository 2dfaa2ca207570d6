// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

@Suite struct LineRateLimitTests {
    private let start = Instant(seconds: 1_795_226_560)

    private func address(_ number: UInt32) -> IPAddress { IPAddress(ipv4: number) }

    private func after(_ microseconds: Int64) -> Instant { start + Interval(microseconds: microseconds) }

    /// How many of `count` lines pass.
    private func passed(
        _ count: Int, of sender: IPAddress, at time: Instant, _ limit: inout LineRateLimit
    ) -> Int {
        (0..<count).count { _ in limit.decide(sender, at: time) == .passes }
    }

    @Test func `as many at once as in one second, then as many as the rate gives`() {
        var limit = LineRateLimit(linesPerSecond: 1000)
        #expect(passed(5000, of: address(1), at: start, &limit) == 1000)
        #expect(limit.decide(address(1), at: start) == .exceeds)
        #expect(passed(5000, of: address(1), at: after(100_000), &limit) == 100)
        #expect(passed(1, of: address(1), at: after(100_999), &limit) == 0)
        #expect(passed(5, of: address(1), at: after(101_000), &limit) == 1)
        #expect(passed(5000, of: address(1), at: after(60_000_000), &limit) == 1000)
    }

    /// Over a time, whatever the rate and however often the clock is read: the burst, and the rate times the time.
    @Test(arguments: [1, 7, 999, 20_000], [1, 640, 5000, 100_000] as [Int64])
    func `exactly the rate in the long run`(rate: Int, step: Int64) {
        var limit = LineRateLimit(linesPerSecond: rate)
        let perStep = rate * Int(step) / 1_000_000 + 2
        var sum = passed(rate, of: address(1), at: start, &limit)
        #expect(sum == rate)
        for index in 1...20 as ClosedRange<Int64> {
            sum += passed(perStep, of: address(1), at: after(index * step), &limit)
        }
        #expect(sum == rate + rate * Int(step) * 20 / 1_000_000)
    }

    @Test func `a flood of one sender leaves the others their share`() {
        var limit = LineRateLimit(linesPerSecond: 1000)
        var flood = 0
        var others = 0
        for millisecond in 0..<2000 as Range<Int64> {
            flood += passed(50, of: address(1), at: after(millisecond * 1000), &limit)
            for sender in 2...100 as ClosedRange<UInt32> where millisecond.isMultiple(of: 10) {
                others += passed(1, of: address(sender), at: after(millisecond * 1000), &limit)
            }
        }
        #expect(flood == 1000 + 1999)
        #expect(others == 99 * 200)
    }

    /// A sender that was there before keeps its own bucket; those that find no place share one.
    @Test func `forged senders share one bucket`() {
        var limit = LineRateLimit(linesPerSecond: 1000)
        #expect(passed(1, of: address(0x0A00_0001), at: start, &limit) == 1)
        var decisions: [LineRateLimit.Decision: Int] = [:]
        for number in 0..<100_000 as Range<UInt32> {
            decisions[limit.decide(address(0xC000_0000 &+ number &* 2_654_435_761), at: start), default: 0] +=
                1
        }
        let passes = decisions[.passes] ?? 0
        #expect(passes <= LineRateLimit.senders + 1000)
        #expect(decisions[.exceedsAmongOthers] == 100_000 - passes)
        #expect(decisions[.exceeds] == nil)
        #expect(passed(2000, of: address(0x0A00_0001), at: start, &limit) == 999)
    }

    @Test func `a place comes free when its sender was silent for a minute`() {
        var limit = LineRateLimit(linesPerSecond: 10)
        for number in 0..<1_000_000 as Range<UInt32> { _ = limit.decide(address(number), at: start) }
        let new = address(0xC0A8_0101)
        #expect(limit.decide(new, at: after(59_000_000)) == .passes)
        #expect(passed(100, of: new, at: after(59_000_000), &limit) < 10)
        #expect(limit.decide(new, at: after(59_000_000)) == .exceedsAmongOthers)
        #expect(passed(100, of: new, at: after(60_000_000), &limit) == 10)
        #expect(limit.decide(new, at: after(60_000_000)) == .exceeds)
    }

    @Test func `a clock that is set back neither gives nor takes`() {
        var limit = LineRateLimit(linesPerSecond: 1000)
        #expect(passed(1500, of: address(1), at: start, &limit) == 1000)
        #expect(passed(10, of: address(1), at: start - .seconds(3600), &limit) == 0)
        #expect(passed(1000, of: address(1), at: start - .seconds(3600) + .milliseconds(50), &limit) == 50)
        for number in 0..<100_000 as Range<UInt32> { _ = limit.decide(address(number), at: start) }
        // The places of the future are no reason to have none.
        #expect(limit.decide(address(0xC0A8_0101), at: start - .seconds(3600)) == .passes)
        #expect(passed(2000, of: address(0xC0A8_0101), at: start - .seconds(3600), &limit) == 999)
    }

    @Test(arguments: [Instant.distantPast, Instant(microseconds: 0), Instant(microseconds: .max)])
    func `any time is one`(time: Instant) {
        var limit = LineRateLimit(linesPerSecond: 10)
        for sender in [IPAddress.unspecified, address(1), IPAddress(high: .max, low: .max)] {
            _ = passed(20, of: sender, at: time, &limit)
            _ = passed(20, of: sender, at: start, &limit)
        }
        #expect(limit.decide(.unspecified, at: start) == .exceeds)
    }

    @Test func `Unix sockets have one sender`() {
        var limit = LineRateLimit(linesPerSecond: 10)
        #expect(passed(20, of: .unspecified, at: start, &limit) == 10)
        #expect(passed(20, of: address(1), at: start, &limit) == 10)
    }
}
