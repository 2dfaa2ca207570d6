// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

private typealias Learning = DetectionPolicy.Learning
private typealias Statistics = DetectionPolicy.Statistics
private typealias Watches = DetectionPolicy.Watches

/// One service's baseline and incidents: asks the tests, lets the state machine decide, words the decision as verdicts.
struct ServiceJudge: Sendable {
    private(set) var slot: Int
    /// Of the service; 0 before the first evaluation.
    var identity: UInt64 = 0
    /// Begins with the first evaluation.
    var baseline: ServiceBaseline
    /// Where the service's records come from.
    var origins = OriginWatch()
    var machine = IncidentMachine()
    private var log = LogWatch()
    private var incidents: UInt64 = 0
    private var screening = Screening()
    /// At the last tick a test stood half way to its threshold.
    private var stirs = false
    private var hold = MaintenanceHold()
    /// What was declared for the second of the last evaluation.
    private(set) var circumstances = Circumstances.usual
    /// Of the incident that is open, or was last.
    private(set) var totals: TotalsCounter?
    /// What the circumstances have changed in the last evaluation.
    private(set) var effect = SuppressionEffect()

    /// Room for the seconds of one service, which is used for all in turn: they are large.
    struct Room: Sendable {
        /// All that the tests look at.
        var seconds: [ServiceSecond] = []
        /// The latest.
        var recent: [ServiceSecond] = []
    }

    init(slot: Int) {
        self.slot = slot
        baseline = ServiceBaseline()
    }

    init(slot: Int, adopting other: ServiceJudge) {
        self = other
        self.slot = slot
        screening = Screening()
    }

    var isSuspicious: Bool { machine.isSuspicious || isUnderMaintenance }
    /// An incident is open that was told of.
    var isOpen: Bool { machine.isOpen && !hold.isHolding }

    /// - Parameters:
    ///   - news: of the service, since the last tick.
    ///   - screens: while the tests of a calm service could not say anything, they are not asked.
    ///   - room: for the seconds of a service.
    ///   - explanations: takes this tick's, if it is wanted.
    mutating func evaluate(
        _ windows: borrowing ServiceAggregator, news: ServiceNews, exporters: [ExporterStatus],
        circumstances: Circumstances, policy: DetectionPolicy, demand: ExplanationDemand, screens: Bool,
        room: inout Room, into explanations: inout [Explanation]
    ) -> [Verdict] {
        begin(windows, news, circumstances)
        let verdicts = judge(
            windows, exporters: exporters, policy: policy, explains: wants(demand, windows), screens: screens,
            room: &room, into: &explanations)
        baseline.learn(
            windows, slot: slot, now: windows.now, trouble: trouble(windows, policy, exporters),
            isLogSilent: log.isSilent, policy: policy)
        return verdicts
    }

    private mutating func begin(
        _ windows: borrowing ServiceAggregator, _ news: ServiceNews, _ circumstances: Circumstances
    ) {
        effect = SuppressionEffect()
        if windows.identity(slot) != identity {
            // Another service has taken the slot.
            if identity != 0 { self = ServiceJudge(slot: slot) }
            identity = windows.identity(slot)
        }
        self.circumstances = circumstances
        screening.note(news, at: windows.now)
    }

    private mutating func judge(
        _ windows: borrowing ServiceAggregator, exporters: [ExporterStatus], policy: DetectionPolicy,
        explains: Bool, screens: Bool, room: inout Room,
        into explanations: inout [Explanation]
    ) -> [Verdict] {
        guard baseline.isReady(at: windows.now, policy) else {
            if explains {
                explanations.append(explained(.learning(known: baseline.learned), windows, policy))
            }
            return []
        }
        // Most of many services are idle: their tests would look at nothing but zeros.
        let isCalm = machine.state == .quiet && !machine.isHarmed
        guard !isCalm || !windows.isIdle(slot, for: Statistics.lookBack + 20) else {
            if explains { explanations.append(explained(.idle, windows, policy)) }
            return []
        }
        if screens, isCalm, !machine.isPressed, !explains, isUsual, policy.disabledRules.isEmpty {
            if isSpared(windows, policy, &room) { return passed(windows, exporters, policy, &room) }
        } else {
            screening.expire()
            read(windows, &room.seconds)
        }
        var evidence = EvidenceCollector.collect(
            windows, slot: slot, seconds: room.seconds, baseline: baseline, isCalm: isCalm,
            explains: explains,
            expected: circumstances.expected, policy: policy)
        evidence.isLossy = (exporter(of: windows.service(slot), exporters)?.loss ?? 0) > policy.exporterLoss
        return judge(evidence, windows, exporters, policy, isCalm: isCalm, explains, &explanations)
    }

    /// Nothing was declared that would change what is said or looked for.
    private var isUsual: Bool { !isUnderMaintenance && circumstances.expected.isUsual && !hold.isHolding }

    /// Whether no test of the calm service has come half way. If one may have, all of its seconds have been read.
    private mutating func isSpared(
        _ windows: borrowing ServiceAggregator, _ policy: DetectionPolicy, _ room: inout Room
    ) -> Bool {
        if screening.holds(windows, slot: slot, baseline) { return true }
        if screening.asksOnlyForHarm(windows, slot: slot, baseline) {
            read(windows, &room.recent, lookBack: HarmScreen.recent)
            if screening.scanRecent(room.recent, now: windows.now, baseline, policy) { return true }
        }
        read(windows, &room.seconds)
        return screening.scan(room.seconds, windows, slot: slot, baseline, policy)
    }

    private func read(
        _ windows: borrowing ServiceAggregator, _ seconds: inout [ServiceSecond],
        lookBack: Int64 = Statistics.lookBack
    ) {
        let first = max(baseline.since, windows.now - lookBack)
        windows.read(first...windows.now, slot: slot, into: &seconds)
    }

    /// No test has come half way. Only the log may have fallen silent.
    private mutating func passed(
        _ windows: borrowing ServiceAggregator, _ exporters: [ExporterStatus], _ policy: DetectionPolicy,
        _ room: inout Room
    ) -> [Verdict] {
        machine.passed()
        stirs = false
        guard let silence = log.evaluate(windows, slot: slot, usual: usualRequests, isCalm: true, policy)
        else {
            return []
        }
        read(windows, &room.seconds)
        let evidence = EvidenceCollector.collect(
            windows, slot: slot, seconds: room.seconds, baseline: baseline, isCalm: true,
            expected: circumstances.expected, policy: policy)
        return [word(silence, evidence, windows, exporters)]
    }

    private mutating func judge(
        _ found: Evidence, _ windows: borrowing ServiceAggregator, _ exporters: [ExporterStatus],
        _ policy: DetectionPolicy, isCalm: Bool, _ explains: Bool, _ explanations: inout [Explanation]
    ) -> [Verdict] {
        let service = windows.service(slot)
        var evidence = found
        stirs = evidence.stirs(policy)
        effect.isExpected = evidence.isMoreThanUsual && evidence.pressures.isEmpty
        let judgement = Classifier.classify(evidence, service, baseline)
        evidence.judgeCause(of: judgement.kind)
        let severity = evidence.severity(
            of: machine.isOpen ? machine.incident?.kind ?? judgement.kind : judgement.kind)
        var actions = machine.evaluated(evidence, severity: severity, policy: policy)
        let isNew = actions.contains { $0 == .open || $0 == .reopen }
        if isNew { begin(evidence, judgement, severity, windows, actions.contains(.reopen), policy) }
        if !isNew, machine.refined(to: judgement, by: evidence), !actions.contains(.update) {
            actions.append(.update)
        }
        if explains {
            explanations.append(explained(evidence, judgement, severity, actions, windows, policy))
        }
        count(evidence, windows, hasCleared: actions.contains(.clear))
        var words = messages(actions, evidence).map { message in
            word(message, evidence, severity, windows, exporters)
        }
        if let silence = log.evaluate(windows, slot: slot, usual: usualRequests, isCalm: isCalm, policy) {
            words.append(word(silence, evidence, windows, exporters))
        }
        return words
    }

    /// Adds up what the incident comes to, as far as its seconds are complete; when it is over, to the one in which it was
    /// quiet.
    private mutating func count(
        _ evidence: Evidence, _ windows: borrowing ServiceAggregator, hasCleared: Bool
    ) {
        guard machine.state == .open || hasCleared else { return }
        let service = windows.service(slot)
        let lag = max(service.flowLag, service.startLag, service.logLag) + 5
        let last = hasCleared ? machine.incident?.calmSince ?? evidence.now : evidence.now - lag
        totals?.count(through: last, windows, slot: slot)
        totals?.note(sources: evidence.facts.sources)
    }

    /// What is to be said of an open incident when its service is watched no more.
    ///
    /// - Parameters:
    ///   - windows: those that the service is in.
    ///   - reason: a sentence.
    func abandoned(_ windows: borrowing ServiceAggregator, reason: String) -> Verdict? {
        guard isOpen, let incident = machine.incident else { return nil }
        let service = windows.service(slot)
        var verdict = Verdict(
            time: Instant(seconds: windows.now), event: .clear, incident: incident.id,
            service: ServiceIdentity(name: service.name, key: service.endpoint, kind: service.kind),
            kind: incident.kind, severity: .notice, confidence: incident.confidence,
            onset: Instant(seconds: incident.onset))
        verdict.lasted = .seconds(max(1, windows.now - incident.openedAt))
        (verdict.totals, verdict.detail) = (totals?.totals, reason)
        return verdict
    }

    /// What is to be said, maintenance considered.
    private mutating func messages(
        _ actions: [IncidentMachine.Action], _ evidence: Evidence
    ) -> [MaintenanceHold.Message] {
        let wasHolding = hold.isHolding
        let messages = hold.pass(
            actions, inMaintenance: isUnderMaintenance,
            isOngoing: machine.state == .open && evidence.pressure != nil && evidence.harm != nil)
        effect.incidents = UInt64(messages.count { $0 == .noted })
        effect.messages = wasHolding ? UInt64(actions.count { $0 == .update || $0 == .clear }) : 0
        if wasHolding, !hold.isHolding {
            // It is told of from now on, whenever it began.
            machine.incident?.lastMessage = evidence.now
        }
        return messages
    }

    private var usualRequests: Double { baseline.metric(.requests).mean }

    private var isUnderMaintenance: Bool { circumstances.maintenance != nil }

    private func isPlanned(_ second: Int64) -> Bool { circumstances.expected.factor(at: second) > 1 }

    /// What keeps the present from being learned as normal.
    private func trouble(
        _ windows: borrowing ServiceAggregator, _ policy: DetectionPolicy,
        _ exporters: [ExporterStatus] = []
    ) -> ServiceBaseline.Trouble {
        if isUnderMaintenance { return .maintenance }
        // What is planned is not usual. A service of which nothing is known yet has to learn all the same.
        if isPlanned(windows.now), baseline.learned >= policy.warmUp { return .planned }
        if policy.disabledRules.contains(.freezing) { return .none }
        if machine.isHarmed { return .harm }
        // By the newest flow, not by the newest datagram: an exporter that stalls may go on sending templates.
        let exporter = windows.teller(slot)?.exporter
        if let exporter, let newest = windows.watermark(of: exporter),
            windows.now - newest.seconds > Watches.emptySeconds
        {
            return .silence
        }
        if let index = exporter.map({ Int($0.index) }), index < exporters.count,
            exporters[index].loss > Learning.toleratedLoss
        {
            return .loss
        }
        return machine.isPressed ? .pressure : .none
    }

    // MARK: Explanations

    private func wants(_ demand: ExplanationDemand, _ windows: borrowing ServiceAggregator) -> Bool {
        switch demand {
        case .none: false
        case .troubled: stirs || machine.isSuspicious
        case .service(let name): windows.outline(slot).name == name
        }
    }

    private func explained(
        _ stage: Explanation.Stage, _ windows: borrowing ServiceAggregator, _ policy: DetectionPolicy
    ) -> Explanation {
        var explanation = Explanation(
            identity(windows), second: windows.now, stage: stage, policy: policy)
        complete(&explanation, windows, policy)
        return explanation
    }

    private func explained(
        _ evidence: Evidence, _ judgement: Classifier.Judgement, _ severity: Severity,
        _ actions: [IncidentMachine.Action], _ windows: borrowing ServiceAggregator, _ policy: DetectionPolicy
    ) -> Explanation {
        var explanation = Explanation(identity(windows), evidence, policy)
        (explanation.judgement, explanation.severity) = (judgement, severity)
        (explanation.actions, explanation.state) = (actions, machine.state)
        explanation.disorderTicks = machine.disorderTicks
        if machine.isOpen || actions.contains(.clear) { explanation.incident = machine.incident?.id }
        explanation.signs = ClassSigns(windows.service(slot), baseline)
        complete(&explanation, windows, policy)
        return explanation
    }

    /// What is known of the service whatever the tests say.
    private func complete(
        _ explanation: inout Explanation, _ windows: borrowing ServiceAggregator, _ policy: DetectionPolicy
    ) {
        let service = windows.service(slot)
        explanation.usualSources = baseline.sources
        explanation.learned = baseline.learned
        (explanation.lags.flow, explanation.lags.start) = (service.flowLag, service.startLag)
        explanation.lags.log = service.logLag
        explanation.learning =
            switch trouble(windows, policy) {
            case .harm, .maintenance, .planned: .frozen
            case .silence, .loss: .silent
            case .none, .pressure:
                windows.now - Int64(policy.learningDelay) <= baseline.frozenUntil
                    ? .frozen : machine.isPressed ? .slow : .on
            }
    }

    func identity(_ windows: borrowing ServiceAggregator) -> ServiceIdentity {
        let service = windows.service(slot)
        return ServiceIdentity(name: service.name, key: service.endpoint, kind: service.kind)
    }

    // MARK: Incidents

    private mutating func begin(
        _ evidence: Evidence, _ judgement: Classifier.Judgement, _ severity: Severity,
        _ windows: borrowing ServiceAggregator, _ reopens: Bool, _ policy: DetectionPolicy
    ) {
        var kind = judgement.kind
        if !evidence.isInOrder { kind = .unclear }
        if reopens, var incident = machine.incident {
            incident.clearedAt = nil
            if kind.specificity > incident.kind.specificity { incident.kind = kind }
            incident.severity = severity
            incident.lastMessage = evidence.now
            machine.incident = incident
            totals?.resume(at: evidence.onset)
            return
        }
        totals = TotalsCounter(since: evidence.onset)
        incidents += 1
        let key = windows.service(slot).endpoint
        let distinction = (UInt16(truncatingIfNeeded: slot), key.identifying &+ incidents)
        machine.incident = IncidentMachine.Incident(
            id: IncidentID(time: Instant(seconds: evidence.now), distinction: distinction), kind: kind,
            confidence: kind == .unclear ? 0.5 : judgement.confidence, severity: severity,
            openedAt: evidence.now,
            onset: evidence.onset, updateInterval: Int64(policy.updateInterval))
    }
}

extension Evidence {
    /// A test stands half way to its threshold.
    fileprivate func stirs(_ policy: DetectionPolicy) -> Bool {
        pressureNow >= policy.pressureThreshold / 2 || outcomeNow >= policy.outcomeThreshold / 2
    }
}

extension IncidentMachine.Action {
    /// A reopened incident is told as an update under its old id.
    var event: VerdictEvent {
        switch self {
        case .open: .open
        case .update, .reopen: .update
        case .clear: .clear
        case .notice: .notice
        }
    }
}

extension ServiceKey {
    /// A number that differs between endpoints, for incident ids that are the same in every replay.
    fileprivate var identifying: UInt64 {
        (address.low ^ address.high &* 0x9E37_79B9_7F4A_7C15) &* 0xFF51_AFD7_ED55_8CCD ^ UInt64(port) &<< 32
    }
}
