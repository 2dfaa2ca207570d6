// SPDX-License-Identifier: Apache-2.0

import Alerting
import Control
import FlowDecoding
import FlowModel
import Foundation
import Intake
import LockFree
import ServiceSignals

/// What `GET /status` answers, taken from the counters of the daemon. docs/status.md explains it.
struct StatusSurvey {
    private let daemon: Daemon
    let parts: Daemon.Parts
    let evaluation: EvaluationSnapshot
    let now: Instant

    init(_ daemon: Daemon, at now: Instant) {
        (self.daemon, self.now) = (daemon, now)
        (parts, evaluation) = (daemon.current, daemon.evaluation.snapshot)
    }

    var report: StatusReport {
        StatusReport(
            daemon: process, sockets: sockets, exporters: exporters, logs: logs, rules: rules,
            metrics: metrics, levels: levels, services: services, suppressions: suppressions,
            writers: parts.dispatcher.snapshots.map {
                StatusReport.Writer(
                    writer: $0.name, delivered: $0.delivered, waiting: $0.waiting, dropped: $0.dropped)
            })
    }

    private var process: StatusReport.Daemon {
        let uptime = ContinuousClock.now - daemon.started
        return StatusReport.Daemon(
            version: Spate.version, pid: Int(ProcessInfo.processInfo.processIdentifier),
            time: now.rfc3339(), uptimeSeconds: Double(uptime.components.seconds),
            health: daemon.health(at: now), services: evaluation.services,
            openIncidents: evaluation.openIncidents)
    }

    /// Those that are open, with what they counted before they were closed and opened again.
    private var sockets: [StatusReport.Socket] {
        let flows = parts.flows.filter { $0.number == 1 }.map { first in
            let address = first.listener.address
            let counters = parts.flowCounters.filter { $0.address == address }
            var sum = socket(
                "flows", address, first.listener.receiveBuffer, counters.map(\.intake),
                ringDrops: counters.map(\.dropped))
            let group = parts.flows.filter { $0.listener.address == address }
            if group.count > 1 { sum.each = group.map { share($0, counters) } }
            return sum
        }
        let logs = parts.signals.map { signal in
            let counters = parts.signalCounters.filter { $0.address == signal.listener.address }
            return socket(
                "logs", signal.listener.address, signal.listener.receiveBuffer, counters.map(\.intake),
                ringDrops: counters.map(\.dropped))
        }
        let metrics = parts.metrics.map { metric in
            let counters = parts.metricCounters.filter { $0.address == metric.listener.address }
            return socket(
                "metrics", metric.listener.address, metric.listener.receiveBuffer, counters.map(\.intake),
                ringDrops: counters.map(\.dropped))
        }
        return flows + logs + metrics
    }

    /// One of several sockets at an address.
    private func share(_ flow: FlowSocket, _ counters: [FlowSocketCounters]) -> StatusReport.SocketShare {
        let own = counters.filter { $0.number == flow.number }
        return StatusReport.SocketShare(
            number: flow.number, datagrams: own.reduce(0) { $0 &+ $1.intake.datagrams.value },
            kernelDrops: own.reduce(0) { $0 &+ $1.intake.kernelDrops.value },
            ringDrops: own.reduce(0) { $0 &+ $1.dropped })
    }

    private func socket(
        _ use: String, _ address: ListenAddress, _ buffer: ReceiveBufferGrant?, _ intake: [IntakeCounters],
        ringDrops: [UInt64]
    ) -> StatusReport.Socket {
        StatusReport.Socket(
            use: use, address: "\(address)", datagrams: intake.reduce(0) { $0 &+ $1.datagrams.value },
            kernelDrops: intake.reduce(0) { $0 &+ $1.kernelDrops.value },
            ringDrops: ringDrops.reduce(0, &+), receiveBuffer: buffer?.granted,
            receiveBufferRequested: buffer?.requested)
    }

    private var exporters: [StatusReport.Exporter] {
        let strangers = daemon.exporters.strangers
        return daemon.exporters.exporters.sorted { $0.address < $1.address }
            .map { exporter("\($0.address)", $0.counters) }
            + (strangers.datagrams.value > 0 ? [exporter("others", strangers)] : [])
    }

    private func exporter(_ name: String, _ counters: ExporterCounters) -> StatusReport.Exporter {
        var status = StatusReport.Exporter(exporter: name)
        status.versions = counters.versions.map { Int($0) }
        if counters.lastSeen != .distantPast {
            status.lastSeen = counters.lastSeen.rfc3339()
            status.silentSeconds = Double(max(0, (now - counters.lastSeen).microseconds / 1000)) / 1000
        }
        (status.datagrams, status.records) = (counters.datagrams.value, counters.records.value)
        status.otherRecords = counters.otherRecords.value
        status.optionRecords = counters.optionRecords.value
        status.templates = counters.heldTemplates
        status.unmatchedSets = counters.unmatchedSets.value
        status.recoveredSets = counters.recoveredSets.value
        status.samplingInterval = counters.samplingInterval
        (status.lost, status.late) = (counters.lost.value, counters.late.value)
        (status.duplicates, status.resets) = (counters.duplicates.value, counters.sequenceResets.value)
        status.clockOffsetSeconds = counters.clockSkew.seconds
        status.rejected = Self.occurred(RejectionReason.allCases.map { ($0.rawValue, counters.rejected($0)) })
        status.problems = Self.occurred(Problem.allCases.map { ($0.name, counters.count(of: $0)) })
        return status
    }

    static func occurred(_ counts: [(String, UInt64)]) -> [String: UInt64] {
        Dictionary(counts.filter { $0.1 > 0 }, uniquingKeysWith: &+)
    }
}
