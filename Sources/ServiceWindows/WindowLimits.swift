// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Every bound of the windows, with unit and reason. What is bounded here is all that grows: memory does not depend on
/// what arrives.
package struct WindowLimits: Sendable, Equatable {
    /// Seconds before now that can be booked and read.
    package static let span: Int64 = CellSpan.allBlocks * CellSpan.blockSeconds
    /// Seconds before now that are kept one by one; older ones are kept in blocks of eight.
    package static let fineSpan: Int64 = CellSpan.fineBlocks * CellSpan.blockSeconds - CellSpan.blockSeconds
    /// Tracked services, configured ones included.
    package var services = 4096
    /// Octets for the cells of flows; as much as 4,096 services need that are never idle for 16 minutes. With more, the
    /// oldest seconds become blocks of eight before their time.
    package var cellOctets = 256 << 20
    /// Octets for the cells of what services log; half of it is needed by 4,096 services.
    package var outcomeOctets = 128 << 20
    /// Octets for the registers that count distinct clients: a kibibyte for each slice of time of a busy service.
    package var sketchOctets = 64 << 20
    /// Halves of connections that wait for the other half.
    package var pendingHalves = 4096
    /// How long a half waits: both halves leave an exporter in the same datagram or the next (measured).
    package var pairingSeconds: Int64 = 3
    /// Flows of datagram protocols, and of exporters without TCP flags, that may go on.
    package var continuations = 65_536
    /// Services that are being looked at but not admitted yet.
    package var candidates = 8192
    /// Answered flows within a minute that admit a discovered service.
    package var admissionFlows = 50
    /// Distinct clients (estimated) that admit a discovered service, so that one client's ports never do.
    package var admissionPeers = 8
    /// A discovered service that was idle for so many seconds makes room for another when there is none.
    package var idleSeconds: Int64 = 600
    /// Suspicious services whose sources are ranked at once: 5 KB each. Where more are in trouble, a list of sources for each
    /// helps nobody.
    package var rankings = 1024
    /// Newcomer prefixes per service that wait to become known.
    package var newcomers = 4096
    /// Newcomer prefixes of all services that wait: a mebibyte.
    package var allNewcomers = 65_536
    /// How long a newcomer waits before it counts as known; data from just before an alarm are discarded with it.
    package var newcomerSeconds: Int64 = 30
    /// After this silence of the authoritative exporter another one takes over an endpoint.
    package var exporterSilenceSeconds: Int64 = 60
    /// Exporters whose newest flow is remembered: as many as the decoder tells apart.
    package var exporters = 4096

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
    /// There is no memory for its second.
    case noRoom

    /// The label in metrics.
    package var name: String {
        switch self {
        case .noService: "no_service"
        case .alsoSeen: "also_seen"
        case .tooLate: "too_late"
        case .noRoom: "no_room"
        }
    }
}

/// Numbers of the windows that only rise. Owned by the evaluation queue.
package struct WindowCounters: Sendable {
    /// Flow records that went into a service's window.
    package var records: UInt64 = 0
    /// Flow records that did not, by `UnbookedReason`.
    package var ignored = InlineArray<4, UInt64>(repeating: 0)
    /// Outcomes that went into a service's window.
    package var outcomes: UInt64 = 0
    /// Outcomes that were too old for any window, or of no tracked service.
    package var ignoredOutcomes: UInt64 = 0
    /// Services that were discovered.
    package var discovered: UInt64 = 0
    /// Services that met the terms when the table was full.
    package var refusedServices: UInt64 = 0
    /// Discovered services that made room for others.
    package var evictedServices: UInt64 = 0
    /// Flows from declared sources, left out of pressure.
    package var declared: UInt64 = 0
    /// ICMP errors that were credited to a service.
    package var icmpErrors: UInt64 = 0
    /// Halves of connections that gave up their place before a counterpart came.
    package var unpairedHalves: UInt64 = 0
    /// Flows that were forgotten while they might have gone on.
    package var forgottenFlows: UInt64 = 0
    /// Times that old seconds of all services became coarse, or were dropped, before their time.
    package var hurriedSweeps: UInt64 = 0
    /// Times that there was no memory to count a service's distinct clients exactly enough.
    package var starvedSketches: UInt64 = 0

    package init() {}

    @inline(__always)
    mutating func ignore(_ reason: UnbookedReason) { ignored[reason.rawValue] &+= 1 }
}
