// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

private typealias Statistics = DetectionPolicy.Statistics
private typealias Watches = DetectionPolicy.Watches

/// Notices when a service's log falls silent while connections go on, and when it speaks again. A log that stopped is a
/// channel lost; while something else is wrong it is part of that, and the incident's own figures show it.
struct LogWatch: Sendable {
    /// What is to be said.
    enum Finding: Equatable, Sendable {
        case silent(seconds: Int64, connections: Int)
        case speaksAgain
    }

    private(set) var isSilent = false

    /// - Parameters:
    ///   - usual: requests a second.
    ///   - isCalm: nothing is suspected or open.
    mutating func evaluate(
        _ windows: borrowing ServiceAggregator, slot: Int, usual: Double, isCalm: Bool,
        _ policy: DetectionPolicy
    ) -> Finding? {
        guard let last = windows.lastLogged(slot) else { return nil }
        let gap = windows.now - last
        let least = Int64(policy.logSilence)
        if isSilent {
            guard gap < least else { return nil }
            isSilent = false
            return .speaksAgain
        }
        // What flows tell is late: as many of their seconds are compared as the log has been silent.
        guard isCalm, gap >= least, Double(gap) * usual >= Watches.missingLines else { return nil }
        let until = windows.now - windows.startLag(slot)
        guard until > last else { return nil }
        let came = windows.seconds(max(last + 1, until - Statistics.lookBack)...until, slot: slot)
            .reduce(0) { $0 + Int($1.cell.newConnections) }
        guard came >= Watches.connectionsInGap else { return nil }
        isSilent = true
        return .silent(seconds: gap, connections: came)
    }
}
