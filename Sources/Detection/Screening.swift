// SPDX-License-Identifier: Apache-2.0

import ServiceWindows

/// Spares a calm service its tests while they could not say anything (docs/decisions/0015).
struct Screening: Sendable {
    private var pressure = PressureScreen()
    private var harm = HarmScreen()
    /// First second that the baseline knows, and times that old cells were folded before their time, at the last scan.
    private var since: Int64 = .max
    private var hurries: UInt64 = 0

    /// Takes what was told in the second before `now`.
    mutating func note(_ news: ServiceNews, at now: Int64) {
        pressure.note(news.heard)
        harm.note(news, at: now)
    }

    /// Asks for all tests at the next tick.
    mutating func expire() {
        pressure.expire()
        harm.expire()
    }

    /// Whether nothing can have come half way since the tests were asked.
    @inline(__always)
    func holds(
        _ windows: borrowing ServiceAggregator, slot: Int, _ baseline: ServiceBaseline
    ) -> Bool {
        isSame(windows, slot, baseline) && pressure.holds(at: windows.now)
            && harm.holds(baseline, at: windows.now)
    }

    /// The same seconds are looked at as at the last scan, and later ones. What a sampled exporter's records add to a second is
    /// not bounded by their number.
    @inline(__always)
    private func isSame(
        _ windows: borrowing ServiceAggregator, _ slot: Int, _ baseline: ServiceBaseline
    ) -> Bool {
        since == baseline.since && hurries == windows.hurriedSweeps && !windows.isSampled(slot)
    }

    /// Whether only the harm has to be asked for, and the latest seconds may tell.
    func asksOnlyForHarm(
        _ windows: borrowing ServiceAggregator, slot: Int, _ baseline: ServiceBaseline
    ) -> Bool {
        isSame(windows, slot, baseline) && pressure.holds(at: windows.now)
            && harm.isKnown(at: windows.now)
    }

    /// Asks the tests of harm about the ``HarmScreen/recent`` seconds alone.
    ///
    /// - Returns: whether none has come half way; false also when these seconds cannot tell.
    mutating func scanRecent(
        _ seconds: [ServiceSecond], now: Int64, _ baseline: ServiceBaseline, _ policy: DetectionPolicy
    ) -> Bool {
        harm.scan(seconds, isWhole: false, isSampled: false, baseline, policy, now: now)
    }

    /// Asks the tests of a service in which nothing is suspected, about all their seconds.
    ///
    /// - Returns: whether none has come half way: then ``holds(_:slot:_:)`` answers for the next seconds.
    mutating func scan(
        _ seconds: [ServiceSecond], _ windows: borrowing ServiceAggregator, slot: Int,
        _ baseline: ServiceBaseline, _ policy: DetectionPolicy
    ) -> Bool {
        // Seconds that became blocks before their time have other sums, whatever was told.
        if since != baseline.since || hurries != windows.hurriedSweeps { harm.expire() }
        (since, hurries) = (baseline.since, windows.hurriedSweeps)
        let (now, service) = (windows.now, windows.service(slot))
        let isCalm =
            pressure.scan(seconds, service, slot: slot, baseline, policy, now: now)
            && harm.scan(
                seconds, isWhole: true, isSampled: service.sampled, baseline, policy, now: now)
        if !isCalm { expire() }
        return isCalm
    }
}
