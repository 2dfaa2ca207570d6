// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

private typealias Statistics = DetectionPolicy.Statistics

/// Harm: which channels speak, and what each of them says.
extension EvidenceCollector {
    static func findHarm(
        _ evidence: inout Evidence, _ seconds: [ServiceSecond], _ service: ServiceState,
        _ baseline: ServiceBaseline,
        _ policy: DetectionPolicy
    ) {
        let all = seconds.span
        var ended = 0
        for index in all.indices.suffix(Statistics.control.seconds + Int(service.flowLag)) {
            ended += Int(all[index].cell.endedKnown)
        }
        // Newcomers' unanswered and reset connections may be a limiter's work; eight outcomes of known clients decide.
        // Their own baseline must have been learned first: without one, what is usual would look like harm.
        let ofKnown =
            ended >= Statistics.control.outcomes
            && baseline.ratio(.flow, ofKnown: true).trials >= Statistics.outcomesLearned
            && !policy.disabledRules.contains(.knownClients)
        let quick =
            policy.disabledRules.contains(.knownClients) ? [] : whereKnownAreQuick(seconds, service, baseline)
        for channel in OutcomeChannel.allCases
        where speaks(channel, evidence, seconds, service, policy) {
            let ofKnown = channel.isSlowness ? quick.contains(channel) : ofKnown
            let lag = Self.lag(of: channel, service)
            let usual = baseline.ratio(channel, ofKnown: ofKnown)
            // What is cut short is known later than all else: until then a page of errors a second would look like harm.
            if channel == .flowTruncated, usual.trials < Statistics.outcomesLearned { continue }
            let finding =
                switch channel {
                case .fewerAnswers: findFewerAnswers(evidence, seconds, service, baseline, policy)
                case .flowReplies: findMissingReplies(seconds, service, baseline, lag: lag, policy)
                default:
                    OutcomeTest.run(
                        channel, seconds: seconds, baseline: usual, ofKnown: ofKnown, lag: lag, policy: policy
                    )
                }
            evidence.observations?.add(
                channel, finding, seconds, usual, ofKnown: ofKnown, lag: lag, policy)
            guard let finding else { continue }
            evidence.outcomeNow = max(evidence.outcomeNow, finding.recent)
            evidence.lastHarmed = latest(evidence.lastHarmed, finding.lastLoud)
            evidence.lag = max(evidence.lag, lag)
            if finding.isRising { evidence.risingHarms.append(finding) }
        }
        evidence.harms = evidence.risingHarms.filter(\.isUp)
        evidence.harms.sort { $0.weight > $1.weight }
        guard evidence.harms.isEmpty, ofKnown, !service.sampled else { return }
        let ofAll = OutcomeTest.run(
            .flow, seconds: seconds, baseline: baseline.ratio(.flow, ofKnown: false), ofKnown: false,
            lag: max(Statistics.leastFlowLag, service.flowLag), policy: policy)
        evidence.harmsOnlyNewcomers = ofAll?.isUp ?? false
    }

    /// Newcomers' answers may last because of the newcomers: poor lines, slow readers, idle connections. While those of known
    /// clients are as quick as ever the service is not slow; what is slow with both is counted from all.
    ///
    /// - Returns: the channels in which known clients are served, and as quickly as usual.
    private static func whereKnownAreQuick(
        _ seconds: [ServiceSecond], _ service: ServiceState, _ baseline: ServiceBaseline
    ) -> [OutcomeChannel] {
        var (slow, all, slowFlows, flows) = (0.0, 0.0, 0.0, 0.0)
        // By index: a second is large, and a loop over the array would copy each.
        let span = seconds.span
        for index in span.indices.suffix(Statistics.control.seconds) {
            slow += Double(span[index].log.slowKnown)
            all += Double(span[index].log.timedKnown)
        }
        for index in span.indices.suffix(Statistics.control.seconds + Int(service.flowLag)) {
            slowFlows += Double(span[index].cell.shortSlowKnown)
            flows += Double(span[index].cell.shortKnown)
        }
        let least = Double(Statistics.control.outcomes)
        var quick: [OutcomeChannel] = []
        let (answers, short) = (
            baseline.ratio(.slowAnswers, ofKnown: false), baseline.ratio(.slowFlows, ofKnown: false)
        )
        if all >= least, slow < (answers.expected + Statistics.leastRise) * all { quick.append(.slowAnswers) }
        if flows >= least, slowFlows < (short.expected + Statistics.leastRise) * flows {
            quick.append(.slowFlows)
        }
        return quick
    }

    /// A full service is harmed only where more is asked of it than usual, and where it tells nothing of its answers: those
    /// may be as good as ever.
    private static func speaks(
        _ channel: OutcomeChannel, _ evidence: Evidence, _ seconds: [ServiceSecond], _ service: ServiceState,
        _ policy: DetectionPolicy
    ) -> Bool {
        guard !policy.disabledChannels.contains(channel) else { return false }
        // While it lasts: after a burst there is less for a while. Packets of a few connections take nobody's place: those who
        // ask no more have gone, when the backup begins.
        if channel == .fewerAnswers {
            return evidence.risingPressures.contains {
                $0.metric != .clientPackets && $0.recent >= policy.pressureThreshold / 2
            }
        }
        guard channel == .saturation else { return channel.isEvidence(sampled: service.sampled) }
        return !evidence.pressures.isEmpty
            && !seconds.suffix(60).contains { $0.log.requestsAll > 0 || $0.log.timed > 0 }
    }

    /// A fall of good answers, where those who ask for more may still be there. Whose requests the log told of may have gone home
    /// and taken them along: flows, which come later than lines, must tell of more after the fall.
    private static func findFewerAnswers(
        _ evidence: Evidence, _ seconds: [ServiceSecond], _ service: ServiceState,
        _ baseline: ServiceBaseline, _ policy: DetectionPolicy
    ) -> OutcomeFinding? {
        let finding = AnswerTest.run(
            seconds, baseline: baseline.answers, isSampled: service.sampled,
            lag: lag(of: .fewerAnswers, service), policy: policy)
        guard let finding, evidence.risingPressures.contains(where: { $0.metric == .requests }) else {
            return finding
        }
        let isAsked = evidence.risingPressures.contains {
            $0.metric != .clientPackets
                && PressureTest.secondsAbove(
                    policy.pressureRatio * ($0.baseline + 0.5), $0.metric, seconds, after: finding.onset)
                    >= Statistics.leastAsked
        }
        return isAsked ? finding : nil
    }

    /// Replies that are missing in a sample.
    private static func findMissingReplies(
        _ seconds: [ServiceSecond], _ service: ServiceState, _ baseline: ServiceBaseline, lag: Int64,
        _ policy: DetectionPolicy
    ) -> OutcomeFinding? {
        let usual = baseline.ratio(.flowReplies, ofKnown: false)
        if service.endpoint.transport == .udp, service.kind == .dns {
            return ReplyTest.run(seconds, baseline: usual, lag: lag, policy: policy)
        }
        let finding = OutcomeTest.run(
            .flowReplies, seconds: seconds, baseline: usual, ofKnown: false, lag: lag, policy: policy)
        guard let finding, finding.ratio < Statistics.chanceOfSample else { return finding }
        // Some of few packets seem to have no reply by chance: a log that tells of its answers knows better.
        let isServed = AnswerTest.isUsual(
            seconds, baseline.answers, lag: Self.lag(of: .fewerAnswers, service))
        return isServed ? nil : finding
    }

    /// A handshake is booked where it began, all else where the flow or the request ended.
    static func lag(of channel: OutcomeChannel, _ service: ServiceState) -> Int64 {
        guard channel.isByFlows else { return logLag(service) }
        return max(
            Statistics.leastFlowLag, channel == .flowHandshakes ? service.startLag : service.flowLag)
    }
}
