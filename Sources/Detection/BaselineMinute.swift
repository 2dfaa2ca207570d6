// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

/// One metric in the seconds of a minute.
package struct MetricMinute: Sendable {
    /// Seconds counted.
    package private(set) var seconds: Float = 0
    /// Of x = ln(rate + ½), of its square, and of the rate.
    private var (sum, squares, rates): (Float, Float, Float) = (0, 0, 0)

    package init() {}

    /// Counts a second.
    package mutating func add(rate: Int64) {
        let x = Float(LogTable.logarithm(rate))
        seconds += 1
        sum += x
        squares += x * x
        rates += Float(max(0, rate))
    }

    /// Mean of x.
    var mean: Double { seconds > 0 ? Double(sum) / Double(seconds) : 0 }
    /// Variance of x from one second to the next.
    var variance: Double { seconds > 0 ? max(0, Double(squares) / Double(seconds) - mean * mean) : 0 }
    /// Mean rate.
    package var rate: Double { seconds > 0 ? Double(rates) / Double(seconds) : 0 }
}

/// One ratio in the seconds of a minute.
package struct RatioMinute: Sendable {
    /// Failures, or slow answers.
    private(set) var hits: Float = 0
    /// Of so many.
    private(set) var trials: Float = 0
    private(set) var excess: Float = 0
    private(set) var scale: Float = 0

    package init() {}

    /// Counts a second.
    ///
    /// - Parameter usual: the usual ratio; nil while it is not known.
    package mutating func add(_ k: Double, of n: Double, usual: Double?) {
        hits += Float(k)
        trials += Float(n)
        // A single trial tells nothing of what trials have in common.
        guard let usual, n > 1 else { return }
        let chance = max(0, usual * (1 - usual))
        let distance = k - n * usual
        excess += Float(distance * distance - n * chance)
        scale += Float(n * (n - 1) * chance)
    }

    /// The ratio; nil without trials.
    var ratio: Double? { trials > 0 ? Double(hits) / Double(trials) : nil }
}

/// What a grown baseline is to learn of a minute. It waits until it is old enough that no alarm has come after it.
struct BaselineMinute: Sendable {
    /// Its first second.
    let start: Int64
    /// Seconds counted.
    private(set) var seconds: Int64 = 0
    /// A part of it was under pressure.
    private(set) var isPressed = false
    /// By ``PressureMetric/place``; good answers at the end.
    private(set) var metrics = InlineArray<7, MetricMinute>(repeating: MetricMinute())
    /// By ``OutcomeChannel/place``; failures of known clients are one of them.
    private(set) var ratios = InlineArray<13, RatioMinute>(repeating: RatioMinute())
    /// Lines of a log that speaks, and connections that began in these seconds.
    private(set) var (lines, connections) = (0.0, 0.0)
    /// Distinct sources at its end.
    var sources = 0.0

    init(start: Int64) { self.start = start }

    var isFull: Bool { seconds >= 60 }
    /// The second after its last.
    var end: Int64 { start + seconds }

    mutating func add(
        _ second: borrowing ServiceSecond, _ usual: InlineArray<13, RatioBaseline>, isPressed: Bool,
        isLogSilent: Bool, judgesSizes: Bool, _ policy: DetectionPolicy
    ) {
        seconds += 1
        self.isPressed = self.isPressed || isPressed
        for metric in PressureMetric.learned where !(isLogSilent && metric.isLogged) {
            metrics[metric.place].add(rate: PressureTest.rate(of: metric, second))
        }
        if !isPressed, !isLogSilent {
            lines += Double(second.log.requestsAll)
            connections += Double(second.cell.newConnections)
            metrics[PressureMetric.placeOfAnswers].add(rate: AnswerTest.answers(second))
        }
        for channel in OutcomeChannel.learned where judgesSizes || channel != .flowTruncated {
            let (k, n) = OutcomeTest.counts(channel, second, ofKnown: false, policy)
            if n > 0 { ratios[channel.place].add(k, of: n, usual: usual[channel.place].usual) }
        }
        let (k, n) = OutcomeTest.counts(.flow, second, ofKnown: true, policy)
        let known = OutcomeChannel.placeOfKnown
        if n > 0 { ratios[known].add(k, of: n, usual: usual[known].usual) }
    }
}

extension PressureMetric {
    /// Those that a baseline has for itself: queries are the requests of a log by another name, and handshakes its
    /// connections.
    static let learned: [PressureMetric] = allCases.filter { $0 != .queries && $0 != .handshakes }

    /// Where a baseline keeps what it knows of it.
    var place: Int {
        switch self {
        case .newConnections: 0
        case .concurrentConnections: 1
        case .slowConnections: 2
        case .clientPackets: 3
        case .requests, .queries: 4
        case .loggedConnections, .handshakes: 5
        }
    }

    /// Good answers, which are no pressure.
    static let placeOfAnswers = 6
}

extension OutcomeChannel {
    /// Those that are shares of something.
    static let learned: [OutcomeChannel] = allCases.filter { $0 != .fewerAnswers }

    /// Where a baseline keeps what it knows of it.
    var place: Int {
        switch self {
        case .log: 0
        case .flow: 1
        case .slowAnswers: 2
        case .slowFlows: 3
        case .tls: 4
        case .saturation: 5
        case .flowStatus: 6
        case .flowLatency: 7
        case .flowHandshakes: 8
        case .flowTruncated: 9
        case .flowReplies: 10
        case .fewerAnswers: 12
        }
    }

    /// The same, where only known clients may count.
    static func place(of channel: OutcomeChannel, ofKnown: Bool) -> Int {
        channel == .flow && ofKnown ? placeOfKnown : channel.place
    }

    /// Failures of known clients, by the flows.
    static let placeOfKnown = 11
}
