// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import Testing

/// Seconds since the epoch of a time in UTC.
private func at(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0, _ second: Int = 0)
    -> Int64
{
    CivilDate.secondsSinceEpoch(
        year: year, month: month, day: day, hour: hour, minute: minute, second: second)
}

private let week: Int64 = 604_800

@Suite struct CronScheduleTests {
    /// Every minute of two years, against the fields one by one.
    @Test(arguments: [
        "0 2 * * SUN", "*/15 * * * *", "30 4 1,15 * *", "0 0 13 * FRI", "59 23 31 * *",
        "5-10/2 8-18 * JAN-MAR MON-FRI",
        "0 12 29 2 *", "0 1 * * 7", "0 1 * * 5-7", "7 * */2 * 1", "* * * 12 *",
    ])
    func `it comes when each of its fields says so`(text: String) throws {
        let schedule = try CronSchedule(text)
        let fields = text.split(separator: " ").map(String.init)
        var last: Int64?
        // From 2027, so that 29 February 2028 is among them.
        for minute in 0..<(731 * 1440) {
            let second = at(2027, 1, 1) + Int64(minute) * 60
            if Self.fits(fields, CivilDate(Instant(seconds: second))) { last = second }
            // In the first week the latest may have been in the year before.
            guard minute % 97 == 0, minute >= 7 * 1440 else { continue }
            let expected = last.flatMap { second + 17 - $0 < week ? $0 : nil }
            #expect(schedule.latest(atOrBefore: second + 17, within: week) == expected, "\(second)")
        }
        #expect(last != nil)
    }

    /// The rule of cron, read off the text.
    private static func fits(_ fields: [String], _ date: CivilDate) -> Bool {
        let day = has(fields[2], date.day, 1...31)
        let weekday =
            has(fields[4], date.weekday, 0...6)
            || (date.weekday == 0 && has(fields[4], 7, 0...7, isSeven: true))
        let isEither = !fields[2].hasPrefix("*") && !fields[4].hasPrefix("*")
        return has(fields[0], date.minute, 0...59) && has(fields[1], date.hour, 0...23)
            && has(fields[3], date.month, 1...12) && (isEither ? day || weekday : day && weekday)
    }

    private static func has(_ field: String, _ value: Int, _ all: ClosedRange<Int>, isSeven: Bool = false)
        -> Bool
    {
        field.split(separator: ",").contains { item in
            let parts = item.split(separator: "/")
            let step = parts.count == 2 ? Int(parts[1]) ?? 1 : 1
            if parts[0] == "*" { return !isSeven && (value - all.lowerBound) % step == 0 }
            let ends = parts[0].split(separator: "-").map { number(String($0)) }
            return value >= ends[0] && value <= ends[ends.count - 1] && (value - ends[0]) % step == 0
        }
    }

    private static func number(_ text: String) -> Int {
        let days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        let months = ["JAN", "FEB", "MAR"]
        return Int(text) ?? days.firstIndex(of: text) ?? (months.firstIndex(of: text) ?? 0) + 1
    }

    @Test func `month ends and leap days`() throws {
        let end = try CronSchedule("0 3 31 * *")
        #expect(end.latest(atOrBefore: at(2026, 11, 30, 12), within: week) == nil)
        #expect(end.latest(atOrBefore: at(2027, 1, 1), within: week) == at(2026, 12, 31, 3))
        let leap = try CronSchedule("0 0 29 FEB *")
        #expect(leap.latest(atOrBefore: at(2028, 3, 1), within: week) == at(2028, 2, 29))
        #expect(leap.latest(atOrBefore: at(2027, 3, 1), within: week) == nil)
        #expect(leap.latest(atOrBefore: at(2100, 3, 1), within: week) == nil)
        #expect(leap.latest(atOrBefore: at(2000, 3, 1), within: week) == at(2000, 2, 29))
    }

    @Test func `names in any case, and a week that ends on Sunday`() throws {
        let long = try CronSchedule("0 22 * dec fri-sun")
        // 2026-12-06 is a Sunday.
        #expect(long.latest(atOrBefore: at(2026, 12, 6, 23), within: 7200) == at(2026, 12, 6, 22))
        #expect(long.latest(atOrBefore: at(2026, 12, 7, 23), within: 7200) == nil)
    }

    @Test(arguments: [
        ("0 2 * *", "it has 4 fields, expected five: minute, hour, day of month, month, day of week"),
        ("", "it has 0 fields, expected five: minute, hour, day of month, month, day of week"),
        (
            "60 2 * * *",
            "its minute is '60', expected 0 to 59, with lists, ranges and steps such as 1,3,5-9 and */2"
        ),
        (
            "0 24 * * *",
            "its hour is '24', expected 0 to 23, with lists, ranges and steps such as 1,3,5-9 and */2"
        ),
        (
            "0 0 0 * *",
            "its day of month is '0', expected 1 to 31, with lists, ranges and steps such as 1,3,5-9 and */2"
        ),
        (
            "0 0 * JANUARY *",
            "its month is 'JANUARY', expected 1 to 12, or JAN to DEC, with lists, ranges and steps such as 1,3,5-9 and */2"
        ),
        (
            "0 0 * * 8",
            "its day of week is '8', expected 0 to 7, or SUN to SAT, with lists, ranges and steps such as 1,3,5-9 and */2"
        ),
        ("0 0 30 2 *", "none of its months has such a day, expected a date that comes"),
        ("0 0 31 4,6,9,11 *", "none of its months has such a day, expected a date that comes"),
    ])
    func `mistakes`(text: String, message: String) {
        #expect(throws: CronError.self) { try CronSchedule(text) }
        do throws(CronError) { _ = try CronSchedule(text) } catch { #expect(error.message == message) }
    }

    @Test(arguments: [
        "-1 0 * * *", "+1 0 * * *", "1- 0 * * *", "5-1 0 * * *", "1,,2 0 * * *", ", 0 * * *", "*/0 0 * * *",
        "*/60 0 * * *", "5/2 0 * * *", "*-5 0 * * *", "1.5 0 * * *", "0x1 0 * * *", "001 0 * * *",
        "MON 0 * * *",
        "\u{661} 0 * * *", "* * * * SUN/", "1/1/1 * * * *", "@daily", "* * * \u{1B}[2J *",
        "99999999999999999999 0 * * *",
    ])
    func `what is no schedule is refused`(text: String) {
        #expect(throws: CronError.self) { try CronSchedule(text) }
    }
}

@Suite struct SuppressionPlanTests {
    @Test func `a window is open from its start for so long, in its own zone`() throws {
        // 2 o'clock on Sunday in a zone one hour ahead: 1 o'clock UTC. 2026-11-22 is a Sunday.
        let window = MaintenanceWindow(
            service: nil,
            time: .recurring(try CronSchedule("0 2 * * SUN"), lasting: 7200, offset: 3600), reason: "")
        #expect(window.end(at: at(2026, 11, 22, 0, 59, 59)) == nil)
        #expect(window.end(at: at(2026, 11, 22, 1)) == at(2026, 11, 22, 3))
        #expect(window.end(at: at(2026, 11, 22, 2, 59, 59)) == at(2026, 11, 22, 3))
        #expect(window.end(at: at(2026, 11, 22, 3)) == nil)
        // A window that outlasts midnight and the end of the year.
        let late = MaintenanceWindow(
            service: nil, time: .recurring(try CronSchedule("0 23 31 12 *"), lasting: 14_400, offset: 0),
            reason: "")
        #expect(late.end(at: at(2027, 1, 1, 2, 59, 59)) == at(2027, 1, 1, 3))
        #expect(late.end(at: at(2027, 1, 1, 3)) == nil)
    }

    @Test func `windows that meet are one`() throws {
        let window = MaintenanceWindow(
            service: nil, time: .recurring(try CronSchedule("0 * * * *"), lasting: 5400, offset: 0),
            reason: "")
        #expect(window.end(at: at(2026, 11, 22, 4, 15)) == at(2026, 11, 22, 5, 30))
        for minute in 0..<1440 { #expect(window.end(at: at(2026, 11, 22) + Int64(minute) * 60) != nil) }
    }

    @Test func `a single window is open once`() {
        let window = MaintenanceWindow(
            service: "web", time: .once(TimeSpan(from: 100, until: 200)), reason: "")
        #expect([99, 100, 199, 200].map { window.end(at: $0) } == [nil, 200, 200, nil])
    }
}
