// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

private typealias Classes = DetectionPolicy.Classes
private typealias Learning = DetectionPolicy.Learning
private typealias Statistics = DetectionPolicy.Statistics

/// Runs all tests over one service's windows. Pure: windows and baseline in, evidence out.
enum EvidenceCollector {
    /// - Parameters:
    ///   - seconds: all that the tests look at, up to now.
    ///   - isCalm: nothing is suspected or open.
    ///   - explains: what each test saw is kept.
    ///   - expected: of the volume, by planned events.
    static func collect(
        _ windows: borrowing ServiceAggregator, slot: Int, seconds: [ServiceSecond],
        baseline: ServiceBaseline, isCalm: Bool, explains: Bool = false, expected: ExpectedVolume,
        policy: DetectionPolicy
    ) -> Evidence {
        let now = windows.now
        let service = windows.service(slot)
        var evidence = Evidence(now: now)
        if explains { evidence.observations = Observations() }
        evidence.samplingInterval = Int(service.samplingInterval)
        evidence.isCold = baseline.isCold(at: now, policy)
        findPressure(&evidence, seconds, service, baseline, expected, policy)
        findHarm(&evidence, seconds, service, baseline, policy)
        findSlowPressure(&evidence, seconds, service, baseline, expected, policy)
        judgeOrder(&evidence, service, policy)
        let onset = evidence.onset
        let all = seconds.span
        for index in all.indices where all[index].cell.second >= onset {
            evidence.facts.add(all[index].cell, all[index].log)
        }
        evidence.facts.duration = max(1, now - onset)
        // Segments of no connection fail for nobody else.
        if evidence.harms.isEmpty, evidence.facts.isUnsolicited { evidence.harmsOnlyNewcomers = true }
        evidence.facts.lines = LineVolume(
            lines: evidence.facts.requests, connections: evidence.facts.newConnections,
            usual: baseline.linesPerConnection)
        findHeld(&evidence.facts, seconds, service, baseline, policy)
        evidence.rawEvidence = rawEvidence(seconds, since: min(onset, evidence.harm?.onset ?? onset))
        // Without a sign of anything nobody asks who the sources are.
        guard !isCalm || !evidence.risingPressures.isEmpty || !evidence.risingHarms.isEmpty else {
            return evidence
        }
        evidence.facts.isHeld = isHeld(evidence, seconds, baseline, policy)
        let span = Learning.sourceSeconds
        evidence.facts.sources = max(
            windows.distinctSources(slot: slot, until: now, seconds: span),
            windows.distinctSources(slot: slot, until: now - service.startLag, seconds: span))
        evidence.newcomersPress = newcomersPress(evidence, policy)
        evidence.sourcesChanged =
            evidence.newcomersPress
            || Double(evidence.facts.sources) >= policy.sourceRatio * baseline.sources
                + Statistics.moreSources
        return evidence
    }

    /// Whether newcomers have a share of what presses: of connections and requests, of packets where these rise, of what is
    /// open where that does. Few connections that are never given back are few among those that come.
    private static func newcomersPress(_ evidence: Evidence, _ policy: DetectionPolicy) -> Bool {
        func rises(_ metric: PressureMetric) -> Bool {
            evidence.risingPressures.contains { $0.metric == metric }
        }
        let (facts, least) = (evidence.facts, policy.newSourceShare)
        return facts.newShare >= least || facts.isHeld
            || (rises(.clientPackets) && facts.newPacketShare >= least)
            || (rises(.concurrentConnections) && facts.newcomersHold)
    }

    /// What is open, what of it sends next to nothing, and whose that is.
    private static func findHeld(
        _ facts: inout EvidenceFacts, _ seconds: [ServiceSecond], _ service: ServiceState,
        _ baseline: ServiceBaseline, _ policy: DetectionPolicy
    ) {
        var share = 0.0
        let all = seconds.span
        for index in all.indices.suffix(Statistics.openSeconds) {
            facts.slowOpen = max(facts.slowOpen, Int(all[index].slow))
            facts.open = max(facts.open, Int(all[index].open))
            guard all[index].slow >= Classes.leastHeld, all[index].open > 0 else { continue }
            share = max(share, Double(all[index].slow) / Double(all[index].open))
        }
        let newShare = service.slowSenders.newShare
        facts.slowOfNew = Int((Double(facts.slowOpen) * newShare).rounded())
        let many = Classes.slowOpen.ratio * baseline.metric(.slowConnections).mean + Double(Classes.leastHeld)
        facts.newcomersHold =
            facts.slowOfNew >= Classes.leastHeld && newShare >= Classes.heldByNew
            && Double(facts.slowOpen) >= many && share * newShare >= policy.newSourceShare
    }

    /// Whether the service's places are held by somebody whom its log cannot name: see ``EvidenceFacts/isHeld``.
    private static func isHeld(
        _ evidence: Evidence, _ seconds: [ServiceSecond], _ baseline: ServiceBaseline,
        _ policy: DetectionPolicy
    ) -> Bool {
        let facts = evidence.facts
        guard !policy.disabledRules.contains(.heldPlaces), Double(facts.saturated) >= policy.minimumEvidence,
            facts.attemptsOfUnnamed * 2 >= facts.attempts,
            !evidence.pressures.contains(where: { $0.metric == .requests })
        else { return false }
        let all = seconds.span
        guard let full = all.indices.first(where: { all[$0].log.saturated > 0 }) else { return false }
        // The last second before may already be a part of it.
        let before = max(0, full - 1 - Statistics.calmSeconds)..<max(0, full - 1)
        var (requests, bad) = (0.0, 0.0)
        for index in before {
            requests += Double(all[index].log.requestsAll)
            bad += Double(all[index].log.failures) + Double(all[index].log.slowAnswers)
        }
        let usual = baseline.metric(.requests).mean * Double(before.count)
        return before.count >= Statistics.calmSeconds / 2 && requests >= usual / 2
            && requests >= policy.minimumEvidence
            && bad <= requests * Statistics.calmShare
    }

    /// Seconds by which what the service says of itself may be late: learned, since a log may be written in bursts and sent
    /// on by a relay.
    static func logLag(_ service: ServiceState) -> Int64 {
        max(Statistics.leastLogLag, service.logLag + 1)
    }

    private static func findPressure(
        _ evidence: inout Evidence, _ seconds: [ServiceSecond], _ service: ServiceState,
        _ baseline: ServiceBaseline, _ expected: ExpectedVolume, _ policy: DetectionPolicy
    ) {
        for metric in metrics(of: service, policy) {
            let lag = lag(of: metric, service)
            let usual = baseline.metric(metric)
            if !expected.isUsual,
                PressureTest.run(
                    metric, seconds: seconds, baseline: usual, lag: lag, sampling: evidence.samplingInterval,
                    policy: policy)?.isUp == true
            {
                evidence.isMoreThanUsual = true
            }
            let finding = PressureTest.run(
                metric, seconds: seconds, baseline: usual, lag: lag, expected: expected,
                sampling: evidence.samplingInterval, ceiling: policy.ceiling(of: metric, service.kind),
                policy: policy)
            evidence.observations?.add(metric, finding, seconds, usual, lag: lag, policy)
            guard var finding else { continue }
            finding.capacity = capacity(of: metric, baseline, policy)
            if finding.isUp {
                finding.rateOfMinute = PressureTest.mean(
                    metric, seconds, from: finding.end - 59, through: finding.end)
            }
            evidence.pressureNow = max(evidence.pressureNow, finding.recent)
            evidence.lastPressed = latest(evidence.lastPressed, finding.lastLoud)
            evidence.lag = max(evidence.lag, lag)
            if finding.isRising { evidence.risingPressures.append(finding) }
        }
        evidence.pressures = evidence.risingPressures.filter(\.isUp)
        evidence.pressures.sort { ($0.evidence, $0.surprise) > ($1.evidence, $1.surprise) }
    }

    static func latest(_ one: Int64?, _ other: Int64?) -> Int64? {
        guard let one, let other else { return one ?? other }
        return max(one, other)
    }

    private static func capacity(
        of metric: PressureMetric, _ baseline: ServiceBaseline, _ policy: DetectionPolicy
    ) -> Double {
        policy.disabledRules.contains(.capacity) ? 0 : baseline.capacity(of: metric)
    }

    static func lag(of metric: PressureMetric, _ service: ServiceState) -> Int64 {
        metric.isLogged ? logLag(service) : max(Statistics.leastFlowLag, service.startLag)
    }

    /// Where there is harm and no pressure, what has risen for hours is measured by the slow reference. It makes pressure
    /// that harm cannot be in order with: who grows for weeks would otherwise be attacked at each outage.
    private static func findSlowPressure(
        _ evidence: inout Evidence, _ seconds: [ServiceSecond], _ service: ServiceState,
        _ baseline: ServiceBaseline, _ expected: ExpectedVolume, _ policy: DetectionPolicy
    ) {
        guard evidence.risingPressures.isEmpty, !evidence.harms.isEmpty else { return }
        for metric in metrics(of: service, policy) {
            guard let slow = baseline.metric(metric).slow,
                var finding = PressureTest.run(
                    metric, seconds: seconds, baseline: slow, lag: lag(of: metric, service),
                    expected: expected, sampling: evidence.samplingInterval, policy: policy),
                finding.isUp
            else { continue }
            (finding.isSlow, finding.capacity) = (true, capacity(of: metric, baseline, policy))
            evidence.pressures.append(finding)
        }
        evidence.pressures.sort { ($0.evidence, $0.surprise) > ($1.evidence, $1.surprise) }
    }

    /// Flows of a datagram protocol are not connections: 200 sockets carried 14 to 1,114 packets/s in 14 to 28 flows/s.
    static func metrics(of service: ServiceState, _ policy: DetectionPolicy) -> [PressureMetric] {
        if service.endpoint.transport == .udp { return [.clientPackets, .queries] }
        let logged: [PressureMetric] =
            policy.disabledRules.contains(.loggedConnections) ? [.requests] : [.requests, .loggedConnections]
        return service.sampled
            ? [.newConnections, .clientPackets] + logged
            : [.newConnections, .concurrentConnections, .clientPackets] + logged
    }

    /// Compared in event time, on the pairs of what is up: one pressure that explains one harm is enough.
    private static func judgeOrder(
        _ evidence: inout Evidence, _ service: ServiceState, _ policy: DetectionPolicy
    ) {
        let slack = Int64(policy.orderSlack)
        let (harms, pressures) = (evidence.comparedHarms, evidence.comparedPressures)
        evidence.isInOrder = harms.contains { harm in
            let lag = Self.lag(of: harm.channel, service)
            return pressures.contains { pressure in
                !pressure.isSlow && HarmOrder(of: harm, against: pressure, lag: lag, slack: slack) == .during
            }
        }
    }

    private static func rawEvidence(_ seconds: [ServiceSecond], since onset: Int64) -> Int {
        var sum = 0
        let all = seconds.span
        for index in all.indices where all[index].cell.second >= onset {
            let log = all[index].log
            sum +=
                Int(all[index].cell.rawRecords) + Int(log.requestsAll)
                + Int(max(log.saturated, log.attempts))
        }
        return sum
    }
}

extension PressureFinding {
    /// Ratio to the baseline, to choose among metrics whose evidence is at its cap.
    package var surprise: Double { (rate + 0.5) / (baseline + 0.5) }
}

extension OutcomeFinding {
    /// Failures before slowness, then the stronger.
    var weight: Double {
        evidence
            * (channel.isWeak ? Statistics.weights.weak : channel.isSlowness ? Statistics.weights.slow : 1)
            * (0.5 + ratio)
    }
}

extension EvidenceFacts {
    mutating func add(_ cell: FlowCell, _ log: OutcomeCell) {
        newConnections += Int(cell.newConnections)
        newFromUnknown += Int(cell.newConnectionsFromUnknown)
        synOnly += Int(cell.synOnly)
        ended += Int(cell.ended)
        short += Int(cell.short)
        handshakeOnly += Int(cell.handshakeOnly)
        packets = packets.addingSaturating(Int(clamping: cell.packetsByClients))
        packetsFromUnknown = packetsFromUnknown.addingSaturating(Int(clamping: cell.packetsByUnknown))
        unsolicited += Int(cell.unsolicited)
        requests += Int(log.requests)
        requestsFromUnknown += Int(log.requestsFromUnknown)
        requestsOfUnnamed += Int(log.requestsOfUnnamed)
        attempts += Int(log.attempts)
        attemptsFromUnknown += Int(log.attemptsFromUnknown)
        attemptsOfUnnamed += Int(log.attemptsOfUnnamed)
        slowRequests += Int(log.slowRequests)
        timedUnknown += Int(log.timed) - Int(log.timedKnown)
        slowUnknown += Int(log.slowAnswers) - Int(log.slowKnown)
        timedKnown += Int(log.timedKnown)
        slowKnown += Int(log.slowKnown)
        failures += Int(log.failures)
        saturated += Int(log.saturated)
        handshakeFailures += Int(log.handshakeFailures)
        noSuchName += Int(log.noSuchName)
    }
}

extension Int {
    /// The sum of two counts, or the largest value: exporters may claim any number of packets.
    fileprivate func addingSaturating(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
