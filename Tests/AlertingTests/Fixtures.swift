// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import FlowModel

/// The verdicts that the tests print.
enum Fixtures {
    /// 2026-11-21T02:03:49Z
    static let onset = Instant(seconds: 1_795_226_629)
    static let id = IncidentID(time: onset, distinction: (1, 2))

    static func service(
        _ name: String = "web-http", _ address: String = "10.2.0.20", port: UInt16 = 80,
        transport: TransportProtocol = .tcp, kind: ServiceKind = .http
    ) -> ServiceIdentity {
        let key = ServiceKey(address: IPAddress(address) ?? .unspecified, port: port, transport: transport)
        return ServiceIdentity(name: name, key: key, kind: kind)
    }

    static func share(_ prefix: String, _ share: Double) -> PrefixShare {
        PrefixShare(prefix: IPPrefix(prefix) ?? IPPrefix(.unspecified, mappedLength: 0), share: share)
    }

    /// The incident of docs/alerts.md, six seconds after its onset.
    static func slowConnections(event: VerdictEvent = .open, after seconds: Int64 = 6) -> Verdict {
        var verdict = Verdict(
            time: onset + .seconds(seconds), event: event, incident: id, service: service(),
            kind: .slowConnection,
            severity: .critical, confidence: 0.97, onset: onset)
        verdict.pressure = PressureFigures(metric: .slowConnections, value: 398, baseline: 12)
        verdict.rate = RateFigures(newPerSecond: 19.1, baseline: 3, rawRecords: 211, sampling: 1)
        var outcome = OutcomeFigures(channel: "log")
        (outcome.failureRatio, outcome.failureBaseline) = (0.55, 0)
        (outcome.latencyMilliseconds, outcome.latencyBaselineMilliseconds) = (60_002, 82)
        (outcome.linesPerFlow, outcome.linesPerFlowBaseline) = (0.36, 2.6)
        verdict.outcome = outcome
        verdict.sources = SourceFigures(
            count: 567, baseline: 118, newShare: 0.79,
            top: [share("10.66.0.0/24", 0.61), share("10.66.1.0/24", 0.36)])
        verdict.telemetry = TelemetryFigures(
            exporters: [IPAddress("10.3.0.1") ?? .unspecified], loss: 0, baselineAgeHours: 210, isCold: false)
        return verdict
    }

    /// An incident of another kind with the same figures, from everywhere.
    static func spread(_ kind: VerdictKind, event: VerdictEvent = .open) -> Verdict {
        var verdict = slowConnections(event: event)
        verdict.kind = kind
        verdict.pressure = PressureFigures(metric: .newConnections, value: 1234.5, baseline: 31.2)
        verdict.sources?.top = [share("10.66.0.0/24", 0.02), share("10.99.1.0/24", 0.01)]
        if event == .notice { verdict.incident = nil }
        return verdict
    }

    static func telemetry(_ detail: String) -> Verdict {
        var verdict = Verdict(
            time: onset, event: .notice, incident: nil, service: nil, kind: .telemetry, severity: .warning,
            confidence: 1, onset: onset)
        verdict.detail = detail
        return verdict
    }

    static func text(_ verdict: Verdict, past: IncidentPast? = nil) -> String {
        AlertSentence(Alert(verdict, past: past)).text()
    }

    /// The texts of verdicts that follow each other.
    static func story(_ verdicts: [Verdict]) -> [String] {
        var history = AlertHistory()
        return verdicts.map { AlertSentence(history.alert(for: $0)).text() }
    }
}
