// SPDX-License-Identifier: Apache-2.0

import Detection
import Testing

@Suite struct GatesTests {
    private static let policy = DetectionPolicy()

    private static func pressure(from onset: Int64, to end: Int64) -> PressureFinding {
        PressureFinding(
            metric: .requests, evidence: 32, recent: 32, onset: onset, end: end, rate: 100, baseline: 4,
            isUp: true)
    }

    private static func harm(from onset: Int64) -> OutcomeFinding {
        OutcomeFinding(
            channel: .log, evidence: 32, recent: 32, onset: onset, end: onset + 5, ratio: 0.5, baseline: 0,
            isUp: true)
    }

    /// Evidence with which every gate holds.
    private static var whole: Evidence {
        var evidence = Evidence(now: 100)
        evidence.pressures = [pressure(from: 90, to: 100)]
        evidence.harms = [harm(from: 92)]
        (evidence.isInOrder, evidence.sourcesChanged, evidence.rawEvidence) = (true, true, 12)
        evidence.hasCause = true
        return evidence
    }

    @Test func allHoldTogether() {
        let gates = Gates(Self.whole, Self.policy)
        #expect(Gate.allCases.allSatisfy { gates.holds($0) })
        #expect(gates.isJoint)
        #expect(gates.firstFailed == nil)
    }

    @Test(arguments: Gate.allCases)
    func eachFailsByItself(gate: Gate) {
        var evidence = Self.whole
        switch gate {
        case .pressure: evidence.pressures = []
        case .harm: evidence.harms = []
        case .evidence: evidence.rawEvidence = 11
        case .sources: evidence.sourcesChanged = false
        case .cause: evidence.hasCause = false
        case .order: evidence.isInOrder = false
        }
        let gates = Gates(evidence, Self.policy)
        #expect(gates.firstFailed == gate)
        #expect(Gate.allCases.filter { !gates.holds($0) } == [gate])
        #expect(gates.isJoint == ([.sources, .cause, .order].contains(gate)))
    }

    /// Half the evidence for both begins to count, and opens nothing.
    @Test func evidenceThatComesBeginsAnIncident() {
        var evidence = Self.whole
        (evidence.risingPressures, evidence.pressures) = (evidence.pressures, [])
        (evidence.risingHarms, evidence.harms) = (evidence.harms, [])
        let gates = Gates(evidence, Self.policy)
        #expect(gates.isBeginning && !gates.isJoint)
        #expect(gates.comes(.pressure) && !gates.holds(.pressure))
        evidence.sourcesChanged = false
        #expect(!Gates(evidence, Self.policy).isBeginning)
    }

    @Test func nothingHoldsWithoutEvidence() {
        let gates = Gates(Evidence(now: 1), Self.policy)
        #expect(Gate.allCases.allSatisfy { !gates.holds($0) })
        #expect(gates.firstFailed == .pressure)
    }

    /// The pressure lasts from 90 to 100; five seconds of slack, a channel that is eight seconds late.
    @Test(arguments: [
        (Int64(84), HarmOrder.before(seconds: 6)), (85, .during), (95, .during), (108, .during),
        (109, .after(seconds: 9)),
    ])
    func harmBeginsBeforeWhileOrAfter(onset: Int64, expected: HarmOrder) {
        let order = HarmOrder(
            of: Self.harm(from: onset), against: Self.pressure(from: 90, to: 100), lag: 8, slack: 5)
        #expect(order == expected)
    }
}
