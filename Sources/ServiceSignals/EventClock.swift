// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Decides when the thing happened that a line tells: by the line's own date where it can be believed, else on arrival.
struct EventClock {
    /// When the line arrived: nothing that it tells happened later.
    let arrival: Instant
    /// How far a date may lie from the arrival.
    let tolerance: Interval

    /// Clocks that show local time differ from UTC by a multiple of this.
    private static let zoneStep: Int64 = 15 * 60 * 1_000_000
    /// The largest offset from UTC that is in use (UTC+14).
    private static let zoneMost: Int64 = 14 * 3600 * 1_000_000
    /// A date without a zone is local time when it is this near to a multiple of `zoneStep` from the arrival.
    private static let zoneSlack: Int64 = 60 * 1_000_000

    /// When a thing happened: never after the arrival, and on arrival where the date cannot be believed.
    ///
    /// - Parameter elapsed: what passed between the date and the end of the request.
    func time(of date: LoggedDate, elapsed: Interval = Interval(microseconds: 0)) -> Instant {
        var time = moment(of: date, elapsed: elapsed)
        if date.isWholeSecond { time = time + Interval(microseconds: 999_999) }
        let distance = (arrival - time).microseconds.magnitude
        return distance > tolerance.microseconds.magnitude ? arrival : min(time, arrival)
    }

    /// What the date says, of a whole second the beginning, in UTC.
    func moment(of date: LoggedDate, elapsed: Interval) -> Instant {
        let time = date.instant + elapsed
        return date.hasZone ? time : time + zone(of: time)
    }

    /// What has to be added to a local time to make it UTC, as the arrival shows.
    private func zone(of time: Instant) -> Interval {
        let lag = (arrival - time).microseconds
        guard lag.magnitude > Self.zoneSlack.magnitude,
            lag.magnitude <= (Self.zoneMost + Self.zoneSlack).magnitude
        else { return Interval(microseconds: 0) }
        let half = lag < 0 ? -Self.zoneStep / 2 : Self.zoneStep / 2
        let shift = (lag + half) / Self.zoneStep * Self.zoneStep
        return Interval(microseconds: (lag - shift).magnitude <= Self.zoneSlack.magnitude ? shift : 0)
    }
}
