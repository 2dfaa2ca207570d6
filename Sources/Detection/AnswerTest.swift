// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

private typealias Statistics = DetectionPolicy.Statistics

/// Whether there are fewer good answers than usual, by the log: the pressure test turned round. What a server that hangs
/// does not do is in no log. A fall proves nothing by itself (people go home, a relay dies), so it is asked only under
/// pressure, needs twice the evidence and makes a warning at most (detection.md §4).
enum AnswerTest {
    /// - Parameter lag: seconds by which lines may be late: what is newer is not complete.
    static func run(
        _ seconds: [ServiceSecond], baseline: MetricBaseline, isSampled: Bool, lag: Int64,
        policy: DetectionPolicy
    ) -> OutcomeFinding? {
        guard let last = seconds.last?.cell.second, isKnown(baseline) else { return nil }
        let threshold = policy.outcomeThreshold * OutcomeChannel.fewerAnswers.thresholdFactor(policy)
        var path = CumulativeSum(
            threshold: threshold, restart: threshold / 4, last: last, lag: lag,
            window: Int64(policy.errorWindow))
        let scale = Statistics.doubling / baseline.spreadSquared
        let all = seconds.span
        for index in all.indices where all[index].cell.second <= last - lag {
            let x = LogTable.logarithm(answers(all[index]))
            path.add(scale * (baseline.level - x - Statistics.doubling / 2), second: all[index].cell.second)
        }
        guard let onset = path.onset, !isContradicted(seconds, since: onset, isSampled: isSampled) else {
            return nil
        }
        let fall = fall(seconds, since: onset, until: last - lag, baseline)
        return OutcomeFinding(
            channel: .fewerAnswers, evidence: path.peak, recent: path.recent, onset: onset,
            end: path.lastAbove ?? onset, ratio: fall, baseline: 0,
            isUp: path.peak >= threshold && fall >= Statistics.leastFall,
            isRising: path.peak >= threshold / 2 && fall >= Statistics.leastFall, lastLoud: path.lastLoud)
    }

    /// Whether about as many good answers came of late as usual, of a service whose log tells of them.
    static func isUsual(_ seconds: [ServiceSecond], _ baseline: MetricBaseline, lag: Int64) -> Bool {
        guard let last = seconds.last?.cell.second, isKnown(baseline) else { return false }
        return fall(seconds, since: last - lag - Statistics.answersOfLate, until: last - lag, baseline)
            < Statistics.leastLack
    }

    /// Answers enough are usual for a fall to tell something.
    private static func isKnown(_ baseline: MetricBaseline) -> Bool {
        baseline.mean >= Statistics.leastAnswers && baseline.count >= Statistics.answersLearned
    }

    /// A log that has fallen silent says the same as a server that hangs. Known clients whose connections end well say that
    /// it is the log; where flows cannot tell, a log that says nothing at all is no evidence.
    static func isContradicted(_ seconds: [ServiceSecond], since onset: Int64, isSampled: Bool) -> Bool {
        var (ended, failed, lines) = (0, 0, 0)
        let all = seconds.span
        // What ended as it began had been answered before.
        for index in all.indices where all[index].cell.second > onset + 1 {
            ended += Int(all[index].cell.endedKnown)
            failed += Int(all[index].cell.failedKnown)
            lines += Int(all[index].log.requestsAll) + Int(all[index].log.attempts)
        }
        return isSampled ? lines == 0 : ended >= 5 && failed * 10 <= ended
    }

    /// Good answers in a second, to anybody: where newcomers are served in place of those who used to come, the server does
    /// its work.
    static func answers(_ second: borrowing ServiceSecond) -> Int64 {
        max(0, second.log.requestsAll - Int64(second.log.failures))
    }

    /// Share (0…1) of the usual answers that did not come.
    private static func fall(
        _ seconds: [ServiceSecond], since onset: Int64, until end: Int64, _ baseline: MetricBaseline
    ) -> Double {
        var (answers, count) = (0.0, 0.0)
        let all = seconds.span
        for index in all.indices where all[index].cell.second >= onset && all[index].cell.second <= end {
            answers += Double(Self.answers(all[index]))
            count += 1
        }
        return count > 0 ? max(0, 1 - answers / count / baseline.mean) : 0
    }
}
