// SPDX-License-Identifier: Apache-2.0

/// How a template writes a time.
enum TimeEncoding: UInt8, Sendable {
    case absent
    /// Milliseconds of the exporter's uptime (21, 22), modulo 2³².
    case uptime
    /// Seconds since 1970 (150, 151, 322).
    case seconds
    /// Milliseconds since 1970 (152, 153, 323).
    case milliseconds
    /// Seconds since 1900 in the high half and their fraction in the low half (154…157, 324, 325; RFC 7011 §6.1.9).
    case ntp
    /// Microseconds before the export time (158, 159).
    case deltaMicroseconds
}

/// A time in a record.
struct TimeSlot: Sendable, BitwiseCopyable {
    var slot = FieldSlot.absent
    var encoding = TimeEncoding.absent

    /// The first of the candidates that the template has.
    init(_ layout: RecordLayout, _ candidates: [(InformationElement, TimeEncoding)]) {
        for (element, encoding) in candidates {
            let slot = layout.slot(element)
            if slot.isPresent {
                (self.slot, self.encoding) = (slot, encoding)
                return
            }
        }
    }

    /// Finer than a second.
    var isExact: Bool { encoding != .absent && encoding != .seconds }

    static func start(_ layout: RecordLayout) -> TimeSlot {
        TimeSlot(
            layout,
            [
                (.flowStartMilliseconds, .milliseconds), (.flowStartMicroseconds, .ntp),
                (.flowStartNanoseconds, .ntp), (.flowStartDeltaMicroseconds, .deltaMicroseconds),
                (.flowStartSysUpTime, .uptime), (.flowStartSeconds, .seconds),
            ])
    }

    static func end(_ layout: RecordLayout) -> TimeSlot {
        TimeSlot(
            layout,
            [
                (.flowEndMilliseconds, .milliseconds), (.flowEndMicroseconds, .ntp),
                (.flowEndNanoseconds, .ntp), (.flowEndDeltaMicroseconds, .deltaMicroseconds),
                (.flowEndSysUpTime, .uptime), (.flowEndSeconds, .seconds),
                (.observationTimeMilliseconds, .milliseconds), (.observationTimeMicroseconds, .ntp),
                (.observationTimeNanoseconds, .ntp), (.observationTimeSeconds, .seconds),
            ])
    }
}

/// How long a flow lasted, for records that state only its start or its end (161, 162).
struct DurationSlot: Sendable, BitwiseCopyable {
    private let slot: FieldSlot
    private let unit: Int64

    init(_ layout: RecordLayout) {
        let milliseconds = layout.slot(.flowDurationMilliseconds)
        slot = milliseconds.isPresent ? milliseconds : layout.slot(.flowDurationMicroseconds)
        unit = milliseconds.isPresent ? 1000 : 1
    }

    /// Microseconds; 0 when the record does not say.
    func read(_ run: borrowing Span<UInt8>, at offset: Int) -> Int64 {
        Int64(truncatingIfNeeded: min(slot.read(run, at: offset), UInt64(UInt32.max))) &* unit
    }
}

/// Absolute times in microseconds since 1970, from what a record and its message say.
enum WireTime {
    /// Seconds from 1900 to 1970.
    private static let ntpOffset: Int64 = 2_208_988_800

    @inline(__always)
    static func microseconds(seconds raw: UInt64) -> Int64 {
        Int64(truncatingIfNeeded: raw & 0xFFFF_FFFF) &* 1_000_000
    }

    /// Saturates: the number may be anything.
    @inline(__always)
    static func microseconds(milliseconds raw: UInt64) -> Int64 {
        raw > largestMilliseconds ? .max : Int64(truncatingIfNeeded: raw) &* 1000
    }

    private static let largestMilliseconds = UInt64(Int64.max / 1000)

    /// RFC 7011 §6.1.9.
    @inline(__always)
    static func microseconds(ntp raw: UInt64) -> Int64 {
        let seconds = Int64(truncatingIfNeeded: raw >> 32) &- ntpOffset
        let fraction = ((raw & 0xFFFF_FFFF) &* 1_000_000) >> 32
        return seconds &* 1_000_000 &+ Int64(truncatingIfNeeded: fraction)
    }

    /// A flow may begin before the uptime was zero, and the uptime wraps after 49.7 days: the difference is signed and
    /// modular.
    @inline(__always)
    static func microseconds(uptime raw: UInt64, _ message: MessageContext) -> Int64 {
        let difference = Int32(bitPattern: UInt32(truncatingIfNeeded: raw) &- message.uptime)
        return message.uptimeInstant &+ Int64(difference) &* 1000
    }
}
