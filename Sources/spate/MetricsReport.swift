// SPDX-License-Identifier: Apache-2.0

import Alerting
import Control
import Detection
import FlowDecoding
import FlowModel
import History
import Intake
import LockFree
import ServiceSignals
import ServiceWindows

/// Everything that the daemon counts, as metrics: every term of the conservation law, per exporter where it has one.
/// docs/metrics.md explains them.
struct MetricsReport {
    let parts: Daemon.Parts
    private let exporters: [(name: String, counters: ExporterCounters)]
    let evaluation: EvaluationSnapshot
    /// Nil when none is kept.
    let historyCounts: HistoryCounts?

    init(_ daemon: Daemon) {
        parts = daemon.current
        historyCounts = daemon.history?.counts
        exporters =
            daemon.exporters.exporters.map { ("\($0.address)", $0.counters) }
            + [("others", daemon.exporters.strangers)]
        evaluation = daemon.evaluation.snapshot
    }

    var metrics: [Metric] {
        intake + decoding + rings + windows + signals + statsd + levels + suppression + outgoing
            + history
    }

    // MARK: Intake

    private var intake: [Metric] {
        [
            perSocket("intake_datagrams_total", "Datagrams taken from the kernel.") { $0.datagrams.value },
            perSocket("intake_octets_total", "UDP payload taken from the kernel, in octets.") {
                $0.octets.value
            },
            perSocket("intake_dropped_datagrams_total", "Datagrams that the kernel dropped for want of room.")
            {
                $0.kernelDrops.value
            },
            perSocket("intake_truncated_datagrams_total", "Datagrams longer than the buffer.") {
                $0.truncatedDatagrams.value
            },
            perSocket("intake_receive_errors_total", "Calls that the kernel answered with an error.") {
                $0.receiveErrors.value
            },
            perSocket(
                "intake_held_turns_total", "Times that datagrams were left to the kernel, for want of room."
            ) {
                $0.heldTurns.value
            },
            Metric(
                name: "spate_intake_receive_buffer_bytes", help: "Receive buffer that the kernel granted.",
                kind: .gauge,
                samples: parts.flows.compactMap { flow in
                    flow.listener.receiveBuffer.map {
                        (Self.labels(flow.listener.address, flow.number), Double($0.granted))
                    }
                }),
        ]
    }

    private func perSocket(_ name: String, _ help: String, _ value: (IntakeCounters) -> UInt64) -> Metric {
        perFlowSocket("spate_\(name)", help) { value($0.intake) }
    }

    private func perFlowSocket(_ name: String, _ help: String, _ value: (FlowSocketCounters) -> UInt64)
        -> Metric
    {
        Metric(
            name: name, help: help, kind: .counter,
            samples: Self.sums(parts.flowCounters.map { (Self.labels($0.address, $0.number), value($0)) }))
    }

    private static func labels(_ address: ListenAddress, _ number: Int) -> [(String, String)] {
        [("socket", "\(address)"), ("number", "\(number)")]
    }

    /// One sample for the same labels: a socket that was closed and opened again goes on counting.
    static func sums(
        _ values: [(labels: [(String, String)], value: UInt64)]
    ) -> [(labels: [(String, String)], value: Double)] {
        var sums: [String: (labels: [(String, String)], value: UInt64)] = [:]
        for entry in values {
            sums["\(entry.labels)", default: (entry.labels, 0)].value += entry.value
        }
        return sums.sorted { $0.key < $1.key }.map { ($0.value.labels, Double($0.value.value)) }
    }

    // MARK: Decoding

    private var decoding: [Metric] {
        let counters: [(String, String, (ExporterCounters) -> UInt64)] = [
            ("datagrams_total", "Datagrams, rejected ones included.", { $0.datagrams.value }),
            ("octets_total", "UDP payload, in octets.", { $0.octets.value }),
            ("records_total", "Flow records decoded.", { $0.records.value }),
            ("other_records_total", "Data records that describe no flow.", { $0.otherRecords.value }),
            ("option_records_total", "Records of options templates.", { $0.optionRecords.value }),
            ("templates_total", "Template and options template records.", { $0.templates.value }),
            (
                "unmatched_sets_total", "Data sets without a template at their arrival.",
                { $0.unmatchedSets.value }
            ),
            ("recovered_sets_total", "Of these, decoded when the template came.", { $0.recoveredSets.value }),
            (
                "lost_units_total", "Missing by sequence number: v5 flows, v9 datagrams, IPFIX records.",
                { $0.lost.value }
            ),
            ("late_units_total", "Counted as lost and then arrived.", { $0.late.value }),
            (
                "duplicate_datagrams_total", "Datagrams whose sequence number was there before.",
                { $0.duplicates.value }
            ),
            ("sequence_resets_total", "Sequence numbers that began anew.", { $0.sequenceResets.value }),
        ]
        return counters.map { name, help, value in
            Metric(
                name: "spate_decoding_\(name)", help: help, kind: .counter,
                samples: exporters.map { ([("exporter", $0.name)], Double(value($0.counters))) })
        } + [rejections, problems] + exporterGauges
    }

    private var rejections: Metric {
        Metric(
            name: "spate_decoding_rejected_datagrams_total",
            help: "Datagrams of which nothing was decoded, by reason.",
            kind: .counter,
            samples: exporters.flatMap { exporter in
                RejectionReason.allCases.filter { exporter.counters.rejected($0) > 0 }.map { reason in
                    (
                        [("exporter", exporter.name), ("reason", reason.rawValue)],
                        Double(exporter.counters.rejected(reason))
                    )
                }
            })
    }

    private var problems: Metric {
        Metric(
            name: "spate_decoding_problems_total",
            help: "Faults within datagrams that were decoded otherwise, by kind.",
            kind: .counter,
            samples: exporters.flatMap { exporter in
                Problem.allCases.filter { exporter.counters.count(of: $0) > 0 }.map { problem in
                    (
                        [("exporter", exporter.name), ("problem", problem.name)],
                        Double(exporter.counters.count(of: problem))
                    )
                }
            })
    }

    private var exporterGauges: [Metric] {
        let seen = exporters.filter { $0.counters.lastSeen != .distantPast }
        return [
            Metric(
                name: "spate_decoding_last_datagram_timestamp_seconds",
                help: "When the exporter's latest datagram came.",
                kind: .gauge,
                samples: seen.map {
                    ([("exporter", $0.name)], Double($0.counters.lastSeen.microseconds) / 1e6)
                }),
            Metric(
                name: "spate_decoding_clock_skew_seconds",
                help: "How far the exporter's clock is ahead of ours.",
                kind: .gauge,
                samples: seen.map { ([("exporter", $0.name)], $0.counters.clockSkew.seconds) }),
            Metric(
                name: "spate_decoding_sampling_interval", help: "What one exported packet stands for.",
                kind: .gauge,
                samples: seen.map { ([("exporter", $0.name)], Double($0.counters.samplingInterval)) }),
            Metric(
                name: "spate_decoding_held_templates", help: "Templates that are held.", kind: .gauge,
                samples: seen.map { ([("exporter", $0.name)], Double($0.counters.heldTemplates)) }),
            Metric(
                name: "spate_decoding_version_info",
                help: "Always 1; a version that the exporter sends is a label.",
                kind: .gauge,
                samples: seen.flatMap { exporter in
                    exporter.counters.versions.map {
                        ([("exporter", exporter.name), ("version", "\($0)")], 1)
                    }
                }),
        ]
    }

    // MARK: Rings and windows

    private var rings: [Metric] {
        [
            perFlowSocket("spate_ring_records_total", "Flow records handed to the evaluation.") { $0.pushed },
            perFlowSocket("spate_ring_dropped_records_total", "Flow records that found the ring full.") {
                $0.dropped
            },
            Metric(
                name: "spate_ring_waiting_records", help: "Flow records that wait for the evaluation.",
                kind: .gauge,
                samples: parts.flows.map {
                    (Self.labels($0.listener.address, $0.number), Double($0.rings.waiting))
                }),
        ]
    }

    private var windows: [Metric] {
        let counters = evaluation.windows
        return [
            counter("windows_records_total", "Flow records booked on a service.", counters.records),
            Metric(
                name: "spate_windows_ignored_records_total",
                help: "Flow records that are no service's, by reason.",
                kind: .counter,
                samples: UnbookedReason.allCases.map {
                    ([("reason", $0.name)], Double(counters.ignored[$0.rawValue]))
                }),
            Metric(
                name: "spate_windows_shard_records_total",
                help: "Flow records that each shard of the evaluation took.", kind: .counter,
                samples: evaluation.records.enumerated().map {
                    ([("shard", "\($0.offset + 1)")], Double($0.element))
                }),
            counter("windows_outcomes_total", "Outcomes of requests booked on a service.", counters.outcomes),
            counter(
                "windows_ignored_outcomes_total", "Outcomes too old for any window.", counters.ignoredOutcomes
            ),
            counter("windows_declared_flows_total", "Connections of declared sources.", counters.declared),
            counter(
                "windows_discovered_services_total", "Services that were discovered.", counters.discovered),
            counter(
                "windows_refused_services_total", "Times a discovered service found the table full.",
                counters.refusedServices),
            counter(
                "windows_evicted_services_total", "Idle services that made room for others.",
                counters.evictedServices),
            counter(
                "windows_icmp_errors_total", "ICMP errors that were credited to a service.",
                counters.icmpErrors),
            counter(
                "windows_unpaired_halves_total", "Halves of connections that went on without the other.",
                counters.unpairedHalves),
            counter(
                "windows_forgotten_flows_total", "Flows forgotten while they might have gone on.",
                counters.forgottenFlows),
            counter(
                "windows_hurried_sweeps_total", "Times old seconds became coarse before their time.",
                counters.hurriedSweeps),
            counter(
                "windows_starved_sketches_total", "Counts of clients that found no memory.",
                counters.starvedSketches),
            Metric(
                name: "spate_windows_services", help: "Services that are tracked.", kind: .gauge,
                value: Double(evaluation.services)),
        ]
    }

    private func counter(_ name: String, _ help: String, _ value: UInt64) -> Metric {
        Metric(name: "spate_\(name)", help: help, kind: .counter, value: Double(value))
    }
}

extension MetricsReport {
    // MARK: Signals

    private var signals: [Metric] {
        [
            perSignalSocket("datagrams_total", "Syslog datagrams, or frames of connections, that came.") {
                $0.intake.datagrams.value
            },
            perSignalSocket("dropped_datagrams_total", "Syslog datagrams that the kernel dropped.") {
                $0.intake.kernelDrops.value
            },
            perSignalLabel("dropped_lines_total", "Log lines over their sender's rate.", "sender") {
                $0.lines.dropped.senders.map { ("\($0.sender)", $0.count.value) }
                    + [("others", $0.lines.dropped.others.value)]
            },
            perSignalLabel("read_lines_total", "Log lines that told an outcome, by rule.", "rule") {
                $0.lines.rules.map { ("\($0.name)", $0.read.value) }
            },
            perSignalSocket("unmatched_lines_total", "Log lines that no rule is meant for.") {
                $0.lines.unmatched.value
            },
            perSignalSocket("dropped_outcomes_total", "Outcomes that found the ring full.") { $0.dropped },
            perSignal("ignored_lines_total", "Log lines of a rule's program without an outcome.") {
                $0.lines.rules.flatMap(Self.ignored)
            },
            perSignalLabel("malformed_lines_total", "Datagrams that are no syslog message.", "reason") {
                counters in
                MalformedReason.allCases.map {
                    ($0.name, counters.lines.malformed[Int($0.rawValue)].value)
                }
            },
        ] + connections
    }

    private static func ignored(_ rule: RuleCounters) -> [LabelledCount] {
        rule.ignoredByReason.map { ([("rule", "\(rule.name)"), ("reason", $0.reason.name)], $0.count) }
    }

    private var connections: [Metric] {
        [
            Metric(
                name: "spate_signals_open_connections", help: "Connections that are open.", kind: .gauge,
                samples: parts.signals.compactMap { signal in
                    signal.listener.connections.map {
                        ([("socket", "\(signal.listener.address)")], Double($0.open))
                    }
                }),
            perStream("connections_total", "Connections that were taken.") { [([], $0.accepted.value)] },
            perStream("closed_connections_total", "Connections that Spate closed, by reason.") {
                [
                    ([("reason", "refused")], $0.refused.value), ([("reason", "idle")], $0.idle.value),
                    ([("reason", "lost_framing")], $0.lostFraming.value),
                ]
            },
            perStream("cut_lines_total", "Lines that had begun when their connection ended.") {
                [([], $0.cutFrames.value)]
            },
        ]
    }

    private typealias LabelledCount = (labels: [(String, String)], value: UInt64)

    private func perStream(
        _ name: String, _ help: String, _ values: (ConnectionCounters) -> [LabelledCount]
    ) -> Metric {
        perSignal(name, help) { counters in counters.connections.map(values) ?? [] }
    }

    private func perSignalSocket(
        _ name: String, _ help: String, _ value: (SignalSocketCounters) -> UInt64
    ) -> Metric {
        perSignal(name, help) { [([], value($0))] }
    }

    private func perSignalLabel(
        _ name: String, _ help: String, _ label: String,
        _ values: (SignalSocketCounters) -> [(String, UInt64)]
    ) -> Metric {
        perSignal(name, help) { values($0).map { ([(label, $0)], $1) } }
    }

    /// - Parameter values: of a socket, by the labels besides its address.
    private func perSignal(
        _ name: String, _ help: String,
        _ values: (SignalSocketCounters) -> [LabelledCount]
    ) -> Metric {
        var counts: [LabelledCount] = []
        for counters in parts.signalCounters {
            let socket = ("socket", "\(counters.address)")
            for count in values(counters) { counts.append(([socket] + count.labels, count.value)) }
        }
        return Metric(
            name: "spate_signals_\(name)", help: help, kind: .counter, samples: Self.sums(counts))
    }

    // MARK: Detection and alerting

    private var outgoing: [Metric] {
        let writers = parts.dispatcher.snapshots
        func perWriter(
            _ name: String, _ help: String, _ kind: Metric.Kind, _ value: (DeliverySnapshot) -> Double
        )
            -> Metric
        {
            Metric(
                name: "spate_alerting_\(name)", help: help, kind: kind,
                samples: writers.map { ([("writer", $0.name)], value($0)) })
        }
        return [
            Metric(
                name: "spate_detection_verdicts_total", help: "Messages decided on, by event.",
                kind: .counter,
                samples: VerdictEvent.allCases.map {
                    ([("event", $0.rawValue)], Double(evaluation.verdicts[$0] ?? 0))
                }),
            Metric(
                name: "spate_detection_open_incidents", help: "Incidents that are open.", kind: .gauge,
                value: Double(evaluation.openIncidents)),
            Metric(
                name: "spate_detection_last_tick_timestamp_seconds", help: "The second that was judged last.",
                kind: .gauge, value: Double(evaluation.lastTick.microseconds) / 1e6),
            perWriter("delivered_messages_total", "Messages that the writer took.", .counter) {
                Double($0.delivered)
            },
            perWriter("failed_writes_total", "Attempts that failed and are repeated.", .counter) {
                Double($0.failed)
            },
            perWriter("dropped_messages_total", "Messages that found the queue full.", .counter) {
                Double($0.dropped)
            },
            perWriter("waiting_messages", "Messages not delivered yet.", .gauge) { Double($0.waiting) },
            Metric(
                name: "spate_build_info", help: "Always 1; the version is a label.", kind: .gauge,
                samples: [([("version", Spate.version)], 1)]),
        ]
    }
}
