// SPDX-License-Identifier: Apache-2.0

package import FlowModel
import Storage

extension ServiceAggregator {
    /// Books what the service said about one request.
    package mutating func add(_ outcome: Outcome) {
        let slot = Int(outcome.service.index)
        guard slot < states.count, let second = clamp(outcome.time.seconds),
            let place = outcomeCells.place(slot: slot, second: second)
        else {
            booked.ignoredOutcomes &+= 1
            return
        }
        booked.outcomes &+= 1
        outcomeCells[place.index].count(outcome.event)
        pulses[slot].lastSeen = now
        guard outcome.status != 0 || outcome.failure != .none || outcome.event == .none else { return }
        let hasClient = outcome.client != .unspecified
        let isDeclared = hasClient && declared.contains(outcome.client)
        let isKnown = !hasClient || isDeclared || recognise(outcome.client, slot: slot)
        bookRequest(outcome, slot, place.index, isKnown: isKnown, isDeclared: isDeclared)
        guard hasClient, !isDeclared else { return }
        bookClient(outcome, slot, second, isKnown: isKnown)
    }

    /// Whether the service has met the client's prefix; a newcomer goes into the waiting room.
    private mutating func recognise(_ client: IPAddress, slot: Int) -> Bool {
        let key = KnownClients.key(service: pulses[slot].identity, client: client)
        if known.contains(key) || egress.contains(client) { return true }
        if !pulses[slot].isSuspicious { known.meet(key, slot: slot, now: now, limit: limits.newcomers) }
        return false
    }

    private mutating func bookClient(_ outcome: Outcome, _ slot: Int, _ second: Int64, isKnown: Bool) {
        distinct.insert(outcome.client.mixed, slot: slot, second: second)
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
        outcomeCells[cell].count(
            outcome, failed: failed, isTimed: isTimed, isSlow: isSlow, isKnown: isKnown,
            isDeclared: isDeclared)
        guard isTimed else { return }
        states[slot].recentLatencies.add(milliseconds: latency)
        if !failed, !pulses[slot].isSuspicious { states[slot].latencies.add(milliseconds: latency) }
    }
}

extension OutcomeCell {
    fileprivate mutating func count(_ event: ServiceEvent) {
        switch event {
        case .handshakeFailure: handshakeFailures.add(1)
        case .saturated, .noServerAvailable: saturated.add(1)
        case .accepted: accepted.add(1)
        case .none, .serverDown, .serverUp, .negotiated: break
        }
    }

    fileprivate mutating func count(
        _ outcome: Outcome, failed: Bool, isTimed: Bool, isSlow: Bool, isKnown: Bool, isDeclared: Bool
    ) {
        if outcome.failure == .noSuchName { noSuchName.add(1) }
        if failed { failures.add(1) }
        if outcome.failure == .limited { limited.add(1) }
        if isTimed { timed.add(1) }
        if isSlow { slowAnswers.add(1) }
        nameOctets.add(Int32(outcome.nameLength))
        guard outcome.failure != .slowRequest else { return slowRequests.add(1) }
        if !isDeclared {
            requests.add(1)
            if !isKnown { requestsFromUnknown.add(1) }
        }
        if isKnown {
            requestsKnown.add(1)
            if failed { failuresKnown.add(1) }
        }
    }
}
