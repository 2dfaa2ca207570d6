// SPDX-License-Identifier: Apache-2.0

import ServiceWindows

private typealias Statistics = DetectionPolicy.Statistics

/// When the tests of harm of a calm service have to be asked: at the last scan each channel's sum stood below half its
/// threshold, and what is bad raises it by a bounded amount. Until so much bad has been told since, the channel cannot have
/// come half way, whatever was told and however late. Then the latest seconds are enough to tell whether it has.
struct HarmScreen: Sendable {
    /// What was told since the channels of its kind were asked.
    private var news = ServiceNews()
    /// How much bad each kind may bring before its channels could have come half way.
    private var allowance = ServiceNews()
    /// How much bad was told of settled seconds, ever.
    private var late: UInt64 = 0
    /// Second in which something bad of a kind was told last, or in which this began to listen.
    private var latest = InlineArray<10, Int64>(repeating: .max)
    /// Baselines for which the allowances hold, by channel, that of known clients among them; nil of what is not asked.
    private var bounds = InlineArray<13, RatioBounds?>(repeating: nil)
    /// The sums at the last scan, for any of these baselines: of all clients, then of known ones.
    private var sums = InlineArray<26, SumBound>(repeating: SumBound())
    /// No channel has been asked.
    private var isExpired = true
    /// Until then something bad may lie in seconds that no scan has read, since they had not come.
    private var hasAheadUntil: Int64 = .min

    /// Seconds that a scan of the latest ones reads: as many as it takes until they are settled, and as many again.
    static let recent = 2 * ServiceNews.settling
    /// No need to count further.
    private static let mostAllowed = 10_000.0
    /// Rounding of sums of some hundred terms is less.
    private static let rounding = 1e-6

    /// Takes what was told in the second before `now`.
    mutating func note(_ news: ServiceNews, at now: Int64) {
        guard news.hasHarm || latest[0] == .max else { return }
        self.news.add(news)
        late &+= UInt64(news.late)
        if news.isAhead { hasAheadUntil = now + Self.clockOffset }
        for kind in HarmKind.allCases where news[kind] > 0 || latest[kind.rawValue] == .max {
            latest[kind.rawValue] = now
        }
    }

    /// Asks for all channels at the next tick.
    mutating func expire() { isExpired = true }

    /// What a scan of the latest seconds can go on from is known.
    func isKnown(at now: Int64) -> Bool { !isExpired && now >= hasAheadUntil }

    /// Whether nothing can have come half way since the last scan.
    @inline(__always)
    func holds(_ baseline: ServiceBaseline, at now: Int64) -> Bool {
        guard isKnown(at: now), !news.exceeds(allowance) else { return false }
        let all = bounds.span
        for place in all.indices {
            if let known = all[place], !known.hold(baseline.ratio(place)) { return false }
        }
        return true
    }

    /// Asks the channels whose allowances are spent, or will be soon, and sets them anew.
    ///
    /// - Parameters:
    ///   - seconds: up to `now`; all that the tests look at, or only the latest.
    ///   - isWhole: they are all.
    /// - Returns: false when a channel may have come half way to its threshold, or the seconds do not go back far enough to
    ///   tell.
    mutating func scan(
        _ seconds: [ServiceSecond], isWhole: Bool, isSampled: Bool, _ baseline: ServiceBaseline,
        _ policy: DetectionPolicy, now: Int64
    ) -> Bool {
        if !isKnown(at: now) { (isExpired, bounds) = (true, InlineArray(repeating: nil)) }
        for channel in OutcomeChannel.learned
        where !policy.disabledChannels.contains(channel) && channel.isEvidence(sampled: isSampled) {
            if !isExpired, isWellOff(channel, baseline) { continue }
            guard isWhole || goesOn(channel, seconds, baseline) else { return false }
            guard let room = room(of: channel, seconds, isWhole: isWhole, baseline, policy, now) else {
                return false
            }
            guard let kind = channel.kind else { continue }
            (allowance[kind], news[kind]) = (UInt16(max(0, room)), 0)
        }
        isExpired = false
        return true
    }

    /// Half of the channel's allowance is left.
    private func isWellOff(_ channel: OutcomeChannel, _ baseline: ServiceBaseline) -> Bool {
        guard let kind = channel.kind, 2 * Int(news[kind]) <= Int(allowance[kind]) else { return false }
        return boundsHold(channel, baseline)
    }

    /// The channel's sums are known up to where the seconds begin.
    private func goesOn(
        _ channel: OutcomeChannel, _ seconds: [ServiceSecond], _ baseline: ServiceBaseline
    ) -> Bool {
        guard channel.kind != nil, let first = seconds.first?.cell.second, boundsHold(channel, baseline)
        else { return false }
        return channel.ways.allSatisfy { sums[Self.sum(of: channel, ofKnown: $0)].second >= first - 1 }
    }

    private func boundsHold(_ channel: OutcomeChannel, _ baseline: ServiceBaseline) -> Bool {
        let all = bounds.span
        for isOfKnown in channel.ways {
            let place = OutcomeChannel.place(of: channel, ofKnown: isOfKnown)
            guard let known = all[place], known.hold(baseline.ratio(place)) else { return false }
        }
        return true
    }

    private static func sum(of channel: OutcomeChannel, ofKnown: Bool) -> Int {
        OutcomeChannel.place(of: channel, ofKnown: ofKnown) + (ofKnown ? 13 : 0)
    }

    /// How much bad the channel can bear and stay below half its threshold; nil when it may have come there.
    private mutating func room(
        of channel: OutcomeChannel, _ seconds: [ServiceSecond], isWhole: Bool, _ baseline: ServiceBaseline,
        _ policy: DetectionPolicy, _ now: Int64
    ) -> Double? {
        var room = Self.mostAllowed
        let half = policy.outcomeThreshold * channel.thresholdFactor(policy) / 2
        for isOfKnown in channel.ways {
            let place = OutcomeChannel.place(of: channel, ofKnown: isOfKnown)
            let known = isWhole ? RatioBounds(baseline.ratio(place)) : bounds[place] ?? RatioBounds()
            bounds[place] = known
            guard !known.isHopeless else { continue }
            let most = follow(channel, seconds, isWhole: isWhole, known, ofKnown: isOfKnown, policy, now)
            guard most < half else { return nil }
            room = min(room, (half - most - Self.rounding) / (known.hit - known.miss))
        }
        return room
    }

    /// Follows a channel's sum through `seconds`.
    ///
    /// - Returns: the most that it is in all that the tests look at.
    private mutating func follow(
        _ channel: OutcomeChannel, _ seconds: [ServiceSecond], isWhole: Bool, _ bounds: RatioBounds,
        ofKnown: Bool, _ policy: DetectionPolicy, _ now: Int64
    ) -> Double {
        let place = Self.sum(of: channel, ofKnown: ofKnown)
        var (all, settled) = (SumBound(), SumBound(cleanThrough: now - ServiceNews.settling))
        if !isClean(channel, at: now) {
            if !isWhole {
                all = sums[place]
                all.raise(by: Double(late &- all.late) * (bounds.hit - bounds.miss))
            }
            (all, settled) = OutcomeTest.most(
                channel, seconds: seconds, within: bounds, ofKnown: ofKnown, from: all, policy: policy)
        }
        settled.late = late
        sums[place] = settled
        return all.most
    }

    /// Nothing bad of the channel lies in the seconds that the tests look at.
    private func isClean(_ channel: OutcomeChannel, at now: Int64) -> Bool {
        guard let kind = channel.kind else { return false }
        return latest[kind.rawValue] < now - Statistics.lookBack - Self.clockOffset
    }

    /// Seconds by which something may be booked ahead of the clock, and one more.
    private static let clockOffset: Int64 = 6
}

extension OutcomeChannel {
    /// Of whom it may be asked. Failures of newcomers, or their slow answers, do not always count: it turns out at the test.
    fileprivate var ways: [Bool] {
        switch self {
        case .flow, .slowAnswers, .slowFlows: Self.ofAllAndKnown
        case .log, .tls, .saturation, .flowStatus, .flowLatency, .flowHandshakes, .flowTruncated,
            .flowReplies, .fewerAnswers:
            Self.ofAll
        }
    }

    private static let ofAllAndKnown = [false, true]
    private static let ofAll = [false]

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
