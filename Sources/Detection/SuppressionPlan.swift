// SPDX-License-Identifier: Apache-2.0

/// What the operator has declared in advance of times: maintenance and planned events. A plain value.
package struct SuppressionPlan: Equatable, Sendable {
    /// In the order of the configuration; where several apply, the first is named.
    package var maintenance: [MaintenanceWindow] = []
    /// In the order of the configuration; where several apply, the largest factor counts.
    package var events: [PlannedEvent] = []

    package init() {}
}

/// A time in which incidents are notices and nothing is learned.
package struct MaintenanceWindow: Equatable, Sendable {
    /// When it is.
    package enum Time: Equatable, Sendable {
        /// Again and again for so many seconds, `offset` seconds ahead of UTC.
        case recurring(CronSchedule, lasting: Int64, offset: Int64)
        /// Once.
        case once(TimeSpan)
    }

    /// Name of the one service that it is for; nil for every service.
    package var service: String?
    /// When it is.
    package var time: Time
    /// Empty when the configuration gives no reason.
    package var reason: String

    package init(service: String?, time: Time, reason: String) {
        (self.service, self.time, self.reason) = (service, time, reason)
    }

    /// The end of the window that `second` is in; nil when it is in none.
    package func end(at second: Int64) -> Int64? {
        switch time {
        case .once(let span): return span.contains(second) ? span.until : nil
        case .recurring(let schedule, let lasting, let offset):
            return schedule.latest(atOrBefore: second + offset, within: lasting).map { $0 - offset + lasting }
        }
    }
}

/// A time in which more is expected of a service than usual.
package struct PlannedEvent: Equatable, Sendable {
    /// Name of the one service that it is for; nil for every service.
    package var service: String?
    /// When it is.
    package var span: TimeSpan
    /// What is usual is multiplied by it, 1 and more.
    package var factor: Double
    /// Empty when the configuration gives no reason.
    package var reason: String

    package init(service: String?, span: TimeSpan, factor: Double, reason: String) {
        (self.service, self.span, self.factor, self.reason) = (service, span, factor, reason)
    }
}

/// Seconds since the epoch, from the first to the one behind the last.
package struct TimeSpan: Equatable, Sendable {
    /// The first second.
    package var from: Int64
    /// The second behind the last.
    package var until: Int64

    package init(from: Int64, until: Int64) { (self.from, self.until) = (from, until) }

    /// Whether a second is in it.
    package func contains(_ second: Int64) -> Bool { second >= from && second < until }
}
