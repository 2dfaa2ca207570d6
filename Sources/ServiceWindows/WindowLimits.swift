// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Every bound of the windows, with unit and reason. Memory is `services` × about 60 kB, whatever arrives.
package struct WindowLimits: Sendable, Equatable {
    /// One-second cells per service: what an exporter with an active timeout of 60 s and a long flush can still touch.
    package static let cells = 256
    /// Seconds before now that can be booked and read: less than `cells`, so that a booking ahead of now never reuses a
    /// cell that can still be touched.
    package static let span: Int64 = 232
    /// Tracked services, configured ones included.
    package var services = 4096
    /// Halves of connections that wait for the other half.
    package var pendingHalves = 4096
    /// How long a half waits: both halves leave an exporter in the same datagram or the next (measured).
    package var pairingSeconds: Int64 = 3
    /// Services that are being looked at but not admitted yet.
    package var candidates = 8192
    /// Answered flows within a minute that admit a discovered service.
    package var admissionFlows = 50
    /// Distinct clients (estimated) that admit a discovered service, so that one client's ports never do.
    package var admissionPeers = 8
    /// Newcomer prefixes per service that wait to become known.
    package var newcomers = 4096
    /// How long a newcomer waits before it counts as known; data from just before an alarm are discarded with it.
    package var newcomerSeconds: Int64 = 30
    /// After this silence of the authoritative exporter another one takes over a service.
    package var exporterSilenceSeconds: Int64 = 60

    package init() {}
}

/// Why a decoded record is not part of any service's window. Conservation: aggregated + these = pushed.
package enum UnbookedReason: Int, CaseIterable, Sendable {
    /// Neither end is a tracked service.
    case noService
    /// Another exporter is authoritative for the service.
    case alsoSeen
    /// The flow ended before the oldest cell.
    case tooLate

    /// The label in metrics.
    package var name: String {
        switch self {
        case .noService: "no_service"
        case .alsoSeen: "also_seen"
        case .tooLate: "too_late"
        }
    }
}

/// Numbers of the windows that only rise. Owned by the evaluation queue.
package struct WindowCounters: Sendable {
    /// Flow records that went into a service's window.
    package var records: UInt64 = 0
    /// Flow records that did not, by `UnbookedReason`.
    package var ignored = InlineArray<3, UInt64>(repeating: 0)
    /// Outcomes that went into a service's window.
    package var outcomes: UInt64 = 0
    /// Outcomes that were too old for any window, or of no tracked service.
    package var ignoredOutcomes: UInt64 = 0
    /// Services that were discovered.
    package var discovered: UInt64 = 0
    /// Services that met the terms when the table was full.
    package var refusedServices: UInt64 = 0
    /// Flows from declared sources, left out of pressure.
    package var declared: UInt64 = 0

    package init() {}

    mutating func ignore(_ reason: UnbookedReason) { ignored[reason.rawValue] &+= 1 }
}
