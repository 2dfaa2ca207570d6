// SPDX-License-Identifier: Apache-2.0

/// A point in time: microseconds since the Unix epoch, UTC. Stages get it as an argument and never read a clock.
public struct Instant: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Microseconds since 1970-01-01T00:00:00Z; negative before it.
    public var microseconds: Int64

    /// So many microseconds after the epoch.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Saturates instead of overflowing, since the number may come from the network.
    public init(milliseconds: Int64) {
        let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1000)
        microseconds = overflow ? (milliseconds < 0 ? .min : .max) : product
    }

    /// Saturates instead of overflowing, since the number may come from the network.
    public init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        microseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Whole seconds since the epoch, rounded down.
    public var seconds: Int64 {
        let quotient = microseconds / 1_000_000
        return microseconds < 0 && quotient &* 1_000_000 != microseconds ? quotient &- 1 : quotient
    }

    /// Milliseconds since the epoch, rounded toward zero.
    public var milliseconds: Int64 { microseconds / 1000 }

    /// Never reached by real traffic; stands for "not known yet".
    public static var distantPast: Instant { Instant(microseconds: .min) }

    /// Whether `left` is the earlier.
    public static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }

    /// The later instant by `interval`, saturating.
    public static func + (left: Instant, interval: Interval) -> Instant {
        let (sum, overflow) = left.microseconds.addingReportingOverflow(interval.microseconds)
        return Instant(microseconds: overflow ? (interval.microseconds < 0 ? .min : .max) : sum)
    }

    /// The earlier instant by `interval`, saturating.
    public static func - (left: Instant, interval: Interval) -> Instant {
        let (difference, overflow) = left.microseconds.subtractingReportingOverflow(interval.microseconds)
        return Instant(microseconds: overflow ? (interval.microseconds < 0 ? .max : .min) : difference)
    }

    /// The time from `right` to `left`, saturating.
    public static func - (left: Instant, right: Instant) -> Interval {
        let (difference, overflow) = left.microseconds.subtractingReportingOverflow(right.microseconds)
        return Interval(microseconds: overflow ? (left.microseconds < 0 ? .min : .max) : difference)
    }
}

/// A span of time in microseconds, signed. (Swift's `Duration` is 128 bits wide: too wide for records.)
public struct Interval: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Signed length.
    public var microseconds: Int64

    /// So many microseconds.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// So many seconds.
    public static func seconds(_ count: Int64) -> Interval { Interval(microseconds: count &* 1_000_000) }
    /// So many milliseconds.
    public static func milliseconds(_ count: Int64) -> Interval { Interval(microseconds: count &* 1000) }

    /// Seconds with their fraction.
    public var seconds: Double { Double(microseconds) / 1e6 }

    /// Whether `left` is the shorter.
    public static func < (left: Interval, right: Interval) -> Bool { left.microseconds < right.microseconds }
}

extension Instant {
    /// RFC 3339 in UTC with `digits` digits of fraction (0…6), such as `2026-11-21T02:02:45.123Z`.
    public func rfc3339(digits: Int = 3) -> String {
        let date = CivilDate(self)
        var text = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T\(date.clock)"
        if digits > 0 {
            text += "." + String(padded(date.microsecond, 6).prefix(digits))
        }
        return text + "Z"
    }
}

/// Year, month, day and time of day in UTC, proleptic Gregorian calendar.
public struct CivilDate: Equatable, Sendable {
    /// Month and day count from 1; the year may be negative.
    public var year: Int, month: Int, day: Int
    /// Time of day.
    public var hour: Int, minute: Int, second: Int, microsecond: Int
    /// 0 is Sunday.
    public var weekday: Int

    /// The date of an instant.
    public init(_ instant: Instant) {
        let seconds = Int(instant.seconds)
        microsecond = Int(instant.microseconds &- Int64(seconds) &* 1_000_000)
        var days = seconds / 86400
        if seconds % 86400 < 0 { days -= 1 }
        let rest = seconds - days * 86400
        (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
        weekday = ((days + 4) % 7 + 7) % 7
        // Era arithmetic: 400-year cycles of 146,097 days that begin on 1 March.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// `HH:MM:SS`.
    public var clock: String { "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))" }

    /// Seconds since the epoch of a date in UTC; fields out of range carry over.
    public static func secondsSinceEpoch(
        year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
    ) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return Int64(days * 86400 + hour * 3600 + minute * 60 + second)
    }
}

/// `value` in decimal with leading zeros up to `width`.
private func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return digits.count >= width ? digits : String(repeating: "0", count: width - digits.count) + digits
}
