// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowDecoding
import FlowModel
import LockFree
import ServiceWindows
import Settings

/// Windows and detector with their clock: the part of the pipeline behind the rings, the same for `run` and `replay`.
///
/// Owned by one queue, or by the one thread of a replay.
struct Evaluation: ~Copyable {
    private(set) var windows: ServiceAggregator
    private var detector: Detector
    private let exporters: ExporterTable

    init(_ configuration: Configuration, exporters: ExporterTable) {
        var limits = WindowLimits()
        limits.services = max(configuration.services.count, configuration.discovery.limit)
        (limits.cellOctets, limits.outcomeOctets) = (
            configuration.memory.cellOctets, configuration.memory.outcomeOctets
        )
        (limits.sketchOctets, limits.allNewcomers) = (
            configuration.memory.sourceOctets, configuration.memory.newcomers
        )
        limits.continuations = configuration.memory.continuations
        windows = ServiceAggregator(
            directory: ServiceDirectory(configuration.services), limits: limits,
            discovers: configuration.discovery.isEnabled,
            declared: configuration.suppression.sources.map(\.prefix),
            egress: configuration.suppression.egress.map(\.prefix))
        detector = Detector(policy: configuration.detection)
        self.exporters = exporters
    }

    /// Takes over what `other` has learned of the services that are still the same.
    mutating func adopt(_ other: borrowing Evaluation) {
        let slots = windows.adopt(other.windows)
        detector.adopt(other.detector, slots: slots)
    }

    /// Goes on with the counters of `other`, whose windows are given up.
    mutating func continueCounting(from other: borrowing Evaluation) {
        windows.continueCounting(from: other.windows)
    }

    mutating func add(_ records: borrowing Span<FlowRecord>) {
        windows.add(contentsOf: records)
    }

    mutating func add(_ outcome: Outcome) { windows.add(outcome) }

    /// Sets the clock without judging: before the first record, and where seconds were skipped.
    mutating func start(at instant: Instant) { windows.advance(to: instant) }

    /// Ends the second that `instant` begins, and judges.
    mutating func tick(_ instant: Instant) -> [Verdict] {
        windows.advance(to: instant)
        return detector.evaluate(&windows, exporters: exporters.statuses)
    }

    var openIncidents: Int { detector.openIncidents }
}

extension ExporterTable {
    /// What detection needs to know of each exporter, by `ExporterID`.
    var statuses: [ExporterStatus] {
        exporters.map { entry in
            let received = entry.counters.datagrams.value
            let lost = entry.counters.lost.value
            let all = Double(lost) + Double(entry.counters.records.value)
            return ExporterStatus(
                address: entry.address, lastSeen: entry.counters.lastSeen, datagrams: received,
                loss: all > 0 ? Double(lost) / all : 0)
        }
    }
}
