// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import Testing

private let policy = DetectionPolicy()

/// Evidence as the machine would get it at `now`, with the gates that the arguments name.
private func evidence(
    _ now: Int64, pressure: Bool = true, harm: Bool = true, inOrder: Bool = true, sourcesChanged: Bool = true,
    hasCause: Bool = true, raw: Int = 100
) -> Evidence {
    var evidence = Evidence(now: now)
    if pressure {
        evidence.pressures = [
            PressureFinding(
                metric: .newConnections, evidence: 64, recent: 64, onset: now - 5, end: now, rate: 100,
                baseline: 4, isUp: true)
        ]
        (evidence.pressureNow, evidence.lastPressed) = (64, now)
    }
    if harm {
        evidence.harms = [
            OutcomeFinding(
                channel: .log, evidence: 64, recent: 64, onset: now - 4, end: now, ratio: 0.5, baseline: 0,
                isUp: true)
        ]
        (evidence.outcomeNow, evidence.lastHarmed) = (64, now)
    }
    evidence.isInOrder = inOrder && pressure && harm
    (evidence.sourcesChanged, evidence.hasCause) = (sourcesChanged, hasCause)
    evidence.rawEvidence = raw
    return evidence
}

private func makeIncident(openedAt: Int64, severity: Severity = .error) -> IncidentMachine.Incident {
    IncidentMachine.Incident(
        id: IncidentID(time: Instant(seconds: openedAt), distinction: (0, 1)), kind: .httpFlood,
        confidence: 0.8,
        severity: severity, openedAt: openedAt, onset: openedAt - 5, updateInterval: 300)
}

extension IncidentMachine {
    /// Feeds a tick and, like the detector, fills in the incident when one opens.
    fileprivate mutating func tick(_ evidence: Evidence, severity: Severity = .error) -> [Action] {
        let actions = evaluated(evidence, severity: severity, policy: policy)
        if actions == [.open] { incident = makeIncident(openedAt: evidence.now, severity: severity) }
        if actions == [.reopen] { incident?.clearedAt = nil }
        return actions
    }

    /// A machine whose incident opened at second 2.
    fileprivate static func opened() -> IncidentMachine {
        var machine = IncidentMachine()
        for second in Int64(0)...2 { _ = machine.tick(evidence(second)) }
        return machine
    }
}

private func said(
    by machine: inout IncidentMachine, _ evidence: Evidence, severity: Severity = .error
) -> [IncidentMachine.Action] {
    machine.tick(evidence, severity: severity)
}

@Suite struct IncidentMachineTests {
    @Test func opensAfterThreeTicksInARow() {
        var machine = IncidentMachine()
        #expect(said(by: &machine, evidence(0)) == [])
        #expect(said(by: &machine, evidence(1)) == [])
        #expect(said(by: &machine, evidence(2)) == [.open])
        #expect(machine.isOpen)
    }

    @Test func oneTickWithoutHarmStartsTheCountAnew() {
        var machine = IncidentMachine()
        _ = machine.tick(evidence(0))
        _ = machine.tick(evidence(1))
        _ = machine.tick(evidence(2, harm: false))
        #expect(said(by: &machine, evidence(3)) == [])
        #expect(said(by: &machine, evidence(4)) == [])
        #expect(said(by: &machine, evidence(5)) == [.open])
    }

    @Test(arguments: [
        evidence(0, pressure: false), evidence(0, harm: false), evidence(0, inOrder: false),
        evidence(0, sourcesChanged: false), evidence(0, hasCause: false), evidence(0, raw: 11),
    ])
    func anyGateThatFailsKeepsItFromOpening(gate: Evidence) {
        var machine = IncidentMachine()
        for second in Int64(0)..<30 {
            var tick = gate
            tick.now = second
            let actions = machine.tick(tick)
            #expect(!actions.contains(.open))
        }
        #expect(!machine.isOpen)
    }

    @Test func harmBeforePressureIsUnclearAfterAMinuteAndNeverSilence() {
        var machine = IncidentMachine()
        var opened: Int64?
        for second in Int64(0)..<120 where opened == nil {
            if machine.tick(evidence(second, inOrder: false)) == [.open] { opened = second }
        }
        #expect(opened == 59)
    }

    @Test func pressureAloneIsASurgeOnce() {
        var machine = IncidentMachine()
        let said = (Int64(0)..<100).flatMap { machine.tick(evidence($0, harm: false)) }
        #expect(said == [.notice(.surge)])
        #expect(machine.isSuspicious)
    }

    /// Trap: what comes each day at noon is three times what comes at night.
    @Test func whatHasBeenCarriedBeforeIsNoSurge() {
        var machine = IncidentMachine()
        let said = (Int64(0)..<100).flatMap { second in
            var tick = evidence(second, harm: false)
            (tick.pressures[0].rateOfMinute, tick.pressures[0].capacity) = (30, second < 50 ? 30 : 29)
            let actions = machine.tick(tick)
            return actions.map { (second, $0) }
        }
        #expect(said.map(\.1) == [.notice(.surge)])
        #expect(said.first?.0 == 50)
    }

    /// Trap: the sums remember for a minute what an incident was cleared of.
    @Test func pressureThatIsOverIsNoSurge() {
        var machine = IncidentMachine()
        for second in Int64(0)..<100 {
            var tick = evidence(second, harm: false)
            (tick.lastPressed, tick.lag) = (0, 5)
            #expect(second < 10 || machine.tick(tick) == [])
        }
    }

    /// Trap: two bad seconds are still seen in the third.
    @Test func whatDidNotLastIsNotHeldForThreeSeconds() {
        var machine = IncidentMachine()
        for second in Int64(0)..<20 {
            var tick = evidence(second)
            (tick.harms[0].onset, tick.harms[0].end) = (0, 1)
            #expect(machine.tick(tick) == [])
        }
    }

    /// Trap: an outage that meets a short crowd is remembered for longer than a minute out of order.
    @Test func whatIsOnlyRememberedIsNotUnclear() {
        var machine = IncidentMachine()
        for second in Int64(0)..<120 {
            var tick = evidence(second, inOrder: false)
            if second >= 30 { tick.pressureNow = 0 }
            #expect(!machine.tick(tick).contains(.open))
        }
    }

    @Test func newcomersWhoFailAloneAreAbsorbed() {
        var machine = IncidentMachine()
        let said = (Int64(0)..<100).flatMap { second in
            var tick = evidence(second, harm: false)
            tick.harmsOnlyNewcomers = true
            return machine.tick(tick)
        }
        #expect(said == [.notice(.absorbedAttack)])
    }

    @Test func harmAloneIsADegradationOnce() {
        var machine = IncidentMachine()
        let said = (Int64(0)..<100).flatMap { machine.tick(evidence($0, pressure: false)) }
        #expect(said == [.notice(.degradation)])
    }

    @Test func theSameUsersRetryingAreARetryStormOnce() {
        var machine = IncidentMachine()
        let said = (Int64(0)..<100).flatMap { machine.tick(evidence($0, sourcesChanged: false)) }
        #expect(said == [.notice(.outageRetryStorm)])
    }

    @Test func aNewEpisodeIsSaidAgain() {
        var machine = IncidentMachine()
        var said: [IncidentMachine.Action] = []
        for second in Int64(0)..<20 { said += machine.tick(evidence(second, harm: false)) }
        for second in Int64(20)..<90 { said += machine.tick(evidence(second, pressure: false, harm: false)) }
        for second in Int64(90)..<110 { said += machine.tick(evidence(second, harm: false)) }
        #expect(said == [.notice(.surge), .notice(.surge)])
    }

    @Test func clearsAfterAMinuteOfQuietAndNotBefore() {
        var machine = IncidentMachine.opened()
        var cleared: Int64?
        for second in Int64(3)..<100 where cleared == nil {
            if machine.tick(evidence(second, pressure: false, harm: false)) == [.clear] { cleared = second }
        }
        #expect(cleared == 63)
        #expect(!machine.isOpen)
    }

    @Test func aRelapseWithinTheQuietMinuteKeepsItOpen() {
        var machine = IncidentMachine.opened()
        for second in Int64(3)..<50 { _ = machine.tick(evidence(second, pressure: false, harm: false)) }
        #expect(said(by: &machine, evidence(50)) == [])
        #expect(machine.state == .open)
    }

    @Test func aPulsingAttackReopensUnderTheSameId() {
        var machine = IncidentMachine.opened()
        let id = machine.incident?.id
        for second in Int64(3)...63 { _ = machine.tick(evidence(second, pressure: false, harm: false)) }
        #expect(!machine.isOpen)
        let said = (Int64(200)...202).flatMap { machine.tick(evidence($0)) }
        #expect(said == [.reopen])
        #expect(machine.incident?.id == id)
    }

    /// The tests look back further than an incident takes to end: what was loud before its end is not another one.
    @Test func whatIsStillSeenOfItDoesNotReopenIt() {
        var machine = IncidentMachine.opened()
        for second in Int64(3)...63 { _ = machine.tick(evidence(second, pressure: false, harm: false)) }
        for second in Int64(64)...90 {
            var old = evidence(second)
            (old.lastPressed, old.lastHarmed) = (2, 2)
            #expect(machine.tick(old) == [])
        }
        #expect(machine.state == .quiet)
    }

    @Test func anAttackMuchLaterIsANewIncident() {
        var machine = IncidentMachine.opened()
        for second in Int64(3)...63 { _ = machine.tick(evidence(second, pressure: false, harm: false)) }
        let said = (Int64(500)...502).flatMap { machine.tick(evidence($0)) }
        #expect(said == [.open])
    }

    @Test func updatesWhenItGetsWorseAndThenEverMoreSeldom() {
        var machine = IncidentMachine.opened()
        #expect(said(by: &machine, evidence(10), severity: .critical) == [.update])
        #expect(said(by: &machine, evidence(11), severity: .warning) == [])
        let updates = (Int64(12)..<5000).filter { machine.tick(evidence($0)) == [.update] }
        #expect(updates == [310, 910, 2110, 4510])
    }

    @Test func theClassIsRefinedOnlyTowardPositiveEvidence() {
        var machine = IncidentMachine.opened()
        let to10 = machine.refined(to: .init(kind: .demandOverload, confidence: 0.9), by: evidence(10))
        #expect(!to10)
        let to11 = machine.refined(to: .init(kind: .slowConnection, confidence: 0.9), by: evidence(11))
        #expect(to11)
        let to12 = machine.refined(to: .init(kind: .httpFlood, confidence: 0.99), by: evidence(12))
        #expect(!to12)
        #expect(machine.incident?.kind == .slowConnection)
    }
}
