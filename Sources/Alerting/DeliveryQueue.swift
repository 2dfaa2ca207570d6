// SPDX-License-Identifier: Apache-2.0

import Detection
package import FlowModel

/// What waits for one writer, and when to try again: decisions only, performed by ``AlertDispatcher``.
///
/// At most one message is in flight. Every event method returns what to do next.
package struct DeliveryQueue: Sendable {
    /// Bounds of one writer.
    package struct Limits: Equatable, Sendable {
        /// Messages kept while the writer is away; about an hour of the busiest incident list.
        package var capacity = 1024
        /// Wait after the first failure.
        package var firstRetry = Interval.seconds(1)
        /// The wait doubles with every failure up to this; a syslog daemon that comes back is found within a minute.
        package var longestRetry = Interval.seconds(60)

        package init() {}
    }

    /// What the shell has to do.
    package enum Action: Equatable, Sendable {
        /// Write this message, which says that `unsent` before it were dropped, and report the outcome.
        case deliver(Alert, unsent: Int)
        /// Nothing until the next event.
        case wait
    }

    private let limits: Limits
    private var waiting: [Alert] = []
    private var inFlight: Alert?
    private var now = Instant.distantPast
    private var backOff: BackOff?
    private var unsent = 0

    /// A failure and its consequence.
    private struct BackOff {
        var failedAt: Instant
        var wait: Interval
    }

    /// Messages that the writer took.
    package private(set) var delivered: UInt64 = 0
    /// Attempts that failed; the message is tried again.
    package private(set) var failed: UInt64 = 0
    /// Messages that had no room.
    package private(set) var dropped: UInt64 = 0

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// Messages not yet delivered, the one in flight included.
    package var count: Int { waiting.count + (inFlight == nil ? 0 : 1) }

    /// A message came.
    package mutating func enqueued(_ alert: Alert, at now: Instant) -> Action {
        waiting.append(alert)
        if count > max(1, limits.capacity) { dropOne() }
        return ticked(at: now)
    }

    /// Time went on.
    package mutating func ticked(at now: Instant) -> Action {
        self.now = now
        if let backOff, now >= backOff.failedAt, now < backOff.failedAt + backOff.wait { return .wait }
        return next()
    }

    /// The program stops: this is the last chance, whatever the back-off says.
    package mutating func hastened() -> Action { next() }

    /// The message in flight was taken.
    package mutating func succeeded() -> Action {
        (inFlight, backOff) = (nil, nil)
        delivered &+= 1
        unsent = 0
        return next()
    }

    /// The message in flight was not taken: it stays the first, and the writer is left alone for a while.
    package mutating func refused() -> Action {
        guard let alert = inFlight else { return .wait }
        inFlight = nil
        waiting.insert(alert, at: 0)
        failed &+= 1
        let wait = backOff.map { min($0.wait + $0.wait, limits.longestRetry) } ?? limits.firstRetry
        backOff = BackOff(failedAt: now, wait: wait)
        return .wait
    }

    private mutating func next() -> Action {
        guard inFlight == nil, !waiting.isEmpty else { return .wait }
        let alert = waiting.removeFirst()
        inFlight = alert
        return .deliver(alert, unsent: unsent)
    }

    /// Makes room: the oldest update goes first, then the oldest notice; only when all that is left opens or clears an
    /// incident, the oldest of these.
    private mutating func dropOne() {
        let victim =
            waiting.firstIndex { $0.verdict.event == .update }
            ?? waiting.firstIndex { $0.verdict.event == .notice } ?? 0
        waiting.remove(at: victim)
        dropped &+= 1
        unsent += 1
    }
}

extension Interval {
    fileprivate static func + (left: Interval, right: Interval) -> Interval {
        let (sum, overflow) = left.microseconds.addingReportingOverflow(right.microseconds)
        return Interval(microseconds: overflow ? .max : sum)
    }
}
