// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import FoundationEssentials
import Testing

@Suite struct ExplanationJSONTests {
    /// The names and types of docs/incidents.md.
    private struct Line: Decodable {
        struct Gate: Decodable { let holds: Bool, reason: String }
        struct Pressure: Decodable {
            let metric: String, rate: Double, usual: Double, evidence: Double, threshold: Double
            let onset: String?, up: Bool, lag: Int
        }
        struct Outcome: Decodable {
            let channel: String, bad: Double, all: Double, usual: Double, expected: Double, of: String
            let evidence: Double, threshold: Double, onset: String?, up: Bool
        }
        struct Order: Decodable { let harm: String, seconds: Int, lag: Int }
        struct Class: Decodable { let `class`: String, confidence: Double, severity: String }
        struct Baseline: Decodable { let cold: Bool, learning: String }
        let type: String, time: String, stage: String, state: String, failed: String?, reason: String
        let gates: [String: Gate]?, pressure: [Pressure], outcome: [Outcome], order: Order?
        let said: [String], `class`: Class?, baseline: Baseline
    }

    private func decoded(_ explanation: Explanation) throws -> Line {
        try JSONDecoder().decode(Line.self, from: Data(ExplanationJSON.line(explanation).utf8))
    }

    @Test func everyTestAndGateIsThere() throws {
        let line = try decoded(
            ExplanationFixtures.explanation(pressure: 20, harm: 20, harmOnset: ExplanationFixtures.now - 18))
        #expect(line.type == "explain" && line.time == "2026-11-21T02:03:55.000Z" && line.stage == "judged")
        #expect(line.failed == "sources")
        #expect(line.gates.map { Set($0.keys) } == Set(Gate.allCases.map(\.rawValue)))
        #expect(line.gates?["pressure"]?.holds == true && line.gates?["order"]?.holds == false)
        #expect(line.pressure.map(\.metric) == ["new_connections", "requests"])
        #expect(line.pressure.map(\.up) == [true, false])
        #expect(line.pressure.first?.onset == "2026-11-21T02:03:49Z")
        #expect(line.outcome.first?.bad == 22 && line.outcome.first?.all == 40)
        #expect(line.order?.harm == "before" && line.order?.seconds == 12)
        #expect(line.class?.class == "http_flood")
        #expect(line.baseline.learning == "on")
    }

    @Test func aYoungBaselineHasNoGates() throws {
        let line = try decoded(ExplanationFixtures.learning(3))
        #expect(line.stage == "learning" && line.gates == nil && line.failed == nil && line.class == nil)
        #expect(line.pressure.isEmpty && line.outcome.isEmpty)
    }

    @Test func aHostileNameStaysWithinItsString() throws {
        let line = ExplanationJSON.line(ExplanationFixtures.explanation(name: "a\"},\n\u{202E}b"))
        #expect(!line.contains("\n") && !line.contains("\u{202E}"))
        _ = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
    }
}
