// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Dates and times as people write them down: RFC 3339.
enum TimeText {
    /// Seconds since the epoch of `2026-11-27T18:00:00Z`, `2026-11-27T19:00+01:00`; a space may stand for the T, seconds may
    /// be left out. Nil for anything else, dates that no calendar has included.
    static func second(_ text: String) -> Int64? {
        guard let split = text.firstIndex(where: { $0 == "T" || $0 == "t" || $0 == " " }) else { return nil }
        let rest = text[text.index(after: split)...]
        guard let end = rest.firstIndex(where: { "Zz+-".contains($0) }), let date = date(text[..<split]),
            let clock = clock(rest[..<end]), let offset = zone(rest[end...])
        else { return nil }
        let seconds = CivilDate.secondsSinceEpoch(
            year: date.year, month: date.month, day: date.day, hour: clock.hour, minute: clock.minute,
            second: clock.second)
        // The 31st of June would be the first of July.
        guard CivilDate(Instant(seconds: seconds)).day == date.day else { return nil }
        return seconds - offset
    }

    /// Seconds ahead of UTC of `+01:00`; nil for anything else.
    static func offset(_ text: String) -> Int64? {
        guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
        let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let hours = number(parts[0], 2, 0...14),
            let minutes = number(parts[1], 2, 0...59)
        else { return nil }
        return Int64((sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60))
    }

    private static func zone(_ text: Substring) -> Int64? {
        text == "Z" || text == "z" ? 0 : offset(String(text))
    }

    private static func date(_ text: Substring) -> (year: Int, month: Int, day: Int)? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0], 4, 1970...9999),
            let month = number(parts[1], 2, 1...12),
            let day = number(parts[2], 2, 1...31)
        else { return nil }
        return (year, month, day)
    }

    private static func clock(_ text: Substring) -> (hour: Int, minute: Int, second: Int)? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let hour = number(parts[0], 2, 0...23),
            let minute = number(parts[1], 2, 0...59)
        else { return nil }
        guard parts.count == 3 else { return (hour, minute, 0) }
        return number(parts[2], 2, 0...59).map { (hour, minute, $0) }
    }

    /// So many digits.
    private static func number(_ text: Substring, _ digits: Int, _ range: ClosedRange<Int>) -> Int? {
        guard text.utf8.count == digits, let number = Quantities.integer(String(text)), range.contains(number)
        else { return nil }
        return number
    }
}
