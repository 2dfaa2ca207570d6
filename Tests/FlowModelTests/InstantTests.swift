// SPDX-License-Identifier: Apache-2.0

import FlowModel
import TestSupport
import Testing

@Suite struct InstantTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_795_226_565_123_456, "2026-11-21T02:02:45.123Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (4_107_542_399_000_000, "2100-02-28T23:59:59.000Z"),
        (4_107_542_400_000_000, "2100-03-01T00:00:00.000Z"),
    ])
    func rfc3339(microseconds: Int, text: String) {
        #expect(Instant(microseconds: Int64(microseconds)).rfc3339() == text)
    }

    @Test func datesGoThereAndBack() {
        var random = SeededRandom(seed: 2)
        for _ in 0..<5000 {
            let instant = Instant(
                seconds: Int64.random(in: -62_135_596_800...253_402_300_799, using: &random))
            let date = CivilDate(instant)
            let seconds = CivilDate.secondsSinceEpoch(
                year: date.year, month: date.month, day: date.day, hour: date.hour, minute: date.minute,
                second: date.second)
            #expect(seconds == instant.seconds)
        }
    }

    @Test func weekdays() {
        #expect(CivilDate(Instant(seconds: 0)).weekday == 4)
        #expect(CivilDate(Instant(seconds: 1_795_226_565)).weekday == 6)
        #expect(CivilDate(Instant(seconds: -86400)).weekday == 3)
    }

    @Test func hostileTimesSaturate() {
        #expect(Instant(seconds: .max).microseconds == .max)
        #expect(Instant(milliseconds: .min).microseconds == .min)
        let last = Instant(microseconds: .max)
        #expect(last + .seconds(1) == last)
        #expect(Instant(microseconds: .min) - .seconds(1) == Instant(microseconds: .min))
        #expect((last - Instant(microseconds: .min)).microseconds == .max)
        #expect(Instant(microseconds: .min).seconds == -9_223_372_036_855)
    }

    @Test(arguments: [1e-9, 0.5, 1, 2, 2.718_281_828_459_045, 10, 4096.5, 1e18])
    func naturalLogarithmIsThatOfTheCLibrary(x: Double) {
        // ln x = 2 ln √x checks it against itself; known values anchor it.
        #expect(abs(naturalLogarithm(x) - 2 * naturalLogarithm(x.squareRoot())) < 1e-11)
        #expect(naturalLogarithm(1) == 0)
        #expect(abs(naturalLogarithm(10) - 2.302_585_092_994_046) < 1e-12)
    }
}
