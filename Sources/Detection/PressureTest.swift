// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

private typealias Statistics = DetectionPolicy.Statistics

/// Whether one pressure metric of a service is up, and since when.
package struct PressureFinding: Sendable {
    /// Which metric.
    package var metric: PressureMetric
    /// nats, the most in the decision window
    package var evidence: Double
    /// nats, of late
    package var recent: Double
    /// Second in which the rise began.
    package var onset: Int64
    /// Last second in which the test stood above its threshold.
    package var end: Int64
    /// Mean rate from onset to end.
    package var rate: Double
    /// Mean rate of the baseline.
    package var baseline: Double
    /// The evidence reaches the threshold and the rise is large enough.
    package var isUp: Bool
    /// The evidence has come half way there.
    package var isRising: Bool
    /// Last second in which it went on; nil when it never did.
    package var lastLoud: Int64?
    /// The most of it that the service has carried in a healthy minute; 0 while that is not known.
    package var capacity = 0.0
    /// Mean rate of the minute up to the end: what can be held against the capacity, which is of whole minutes, however short
    /// the burst was.
    package var rateOfMinute = 0.0
    /// Only against the slow reference: it has no beginning that harm could be compared with.
    package var isSlow = false

    /// - Parameter isRising: taken as true of what is up.
    package init(
        metric: PressureMetric, evidence: Double, recent: Double, onset: Int64, end: Int64, rate: Double,
        baseline: Double, isUp: Bool, isRising: Bool = false, lastLoud: Int64? = nil
    ) {
        (self.metric, self.evidence, self.recent, self.onset) = (metric, evidence, recent, onset)
        (self.end, self.rate, self.baseline, self.isUp) = (end, rate, baseline, isUp)
        (self.isRising, self.lastLoud) = (isRising || isUp, lastLoud)
        rateOfMinute = rate
    }

    /// The service has never carried as much.
    package var exceedsCapacity: Bool { rate > capacity }
}

/// The pressure tests: CUSUM of ln(rate + ½) against the baseline (detection.md §4).
enum PressureTest {
    /// d·(e − d/2): what a rise by e speaks for one by d, in units of s². d is a doubling, or the rise itself where that is
    /// more: where a metric is usually at zero, a test for a doubling gained 2 nats a second from a flood of fifty.
    private static func gain(_ rise: Double) -> Double {
        let shift = max(Statistics.doubling, rise)
        return shift * (rise - shift / 2)
    }

    static func run(
        _ metric: PressureMetric, seconds: [ServiceSecond], baseline: MetricBaseline, lag: Int64,
        expected: ExpectedVolume = .usual, sampling: Int, ceiling: Double? = nil, policy: DetectionPolicy
    ) -> PressureFinding? {
        let found = againstBaseline(
            metric, seconds: seconds, baseline: baseline, lag: lag, expected: expected, sampling: sampling,
            policy: policy)
        if metric == .requests, found?.isRising == true,
            !haveBegunTogether(seconds, baseline: baseline, expected: expected, policy: policy)
        {
            return nil
        }
        guard let ceiling, found?.isUp != true else { return found }
        return againstCeiling(metric, ceiling, seconds: seconds, baseline: baseline, lag: lag, policy: policy)
            ?? found
    }

    /// Above a rate that the operator knows to be too much, whatever is usual: as much evidence in each second as one second
    /// can have.
    private static func againstCeiling(
        _ metric: PressureMetric, _ ceiling: Double, seconds: [ServiceSecond], baseline: MetricBaseline,
        lag: Int64,
        policy: DetectionPolicy
    ) -> PressureFinding? {
        guard var path = path(seconds, lag: lag, policy) else { return nil }
        let all = seconds.span
        for index in all.indices {
            let isOver = Double(rate(of: metric, all, index)) > ceiling
            path.add(
                isOver ? Statistics.stepLimit : -Statistics.stepLimit, second: all[index].cell.second)
        }
        guard let onset = path.onset, path.peak >= policy.pressureThreshold else { return nil }
        let end = path.lastAbove ?? onset
        return PressureFinding(
            metric: metric, evidence: path.peak, recent: path.recent, onset: onset, end: end,
            rate: mean(metric, seconds, from: onset, through: end), baseline: baseline.mean, isUp: true,
            isRising: true, lastLoud: path.lastLoud)
    }

    private static func path(_ seconds: [ServiceSecond], lag: Int64, _ policy: DetectionPolicy)
        -> CumulativeSum?
    {
        seconds.last.map { last in
            CumulativeSum(
                threshold: policy.pressureThreshold, restart: 0, last: last.cell.second, lag: lag,
                window: Int64(policy.pressureWindow))
        }
    }

    private static func againstBaseline(
        _ metric: PressureMetric, seconds: [ServiceSecond], baseline: MetricBaseline, lag: Int64,
        expected: ExpectedVolume, sampling: Int, policy: DetectionPolicy
    ) -> PressureFinding? {
        guard var path = path(seconds, lag: lag, policy) else { return nil }
        let scale = scale(of: metric, baseline, sampling: sampling, policy)
        // By index: a second is large, and a loop over the array would copy each.
        let all = seconds.span
        let least = expected.isUsual ? LogTable.count { scale * gain($0 - baseline.level) <= 0 } : 0
        for index in all.indices {
            let rate = rate(of: metric, all, index)
            // No more than usual leaves a sum of zero where it is.
            guard rate >= least || path.sum > 0 else { continue }
            let x = LogTable.logarithm(rate)
            let second = all[index].cell.second
            let level = baseline.level + expected.logarithm(at: second)
            path.add(scale * gain(x - level), second: second)
        }
        guard let onset = path.onset else { return nil }
        let end = path.lastAbove ?? onset
        let mean = Self.mean(metric, seconds, from: onset, through: end)
        let usual = baseline.mean * expected.factor(at: end)
        let isMore = (mean + 0.5) >= policy.pressureRatio * (usual + 0.5)
        return PressureFinding(
            metric: metric, evidence: path.peak, recent: path.recent, onset: onset, end: end, rate: mean,
            baseline: usual, isUp: isMore && path.peak >= policy.pressureThreshold,
            isRising: isMore && path.peak >= policy.pressureThreshold / 2, lastLoud: path.lastLoud)
    }

    /// Nats of a gain of 1.
    private static func scale(
        of metric: PressureMetric, _ baseline: MetricBaseline, sampling: Int, _ policy: DetectionPolicy
    ) -> Double {
        let persistence = policy.disabledRules.contains(.persistence) ? 1 : metric.persistence
        // Each packet that a sampled exporter saw stands for so many, and their number wanders by as much.
        let thinning = metric.isLogged ? 0 : Double(sampling - 1) / (baseline.mean + 1)
        return 1 / (baseline.spreadSquared + thinning) / persistence
    }

    /// Whether more requests than usual also began together, at any time that is looked back on: downloads and open channels
    /// that began at any time end together when a server is restarted, and their lines come then.
    private static func haveBegunTogether(
        _ seconds: [ServiceSecond], baseline: MetricBaseline, expected: ExpectedVolume,
        policy: DetectionPolicy
    ) -> Bool {
        guard let last = seconds.last?.cell.second else { return false }
        var path = CumulativeSum(
            threshold: policy.pressureThreshold, restart: 0, last: last, lag: 0, window: Int64(seconds.count))
        let scale = scale(of: .requests, baseline, sampling: 1, policy)
        let all = seconds.span
        for index in all.indices {
            let second = all[index].cell.second
            let level = baseline.level + expected.logarithm(at: second)
            path.add(scale * gain(LogTable.logarithm(Int64(all[index].log.begun)) - level), second: second)
        }
        return path.peak >= policy.pressureThreshold / 2
    }

    static func rate(of metric: PressureMetric, _ second: borrowing ServiceSecond) -> Int64 {
        let one: InlineArray<1, ServiceSecond> = [copy second]
        return rate(of: metric, one.span, 0)
    }

    /// By index: a second is large, and would be copied.
    @inline(__always)
    private static func rate(of metric: PressureMetric, _ all: borrowing Span<ServiceSecond>, _ index: Int)
        -> Int64
    {
        switch metric {
        case .newConnections: Int64(all[index].cell.newConnections)
        case .concurrentConnections: all[index].open
        case .slowConnections: all[index].slow
        case .clientPackets: all[index].packetsIn
        case .requests, .queries: Int64(all[index].log.requests)
        case .handshakes, .loggedConnections: Int64(all[index].log.attempts)
        }
    }

    /// How many seconds after `start` had a rate of `least` or more, each taken half a unit higher as in the tests.
    static func secondsAbove(
        _ least: Double, _ metric: PressureMetric, _ seconds: [ServiceSecond], after start: Int64
    ) -> Int {
        let all = seconds.span
        var count = 0
        for index in all.indices where all[index].cell.second > start {
            if Double(rate(of: metric, all, index)) + 0.5 >= least { count += 1 }
        }
        return count
    }

    /// Mean rate of the seconds from `from` to `through`.
    static func mean(
        _ metric: PressureMetric, _ seconds: [ServiceSecond], from: Int64, through: Int64
    ) -> Double {
        var sum = 0.0
        var count = 0.0
        let all = seconds.span
        for index in all.indices where all[index].cell.second >= from && all[index].cell.second <= through {
            sum += Double(rate(of: metric, all, index))
            count += 1
        }
        return count > 0 ? sum / count : 0
    }
}

extension PressureMetric {
    /// How many seconds in a row tell the same thing: the evidence of a second is divided by it.
    var persistence: Double {
        switch self {
        case .concurrentConnections, .slowConnections: Statistics.persistence.open
        case .clientPackets: Statistics.persistence.packets
        case .newConnections, .requests, .handshakes, .loggedConnections, .queries: 1
        }
    }

    /// Counts what comes, as opposed to what has not gone yet: open connections also rise when answers are slow.
    package var isArrival: Bool { self != .concurrentConnections && self != .slowConnections }

    /// Known from what the service logs.
    var isLogged: Bool {
        switch self {
        case .requests, .queries, .handshakes, .loggedConnections: true
        case .newConnections, .concurrentConnections, .slowConnections, .clientPackets: false
        }
    }
}

/// ln(k + ½) of small counts, looked up: the tests take a thousand of them a tick and service.
enum LogTable {
    private static let size = 4096
    private static let small = (0..<size).map { naturalLogarithm(Double($0) + 0.5) }

    /// How many counts from 0 on have a logarithm that is `low`, which must hold up to some count and not beyond.
    static func count(_ low: (Double) -> Bool) -> Int64 {
        var (first, end) = (0, size)
        while first < end {
            let middle = (first + end) / 2
            if low(small[middle]) { first = middle + 1 } else { end = middle }
        }
        return Int64(first)
    }

    /// The same of a rate, which need not be whole.
    static func logarithm(_ rate: Double) -> Double {
        Int64(exactly: rate).map(logarithm) ?? naturalLogarithm(rate + 0.5)
    }

    static func logarithm(_ count: Int64) -> Double {
        count >= 0 && count < Int64(size) ? small[Int(count)] : naturalLogarithm(Double(max(0, count)) + 0.5)
    }
}
