// SPDX-License-Identifier: Apache-2.0

package import Detection
import FlowModel

/// Why a service stands where it stands, in a sentence: the first gate that failed, with its numbers, or what it waits for.
package struct ExplanationReason: Sendable {
    private let explanation: Explanation

    package init(_ explanation: Explanation) { self.explanation = explanation }

    private var evidence: Evidence { explanation.evidence }
    private var policy: DetectionPolicy { explanation.policy }

    /// The sentence, without a full stop.
    package var text: String {
        switch explanation.stage {
        case .learning(let known):
            return
                "learning what is usual: \(whole(known)) of \(whole(policy.minimumBaseline)) s known, nothing is judged yet"
        case .idle: return "no traffic"
        case .judged: break
        }
        switch explanation.state {
        case .open: return keptOpen
        case .clearing(let since):
            let quiet = max(0, evidence.now - since)
            return "both tests are quiet: clear in \(max(0, whole(policy.clearAfter) - Int(quiet))) s"
        case .quiet, .suspicious: break
        }
        if explanation.actions.contains(.clear) { return "quiet for \(whole(policy.clearAfter)) s: cleared" }
        guard let gate = explanation.gates.firstFailed else { return hold }
        guard case .suspicious(let ticks) = explanation.state, ticks > 0 else { return words(for: gate) }
        return words(for: gate) + ", for \(ticks) s half way with the rest in place"
    }

    /// What one gate says, held or failed.
    package func words(for gate: Gate) -> String {
        switch gate {
        case .pressure: pressure
        case .harm: harm
        case .evidence: rawEvidence
        case .sources: sources
        case .cause: cause
        case .order: order
        }
    }

    // MARK: Gates

    private var pressure: String {
        guard let strongest = explanation.strongestPressure else { return "no pressure: nothing comes" }
        let rate =
            "\(strongest.metric.rawValue) \(amount(strongest)), usual \(Readable.number(strongest.usual))"
        if strongest.isUp {
            return "pressure: \(rate), since \(clock(strongest.finding?.onset)), \(nats(strongest))"
        }
        guard strongest.evidence >= strongest.threshold else {
            return "no pressure: \(rate), \(nats(strongest))"
        }
        return "no pressure: \(rate); \(nats(strongest)), but it must be "
            + "\(Readable.number(policy.pressureRatio)) times the usual"
    }

    private var harm: String {
        guard let strongest = explanation.strongestOutcome else {
            return "nobody is harmed: no channel tells of outcomes"
        }
        let share = strongest.shareText
        if strongest.isUp {
            return "harm: \(share), since \(clock(strongest.finding?.onset)), \(nats(strongest))"
        }
        let why =
            evidence.harmsOnlyNewcomers
            ? "only newcomers fail, clients known before are served"
            : strongest.isHopeless ? "so much usually fails that nothing can be told" : nats(strongest)
        return "nobody is harmed: \(share); \(why)"
    }

    private var rawEvidence: String {
        let count = "\(evidence.rawEvidence) records and log lines since the onset"
        let least = whole(policy.minimumEvidence)
        return evidence.hasEnough(policy)
            ? "evidence: \(count), at least \(least)" : "too little evidence: \(count), \(least) are needed"
    }

    private var sources: String {
        let facts = evidence.facts
        let share =
            "\(Readable.percent(facts.newShare)) new (\(Readable.percent(policy.newSourceShare)) counts as a change)"
        let most = policy.sourceRatio * explanation.usualSources + 10
        let count =
            "\(facts.sources) sources, usual \(whole(explanation.usualSources)) "
            + "(\(Readable.number(most.rounded(.up))) counts as a change)"
        guard evidence.sourcesChanged else { return "the usual sources: \(share), \(count)" }
        return "other sources: \(holders)\(share), \(count)"
    }

    private var holders: String {
        let facts = evidence.facts
        if facts.isHeld { return "somebody whom the log cannot name holds its places, " }
        guard facts.newcomersHold else { return "" }
        return "newcomers hold about \(facts.slowOfNew) of \(facts.open) open connections, "
    }

    private var cause: String {
        let arrivals = evidence.pressures.first { $0.metric.isArrival }
        guard evidence.hasCause else {
            guard let arrivals else { return "no cause: no sign of an attack, and no more comes than usual" }
            return "no cause: no sign of an attack, and \(arrivals.metric.rawValue) "
                + "\(Readable.number(arrivals.rate)) is no more than it has carried: \(Readable.number(arrivals.capacity))"
        }
        if explanation.judgement?.kind.isAttack == true { return "cause: the sign of an attack" }
        guard let arrivals = evidence.pressures.first(where: { $0.metric.isArrival && $0.exceedsCapacity })
        else {
            return "cause: not asked yet"
        }
        return
            "cause: \(arrivals.metric.rawValue) \(Readable.number(arrivals.rate)), it has carried \(Readable.number(arrivals.capacity))"
    }

    private var order: String {
        guard let pair = explanation.order else { return "order: nothing to compare" }
        let (harm, pressure) = (pair.channel.rawValue, pair.metric.rawValue)
        switch pair.order {
        case .during:
            return "in order: \(harm) went bad at \(clock(pair.harmOnset)), "
                + "\(pressure) up from \(clock(pair.pressureOnset)) to \(clock(pair.pressureEnd))"
        case .before(let seconds):
            return "wrong order: \(harm) went bad \(seconds) s before \(pressure) rose "
                + "(\(whole(policy.orderSlack)) s allowed)" + disorder
        case .after(let seconds):
            return "wrong order: \(harm) went bad \(seconds) s after \(pressure) had gone "
                + "(\(max(pair.lag, Int64(policy.orderSlack))) s allowed)" + disorder
        }
    }

    private var disorder: String {
        guard explanation.disorderTicks > 0 else { return "" }
        return ", unclear in \(max(0, whole(policy.unclearAfter) - explanation.disorderTicks)) s if it stays"
    }

    private var hold: String {
        guard case .suspicious(let ticks) = explanation.state else { return "all gates hold" }
        return "all gates hold: \(ticks) of \(whole(policy.holdTicks)) s"
    }

    private var keptOpen: String {
        if explanation.actions.contains(where: { $0 == .open || $0 == .reopen }) {
            return explanation.gates.firstFailed == .order
                ? "everything but the order has held for \(whole(policy.unclearAfter)) s: opened as unclear"
                : "all gates have held for \(whole(policy.holdTicks)) s: opened"
        }
        let limit = DetectionPolicy.Statistics.loud
        let (pressure, harm) = (limit * policy.pressureThreshold, limit * policy.outcomeThreshold)
        var parts: [String] = []
        if evidence.pressureNow >= pressure {
            parts.append("pressure \(Readable.number(evidence.pressureNow)) nats")
        }
        if evidence.outcomeNow >= harm { parts.append("harm \(Readable.number(evidence.outcomeNow)) nats") }
        let least =
            pressure == harm
            ? Readable.number(pressure) : "\(Readable.number(pressure)) and \(Readable.number(harm))"
        return "kept open by \(parts.joined(separator: " and ")) of late (quiet is below \(least))"
    }

    // MARK: Numbers

    private func amount(_ observation: PressureObservation) -> String {
        Readable.number(observation.amount)
    }

    private func nats(_ observation: PressureObservation) -> String {
        "\(Readable.number(observation.evidence)) of \(Readable.number(observation.threshold)) nats"
    }

    private func nats(_ observation: OutcomeObservation) -> String {
        "\(Readable.number(observation.evidence)) of \(Readable.number(observation.threshold)) nats"
    }

    private func clock(_ second: Int64?) -> String {
        second.map { CivilDate(Instant(seconds: $0)).clock } ?? "never"
    }

    private func whole(_ value: Double) -> Int { Int(max(0, min(1e9, value)).rounded()) }
}

extension PressureObservation {
    /// The rate that the test speaks of where it is at least half way, else the one of late.
    package var amount: Double { finding.map { $0.isRising ? $0.rate : rateOfLate } ?? rateOfLate }
}

extension OutcomeObservation {
    /// `log 55% of 40, usual 0%`, with `of known clients` where only theirs are counted.
    var shareText: String {
        let whose = isOfKnown ? " of known clients" : ""
        return "\(channel.rawValue) \(Readable.percent(ratio)) of \(Readable.number(all))\(whose), "
            + "usual \(Readable.percent(usual))"
    }
}
