// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import Testing

@Suite struct ExplanationReasonTests {
    private func reason(_ explanation: Explanation) -> String { ExplanationReason(explanation).text }

    @Test func aYoungBaselineIsNamed() {
        #expect(
            reason(ExplanationFixtures.learning(12))
                == "learning what is usual: 12 of 25 s known, nothing is judged yet")
    }

    @Test func pressureThatIsShortOfTheThresholdIsToldWithItsNumbers() {
        #expect(
            reason(ExplanationFixtures.explanation(pressure: 12.4))
                == "no pressure: new_connections 19, usual 3, 12 of 16 nats")
    }

    @Test func aSteadyRiseThatIsTooSmallIsToldApart() {
        var explanation = ExplanationFixtures.explanation(pressure: 20)
        explanation.evidence.pressures = []
        explanation.evidence.observations?.pressures[0].finding?.isUp = false
        explanation.gates = Gates(explanation.evidence, explanation.policy)
        #expect(
            reason(explanation)
                == "no pressure: new_connections 25, usual 3; 20 of 16 nats, but it must be 1.5 times the usual"
        )
    }

    @Test func harmThatIsMissingIsToldWithItsNumbers() {
        #expect(
            reason(ExplanationFixtures.explanation(pressure: 20, harm: 3))
                == "nobody is harmed: log 55% of 40, usual 1%; 3 of 16 nats")
        var absorbed = ExplanationFixtures.explanation(pressure: 20, harm: 3)
        absorbed.evidence.harmsOnlyNewcomers = true
        #expect(reason(absorbed).hasSuffix("only newcomers fail, clients known before are served"))
    }

    @Test func tooFewRecordsAreCounted() {
        #expect(
            reason(ExplanationFixtures.explanation(pressure: 20, harm: 20, raw: 7))
                == "too little evidence: 7 records and log lines since the onset, 12 are needed")
    }

    @Test func theUsualSourcesAreToldAgainstWhatWouldBeAChange() {
        #expect(
            reason(ExplanationFixtures.explanation(pressure: 20, harm: 20))
                == "the usual sources: 79% new (25% counts as a change), 567 sources, usual 118 (246 counts as a change)"
        )
    }

    @Test func harmThatCameFirstIsToldInSeconds() {
        var explanation = ExplanationFixtures.explanation(
            pressure: 20, harm: 20, harmOnset: ExplanationFixtures.now - 18, sourcesChanged: true)
        #expect(
            reason(explanation)
                == "wrong order: log went bad 12 s before new_connections rose (5 s allowed)")
        explanation.disorderTicks = 20
        #expect(reason(explanation).hasSuffix(", unclear in 40 s if it stays"))
    }

    @Test func gatesThatHoldAreCounted() {
        var explanation = ExplanationFixtures.explanation(pressure: 20, harm: 20, sourcesChanged: true)
        explanation.state = .suspicious(ticks: 2)
        #expect(reason(explanation) == "all gates hold: 2 of 3 s")
        explanation.state = .open
        explanation.actions = [.open]
        #expect(reason(explanation) == "all gates have held for 3 s: opened")
    }

    @Test func whatKeepsAnIncidentOpenIsNamed() {
        var explanation = ExplanationFixtures.explanation(pressure: 20, harm: 6)
        explanation.state = .open
        #expect(reason(explanation) == "kept open by pressure 10 nats of late (quiet is below 4.8)")
        explanation.state = .clearing(since: ExplanationFixtures.now - 12)
        #expect(reason(explanation) == "both tests are quiet: clear in 48 s")
    }
}
