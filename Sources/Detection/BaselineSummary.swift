// SPDX-License-Identifier: Apache-2.0

package import FlowModel
package import ServiceWindows

/// What is normal for a service, and how far that can be trusted: for `spate status`.
package struct BaselineSummary: Sendable {
    /// How far it can be trusted.
    package enum Standing: String, Sendable {
        /// The warm-up is not over.
        case cold
        /// Learned, and learning.
        case warm
        /// Learned; what happens now is not.
        case frozen
    }

    /// The service.
    package let service: ServiceOutline
    /// Where it stands.
    package private(set) var standing = Standing.cold
    /// Why it is not warm.
    package private(set) var reason: String?
    /// Second in which the service was first seen; nil before.
    package private(set) var knownSince: Int64?
    /// Seconds learned, over restarts too.
    package private(set) var learnedSeconds = 0.0
    /// Whether the hours of the day, or of the week, are known.
    package private(set) var season = "none"
    /// By ``PressureMetric/place``; no number where nothing was ever counted.
    private var rates = InlineArray<6, Double>(repeating: .nan)
    /// Distinct sources in half a minute.
    package private(set) var sources = 0.0
    /// Share (0…1) that usually fails; nil where no end was seen.
    package private(set) var failureRatio: Double?
    /// Share (0…1) of the answers that is usually slow; nil where no time was seen.
    package private(set) var slowRatio: Double?
    /// The most connections a second, and requests, that were served while all was well.
    package private(set) var healthyConnections = 0.0
    /// As above.
    package private(set) var healthyRequests = 0.0
    /// What one packet stood for where it was learned; 0 while not known.
    package private(set) var samplingInterval: UInt32 = 0
    /// Who told of the service where it was learned.
    package private(set) var exporter: IPAddress?

    init(_ service: ServiceOutline) { self.service = service }

    mutating func read(_ baseline: ServiceBaseline, at now: Int64, _ policy: DetectionPolicy) {
        guard baseline.knownSince != .max else { return }
        knownSince = baseline.knownSince
        learnedSeconds = baseline.learned
        (standing, reason) = Self.standing(baseline, at: now, policy)
        let connections = baseline.metric(.newConnections)
        switch max(connections.reach.rawValue, baseline.metric(.requests).reach.rawValue) {
        case Season.Reach.week.rawValue: season = "week"
        case Season.Reach.day.rawValue: season = "day"
        default: season = "none"
        }
        for metric in PressureMetric.learned where baseline.metric(metric).isUsed {
            rates[metric.place] = baseline.metric(metric).mean
        }
        sources = baseline.sources
        failureRatio = Self.ratio(baseline, [.log, .flow, .flowStatus, .flowReplies])
        slowRatio = Self.ratio(baseline, [.slowAnswers, .flowLatency, .slowFlows])
        healthyConnections = baseline.capacity(of: .newConnections)
        healthyRequests = baseline.capacity(of: .requests)
        (samplingInterval, exporter) = (baseline.origin.samplingInterval, baseline.origin.exporter)
    }

    /// Usual rate at this hour, in the metric's unit; nil where nothing was ever counted.
    package func rate(of metric: PressureMetric) -> Double? {
        let rate = rates[metric.place]
        return rate.isNaN ? nil : rate
    }

    /// Of the first channel that says anything.
    private static func ratio(_ baseline: ServiceBaseline, _ channels: [OutcomeChannel]) -> Double? {
        channels.lazy.map { baseline.ratio($0, ofKnown: false) }.first { $0.trials > 0 }?.seen
    }

    private static func standing(
        _ baseline: ServiceBaseline, at now: Int64, _ policy: DetectionPolicy
    ) -> (Standing, String?) {
        switch baseline.trouble {
        case .harm: return (.frozen, "harm or an incident")
        case .maintenance: return (.frozen, "maintenance")
        case .planned: return (.frozen, "a planned event")
        case .silence: return (.frozen, "its exporter is silent")
        case .loss where baseline.isGrown: return (.frozen, "its exporter's datagrams get lost")
        case .none, .pressure, .loss: break
        }
        let learning = now - Int64(policy.learningDelay)
        if baseline.frozenUntil > learning {
            return (.frozen, "after trouble, for \(baseline.frozenUntil - learning) s")
        }
        if baseline.isCold(at: now, policy) {
            let rest = max(1, Int64(policy.warmUp) - (now - baseline.warmingSince))
            let isAgain = baseline.warmingSince > baseline.knownSince
            return (.cold, (isAgain ? "its flows come from elsewhere, " : "warming up, ") + "for \(rest) s")
        }
        return (.warm, baseline.trouble == .pressure ? "under pressure, rises slowly" : nil)
    }
}

extension Detector {
    /// What is normal for each service that is judged here, by slot.
    package func summaries(_ windows: borrowing ServiceAggregator) -> [BaselineSummary] {
        (0..<windows.serviceCount).filter { !isForeign($0) }.map { slot in
            slot < judges.count
                ? judges[slot].summary(windows, policy) : BaselineSummary(windows.outline(slot))
        }
    }

    /// What is to be kept over a restart.
    package func learned(_ windows: borrowing ServiceAggregator) -> LearnedShard {
        var all = Array(past.values)
        for slot in 0..<min(judges.count, windows.serviceCount) where !isForeign(slot) {
            if let service = judges[slot].learned(windows) { all.append(service) }
        }
        return LearnedShard(services: all, clients: windows.archivedClients())
    }

    /// Takes what was learned before: each service goes on with it when it is first judged.
    package mutating func restore(_ services: [LearnedService]) {
        for service in services {
            if let known = past[service.name], known.latest >= service.latest { continue }
            past[service.name] = service
        }
    }

    /// A service that is new here, or has come back, goes on with what was learned of it.
    mutating func claim(_ slot: Int, _ windows: inout ServiceAggregator) {
        let identity = windows.identity(slot)
        guard judges[slot].identity != identity else { return }
        let outline = windows.outline(slot)
        guard let found = past[outline.name], found.isOf(outline) else { return }
        past[outline.name] = nil
        judges[slot] = ServiceJudge(slot: slot, identity: identity, continuing: found)
        windows.restore(found.answers, slot: slot)
    }
}
