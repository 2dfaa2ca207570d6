// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel

/// The explanations that the tests print.
enum ExplanationFixtures {
    /// 2026-11-21T02:03:55Z
    static let now: Int64 = 1_795_226_635

    /// A second in which the shown metric and channel have so much evidence, of 16 nats.
    static func explanation(
        pressure: Double = 0, harm: Double = 0, harmOnset: Int64 = now - 4, rate: Double = 25,
        raw: Int = 44, sourcesChanged: Bool = false, name: String = "web-http"
    ) -> Explanation {
        var evidence = Evidence(now: now)
        let rise = PressureFinding(
            metric: .newConnections, evidence: pressure, recent: pressure / 2, onset: now - 6, end: now,
            rate: rate, baseline: 3, isUp: pressure >= 16)
        let failures = OutcomeFinding(
            channel: .log, evidence: harm, recent: harm / 2, onset: harmOnset, end: now, ratio: 0.55,
            baseline: 0.01, isUp: harm >= 16)
        if rise.isUp { evidence.pressures = [rise] }
        if failures.isUp { evidence.harms = [failures] }
        (evidence.pressureNow, evidence.outcomeNow) = (rise.recent, failures.recent)
        (evidence.rawEvidence, evidence.sourcesChanged) = (raw, sourcesChanged)
        evidence.hasCause = true
        evidence.isInOrder =
            rise.isUp && failures.isUp && HarmOrder(of: failures, against: rise, lag: 3, slack: 5) == .during
        (evidence.facts.newConnections, evidence.facts.newFromUnknown) = (100, 79)
        (evidence.facts.sources, evidence.facts.duration) = (567, 6)
        var observations = Observations()
        observations.pressures = [
            PressureObservation(
                metric: .newConnections, rateOfLate: 19.1, usual: 3, threshold: 16, lag: 5,
                finding: pressure > 0 ? rise : nil),
            PressureObservation(
                metric: .requests, rateOfLate: 3, usual: 3, threshold: 16, lag: 3, finding: nil),
        ]
        observations.outcomes = [
            OutcomeObservation(
                channel: .log, bad: 22, all: 40, usual: 0.01, expected: 0.01, threshold: 16, lag: 3,
                isOfKnown: false, finding: harm > 0 ? failures : nil)
        ]
        evidence.observations = observations
        var explanation = Explanation(Fixtures.service(name), evidence, DetectionPolicy())
        explanation.usualSources = 118
        explanation.judgement = Classifier.Judgement(kind: .httpFlood, confidence: 0.84)
        return explanation
    }

    static func learning(_ known: Double) -> Explanation {
        Explanation(
            Fixtures.service(), second: now, stage: .learning(known: known), policy: DetectionPolicy())
    }
}
