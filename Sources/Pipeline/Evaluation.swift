// SPDX-License-Identifier: Apache-2.0

package import Detection
package import FlowDecoding
package import FlowModel
import LockFree
package import ServiceWindows
package import Settings

/// Windows and detector with their clock: the part of the pipeline behind the rings, the same for `run` and `replay`.
///
/// Owned by one queue, or by the one thread of a ``SerialPipeline``.
package struct Evaluation: ~Copyable {
    /// Of all services that are judged here.
    package private(set) var windows: ServiceAggregator
    private var detector: Detector
    private let exporters: ExporterTable
    private let declarations: SuppressionConfiguration

    /// Configured services that another evaluation judges.
    private let foreign: Int

    /// - Parameter share: of the services; nil for all of them.
    package init(_ configuration: Configuration, share: EvaluationShare? = nil, exporters: ExporterTable) {
        let directory = ServiceDirectory(configuration.services)
        declarations = configuration.suppression
        windows = ServiceAggregator(
            directory: directory,
            limits: WindowLimits(configuration, shards: share?.router.plan.count ?? 1),
            discovers: configuration.discovery.isEnabled,
            declared: declarations.sources.map { $0.network(directory) },
            egress: declarations.egress.map { $0.network(directory) })
        if let share { windows.admits = { share.router.admits($0, shard: share.index) } }
        let foreign = share.map { $0.router.plan.foreign(to: $0.index) } ?? []
        detector = Detector(
            policy: configuration.detection, policies: configuration.detectionBySlot,
            suppression: Suppression(declarations.plan, services: configuration.services.map(\.name)),
            foreign: foreign, watchesExporters: share?.index ?? 0 == 0)
        self.foreign = foreign.count { $0 }
        self.exporters = exporters
    }

    /// Takes over what `other` has learned of the services that are still the same.
    ///
    /// - Returns: the ends of incidents whose services are gone.
    package mutating func adopt(_ other: borrowing Evaluation) -> [Verdict] {
        let slots = windows.adopt(other.windows)
        return detector.adopt(other.detector, slots: slots, windows: other.windows)
    }

    /// Takes what was learned before a restart: a service goes on with it when it is first judged.
    package mutating func restore(_ state: LearnedState, at now: Instant) {
        detector.restore(state.services)
        for shard in state.clients { windows.restore(shard, at: now.seconds) }
    }

    /// What is to be kept over a restart.
    package var learned: LearnedShard { detector.learned(windows) }

    /// What is normal for each service that is judged here.
    package var baselines: [BaselineSummary] { detector.summaries(windows) }

    /// Goes on with the counters of `other`, whose windows are given up.
    package mutating func continueCounting(from other: borrowing Evaluation) {
        windows.continueCounting(from: other.windows)
    }

    /// Books records; their times are the exporters'.
    package mutating func add(_ records: borrowing Span<FlowRecord>) {
        windows.add(contentsOf: records)
    }

    /// Books what a line told.
    package mutating func add(_ outcome: Outcome) { windows.add(outcome) }

    /// Sets the clock without judging: before the first record, and where seconds were skipped.
    package mutating func start(at instant: Instant) { windows.advance(to: instant) }

    /// Ends the second that `instant` begins, and judges; `between` is called now and then meanwhile.
    package mutating func tick(
        _ instant: Instant, between: (inout ServiceAggregator) -> Void = { _ in }
    ) -> [Verdict] {
        windows.advance(to: instant)
        return detector.evaluate(&windows, exporters: exporters.statuses, between: between)
    }

    /// Of the services that have said of late how full they are, in the order of the configuration.
    package var levels: [ServiceLevels] {
        windows.levelsOfLate.map { ServiceLevels(service: windows.service($0.slot).name, levels: $0.levels) }
    }

    /// Of all entries of `suppress:`, in the order of the configuration.
    package var suppressions: [SuppressionUse] {
        SuppressionUse.all(declarations, windows, detector.suppression)
    }

    /// Incidents that are open now.
    package var openIncidents: Int { detector.openIncidents }

    /// Whose decisions are to be explained.
    package var demand: ExplanationDemand {
        get { detector.demand }
        set { detector.demand = newValue }
    }

    /// Of the last tick, as far as they were wanted.
    package var explanations: [Explanation] { detector.explanations }

    /// Those that are judged here.
    package var services: Int { windows.serviceCount - foreign }
}

/// How full a service says it is.
package struct ServiceLevels: Sendable {
    /// As configured.
    package let service: String
    /// What its metrics said.
    package let levels: LevelsOfLate
}

/// The part of the services that one of several evaluations has: configured ones by the plan, discovered ones by their
/// address. Every one has a place for each configured service, so that a service has the same number everywhere; the places
/// of the others' services stay empty and are not judged.
package struct EvaluationShare: Sendable {
    /// Of the shard, from 0.
    package let index: Int
    /// Which shard judges what.
    package let router: ShardRouter

    package init(index: Int, router: ShardRouter) { (self.index, self.router) = (index, router) }
}

extension Configuration {
    /// Of the services that have constants of their own. Their slots are their places.
    fileprivate var detectionBySlot: [Int: DetectionPolicy] {
        let own = services.enumerated().compactMap { slot, service in
            serviceDetection[service.name].map { (slot, $0) }
        }
        return Dictionary(own) { first, _ in first }
    }
}

extension DeclaredPrefix {
    fileprivate func network(_ directory: ServiceDirectory) -> DeclaredNetwork {
        DeclaredNetwork(prefix, service: service.flatMap { directory.service(named: $0) })
    }
}

extension WindowLimits {
    /// What the configuration bounds, divided among the shards. Tables of fixed size each has for itself.
    fileprivate init(_ configuration: Configuration, shards: Int) {
        self.init()
        let (configured, memory) = (configuration.services.count, configuration.memory)
        let discovered = max(0, configuration.discovery.limit - configured)
        services = configured + (discovered + shards - 1) / shards
        (cellOctets, outcomeOctets) = (memory.cellOctets / shards, memory.outcomeOctets / shards)
        (sketchOctets, allNewcomers) = (memory.sourceOctets / shards, memory.newcomers / shards)
        continuations = memory.continuations / shards
    }
}

extension ExporterTable {
    /// What detection needs to know of each exporter, by `ExporterID`.
    var statuses: [ExporterStatus] {
        exporters.map { entry in
            let counters = entry.counters
            var status = ExporterStatus(
                address: entry.address, lastSeen: counters.lastSeen, datagrams: counters.datagrams.value,
                loss: 0)
            status.received = counters.sequenceUnits
            status.lost = counters.lost.value - min(counters.lost.value, counters.late.value)
            status.clockSkew = counters.clockSkew
            let unread = counters.unmatchedSets.value
            status.unreadSets = unread - min(unread, counters.recoveredSets.value)
            return status
        }
    }
}

extension ExporterCounters {
    /// What has arrived in the units of its sequence numbers: datagrams of v9, records of the others.
    fileprivate var sequenceUnits: UInt64 {
        versions.contains(9)
            ? datagrams.value : records.value &+ otherRecords.value &+ optionRecords.value
    }
}
