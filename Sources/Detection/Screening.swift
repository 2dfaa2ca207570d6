// SPDX-License-Identifier: Apache-2.0

import ServiceWindows

/// Spares a calm service its tests while they could not say anything (docs/decisions/0015).
///
/// Harm: at the last scan each channel's sum stood below half its threshold, and what is bad raises it by a bounded amount:
/// until so much bad has been told since, the channel cannot have come half way, whatever was told and however late.
/// Pressure is looked for every eighth second, at once when more is told than usual, and each second while it comes near.
struct Screening: Sendable {
    /// Next second in which the tests are asked whatever was told.
    private var due: Int64 = .min
    /// What was told since the last scan.
    private var news = ServiceNews()
    /// How much bad each kind may bring before its channels could have come half way.
    private var allowance = InlineArray<10, UInt16>(repeating: 0)
    /// Baselines for which that holds, by channel; that of known clients last.
    private var bounds = InlineArray<13, RatioBounds>(repeating: RatioBounds())
    /// First second that the baseline knows, and times that old cells were folded before their time, at the last scan.
    private var since: Int64 = .max
    private var hurries: UInt64 = 0
    /// Records and lines that are usual in a second.
    private var usual = 0.0
    private var isBusy = false

    /// Calm services are scanned this often, each in its turn.
    static let turn: Int64 = 8
    /// More than so many times the usual, and a few, is looked at at once.
    private static let burst = (ratio: 2.0, least: 12.0)
    /// What is usual is a mean over so many seconds.
    private static let memory = 16.0
    /// Share of its threshold from which a test of pressure is watched each second.
    private static let near = 0.25
    /// No need to count further.
    private static let mostAllowed = 10_000.0
    private static let bothWays = [false, true]
    private static let oneWay = [false]
    /// Rounding of sums of some hundred terms is less.
    private static let rounding = 1e-6

    /// Takes what was told in the last second.
    mutating func note(_ latest: ServiceNews) {
        news.add(latest)
        let heard = Double(latest.heard)
        isBusy = heard > Self.burst.ratio * usual + Self.burst.least
        usual += (heard - usual) / Self.memory
    }

    /// Asks for a scan at the next tick.
    mutating func expire() { due = .min }

    /// Whether nothing can have come half way since the last scan.
    func holds(
        _ windows: borrowing ServiceAggregator, slot: Int, _ baseline: borrowing ServiceBaseline
    ) -> Bool {
        guard windows.now < due, !isBusy, since == baseline.since, hurries == windows.hurriedSweeps,
            !windows.isSampled(slot)
        else { return false }
        for kind in HarmKind.allCases where news[kind] > allowance[kind.rawValue] { return false }
        for place in bounds.indices where !bounds[place].hold(baseline.ratios[place]) { return false }
        return true
    }

    /// Asks all tests of a service in which nothing is suspected.
    ///
    /// - Returns: whether none has come half way: then ``holds(_:slot:_:)`` answers for the next seconds.
    mutating func scan(
        _ seconds: [ServiceSecond], _ windows: borrowing ServiceAggregator, slot: Int,
        _ baseline: borrowing ServiceBaseline, _ policy: DetectionPolicy
    ) -> Bool {
        let service = windows.service(slot)
        due = .min
        guard let pressure = nearestPressure(seconds, service, baseline, policy), pressure < 0.5 else {
            return false
        }
        guard allow(seconds, isSampled: service.sampled, baseline, policy) else { return false }
        news = ServiceNews()
        (since, hurries) = (baseline.since, windows.hurriedSweeps)
        // What a sampled exporter's records add to a second is not bounded by their number.
        var isNear = pressure >= Self.near || service.sampled
        for place in bounds.indices where !bounds[place].isLasting { isNear = true }
        due = isNear ? .min : windows.now + Self.turn - (windows.now + Int64(slot)) % Self.turn
        return true
    }

    /// Largest evidence of any metric, as a share of its threshold; nil when one is half way.
    private func nearestPressure(
        _ seconds: [ServiceSecond], _ service: ServiceState, _ baseline: borrowing ServiceBaseline,
        _ policy: DetectionPolicy
    ) -> Double? {
        var nearest = 0.0
        for metric in EvidenceCollector.metrics(of: service, policy) {
            guard
                let finding = PressureTest.run(
                    metric, seconds: seconds, baseline: baseline.metric(metric),
                    lag: EvidenceCollector.lag(of: metric, service), sampling: Int(service.samplingInterval),
                    ceiling: policy.ceiling(of: metric, service.kind), policy: policy)
            else { continue }
            guard finding.evidence < policy.pressureThreshold / 2 else { return nil }
            nearest = max(nearest, finding.recent / policy.pressureThreshold)
        }
        return nearest
    }

    /// Sets the allowances; false when a channel may have come half way.
    private mutating func allow(
        _ seconds: [ServiceSecond], isSampled: Bool, _ baseline: borrowing ServiceBaseline,
        _ policy: DetectionPolicy
    ) -> Bool {
        var room = InlineArray<10, Double>(repeating: Self.mostAllowed)
        for place in bounds.indices { bounds[place] = RatioBounds(baseline.ratios[place]) }
        for channel in OutcomeChannel.learned
        where !policy.disabledChannels.contains(channel) && channel.isEvidence(sampled: isSampled) {
            let half = policy.outcomeThreshold * channel.thresholdFactor(policy) / 2
            // Of some channels either all or what known clients met with is tested, as it turns out.
            for isOfKnown in channel.isOfKnownAtTimes ? Self.bothWays : Self.oneWay {
                let bounds = bounds[OutcomeChannel.place(of: channel, ofKnown: isOfKnown)]
                guard !bounds.isHopeless else { continue }
                let (most, each) = OutcomeTest.bound(
                    channel, seconds: seconds, within: bounds, ofKnown: isOfKnown, policy: policy)
                guard most < half else { return false }
                guard let kind = channel.kind else { continue }
                room[kind.rawValue] = min(room[kind.rawValue], (half - most - Self.rounding) / each)
            }
        }
        for place in room.indices { allowance[place] = UInt16(max(0, room[place])) }
        return true
    }
}

/// Between which values the baseline of a ratio may move before a scan has to be made anew.
struct RatioBounds: Sendable {
    /// Least expected ratio.
    private(set) var expected = 1.0
    /// Least and largest correlation within a second.
    private(set) var overdispersion = 0.0...0.0
    /// So much fails that the channel says nothing.
    private(set) var isHopeless = false
    /// They hold for more than the present.
    private(set) var isLasting = false

    /// Beyond it evidence does not only fall when more is expected.
    private static let monotonous = 0.45

    /// Of nothing.
    init() {}

    /// A tenth less is allowed for, and a fifth of the correlation: learning takes minutes for that.
    init(_ ratio: RatioBaseline) {
        isHopeless = ratio.expected > OutcomeTest.hopeless
        isLasting = isHopeless || ratio.expected <= Self.monotonous
        expected = isLasting ? max(RatioBaseline.leastExpected, 0.9 * ratio.expected) : ratio.expected
        overdispersion =
            isLasting
            ? ratio.overdispersion / 1.2...ratio.overdispersion * 1.2
            : ratio.overdispersion...ratio.overdispersion
    }

    /// Whether the baseline is still within them.
    func hold(_ ratio: RatioBaseline) -> Bool {
        guard !isHopeless else { return ratio.expected > OutcomeTest.hopeless }
        return ratio.expected >= expected && ratio.expected <= Self.monotonous
            && overdispersion.contains(ratio.overdispersion)
    }
}

extension OutcomeChannel {
    /// Failures of newcomers, or their slow answers, do not always count.
    fileprivate var isOfKnownAtTimes: Bool { self == .flow || self == .slowAnswers || self == .slowFlows }

    /// What is bad in it; nil where that is not counted.
    fileprivate var kind: HarmKind? {
        switch self {
        case .log: .failures
        case .flow: .connections
        case .slowAnswers: .slowAnswers
        case .slowFlows: .slowFlows
        case .tls: .handshakes
        case .saturation: .levels
        case .flowStatus: .statuses
        case .flowLatency: .latencies
        case .flowHandshakes: .slowHandshakes
        case .flowTruncated: .truncated
        case .flowReplies, .fewerAnswers: nil
        }
    }
}
