// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// How far the clocks of those who date their lines are off, learned from the lines themselves.
///
/// The line that took the shortest way in the last minutes tells it: it can have arrived at once, but not before it was
/// written. A clock that is ahead shows at the first line; one that is behind cannot be told from lines that come late,
/// so it must have been late by more than ``certainDelay`` on every one of many lines. A fixed table; two sources with
/// the same place take turns.
struct SenderClocks: Sendable {
    /// What one source's lines have shown.
    private struct Clock {
        var source: UInt64
        /// When this slice began.
        var begin: Instant
        /// Least of arrival − date in this slice and the one before, in microseconds.
        var least: (now: Int64, before: Int64) = (.max, .max)
        /// Lines in this slice and the one before.
        var lines: (now: Int, before: Int) = (0, 0)
    }

    private var clocks: [Clock?]

    /// How long a slice lasts: clocks drift by milliseconds in this time, and a clock that is set right is believed
    /// again after two of them.
    private static let slice = Interval.seconds(300)
    /// Buffered logs are written every few seconds, and one line of many comes just before; only clocks are behind by
    /// more than this on all lines.
    private static let certainDelay: Int64 = 2_000_000
    /// Lines before a clock is said to be behind.
    private static let enough = 20
    /// A clock that is off by more than this is none.
    private static let most: Int64 = 3600 * 1_000_000

    /// - Parameter capacity: of sources.
    init(capacity: Int) { clocks = Array(repeating: nil, count: max(1, capacity)) }

    /// When it happened that a line of `source` tells.
    ///
    /// - Parameter elapsed: what passed between the date and the end of the request.
    mutating func time(
        of date: LoggedDate, elapsed: Interval, from source: UInt64, _ clock: EventClock
    ) -> Instant {
        // A file: nothing is known of when its lines arrived.
        if clock.tolerance == Interval(microseconds: .max) { return clock.time(of: date, elapsed: elapsed) }
        let delay = (clock.arrival - clock.moment(of: date, elapsed: elapsed)).microseconds
        guard delay.magnitude <= Self.most.magnitude else { return clock.arrival }
        let offset = note(delay, source, clock.arrival)
        return clock.time(of: date, elapsed: Interval(microseconds: elapsed.microseconds &+ offset))
    }

    /// Takes the delay of one line; gives what the source's dates have to be moved by.
    private mutating func note(_ delay: Int64, _ source: UInt64, _ arrival: Instant) -> Int64 {
        let slot = Int(truncatingIfNeeded: (source &* 0x9E37_79B9_7F4A_7C15) >> 32 % UInt64(clocks.count))
        var clock = clocks[slot] ?? Clock(source: source, begin: arrival)
        if clock.source != source { clock = Clock(source: source, begin: arrival) }
        let age = arrival - clock.begin
        if age >= Self.slice || age < Interval(microseconds: 0) {
            (clock.least.before, clock.least.now) = (clock.least.now, .max)
            (clock.lines.before, clock.lines.now) = (clock.lines.now, 0)
            clock.begin = arrival
        }
        clock.least.now = min(clock.least.now, delay)
        clock.lines.now += 1
        clocks[slot] = clock
        let least = min(clock.least.now, clock.least.before)
        if least < 0 { return least }
        return least > Self.certainDelay && clock.lines.now + clock.lines.before >= Self.enough ? least : 0
    }
}
