// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Storage

extension ServiceAggregator {
    /// Looks at a record of no tracked service: its server may become one, or it tells of one.
    @inline(never)
    mutating func consider(_ record: FlowRecord) {
        switch record.transport {
        case .tcp, .udp:
            if discovers { discover(record) }
            booked.ignore(.noService)
        case .icmp, .icmp6:
            if !creditError(record) { booked.ignore(.noService) }
        default: booked.ignore(.noService)
        }
    }

    // MARK: Discovery

    private mutating func discover(_ record: FlowRecord) {
        let clientIsSource = record.looksLikeRequest
        guard record.provesAnswer(fromClient: clientIsSource) else { return }
        let key = clientIsSource ? record.destinationKey : record.sourceKey
        let client = clientIsSource ? record.source : record.destination
        guard candidates.answered(key, client: client.mixed, second: now, limits: limits) else { return }
        // Not at once: other records of the same pass have found their services already.
        if admissible.count < Self.together { admissible.append(key) }
    }

    /// Admits the endpoints that have met the terms.
    mutating func admitAll() {
        for key in admissible where endpoints.slot(of: key) < 0 && admits?(key) ?? true { admit(key) }
        admissible.removeAll(keepingCapacity: true)
    }

    private mutating func admit(_ key: ServiceKey) {
        let state = ServiceState(
            name: "\(key)", kind: ServiceKind(guessedFrom: key), isConfigured: false, endpoint: key)
        var slot = states.count
        if slot >= limits.services {
            // One search a second: there may be thousands of candidates, each with many records.
            slot = now > fullSince ? idleSlot() : -1
            guard slot >= 0 else {
                fullSince = now
                booked.refusedServices &+= 1
                return
            }
        }
        if slot == states.count {
            _ = addSlot(state, hasManyEndpoints: false)
        } else {
            replace(slot, by: state)
        }
        // The table has room for every endpoint of every slot.
        _ = endpoints.insert(key, slot: slot)
        hosts[key.address, default: []].append(slot)
        booked.discovered &+= 1
    }

    /// The discovered service that was idle longest, or -1 when none was idle long enough to be given up.
    private func idleSlot() -> Int {
        var oldest = now - limits.idleSeconds
        var result = -1
        for slot in configuredCount..<states.count
        where pulses[slot].lastSeen < oldest && !pulses[slot].isSuspicious {
            (oldest, result) = (pulses[slot].lastSeen, slot)
        }
        return result
    }

    private mutating func replace(_ slot: Int, by state: ServiceState) {
        let gone = states[slot].endpoint
        endpoints.remove(gone)
        hosts[gone.address]?.removeAll { $0 == slot }
        if hosts[gone.address]?.isEmpty ?? false { hosts[gone.address] = nil }
        if pulses[slot].ranking >= 0 { vacantRankings.append(pulses[slot].ranking) }
        states[slot] = state
        histories[slot] = AnswerHistory()
        pulses[slot] = ServicePulse(state, hasManyEndpoints: false)
        cells.clear(slot: slot)
        outcomeCells.clear(slot: slot)
        distinct.clear(slot: slot)
        booked.evictedServices &+= 1
    }

    // MARK: ICMP errors

    /// Credits an ICMP error to the service whose host turned a client away; false when it is none, or of no service.
    private mutating func creditError(_ record: FlowRecord) -> Bool {
        guard record.presence.has(.icmp), let error = ICMPError(record),
            let slot = hosts[record.source].flatMap({ sufferer(of: error, among: $0) }),
            let last = clamp(record.end.seconds), let place = cells.place(slot: slot, second: last)
        else { return false }
        let count = Int64(clamping: record.packets).multipliedSaturating(by: Int64(record.samplingInterval))
        cells[place.index].icmpErrors.add(Int16(clamping: count))
        cells[place.index].rawRecords.add(1)
        booked.records &+= 1
        booked.icmpErrors &+= 1
        return true
    }

    /// A record does not tell of which service of the host the error is: the one that has left most connections without
    /// an answer of late.
    private func sufferer(of error: ICMPError, among slots: [Int]) -> Int? {
        let datagram = slots.filter { pulses[$0].isDatagram }
        // TCP answers a closed port with a reset, not with ICMP.
        let candidates = error == .port && !datagram.isEmpty ? datagram : slots
        return candidates.max { pulses[$0].unansweredOfLate < pulses[$1].unansweredOfLate }
    }
}

/// An ICMP error with which a host turns a client away (RFC 792, RFC 4443 §3.1); network errors are not the service's.
enum ICMPError {
    case host, port, prohibited

    init?(_ record: FlowRecord) {
        let isIPv6 = record.transport == .icmp6
        switch (isIPv6, record.icmp >> 8, record.icmp & 255) {
        case (false, 3, 1), (true, 1, 3): self = .host
        case (false, 3, 3), (true, 1, 4): self = .port
        case (false, 3, 9), (false, 3, 10), (false, 3, 13), (true, 1, 1): self = .prohibited
        default: return nil
        }
    }
}
