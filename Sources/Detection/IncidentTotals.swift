// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

/// What an incident came to, from its onset to the second in which it was quiet.
package struct IncidentTotals: Equatable, Sendable {
    /// Seconds that are counted here: those in which it was open, without the quiet ones.
    package var seconds: Int64 = 0
    /// Connections that began, scaled by sampling.
    package var connections = 0
    /// Connections that ended unanswered, refused or denied.
    package var failedConnections = 0
    /// Requests by the log, with the work that it says was dropped.
    package var requests = 0
    /// Of these, failed.
    package var failedRequests = 0
    /// Most connections that began in a second.
    package var peakConnections = 0
    /// Most requests in a second.
    package var peakRequests = 0
    /// Most connections that were open in a second.
    package var peakOpen: Int64 = 0
    /// Most distinct sources within half a minute.
    package var sources = 0

    package init() {}
}

/// Adds up an incident's seconds as they become complete.
struct TotalsCounter: Sendable {
    private(set) var totals = IncidentTotals()
    /// The next second to count.
    private var next: Int64

    /// Longest range that is read at once.
    private static let longest: Int64 = 600

    init(since onset: Int64) { next = onset }

    /// Goes on after a pause.
    mutating func resume(at onset: Int64) { next = max(next, onset) }

    /// Counts the seconds through `last` that were not counted yet.
    mutating func count(through last: Int64, _ windows: borrowing ServiceAggregator, slot: Int) {
        guard next <= last else { return }
        let seconds = windows.seconds(max(next, last - Self.longest)...last, slot: slot)
        totals.seconds += last - next + 1
        next = last + 1
        let all = seconds.span
        for index in all.indices { totals.add(all[index]) }
    }

    mutating func note(sources: Int) { totals.sources = max(totals.sources, sources) }
}

extension IncidentTotals {
    fileprivate mutating func add(_ second: borrowing ServiceSecond) {
        let new = Int(second.cell.newConnections)
        connections += new
        failedConnections += Int(second.cell.unanswered) + Int(second.cell.refused) + Int(second.cell.denied)
        let dropped = Int(second.log.saturated)
        let asked = Int(second.log.requestsAll) + dropped
        requests += asked
        failedRequests += max(0, Int(second.log.failures) - Int(second.log.limited)) + dropped
        peakConnections = max(peakConnections, new)
        peakRequests = max(peakRequests, asked)
        peakOpen = max(peakOpen, second.open)
    }
}
