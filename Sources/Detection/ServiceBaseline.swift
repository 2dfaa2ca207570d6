// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

private typealias Learning = DetectionPolicy.Learning

/// Everything that is learned about one service.
///
/// Young, it learns second by second, as soon as a second is complete. Once an hour is known it learns minutes that are so
/// old that no alarm has come after them: what came just before one is never learned.
struct ServiceBaseline: Sendable {
    /// Second in which this process first saw the service; nothing older is learned or judged.
    private(set) var since: Int64 = .max
    /// Second in which it was first seen at all.
    private(set) var knownSince: Int64 = .max
    /// Second from which the warm-up counts: another exporter, or another sampling, makes a baseline cold again.
    private(set) var warmingSince: Int64 = .max
    /// Where it was learned.
    var origin = BaselineOrigin()
    /// Seconds learned.
    private(set) var learned = 0.0
    /// Distinct sources within ``sourceSeconds``.
    private(set) var sources = 0.0
    private(set) var linesPerConnection = LineBaseline()
    /// What keeps it from learning, if anything.
    private(set) var trouble = Trouble.none
    /// Nothing is learned of what happened until this second.
    private(set) var frozenUntil: Int64 = .min

    private var metrics = InlineArray<7, MetricBaseline>(repeating: MetricBaseline())
    private(set) var ratios = InlineArray<13, RatioBaseline>(repeating: RatioBaseline())
    /// The most of each metric that was carried in a minute while all was well, faded.
    private var capacities = InlineArray<6, Double>(repeating: 0)
    /// Next second to learn.
    private var next: Int64 = .max
    /// Second of the last call.
    private var latest: Int64 = .max
    /// When what is expected has to follow the season again.
    private var refreshAt: Int64 = .min
    /// Restored from what another process had learned.
    private var isRestored = false
    private var present = BaselineMinute(start: .min)
    /// Oldest first; at most as many as the delay has minutes.
    private var waiting: [BaselineMinute] = []

    /// Why the present may not be normal.
    enum Trouble: Sendable {
        case none
        /// More than usual, and nobody harmed: growth is followed, slowly.
        case pressure
        /// The exporter has not been heard: its seconds are not known.
        case silence
        /// The exporter's datagrams get lost: what is missing is not known.
        case loss
        /// The operator has said so.
        case maintenance
        /// A planned event: what is planned is not usual.
        case planned
        /// An incident or harm: nothing is learned, nor for a while after.
        case harm
    }

    // MARK: Learning

    /// Learns the seconds that have become complete, as far as `trouble` allows.
    ///
    /// - Parameter isLogSilent: that no line came says nothing of the requests.
    mutating func learn(
        _ windows: borrowing ServiceAggregator, slot: Int, now: Int64, trouble: Trouble,
        isLogSilent: Bool, policy: DetectionPolicy
    ) {
        begin(now)
        // Where next to nothing comes, it is no wonder that nothing came.
        self.trouble = trouble == .silence && isGrown && !missesFlows ? .none : trouble
        freeze(now, policy)
        if now >= refreshAt { refresh(now) }
        let delay = max(Int64(policy.learningDelay), min(120, windows.startLag(slot) + 5))
        let complete = now - delay
        guard next <= complete else { return }
        guard mayLearn(complete) else {
            next = complete + 1
            return
        }
        // Not all services in the same second.
        if isGrown, (now + Int64(slot)) % Learning.batch != 0 { return }
        let first = max(next, now - Learning.longestLook)
        next = complete + 1
        for second in windows.seconds(first...complete, slot: slot) {
            if !isGrown { learn(second, windows, slot, isLogSilent: isLogSilent, policy) }
            collect(second, windows, slot, isLogSilent, policy)
        }
        guard isGrown else { return learnSources(windows, slot, until: complete) }
        while let oldest = waiting.first, now - oldest.end >= Int64(policy.grownLearningDelay) {
            commit(waiting.removeFirst(), policy)
            refresh(now)
        }
    }

    /// An hour is known.
    var isGrown: Bool { learned >= Learning.hour }

    private mutating func begin(_ now: Int64) {
        if since == .max {
            // The first seconds are incomplete: the exporter's flows began before we listened.
            (since, next) = (now, now + 2)
            if knownSince == .max { (knownSince, warmingSince) = (now, now) }
        } else if now - latest > Learning.longestPause {
            // The clock leapt, or we slept: what lies between was not silence.
            next = now + 2
        }
        latest = now
    }

    private mutating func freeze(_ now: Int64, _ policy: DetectionPolicy) {
        switch trouble {
        case .none, .pressure: return
        case .maintenance, .planned: frozenUntil = max(frozenUntil, now + Int64(policy.thawAfter))
        case .harm:
            frozenUntil = max(frozenUntil, now + Int64(policy.thawAfter))
            waiting.removeAll(keepingCapacity: true)
        case .silence, .loss:
            guard isGrown else { break }
            frozenUntil = max(frozenUntil, now + Learning.stallThaw)
            while let last = waiting.last, last.end > now - Learning.stallBlind {
                waiting.removeLast()
            }
        }
        present = BaselineMinute(start: .min)
    }

    private func mayLearn(_ complete: Int64) -> Bool {
        switch trouble {
        case .none, .pressure: complete > frozenUntil
        case .silence, .maintenance, .planned, .harm: false
        // A little known of a service is better than nothing.
        case .loss: !isGrown
        }
    }

    /// Whether a minute and a half without any flow would be a wonder.
    private var missesFlows: Bool {
        let connections = metric(.newConnections).mean * Learning.silentSeconds
        return connections >= Learning.missedFlows
            || metric(.clientPackets).mean * Learning.silentSeconds >= 10 * Learning.missedFlows
    }

    private mutating func refresh(_ now: Int64) {
        refreshAt = now + 60
        for place in metrics.indices { metrics[place].refresh(at: now) }
    }

    // MARK: Young

    private mutating func learn(
        _ second: borrowing ServiceSecond, _ windows: borrowing ServiceAggregator, _ slot: Int,
        isLogSilent: Bool, _ policy: DetectionPolicy
    ) {
        let slowly = trouble == .pressure
        learned += 1
        // A minute that is learned as one begins after the seconds that were.
        if isGrown { present = BaselineMinute(start: .min) }
        for metric in PressureMetric.learned where !(isLogSilent && metric.isLogged) {
            metrics[metric.place].learn(
                rate: Double(PressureTest.rate(of: metric, second)), slowly: slowly)
        }
        if !slowly, !isLogSilent {
            linesPerConnection.learn(
                lines: Double(second.log.requestsAll), connections: Double(second.cell.newConnections))
            metrics[PressureMetric.placeOfAnswers].learn(rate: Double(AnswerTest.answers(second)))
        }
        guard !slowly else { return }
        let judgesSizes = windows.judgesSizes(slot: slot, second: second.cell.second)
        for channel in OutcomeChannel.learned where judgesSizes || channel != .flowTruncated {
            let (k, n) = OutcomeTest.counts(channel, second, ofKnown: false, policy)
            if n > 0 { ratios[channel.place].learn(hits: k, trials: n) }
        }
        let (k, n) = OutcomeTest.counts(.flow, second, ofKnown: true, policy)
        if n > 0 { ratios[OutcomeChannel.placeOfKnown].learn(hits: k, trials: n) }
    }

    private mutating func learnSources(
        _ windows: borrowing ServiceAggregator, _ slot: Int, until second: Int64
    ) {
        let isFirstMinute = learned <= 60
        guard isFirstMinute || (second + Int64(slot)) % Learning.sourceTurn == 0 else { return }
        let seen = Double(windows.distinctSources(slot: slot, until: second, seconds: Learning.sourceSeconds))
        sources = isFirstMinute ? max(sources, seen) : sources + (seen - sources) * Learning.sourceSliceGain
    }

    // MARK: Grown

    private mutating func collect(
        _ second: borrowing ServiceSecond, _ windows: borrowing ServiceAggregator, _ slot: Int,
        _ isLogSilent: Bool, _ policy: DetectionPolicy
    ) {
        if present.end != second.cell.second { present = BaselineMinute(start: second.cell.second) }
        present.add(
            second, ratios, isPressed: trouble == .pressure, isLogSilent: isLogSilent,
            judgesSizes: windows.judgesSizes(slot: slot, second: second.cell.second), policy)
        guard present.isFull else { return }
        defer { present = BaselineMinute(start: .min) }
        guard isGrown else { return learnCapacity(present) }
        present.sources = Double(
            windows.distinctSources(slot: slot, until: second.cell.second, seconds: Learning.sourceSeconds))
        waiting.append(present)
    }

    /// What came while no more failed than usual was carried.
    private mutating func learnCapacity(_ minute: BaselineMinute) {
        for place in capacities.indices { capacities[place] *= Learning.capacityKept }
        for channel in [OutcomeChannel.log, .flow, .flowStatus] {
            let usual = ratios[channel.place].expected
            if let ratio = minute.ratios[channel.place].ratio,
                ratio > usual + Learning.healthyMargin
            {
                return
            }
        }
        for place in capacities.indices {
            capacities[place] = max(capacities[place], minute.metrics[place].rate)
        }
    }

    private mutating func commit(_ minute: BaselineMinute, _ policy: DetectionPolicy) {
        learned += Double(minute.seconds)
        learnCapacity(minute)
        let rise = policy.referenceRise / Learning.minutesOfDay
        // That answers stay out or fail under pressure may be the harm itself.
        let places = minute.isPressed ? 0..<PressureMetric.placeOfAnswers : metrics.indices
        for place in places {
            metrics[place].learn(
                minute.metrics[place], at: minute.start, slowly: minute.isPressed, referenceRise: rise)
        }
        if !minute.isPressed {
            for place in ratios.indices { ratios[place].learn(minute.ratios[place]) }
        }
        linesPerConnection.learn(
            lines: minute.lines, connections: minute.connections, seconds: Double(minute.seconds))
        sources += (minute.sources - sources) * Learning.sourceGain
    }

    // MARK: For the tests

    func metric(_ metric: PressureMetric) -> MetricBaseline { metrics[metric.place] }

    /// The most of it that the service has carried in a healthy minute, a second; 0 while that is not known.
    func capacity(of metric: PressureMetric) -> Double { capacities[metric.place] }

    /// Good answers, by the log.
    var answers: MetricBaseline { metrics[PressureMetric.placeOfAnswers] }

    /// By ``OutcomeChannel/place``.
    @inline(__always)
    func ratio(_ place: Int) -> RatioBaseline { ratios[place] }

    func ratio(_ channel: OutcomeChannel, ofKnown: Bool) -> RatioBaseline {
        ratios[OutcomeChannel.place(of: channel, ofKnown: ofKnown)]
    }

    /// Hours since the service was first seen.
    func ageHours(at now: Int64) -> Double { Double(max(0, now - knownSince)) / 3600 }

    /// The warm-up is not over.
    func isCold(at now: Int64, _ policy: DetectionPolicy) -> Bool {
        warmingSince == .max || Double(now - warmingSince) < policy.warmUp
    }

    /// Enough is known to judge the service.
    func isReady(at now: Int64, _ policy: DetectionPolicy) -> Bool {
        learned >= policy.minimumBaseline && (!isRestored || now - since >= Learning.settling)
    }

    /// What was learned is not of this exporter, or not of this sampling: cold, until the warm-up is over again.
    mutating func cool(at now: Int64) { warmingSince = now }

    // MARK: Over a restart

    /// Goes on in another process, or after it was set aside: what waits is given up.
    mutating func resume() {
        (since, next, latest, refreshAt, frozenUntil) = (.max, .max, .max, .min, .min)
        (trouble, isRestored) = (.none, true)
        present = BaselineMinute(start: .min)
        waiting = []
    }

    /// To or from an archive.
    mutating func code(_ codec: inout StateCodec) {
        codec.code(&knownSince, in: 0...1 << 40)
        codec.code(&warmingSince, in: 0...1 << 40)
        origin.code(&codec)
        codec.code(&learned, in: 0...1e15)
        codec.code(&sources, in: 0...1e15)
        for place in capacities.indices { codec.code(&capacities[place], in: 0...1e15) }
        linesPerConnection.code(&codec)
        for place in metrics.indices { metrics[place].code(&codec) }
        for place in ratios.indices { ratios[place].code(&codec) }
    }

    /// Least octets in an archive.
    static let leastLength =
        2 * 8 + BaselineOrigin.length + 8 * 8 + LineBaseline.length + 7 * MetricBaseline.leastLength
        + 13 * RatioBaseline.length
}

/// Where a baseline was learned: rates of another sampling interval are not the same rates, and another exporter may
/// tell otherwise of the same flows.
struct BaselineOrigin: Sendable, Equatable {
    /// 0 until it is known.
    var samplingInterval: UInt32 = 0
    /// Nil until it is known.
    var exporter: IPAddress?

    static let length = 4 + 16

    mutating func code(_ codec: inout StateCodec) {
        var address = exporter ?? .unspecified
        codec.code(&samplingInterval)
        codec.code(&address)
        exporter = address == .unspecified ? nil : address
    }
}
