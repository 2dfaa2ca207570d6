// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import FlowModel

/// An incident as detection tells it, second by second and message by message.
enum Fixture {
    /// 2026-11-21T02:03:49Z
    static let start: Int64 = 1_795_226_629

    static func id(_ number: UInt64 = 1) -> IncidentID {
        IncidentID(time: Instant(seconds: start), distinction: (1, number))
    }

    static func service(_ name: String = "web") -> ServiceIdentity {
        let address = IPAddress("10.2.0.20") ?? .unspecified
        return ServiceIdentity(
            name: name, key: ServiceKey(address: address, port: 80, transport: .tcp), kind: .http)
    }

    /// - Parameter offset: seconds after ``start``.
    static func alert(
        _ event: VerdictEvent, at offset: Int64, _ incident: IncidentID? = id(), service name: String = "web",
        kind: VerdictKind = .httpFlood, severity: Severity = .error, rate: Double = 100, failing: Double = 0.5
    ) -> Alert {
        var verdict = Verdict(
            time: Instant(seconds: start + offset), event: event, incident: incident, service: service(name),
            kind: kind, severity: severity, confidence: 0.8, onset: Instant(seconds: start - 5))
        verdict.pressure = PressureFigures(metric: .requests, value: rate, baseline: 10)
        var outcome = OutcomeFigures(channel: "log")
        (outcome.failureRatio, outcome.failureBaseline, outcome.latencyMilliseconds) = (failing, 0.01, 900)
        verdict.outcome = outcome
        verdict.sources = SourceFigures(count: 500, baseline: 100, newShare: 0.8, top: [])
        verdict.rate = RateFigures(newPerSecond: rate, baseline: 10, rawRecords: 1000, sampling: 1)
        if event == .clear { verdict.lasted = .seconds(offset) }
        return Alert(verdict)
    }

    /// What the tests of a second saw: pressure and harm, both up.
    static func explanation(
        at offset: Int64, _ incident: IncidentID? = nil, service name: String = "web", rate: Double = 100,
        bad: Double = 50
    ) -> Explanation {
        let now = start + offset
        var evidence = Evidence(now: now)
        let rise = PressureFinding(
            metric: .requests, evidence: 20, recent: 20, onset: start - 5, end: now, rate: rate, baseline: 10,
            isUp: true)
        let failures = OutcomeFinding(
            channel: .log, evidence: 18, recent: 18, onset: start - 4, end: now, ratio: bad / 100,
            baseline: 0.01, isUp: true)
        (evidence.pressures, evidence.harms) = ([rise], [failures])
        var observations = Observations()
        observations.pressures = [
            PressureObservation(
                metric: .requests, rateOfLate: rate, usual: 10, threshold: 16, lag: 3, finding: rise)
        ]
        observations.outcomes = [
            OutcomeObservation(
                channel: .log, bad: bad, all: 100, usual: 0.01, expected: 0.01, threshold: 16, lag: 3,
                isOfKnown: false, finding: failures)
        ]
        evidence.observations = observations
        var explanation = Explanation(service(name), evidence, DetectionPolicy())
        (explanation.incident, explanation.state) = (incident, incident == nil ? .quiet : .open)
        return explanation
    }
}
