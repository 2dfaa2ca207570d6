// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct SenderClocksTests {
    private static let start: Int64 = 1_795_226_566_000

    /// One line a second, each of which names the millisecond in which its request ended.
    ///
    /// - Parameters:
    ///   - ahead: milliseconds that the sender's clock is ahead.
    ///   - delays: milliseconds from the end of the request to the arrival of its line.
    /// - Returns: how many milliseconds too late each request is said to have ended.
    private static func errors(
        ahead: Int64, delays: [Int64], _ parser: inout SignalParser, from first: Int64 = 0
    ) -> [Int64] {
        delays.enumerated().map { index, delay in
            let ended = start + (first + Int64(index)) * 1000
            let time = read(ended + ahead, arrival: ended + delay, &parser)
            return ((time ?? Instant(microseconds: 0)) - Instant(milliseconds: ended)).microseconds / 1000
        }
    }

    private static func read(_ date: Int64, arrival: Int64, _ parser: inout SignalParser) -> Instant? {
        let fraction = String(1000 + date % 1000).dropFirst()
        return parser.read(
            "<142>Nov 21 02:02:45 vm nginx: \(date / 1000).\(fraction) 200",
            arrival: Instant(milliseconds: arrival)
        ).single?.time
    }

    private static func parser() -> SignalParser {
        TestNetwork.parser([
            LogRule(format: TestNetwork.format("$msec $status"), service: TestNetwork.fixed("web-http"))
        ])
    }

    @Test func trueClockIsLeftAlone() {
        var parser = Self.parser()
        let delays = (0..<60).map { Int64($0 % 4) * 1500 }
        #expect(Self.errors(ahead: 0, delays: delays, &parser).allSatisfy { $0 == 0 })
    }

    @Test(arguments: [400, 70_000, 3_000_000])
    func clockThatIsAheadIsCorrected(ahead: Int64) {
        var parser = Self.parser()
        let errors = Self.errors(ahead: ahead, delays: [900, 20, 900, 20, 5000], &parser)
        // The first is believed unless it lies ahead of its arrival. The line that came soonest shows the clock; nothing is said to have ended after its line came.
        #expect(errors == [min(900, ahead), 20, 20, 20, 20])
    }

    @Test(arguments: [-2500, -70_000, -1_800_000])
    func clockThatIsBehindIsCorrectedOnceItIsCertain(behind: Int64) {
        var parser = Self.parser()
        let delays = [Int64](repeating: 30, count: 30) + [800]
        let errors = Self.errors(ahead: behind, delays: delays, &parser)
        #expect(errors[0] == behind)
        #expect(errors[29] == 30)
        #expect(errors[30] == 30)
    }

    @Test func linesThatAreOnlyLateAreNotTakenForAClock() {
        var parser = Self.parser()
        let delays = (0..<60).map { $0 % 10 == 9 ? Int64(100) : 8000 }
        #expect(Self.errors(ahead: 0, delays: delays, &parser).allSatisfy { $0 == 0 })
    }

    @Test func clockThatIsSetRightIsBelievedAgain() {
        var parser = Self.parser()
        _ = Self.errors(ahead: 60_000, delays: [Int64](repeating: 20, count: 400), &parser)
        let errors = Self.errors(ahead: 0, delays: [Int64](repeating: 20, count: 900), &parser, from: 400)
        #expect(errors.last == 0)
    }

    @Test func hostileDatesOfTheFarFutureSpoilNoClock() {
        var parser = Self.parser()
        _ = Self.read(Self.start + 86_400_000, arrival: Self.start, &parser)
        #expect(Self.errors(ahead: 0, delays: [20, 2000], &parser) == [0, 0])
    }
}
