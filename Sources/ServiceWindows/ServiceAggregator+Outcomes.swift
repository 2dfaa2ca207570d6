// SPDX-License-Identifier: Apache-2.0

package import FlowModel
import Storage

extension ServiceAggregator {
    /// Books what the service said about its requests, or about itself.
    package mutating func add(_ outcome: Outcome) {
        let isBooked = outcome.overSeconds > 1 ? bookSpread(outcome) : book(outcome)
        if isBooked { booked.outcomes &+= 1 } else { booked.ignoredOutcomes &+= 1 }
    }

    /// The services that have said in the last minute how full they are, by slot.
    package var levelsOfLate: [(slot: Int, levels: LevelsOfLate)] {
        states.indices.prefix(configuredCount).compactMap { slot in
            let levels = states[slot].levels
            return levels.isEmpty ? nil : (slot, levels)
        }
    }

    /// Shares what was summed up over some seconds out among them; the newest get what is left over. A level lasts.
    private mutating func bookSpread(_ outcome: Outcome) -> Bool {
        let (each, rest) = outcome.count.quotientAndRemainder(dividingBy: UInt32(outcome.overSeconds))
        var part = outcome
        var isBooked = false
        for age in 0..<UInt32(outcome.overSeconds) {
            part.count = each + (age < rest ? 1 : 0)
            if part.count == 0, part.level == .none { break }
            part.time = outcome.time - .seconds(Int64(age))
            isBooked = book(part) || isBooked
        }
        return isBooked
    }

    /// False when it is too old, or there is no room.
    private mutating func book(_ outcome: Outcome) -> Bool {
        let slot = Int(outcome.service.index)
        guard slot < states.count, let second = clamp(outcome.time.seconds),
            let place = outcomeCells.place(slot: slot, second: second)
        else { return false }
        let hasClient = outcome.client != .unspecified
        let declared = hasClient ? networks.declared.index(of: outcome.client, slot: slot) : -1
        outcomeCells[place.index].note(outcome)
        pulses[slot].lastSeen = now
        pulses[slot].heard.add(1)
        noteHarm(outcome, slot, second)
        // A level alone is the host's word: that goes on when the service has fallen silent.
        if outcome.count > 0 { states[slot].hear(outcome) }
        if outcome.level != .none { states[slot].levels.note(outcome.level, outcome.levelValue) }
        guard outcome.isRequest || outcome.isAttempt else { return true }
        if declared >= 0, outcome.isRequest {
            networks.countDeclared(declared, requests: outcome.count, now: now)
        }
        let isOneOfSeveral = hasClient && declared < 0
        let egress = isOneOfSeveral ? networks.egress.index(of: outcome.client, slot: slot) : -1
        if egress >= 0, outcome.isRequest {
            networks.countEgress(egress, requests: outcome.count, now: now)
        }
        let isKnown = !isOneOfSeveral || egress >= 0 || recognise(outcome.client, slot: slot)
        if outcome.isAttempt, declared < 0 { outcomeCells[place.index].attempt(outcome, isKnown: isKnown) }
        if outcome.isRequest {
            bookRequest(outcome, slot, place.index, isKnown: isKnown, isDeclared: declared >= 0)
        }
        if isOneOfSeveral { bookClient(outcome, slot, second, isKnown: isKnown, isOfMany: egress >= 0) }
        return true
    }

    /// What a line or a metric tells besides requests.
    private mutating func noteHarm(_ outcome: Outcome, _ slot: Int, _ second: Int64) {
        let count = Int32(clamping: outcome.count)
        switch outcome.event {
        case .handshakeFailure: note(.handshakes, count, slot, second)
        case .saturated, .noServerAvailable: note(.failures, count, slot, second)
        case .none, .accepted, .serverDown, .serverUp, .negotiated: break
        }
        if outcome.level == .workers || outcome.level == .processor { note(.levels, 1, slot, second) }
    }

    /// Whether the service has met the client's prefix; a newcomer goes into the waiting room.
    private mutating func recognise(_ client: IPAddress, slot: Int) -> Bool {
        let key = KnownClients.key(service: pulses[slot].identity, client: client)
        if known.contains(key) { return true }
        if !pulses[slot].isSuspicious { known.meet(key, slot: slot, now: now, limit: limits.newcomers) }
        return false
    }

    private mutating func bookClient(
        _ outcome: Outcome, _ slot: Int, _ second: Int64, isKnown: Bool, isOfMany: Bool
    ) {
        if !isOfMany { distinct.insert(outcome.client.mixed, slot: slot, second: second) }
        if outcome.failure != .slowRequest, pulses[slot].isSuspicious {
            rank(outcome.client, weight: 1, slot: slot, second: max(now, second))
        }
        guard outcome.pathHash != 0 else { return }
        if isKnown {
            states[slot].knownPaths.add(outcome.pathHash)
        } else {
            states[slot].unknownPaths.add(outcome.pathHash)
        }
    }

    private mutating func bookRequest(
        _ outcome: Outcome, _ slot: Int, _ cell: Int, isKnown: Bool, isDeclared: Bool
    ) {
        let latency = outcome.latencyMilliseconds
        let isTimed = latency != Outcome.noLatency && outcome.failure != .slowRequest
        let isSlow = isTimed && Double(latency) > states[slot].slowAnswerMilliseconds
        let failed = outcome.failure.isFailure && outcome.failure != .slowRequest
        let count = Int32(clamping: outcome.count)
        if isSlow { note(.slowAnswers, count, slot, outcomeCells[cell].second) }
        if failed, outcome.failure != .limited { note(.failures, count, slot, outcomeCells[cell].second) }
        outcomeCells[cell].count(
            outcome, failed: failed, isTimed: isTimed, isSlow: isSlow, isKnown: isKnown,
            isDeclared: isDeclared)
        if outcome.isAsked, !isDeclared { bookBeginning(outcome, slot, cell) }
        guard isTimed else { return }
        states[slot].recentLatencies.add(milliseconds: latency, count: outcome.count)
        if !failed, !pulses[slot].isSuspicious {
            states[slot].latencies.add(milliseconds: latency, count: outcome.count)
        }
    }

    /// Books when requests began: what ends together need not have begun together.
    private mutating func bookBeginning(_ outcome: Outcome, _ slot: Int, _ cell: Int) {
        var cell = cell
        if outcome.totalMilliseconds != Outcome.noLatency {
            let began = (outcome.time - .milliseconds(Int64(outcome.totalMilliseconds))).seconds
            if began != outcomeCells[cell].second {
                guard let second = clamp(began), let place = outcomeCells.place(slot: slot, second: second)
                else { return }
                cell = place.index
            }
        }
        outcomeCells[cell].begun.add(Int32(clamping: outcome.count))
    }
}

extension Outcome {
    /// Counts requests, and not their failures or times alone; one that never came in time is none.
    fileprivate var isAsked: Bool { part == .whole && failure != .slowRequest }

    /// Tells of requests, and not of an event or a level alone.
    fileprivate var isRequest: Bool { count > 0 && (status != 0 || failure != .none || event == .none) }

    /// Tells of a connection and not of what it asked for.
    fileprivate var isAttempt: Bool {
        guard count > 0 else { return false }
        return switch event {
        case .accepted, .handshakeFailure: true
        // A request that was refused is one of the requests.
        case .saturated: !isRequest
        case .none, .noServerAvailable, .serverDown, .serverUp, .negotiated: failure == .slowRequest
        }
    }
}

extension OutcomeCell {
    /// Counts the event and keeps the level.
    fileprivate mutating func note(_ outcome: Outcome) {
        let count = Int32(clamping: outcome.count)
        switch outcome.event {
        case .handshakeFailure: handshakeFailures.add(count)
        case .saturated, .noServerAvailable: saturated.add(count)
        case .accepted: accepted.add(count)
        case .none, .serverDown, .serverUp, .negotiated: break
        }
        let value = Int32(clamping: outcome.levelValue)
        switch outcome.level {
        case .none: break
        case .queue: queued = max(queued, value)
        case .workers: workers = max(workers, value)
        case .processor: processor = max(processor, value)
        }
    }

    fileprivate mutating func attempt(_ outcome: Outcome, isKnown: Bool) {
        let count = Int32(clamping: outcome.count)
        attempts.add(count)
        if !isKnown { attemptsFromUnknown.add(count) }
        if outcome.client == .unspecified { attemptsOfUnnamed.add(count) }
    }

    fileprivate mutating func count(
        _ outcome: Outcome, failed: Bool, isTimed: Bool, isSlow: Bool, isKnown: Bool, isDeclared: Bool
    ) {
        let count = Int32(clamping: outcome.count)
        if isTimed { timed.add(count) }
        if isSlow { slowAnswers.add(count) }
        if isTimed, isKnown { timedKnown.add(count) }
        if isSlow, isKnown { slowKnown.add(count) }
        guard outcome.part != .time else { return }
        if outcome.failure == .noSuchName { noSuchName.add(count) }
        if failed { failures.add(count) }
        if outcome.failure == .limited { limited.add(count) }
        guard outcome.failure != .slowRequest else { return slowRequests.add(count) }
        if isKnown, failed { failuresKnown.add(count) }
        guard outcome.part != .failure else { return }
        nameOctets.add(Int32(clamping: UInt64(outcome.nameLength) &* UInt64(outcome.count)))
        if isKnown { requestsKnown.add(count) }
        guard !isDeclared else { return }
        requests.add(count)
        if !isKnown { requestsFromUnknown.add(count) }
        if outcome.client == .unspecified { requestsOfUnnamed.add(count) }
    }
}
