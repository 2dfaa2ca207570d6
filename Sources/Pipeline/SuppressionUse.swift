// SPDX-License-Identifier: Apache-2.0

package import Detection
import FlowModel
import ServiceWindows
import Settings

/// An entry of `suppress:`, and how often it applied.
package struct SuppressionUse: Sendable {
    /// The list that it is in.
    package enum List: String, Sendable {
        case source, egress, maintenance, event
    }

    /// What makes it the same entry, in every shard and after a reload.
    package struct Key: Hashable, Sendable {
        /// The list.
        package let list: List
        /// The prefix, or the time.
        package let entry: String
        /// Its name; `*` for all.
        package let service: String
    }

    /// What it is.
    package let key: Key
    /// The operator's words; empty without any.
    package let reason: String
    /// It applies now; prefixes always do.
    package private(set) var isActive = true
    /// Flow records of its clients.
    package private(set) var records: UInt64 = 0
    /// Connections that they began.
    package private(set) var connections: UInt64 = 0
    /// Requests of theirs that services logged.
    package private(set) var requests: UInt64 = 0
    /// Incidents that were told as notices.
    package private(set) var incidents: UInt64 = 0
    /// Updates and ends of such incidents, which were not told.
    package private(set) var messages: UInt64 = 0
    /// Seconds of services with more pressure than usual, and no more than was expected.
    package private(set) var seconds: UInt64 = 0
    /// Second in which it applied last; nil before.
    package private(set) var last: Int64?

    private init(_ list: List, _ entry: String, _ service: String?, _ reason: String) {
        (key, self.reason) = (Key(list: list, entry: entry, service: service ?? "*"), reason)
    }

    /// Of all entries, in the order of the configuration.
    static func all(
        _ configuration: SuppressionConfiguration, _ windows: borrowing ServiceAggregator,
        _ suppression: Suppression
    ) -> [SuppressionUse] {
        let sources = zip(configuration.sources, windows.declaredUse).map { of(.source, $0, $1) }
        let egress = zip(configuration.egress, windows.egressUse).map { of(.egress, $0, $1) }
        let maintenance = zip(suppression.plan.maintenance, suppression.maintenanceUse).map {
            window, counted in
            var use = SuppressionUse(.maintenance, window.time.text, window.service, window.reason)
            (use.incidents, use.messages) = (counted.incidents, counted.messages)
            (use.isActive, use.last) = (counted.activeUntil != nil, counted.last)
            return use
        }
        let events = zip(suppression.plan.events, suppression.eventUse).map { event, counted in
            var use = SuppressionUse(
                .event, "\(event.span.text) x \(event.factor)", event.service, event.reason)
            (use.seconds, use.isActive, use.last) = (counted.seconds, counted.isActive, counted.last)
            return use
        }
        return sources + egress + maintenance + events
    }

    private static func of(_ list: List, _ prefix: DeclaredPrefix, _ counted: DeclaredUse) -> SuppressionUse {
        var use = SuppressionUse(list, "\(prefix.prefix)", prefix.service, prefix.reason)
        (use.records, use.connections) = (counted.records, counted.connections)
        (use.requests, use.last) = (counted.requests, counted.last)
        return use
    }

    /// The sums of two shards. While the configuration changes they may not have the same entries.
    package static func adding(_ left: [SuppressionUse], _ right: [SuppressionUse]) -> [SuppressionUse] {
        var sums = left
        for use in right {
            guard let place = sums.firstIndex(where: { $0.key == use.key }) else {
                sums.append(use)
                continue
            }
            sums[place].add(use)
        }
        return sums
    }

    private mutating func add(_ other: SuppressionUse) {
        records &+= other.records
        connections &+= other.connections
        requests &+= other.requests
        incidents &+= other.incidents
        messages &+= other.messages
        seconds &+= other.seconds
        isActive = isActive || other.isActive
        last = [last, other.last].compactMap { $0 }.max()
    }
}

extension MaintenanceWindow.Time {
    /// `0 2 * * SUN for 120 min`, or the two ends of a single window.
    package var text: String {
        switch self {
        case .once(let span): return span.text
        case .recurring(let schedule, let lasting, let offset):
            let minutes = abs(offset) / 60
            let zone =
                offset == 0
                ? ""
                : " \(offset < 0 ? "-" : "+")\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
            return "\(schedule.text)\(zone) for \(lasting / 60) min"
        }
    }
}

extension TimeSpan {
    /// `2026-11-27T18:00:00Z to 2026-11-27T22:00:00Z`.
    package var text: String {
        "\(Instant(seconds: from).rfc3339(digits: 0)) to \(Instant(seconds: until).rfc3339(digits: 0))"
    }
}
