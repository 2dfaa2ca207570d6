// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct EventClockTests {
    /// A request that began at 02:02:45.900 on haproxy's clock and took 50 ms.
    private static let line = HaproxyFormatTests.line(timers: "0/0/0/50/50")
    private static let ended = Instant(milliseconds: 1_795_226_565_957)

    private static func time(arrivalSeconds: Double) -> Instant? {
        let arrival = ended + Interval(microseconds: Int64(arrivalSeconds * 1e6))
        return TestNetwork.read(line, arrival: arrival).single?.time
    }

    @Test(arguments: [0.0, 0.2, 30, 59, 400, 1300])
    func ownDateCounts(delay: Double) {
        #expect(Self.time(arrivalSeconds: delay) == Self.ended)
    }

    @Test(arguments: [-1.0, -300])
    func nothingHappensAfterItsLine(delay: Double) {
        let arrival = Self.ended + Interval(microseconds: Int64(delay * 1e6))
        #expect(Self.time(arrivalSeconds: delay) == arrival)
    }

    @Test(arguments: [-3600, -7200, 5 * 3600, -19800, -20700, 12 * 3600, -14 * 3600])
    func localTimeIsRecognised(offset: Int) {
        let arrival = Self.ended + .seconds(Int64(offset)) + .milliseconds(20)
        #expect(
            TestNetwork.read(Self.line, arrival: arrival).single?.time == Self.ended + .seconds(Int64(offset))
        )
    }

    @Test(arguments: [86400.0, -86400, 4000, 1e9])
    func unbelievableDateGivesWayToTheArrival(delay: Double) {
        let arrival = Self.ended + Interval(microseconds: Int64(delay * 1e6))
        #expect(Self.time(arrivalSeconds: delay) == arrival)
    }

    @Test func dateWithZoneIsTakenAtItsWord() {
        // One hour off is within the tolerance, two are not: no guess is made at a zone that the line names.
        for (seconds, believed) in [(3599, true), (3602, false), (7200, false)] {
            let arrival = Instant(microseconds: 1_795_226_565_999_999) + .seconds(Int64(seconds))
            let time = TestNetwork.read(NginxAccessLineTests.line(), arrival: arrival).single?.time
            #expect(time == (believed ? Instant(microseconds: 1_795_226_565_999_999) : arrival))
        }
    }

    @Test func linesOfAFileKeepTheirDates() {
        var limits = SignalLimits()
        limits.dateTolerance = Interval(microseconds: .max)
        var parser = TestNetwork.parser(limits: limits)
        #expect(parser.read(Self.line, arrival: Instant(microseconds: .max)).single?.time == Self.ended)
    }

    @Test(arguments: [
        "00/Nov/2026:02:02:45.900", "21/Nov/0000:02:02:45.900", "21/Nix/2026:02:02:45.900",
        "21/Nov/2026:24:02:45.900",
        "21/Nov/2026:02:60:45.900", "x", "", "99/Dec/9999:99:99:99.999999999999999999999",
    ])
    func impossibleDateGivesWayToTheArrival(date: String) throws {
        let line = Self.line.replacing("21/Nov/2026:02:02:45.907", with: date)
        let outcome = try #require(TestNetwork.read(line).single)
        #expect(outcome.time == TestNetwork.arrival)
    }
}
