// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

private typealias Statistics = DetectionPolicy.Statistics

/// Whether a name server answers less than usual, by the flows of a sampled exporter. Each query asks for one answer (RFC 1035);
/// of other protocols of datagrams nobody knows how many packets answer how many. A sample holds questions and answers
/// of different exchanges, so no flow says whether it was answered; but of all packets that were seen, as many are answers
/// as the server gave. The share of questions among them is held against the usual one: a binomial of two kinds of packets,
/// exact where each is seen by chance, whatever the interval.
enum ReplyTest {
    static func run(
        _ seconds: [ServiceSecond], baseline: RatioBaseline, lag: Int64, policy: DetectionPolicy
    ) -> OutcomeFinding? {
        let usual = usual(baseline)
        guard let last = seconds.last?.cell.second, usual <= Statistics.hopeless else { return nil }
        let threshold = policy.outcomeThreshold * OutcomeChannel.flowReplies.thresholdFactor(policy)
        var path = CumulativeSum(
            threshold: threshold, restart: threshold / 4, last: last, lag: lag,
            window: Int64(policy.errorWindow))
        let (question, answer) = weights(answered: 1 - usual)
        let all = seconds.span
        for index in all.indices {
            let (unanswered, asked) = OutcomeTest.counts(.flowReplies, all, index, ofKnown: false, policy)
            let answered = asked - unanswered
            guard asked + answered > 0 else { continue }
            let spread = 1 + max(0, asked + answered - 1) * Statistics.sampleOverdispersion
            path.add((asked * question + answered * answer) / spread, second: all[index].cell.second)
        }
        guard let onset = path.onset else { return nil }
        let (unanswered, asked) = OutcomeTest.tally(
            .flowReplies, seconds, ofKnown: false, since: max(onset, last - lag - 30), policy)
        return OutcomeFinding(
            channel: .flowReplies, evidence: path.peak, recent: path.recent, onset: onset,
            end: path.lastAbove ?? onset, ratio: asked > 0 ? max(0, unanswered / asked) : 0,
            baseline: usual, isUp: path.peak >= threshold, isRising: path.peak >= threshold / 2,
            lastLoud: path.lastLoud)
    }

    /// The share of answers that usually are missing: next to none, unless many questions say otherwise, or some say it so
    /// clearly that the answers take another way, or are none.
    private static func usual(_ baseline: RatioBaseline) -> Double {
        if baseline.trials >= DetectionPolicy.Learning.leastOutcomes, baseline.seen >= Statistics.oneWay {
            return baseline.seen
        }
        return max(0, baseline.hits) / (baseline.trials + Statistics.answeredPrior)
    }

    /// nats of a question and of an answer, where so many answers to a question are usual.
    private static func weights(answered: Double) -> (question: Double, answer: Double) {
        let (usual, harmed) = (1 / (1 + answered), 1 / (1 + answered * (1 - Statistics.missingAnswers)))
        return (naturalLogarithm(harmed / usual), naturalLogarithm((1 - harmed) / (1 - usual)))
    }
}
