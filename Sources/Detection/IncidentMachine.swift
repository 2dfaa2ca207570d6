// SPDX-License-Identifier: Apache-2.0

import FlowModel

private typealias Life = DetectionPolicy.Life

/// The life of a service's incidents as a state machine: evidence in, actions out, time as part of the evidence.
package struct IncidentMachine: Sendable {
    /// Where a service stands.
    package enum State: Equatable, Sendable {
        case quiet
        /// All gates have held for this many ticks.
        case suspicious(ticks: Int)
        case open
        /// Quiet since this second.
        case clearing(since: Int64)
    }

    /// What the detector is to say.
    package enum Action: Equatable, Sendable {
        case open, update, clear
        case reopen
        case notice(VerdictKind)
    }

    /// What persists from opening to the end of the time in which it may reopen.
    package struct Incident: Equatable, Sendable {
        /// Same from open to clear, and when it reopens.
        package var id: IncidentID
        /// Refined, never coarsened.
        package var kind: VerdictKind
        /// 0…1, of the class.
        package var confidence: Double
        /// The worst so far.
        package var severity: Severity
        /// Second in which it was opened.
        package var openedAt: Int64
        /// Second in which the trouble began.
        package var onset: Int64
        /// Second of the last message about it.
        package var lastMessage: Int64
        /// Seconds to the next message if nothing changes.
        package var updateInterval: Int64
        /// Second since which it had been quiet when it was cleared.
        package var calmSince: Int64?
        /// Second in which it was cleared, nil while open.
        package var clearedAt: Int64?

        /// An incident that opens now.
        package init(
            id: IncidentID, kind: VerdictKind, confidence: Double, severity: Severity, openedAt: Int64,
            onset: Int64,
            updateInterval: Int64
        ) {
            (self.id, self.kind, self.confidence, self.severity) = (id, kind, confidence, severity)
            (self.openedAt, self.onset, lastMessage) = (openedAt, onset, openedAt)
            self.updateInterval = updateInterval
        }
    }

    package init() {}

    /// Where the service stands.
    package private(set) var state = State.quiet
    /// The open incident, or the last one.
    package var incident: Incident?
    /// Ticks for which everything but the order has held.
    package private(set) var disorderTicks = 0
    private var surgeTicks = 0
    private var degradationTicks = 0
    /// The notices of the present episode, so that each is said once.
    private var noticed: Set<VerdictKind> = []
    private var quietTicks = 0
    /// Last second in which harm, and pressure, went on.
    private var lastHarmed: Int64 = .min
    private var lastPressed: Int64 = .min

    /// Something is going on that must not be learned.
    package var isSuspicious: Bool { isHarmed || isPressed }
    /// An incident, a beginning one, or harm: nothing of it is normal.
    package var isHarmed: Bool { state != .quiet || degradationTicks > 0 }
    /// Pressure and nobody harmed: it may be growth.
    package var isPressed: Bool { surgeTicks > 0 }
    /// An incident is open or clearing.
    package var isOpen: Bool {
        switch state {
        case .open, .clearing: true
        case .quiet, .suspicious: false
        }
    }

    /// One tick's evidence; returns what is to be said. A returned `open` or `reopen` expects `incident` to be set.
    package mutating func evaluated(_ evidence: Evidence, severity: Severity, policy: DetectionPolicy)
        -> [Action]
    {
        countEpisodes(evidence)
        switch state {
        case .quiet, .suspicious: return judge(evidence, policy)
        case .open, .clearing: return follow(evidence, severity: severity, policy)
        }
    }

    private mutating func countEpisodes(_ evidence: Evidence) {
        let pressed = evidence.pressure != nil
        let harmed = evidence.harm != nil
        surgeTicks = pressed && !harmed ? surgeTicks + 1 : 0
        degradationTicks = harmed && !pressed ? degradationTicks + 1 : 0
        countQuiet(!pressed && !harmed)
    }

    private mutating func countQuiet(_ isQuiet: Bool) {
        quietTicks = isQuiet ? quietTicks + 1 : 0
        if quietTicks >= 60 { noticed = [] }
    }

    /// The same as ``evaluated(_:severity:policy:)`` for a service that is quiet, with evidence of nothing.
    mutating func passed() {
        disorderTicks = 0
        countQuiet(true)
    }

    /// The pressure was none: the service is counted in another way now.
    mutating func forgetPressure() { surgeTicks = 0 }

    // MARK: Before an incident

    private mutating func judge(_ evidence: Evidence, _ policy: DetectionPolicy) -> [Action] {
        // What the tests still see of an incident that is over is not another one.
        guard !isAfterglow(evidence) else { return [] }
        let gates = Gates(evidence, policy)
        // The ticks are counted while the evidence still comes in: to wait for it and for them would be twice the time.
        guard gates.isJoint || gates.isBeginning else {
            state = .quiet
            disorderTicks = 0
            return notices(evidence, policy)
        }
        if !gates.holds(.sources) || !gates.holds(.cause) {
            state = .suspicious(ticks: 0)
            // Connections that pile up behind slow answers are the harm again, not a storm.
            return notice(
                evidence.pressures.contains { $0.metric.isArrival && !$0.isSlow }
                    ? .outageRetryStorm : .degradation)
        }
        if !gates.holds(.order) {
            // What both tests only remember does not go on.
            if evidence.goesOn(policy) { disorderTicks += 1 }
            state = .suspicious(ticks: 0)
            return Double(disorderTicks) >= policy.unclearAfter ? opened(evidence, policy) : []
        }
        let ticks: Int = if case .suspicious(let ticks) = state { ticks + 1 } else { 1 }
        state = .suspicious(ticks: ticks)
        let needed = policy.disabledRules.contains(.hold) ? 1 : policy.holdTicks
        return gates.isJoint && Double(ticks) >= needed && evidence.hasLasted(needed, policy)
            ? opened(evidence, policy) : []
    }

    /// Nothing has been loud since the incident ended.
    private func isAfterglow(_ evidence: Evidence) -> Bool {
        guard let calm = incident?.calmSince, incident?.clearedAt != nil else { return false }
        return evidence.pressure != nil && evidence.harm != nil
            && min(evidence.lastPressed ?? .min, evidence.lastHarmed ?? .min) < calm
    }

    private mutating func opened(_ evidence: Evidence, _ policy: DetectionPolicy) -> [Action] {
        state = .open
        (lastHarmed, lastPressed) = (evidence.now, evidence.now)
        disorderTicks = 0
        if let incident, let cleared = incident.clearedAt,
            Double(evidence.now - cleared) <= policy.reopenWithin
        {
            return [.reopen]
        }
        return [.open]
    }

    private mutating func notices(_ evidence: Evidence, _ policy: DetectionPolicy) -> [Action] {
        guard evidence.hasEnough(policy) else { return [] }
        // What is over is no news, however long the sums remember it.
        let goesOn = evidence.lastPressed.map { evidence.now - $0 <= evidence.lag + Life.margin } ?? false
        if Double(surgeTicks) >= policy.noticeAfter, goesOn,
            evidence.pressures.contains(where: { $0.surprise >= policy.surgeRatio })
        {
            if evidence.harmsOnlyNewcomers { return notice(.absorbedAttack) }
            // What it carries each day is no news, however quiet the hour was.
            if evidence.unprecedented.map({ $0.surprise >= policy.surgeRatio }) == true {
                return notice(.surge)
            }
        }
        if let harm = evidence.harm, Double(degradationTicks) >= policy.noticeAfter, !harm.channel.isWeak {
            return notice(.degradation)
        }
        return []
    }

    private mutating func notice(_ kind: VerdictKind) -> [Action] {
        guard noticed.insert(kind).inserted else { return [] }
        return [.notice(kind)]
    }

    // MARK: During an incident

    private mutating func follow(_ evidence: Evidence, severity: Severity, _ policy: DetectionPolicy)
        -> [Action]
    {
        lastHarmed = max(lastHarmed, evidence.lastHarmed ?? .min)
        lastPressed = max(lastPressed, evidence.lastPressed ?? .min)
        // Seconds that not all channels have told of look quiet and are not yet.
        let settled = evidence.lag + Life.margin
        let wait = max(Int64(policy.clearAfter), settled)
        // Pressure that stays for minutes and harms nobody is what the service has to bear now.
        let borne = Double(evidence.now - lastHarmed) > Life.bearing * Double(wait)
        let since = (borne ? lastHarmed : max(lastHarmed, lastPressed)) + 1
        let quiet = evidence.now - since
        guard quiet >= wait else {
            state = quiet > settled ? .clearing(since: since) : .open
            return state == .open ? updates(evidence, severity: severity) : []
        }
        state = .quiet
        noticed = []
        incident?.calmSince = since
        incident?.clearedAt = evidence.now
        return [.clear]
    }

    private mutating func updates(_ evidence: Evidence, severity: Severity) -> [Action] {
        guard var current = incident else { return [] }
        let worse = severity > current.severity
        let due = evidence.now - current.lastMessage >= current.updateInterval
        guard worse || due else { return [] }
        if due { current.updateInterval = min(3600, current.updateInterval * 2) }
        current.severity = max(severity, current.severity)
        current.lastMessage = evidence.now
        incident = current
        return [.update]
    }

    /// The class became clearer; true when that is worth an update.
    package mutating func refined(to judgement: Classifier.Judgement, by evidence: Evidence) -> Bool {
        guard var current = incident, isOpen, evidence.pressure != nil,
            judgement.kind.specificity > current.kind.specificity
        else {
            return false
        }
        // Who finds no place sends SYN after SYN: that is no other attack than the one that took the places.
        if current.kind == .connectionExhaustion, judgement.kind == .synFlood,
            evidence.samplingInterval == 1
        {
            return false
        }
        current.kind = judgement.kind
        current.confidence = judgement.confidence
        current.lastMessage = evidence.now
        incident = current
        return true
    }
}
