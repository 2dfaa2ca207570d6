// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// A date as a line states it.
struct LoggedDate: Equatable {
    /// The date read as UTC unless it names its offset.
    var instant: Instant
    /// Whether the date names its offset from UTC.
    var hasZone: Bool
    /// Whether the date stands for a whole second, of which `instant` is the beginning.
    var isWholeSecond: Bool
}

extension Span<UInt8> {
    /// `21/Nov/2026:02:02:43`, with `.907` and ` +0000` if they are there (Common Log Format, haproxy).
    func commonLogDate(_ range: Range<Int>) -> LoggedDate? {
        let (start, end) = (range.lowerBound, range.upperBound)
        guard range.count >= 20, self[start &+ 2] == ASCII.slash, self[start &+ 6] == ASCII.slash,
            self[start &+ 11] == ASCII.colon, let month = month(at: start &+ 3),
            let day = digits(2, at: start, end: end), let year = digits(4, at: start &+ 7, end: end)
        else { return nil }
        return date(year: year, month: month, day: day, clock: start &+ 12, end: end)
    }

    /// `2026-11-21T02:02:45+00:00`, `2026/11/21 02:15:02` or `2026.11.21 02:16:42`: RFC 3339, nginx error lines, stunnel.
    func numericDate(_ range: Range<Int>) -> LoggedDate? {
        let (start, end) = (range.lowerBound, range.upperBound)
        guard range.count >= 19, let year = digits(4, at: start, end: end),
            let month = digits(2, at: start &+ 5, end: end), let day = digits(2, at: start &+ 8, end: end)
        else { return nil }
        return date(year: year, month: month, day: day, clock: start &+ 11, end: end)
    }

    /// A date of the given form that fills `range`.
    func date(_ range: Range<Int>, _ form: DateForm) -> LoggedDate? {
        switch form {
        case .common: commonLogDate(range)
        case .numeric: numericDate(range)
        case .epoch(let unit): epochDate(range, unit)
        case .any:
            number(range) == nil && microseconds(range) == nil ? writtenDate(range) : epochOfAnyUnit(range)
        }
    }

    private func writtenDate(_ range: Range<Int>) -> LoggedDate? {
        numericDate(range) ?? commonLogDate(range)
    }

    /// A number since the epoch, with a fraction if there is one, as nginx `$msec`.
    private func epochDate(_ range: Range<Int>, _ unit: TimeUnit) -> LoggedDate? {
        let point = first(ASCII.dot, in: range)
        let whole = number(range.lowerBound..<(point ?? range.upperBound))
        let count: UInt64? =
            switch unit {
            case .nanoseconds: whole.map { $0 / 1000 }
            case .microseconds: whole
            // A fraction counts down to the microsecond.
            case .milliseconds, .seconds: microseconds(range).map { unit.microseconds(millionths: $0) }
            }
        guard let count, let time = Int64(exactly: count) else { return nil }
        return LoggedDate(
            instant: Instant(microseconds: time), hasZone: true,
            isWholeSecond: unit == .seconds && point == nil)
    }

    /// Seconds have eleven digits from the year 5138 on; milliseconds had twelve until 2001, and so on.
    private func epochOfAnyUnit(_ range: Range<Int>) -> LoggedDate? {
        let digits = (first(ASCII.dot, in: range) ?? range.upperBound) &- range.lowerBound
        let unit: TimeUnit =
            switch digits {
            case ...11: .seconds
            case 12...14: .milliseconds
            case 15...17: .microseconds
            default: .nanoseconds
            }
        return epochDate(range, unit)
    }

    /// The rest of a date, from `HH:MM:SS` at `clock`; nil when a field is out of its range.
    private func date(year: Int, month: Int, day: Int, clock: Int, end: Int) -> LoggedDate? {
        guard year >= 1970, month >= 1, month <= 12, day >= 1, day <= 31,
            let hour = digits(2, at: clock, end: end), hour < 24,
            let minute = digits(2, at: clock &+ 3, end: end), minute < 60,
            let second = digits(2, at: clock &+ 6, end: end), second <= 60
        else { return nil }
        let seconds = CivilDate.secondsSinceEpoch(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        var scanner = ByteScanner(min(clock &+ 8, end)..<end)
        var fraction: Int64?
        if let mark = scanner.peek(in: self), mark == ASCII.dot || mark == ASCII.comma {
            scanner.move(to: scanner.position &+ 1)
            fraction = self.fraction(&scanner)
        }
        _ = scanner.skip(ASCII.space, in: self)
        let zone = offset(scanner.rest)
        return LoggedDate(
            instant: Instant(microseconds: seconds &* 1_000_000 &+ (fraction ?? 0) &- (zone ?? 0)),
            hasZone: zone != nil, isWholeSecond: fraction == nil)
    }

    /// Digits behind the decimal point, in microseconds.
    private func fraction(_ scanner: inout ByteScanner) -> Int64 {
        var (value, unit): (Int64, Int64) = (0, 100_000)
        while let byte = scanner.peek(in: self), let digit = ASCII.digit(byte) {
            value &+= Int64(digit) &* unit
            unit /= 10
            scanner.move(to: scanner.position &+ 1)
        }
        return value
    }

    /// `Z`, `+0100` or `+01:00`, in microseconds east of UTC.
    func offset(_ range: Range<Int>) -> Int64? {
        guard let sign = range.isEmpty ? nil : self[range.lowerBound] else { return nil }
        if sign == 0x5A { return 0 }
        guard sign == 0x2B || sign == ASCII.minus, range.count >= 5,
            let hours = digits(2, at: range.lowerBound &+ 1, end: range.upperBound)
        else { return nil }
        let colon = self[range.lowerBound &+ 3] == ASCII.colon ? 1 : 0
        guard let minutes = digits(2, at: range.lowerBound &+ 3 &+ colon, end: range.upperBound) else {
            return nil
        }
        let total = Int64(hours &* 60 &+ minutes) &* 60_000_000
        return sign == ASCII.minus ? -total : total
    }

    /// The month that the three letters at `position` name; at least three bytes must stand there.
    func month(at position: Int) -> Int? {
        let letters =
            UInt32(self[position]) << 16 | UInt32(self[position &+ 1]) << 8 | UInt32(self[position &+ 2])
        return switch letters {
        case 0x4A616E: 1
        case 0x466562: 2
        case 0x4D6172: 3
        case 0x417072: 4
        case 0x4D6179: 5
        case 0x4A756E: 6
        case 0x4A756C: 7
        case 0x417567: 8
        case 0x536570: 9
        case 0x4F6374: 10
        case 0x4E6F76: 11
        case 0x446563: 12
        default: nil
        }
    }
}
