// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// A date that a format puts together from parts, as `strftime` does.
struct DateParts {
    private var year = 0
    private var month = 0
    private var day = 0
    private var clock: (hour: Int, minute: Int, second: Int) = (0, 0, 0)
    private var fraction: Int64?
    private var zone: Int64?

    init() {}

    /// False when `range` is no such part.
    mutating func take(_ part: DatePart, _ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        switch part {
        case .monthName:
            guard range.count == 3, let number = bytes.month(at: range.lowerBound) else { return false }
            month = number
        case .zone:
            guard let offset = bytes.offset(range) else { return false }
            zone = offset
        default:
            guard range.count <= 6, let number = bytes.number(range) else { return false }
            take(part, Int(truncatingIfNeeded: number))
        }
        return true
    }

    private mutating func take(_ part: DatePart, _ number: Int) {
        switch part {
        case .year: year = number
        case .month: month = number
        case .day: day = number
        case .hour: clock.hour = number
        case .minute: clock.minute = number
        case .second: clock.second = number
        case .milliseconds: fraction = Int64(number) * 1000
        case .microseconds: fraction = Int64(number)
        case .monthName, .zone: break
        }
    }

    /// The date; nil while parts are missing or out of their range.
    var date: LoggedDate? {
        guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day), clock.hour < 24,
            clock.minute < 60, clock.second <= 60
        else { return nil }
        let seconds = CivilDate.secondsSinceEpoch(
            year: year, month: month, day: day, hour: clock.hour, minute: clock.minute, second: clock.second)
        return LoggedDate(
            instant: Instant(microseconds: seconds &* 1_000_000 &+ (fraction ?? 0) &- (zone ?? 0)),
            hasZone: zone != nil, isWholeSecond: fraction == nil)
    }
}
