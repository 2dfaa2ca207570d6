// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

// What is said, with its figures.
extension ServiceJudge {
    func word(
        _ message: MaintenanceHold.Message, _ evidence: Evidence, _ severity: Severity,
        _ windows: borrowing ServiceAggregator, _ exporters: [ExporterStatus]
    ) -> Verdict {
        switch message {
        case .told(let action):
            var verdict = word(action, evidence, severity, windows, exporters)
            if verdict.event == .notice { verdict.maintenance = circumstances.maintenance }
            return verdict
        case .noted:
            var verdict = word(.open, evidence, severity, windows, exporters)
            (verdict.event, verdict.incident, verdict.severity) = (.notice, nil, .notice)
            verdict.maintenance = circumstances.maintenance
            return verdict
        }
    }

    func word(
        _ action: IncidentMachine.Action, _ evidence: Evidence, _ severity: Severity,
        _ windows: borrowing ServiceAggregator, _ exporters: [ExporterStatus]
    ) -> Verdict {
        let identity = identity(windows)
        let now = Instant(seconds: evidence.now)
        var verdict: Verdict
        if case .notice(let kind) = action {
            verdict = Verdict(
                time: now, event: .notice, incident: nil, service: identity, kind: kind, severity: .notice,
                confidence: 0.8, onset: Instant(seconds: evidence.onset))
        } else {
            verdict = Verdict(
                time: now, event: action.event, incident: machine.incident?.id, service: identity,
                kind: machine.incident?.kind ?? .unclear,
                severity: action == .clear ? .notice : machine.incident?.severity ?? severity,
                confidence: (machine.incident?.confidence ?? 0.5) * evidence.trust,
                onset: Instant(seconds: machine.incident?.onset ?? evidence.onset))
        }
        if action == .clear, let incident = machine.incident {
            verdict.lasted = .seconds(max(1, (incident.calmSince ?? evidence.now) - incident.openedAt))
            verdict.totals = totals?.totals
        }
        addFigures(to: &verdict, evidence, windows, exporters)
        return verdict
    }

    /// What has become of the service's log.
    func word(
        _ silence: LogWatch.Finding, _ evidence: Evidence, _ windows: borrowing ServiceAggregator,
        _ exporters: [ExporterStatus]
    ) -> Verdict {
        var verdict = word(.notice(.telemetry), evidence, .notice, windows, exporters)
        switch silence {
        case .silent(let seconds, let connections):
            verdict.severity = .warning
            verdict.onset = Instant(seconds: evidence.now - seconds)
            verdict.detail =
                "its log has been silent for \(seconds) s while \(connections) connections came: failures that only it would tell are not seen"
        case .speaksAgain: verdict.detail = "its log speaks again"
        }
        verdict.maintenance = circumstances.maintenance
        if verdict.maintenance != nil { verdict.severity = .notice }
        return verdict
    }

    private func addFigures(
        to verdict: inout Verdict, _ evidence: Evidence, _ windows: borrowing ServiceAggregator,
        _ exporters: [ExporterStatus]
    ) {
        let service = windows.service(slot)
        let facts = evidence.facts
        verdict.pressure = pressureFigures(evidence, kind: verdict.kind)
        let usualConnections = baseline.metric(.newConnections).mean
        verdict.rate = RateFigures(
            newPerSecond: Double(facts.newConnections) / Double(facts.duration), baseline: usualConnections,
            rawRecords: evidence.rawEvidence, sampling: evidence.samplingInterval)
        verdict.outcome = outcomeFigures(evidence, service, windows.history(slot))
        verdict.sources = SourceFigures(
            count: facts.sources, baseline: Int(baseline.sources.rounded()),
            newShare: facts.isUnsolicited ? facts.newPacketShare : facts.newShare,
            // Where the sources are the usual ones, to name them would point at the victims.
            top: evidence.sourcesChanged
                ? windows.topPrefixes(5, slot: slot, ofNewcomers: evidence.newcomersPress)
                    .map { PrefixShare(prefix: $0.prefix, share: $0.share) } : [])
        let exporter = exporter(of: service, exporters)
        verdict.telemetry = TelemetryFigures(
            exporters: exporter.map { [$0.address] } ?? [], loss: exporter?.loss ?? 0,
            baselineAgeHours: baseline.ageHours(at: evidence.now), isCold: evidence.isCold)
    }

    func exporter(of service: ServiceState, _ exporters: [ExporterStatus]) -> ExporterStatus? {
        service.exporter.flatMap { id in
            exporters.indices.contains(Int(id.index)) ? exporters[Int(id.index)] : nil
        }
    }

    private func pressureFigures(_ evidence: Evidence, kind: VerdictKind) -> PressureFigures? {
        if kind == .slowConnection, evidence.facts.slowOpen > 0 {
            return PressureFigures(
                metric: .slowConnections, value: Double(evidence.facts.slowOpen),
                baseline: baseline.metric(.slowConnections).mean)
        }
        // What belongs to no connection is seen as one that is open for a moment.
        let isOfPackets = kind == .networkFlood || kind == .reflection || evidence.facts.isUnsolicited
        let packets = isOfPackets ? evidence.pressures.first { $0.metric == .clientPackets } : nil
        guard let pressure = packets ?? evidence.pressure else { return nil }
        return PressureFigures(
            metric: Self.named(pressure.metric, kind), value: pressure.rate, baseline: pressure.baseline)
    }

    /// What people call the metric for this kind of trouble.
    private static func named(_ metric: PressureMetric, _ kind: VerdictKind) -> PressureMetric {
        switch (metric, kind) {
        case (.requests, .dnsFlood), (.requests, .dnsRandomSubdomain): .queries
        case (.loggedConnections, .tlsHandshakeFlood), (.loggedConnections, .tlsRenegotiation): .handshakes
        default: metric
        }
    }

    private func outcomeFigures(
        _ evidence: Evidence, _ service: ServiceState, _ history: AnswerHistory
    ) -> OutcomeFigures? {
        guard let harm = evidence.harm else { return nil }
        var figures = OutcomeFigures(channel: harm.channel.rawValue)
        (figures.failureRatio, figures.failureBaseline) = (harm.ratio, harm.baseline)
        // Where the service does not log, what an exporter measured.
        let isLogged = service.latencies.total > 0
        figures.latencyMilliseconds = isLogged ? service.latencyOfLate : history.serverTimeOfLate
        figures.latencyBaselineMilliseconds =
            isLogged ? service.latencies.median() : history.serverTimes.median()
        if let usual = evidence.facts.lines.usual {
            figures.linesPerFlow = evidence.facts.lines.ratio
            figures.linesPerFlowBaseline = usual
        }
        return figures
    }
}
