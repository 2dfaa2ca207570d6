// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// When something happens again and again, in the five fields of cron: minute, hour, day of month, month, day of week.
///
/// Pure: it knows UTC alone. Where days of the month and of the week are both restricted, either is enough, as in cron.
package struct CronSchedule: Equatable, Sendable {
    /// As it was written.
    package let text: String
    /// A bit for each value.
    private let minutes: UInt64
    private let hours: UInt64
    private let days: UInt64
    private let months: UInt64
    /// 0 is Sunday.
    private let weekdays: UInt64
    /// The field was `*`, or began with it.
    private let anyDay: Bool
    private let anyWeekday: Bool

    /// - Throws: what is wrong with it and what is expected.
    package init(_ text: String) throws(CronError) {
        let fields = text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        guard fields.count == CronField.allCases.count else {
            throw CronError(
                "it has \(fields.count) fields, expected five: minute, hour, day of month, month, day of week"
            )
        }
        self.text = fields.joined(separator: " ")
        minutes = try CronField.minute.values(fields[0])
        hours = try CronField.hour.values(fields[1])
        days = try CronField.day.values(fields[2])
        months = try CronField.month.values(fields[3])
        let named = try CronField.weekday.values(fields[4])
        weekdays = (named | named >> 7) & 0x7F
        (anyDay, anyWeekday) = (fields[2].hasPrefix("*"), fields[4].hasPrefix("*"))
        guard !anyWeekday || hasDay else {
            throw CronError("none of its months has such a day, expected a date that comes")
        }
    }

    /// Whether any of the months has one of the days.
    private var hasDay: Bool {
        (1...12).contains { month in
            let lengths: [UInt64] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            let possible = (UInt64(1) << (lengths[month - 1] + 1)) - 1
            return months >> UInt64(month) & 1 != 0 && days & possible != 0
        }
    }

    /// The latest second at or before `second`, and less than `span` seconds before it, at which it happens; nil for none.
    ///
    /// - Complexity: a step for each day of `span`.
    package func latest(atOrBefore second: Int64, within span: Int64) -> Int64? {
        let today = second >= 0 ? second / 86400 : (second - 86399) / 86400
        var day = today
        while (day + 1) * 86400 > second - span + 1 {
            let limit = day == today ? Int((second - day * 86400) / 60) : 1439
            if matches(CivilDate(Instant(seconds: day * 86400))), let minute = latestMinute(atMost: limit) {
                let found = day * 86400 + Int64(minute) * 60
                return found > second - span ? found : nil
            }
            day -= 1
        }
        return nil
    }

    private func matches(_ date: CivilDate) -> Bool {
        guard months >> UInt64(date.month) & 1 != 0 else { return false }
        let isDay = days >> UInt64(date.day) & 1 != 0
        let isWeekday = weekdays >> UInt64(date.weekday) & 1 != 0
        return anyDay || anyWeekday ? isDay && isWeekday : isDay || isWeekday
    }

    /// The latest minute of a day, at most `limit`.
    private func latestMinute(atMost limit: Int) -> Int? {
        var hour = limit / 60
        var possible = minutes & (UInt64(1) << UInt64(limit % 60 + 1) - 1)
        while hour >= 0 {
            if hours >> UInt64(hour) & 1 != 0, possible != 0 {
                return hour * 60 + 63 - possible.leadingZeroBitCount
            }
            (hour, possible) = (hour - 1, minutes)
        }
        return nil
    }
}

/// What is wrong with a schedule, and what is expected.
package struct CronError: Error, Equatable {
    /// `its hour is '25', expected …`
    package let message: String

    init(_ message: String) { self.message = message }
}

/// A field of a schedule.
private enum CronField: CaseIterable {
    case minute, hour, day, month, weekday

    var name: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .day: "day of month"
        case .month: "month"
        case .weekday: "day of week"
        }
    }

    /// Of days of the week, 7 is Sunday again.
    var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .day: 1...31
        case .month: 1...12
        case .weekday: 0...7
        }
    }

    /// Names of the first values.
    private var names: [String] {
        switch self {
        case .minute, .hour, .day: []
        case .month: ["", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .weekday: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        }
    }

    /// A bit for each value of a list such as `*`, `*/15`, `8-18`, `MON-FRI`, `1,15`, `0-30/10`.
    func values(_ text: String) throws(CronError) -> UInt64 {
        var bits: UInt64 = 0
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let found = self.item(item) else { throw wrong(text) }
            bits |= found
        }
        return bits
    }

    private func item(_ text: Substring) -> UInt64? {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let values = range(parts[0], hasStep: parts.count == 2) else { return nil }
        var step = 1
        if parts.count == 2 {
            guard let number = number(parts[1]), (1...range.upperBound).contains(number) else { return nil }
            step = number
        }
        return stride(from: values.lowerBound, through: values.upperBound, by: step)
            .reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
    }

    /// `*`, a value or two with a hyphen; a value with a step reaches to the end.
    private func range(_ text: Substring, hasStep: Bool) -> ClosedRange<Int>? {
        // Of the days of the week, 7 would be Sunday twice.
        if text == "*" { return range.lowerBound...(self == .weekday ? 6 : range.upperBound) }
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = value(ends[0]) else { return nil }
        guard ends.count == 2 else { return hasStep ? nil : first...first }
        guard var last = value(ends[1]) else { return nil }
        // FRI-SUN ends with the week.
        if self == .weekday, last == 0 { last = 7 }
        return first <= last ? first...last : nil
    }

    private func value(_ text: Substring) -> Int? {
        if let index = names.firstIndex(of: text.uppercased()), !text.isEmpty { return index }
        return number(text).flatMap { range.contains($0) ? $0 : nil }
    }

    private func number(_ text: Substring) -> Int? {
        guard (1...2).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private func wrong(_ text: String) -> CronError {
        let named = names.last.map { ", or \(names.first { !$0.isEmpty } ?? "") to \($0)" } ?? ""
        return CronError(
            "its \(name) is '\(SafeText.escaped(text))', expected \(range.lowerBound) to \(range.upperBound)"
                + "\(named), with lists, ranges and steps such as 1,3,5-9 and */2")
    }
}
