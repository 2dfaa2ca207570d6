// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import Testing

@Suite struct ExplanationTextTests {
    @Test func aSecondIsALineWithItsGates() {
        var text = ExplanationText()
        #expect(
            text.lines(for: ExplanationFixtures.explanation(pressure: 12.4)) == [
                "02:03:55  quiet       P- H- E+ S- C+ O-  new_connections 19 (3)            12/16    "
                    + "log 55% of 40 (1%)                0/16     "
                    + "no pressure: new_connections 19, usual 3, 12 of 16 nats"
            ])
    }

    @Test func aGateThatIsHalfWayIsMarked() {
        var explanation = ExplanationFixtures.explanation(pressure: 12.4)
        explanation.evidence.risingPressures = explanation.pressures.compactMap(\.finding)
        explanation.gates = Gates(explanation.evidence, explanation.policy)
        explanation.state = .suspicious(ticks: 1)
        var text = ExplanationText()
        #expect(
            text.lines(for: explanation) == [
                "02:03:55  suspicious  P~ H- E+ S- C+ O-  new_connections 19 (3)            12/16    "
                    + "log 55% of 40 (1%)                0/16     no pressure: new_connections 19, usual 3, "
                    + "12 of 16 nats, for 1 s half way with the rest in place"
            ])
    }

    @Test func columnsStandUnderTheirHeads() throws {
        var text = ExplanationText()
        let head = try #require(ExplanationText.heading.last)
        let line = try #require(text.lines(for: ExplanationFixtures.explanation(pressure: 20)).first)
        for (name, cell) in [
            ("state", "quiet"), ("gates", "P+"), ("pressure", "new_connections"), ("harm", "log"),
            ("why", "nobody"),
        ] {
            let (left, right) = (
                try #require(head.firstRange(of: name)), try #require(line.firstRange(of: cell))
            )
            #expect(
                left.lowerBound.utf16Offset(in: head) == right.lowerBound.utf16Offset(in: line), "\(name)")
        }
    }

    @Test func whatChangesIsSaidOnce() {
        var text = ExplanationText()
        _ = text.lines(for: ExplanationFixtures.explanation(pressure: 12))
        let rising = ExplanationFixtures.explanation(pressure: 20)
        #expect(
            text.lines(for: rising).dropFirst() == [
                "          up: new_connections 25 (3), since 02:03:49, 20 of 16 nats"
            ])
        #expect(text.lines(for: rising).count == 1)
        #expect(
            text.lines(for: ExplanationFixtures.explanation()).dropFirst() == [
                "          down: new_connections 19 (3), 0 of 16 nats"
            ])
    }

    @Test func pressureAndHarmTogetherAreSaidWithSourcesOrderAndClass() throws {
        var text = ExplanationText()
        let lines = text.lines(
            for: ExplanationFixtures.explanation(pressure: 20, harm: 20, sourcesChanged: true))
        #expect(lines.contains { $0.contains("other sources: 79% new") })
        #expect(lines.contains { $0.contains("in order: log went bad at 02:03:51") })
        #expect(lines.contains { $0.contains("class http_flood (84% sure): 100 new connections in 6 s") })
    }

    @Test func whatWasSaidAndTheBaselineAreTold() {
        var text = ExplanationText()
        var explanation = ExplanationFixtures.explanation(pressure: 20, harm: 20, sourcesChanged: true)
        (explanation.actions, explanation.state, explanation.learning) = ([.open], .open, .frozen)
        let lines = text.lines(for: explanation)
        #expect(lines.contains("          said: open"))
        #expect(lines.contains("          baseline: frozen, nothing of this is learned"))
    }

    @Test func aYoungBaselineHasNoColumns() {
        var text = ExplanationText()
        #expect(
            text.lines(for: ExplanationFixtures.learning(3)) == [
                "02:03:55  learning    learning what is usual: 3 of 25 s known, nothing is judged yet"
            ])
    }
}
