// SPDX-License-Identifier: Apache-2.0

import FlowModel

extension MetricRule {
    /// What a value was good for.
    enum Taken {
        /// The outcome says it.
        case told
        /// Nothing happened: a counter of zero.
        case nothing
        case ignored(MetricIgnoredReason)
        /// Beyond all reason.
        case malformed
    }

    /// Whether tags and sender are those that it asks for.
    func fits(_ context: MetricContext, _ bytes: Span<UInt8>) -> Bool {
        if let sender, !sender.contains(context.sender) { return false }
        for condition in tags where !context.metric.has(condition, bytes) { return false }
        return true
    }

    /// Puts a value of `metric` into the outcome.
    func take(_ value: Double, _ metric: MetricLine, _ outcome: inout Outcome) -> Taken {
        outcome.overSeconds = metric.type == .sample ? 1 : max(1, overSeconds)
        switch use {
        case .requests(let failure):
            outcome.failure = failure
            switch metric.type {
            case .counter: return count(value, metric, &outcome)
            case .sample: return time(value, metric, &outcome)
            case .gauge, .other: return .ignored(.unsuitedType)
            }
        case .failures(let failure):
            (outcome.failure, outcome.part) = (failure, .failure)
            switch metric.type {
            case .counter: return count(value, metric, &outcome)
            case .sample: return count(1, metric, &outcome)
            case .gauge, .other: return .ignored(.unsuitedType)
            }
        case .latency:
            outcome.part = .time
            outcome.overSeconds = 1
            return metric.type == .counter ? .ignored(.unsuitedType) : time(value, metric, &outcome)
        case .level(let level, let all, let isFree):
            guard metric.type != .counter, all > 0 else { return .ignored(.unsuitedType) }
            outcome.level = level
            return fill(isFree ? all - value : value, of: all, &outcome)
        case .event(let event):
            outcome.event = event
            return metric.type == .counter ? count(value, metric, &outcome) : .ignored(.unsuitedType)
        }
    }

    private func count(_ value: Double, _ metric: MetricLine, _ outcome: inout Outcome) -> Taken {
        guard value >= 0 else { return .ignored(.negative) }
        let count = (value / metric.rate).rounded()
        guard count <= MetricLimits.largestCount else { return .malformed }
        outcome.count = UInt32(count)
        return outcome.count > 0 ? .told : .nothing
    }

    /// A time that was sampled stands for those that were not sent.
    private func time(_ value: Double, _ metric: MetricLine, _ outcome: inout Outcome) -> Taken {
        guard value >= 0 else { return .ignored(.negative) }
        outcome.count = metric.type == .gauge ? 1 : UInt32((1 / metric.rate).rounded())
        let most = Double(Outcome.noLatency - 1)
        outcome.latencyMilliseconds = UInt32(min(most, (value * milliseconds).rounded()))
        return .told
    }

    private func fill(_ value: Double, of all: Double, _ outcome: inout Outcome) -> Taken {
        let level = outcome.level == .queue ? value : value * 1000 / all
        outcome.count = 0
        outcome.levelValue = UInt32(min(MetricLimits.largestLevel, max(0, level)).rounded())
        return .told
    }
}
