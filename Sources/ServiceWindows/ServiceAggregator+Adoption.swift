// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Storage

extension ServiceAggregator {
    /// Takes over the windows of every service that is the same in `other`, and its clock, after the configuration was
    /// read again. Call before the first record.
    ///
    /// - Returns: for each slot here, the slot that the service had in `other`; nil for a new one.
    package mutating func adopt(_ other: borrowing ServiceAggregator) -> [Int?] {
        (now, nowMicroseconds) = (other.now, other.nowMicroseconds)
        booked = other.counters
        known.adopt(other.known)
        continueCounting(networksOf: other)
        for exporter in 0..<min(watermarks.count, other.watermarks.count) {
            watermarks[exporter] = other.watermarks[exporter]
        }
        var origins: [Int?] = directory.services.map { service in
            other.directory.services.firstIndex { $0.isSameService(as: service) }
        }
        for slot in other.directory.services.count..<other.states.count
        where discovers && states.count < limits.services {
            let state = other.states[slot]
            guard endpoints.slot(of: state.endpoint) < 0, endpoints.insert(state.endpoint, slot: states.count)
            else { continue }
            hosts[state.endpoint.address, default: []].append(states.count)
            _ = addSlot(state, hasManyEndpoints: false)
            origins.append(slot)
        }
        for (slot, origin) in origins.enumerated() {
            if let origin { adoptService(other, from: origin, to: slot) }
        }
        cells.sweep(now: now)
        outcomeCells.sweep(now: now)
        return origins
    }

    /// Goes on counting where `other` stopped, when windows begin anew: counters only rise.
    package mutating func continueCounting(from other: borrowing ServiceAggregator) {
        booked = other.counters
        continueCounting(networksOf: other)
    }

    private mutating func adoptService(_ other: borrowing ServiceAggregator, from: Int, to: Int) {
        (states[to], histories[to]) = (other.states[from], other.histories[from])
        pulses[to].adopt(other.pulses[from])
        if other.pulses[from].ranking >= 0 {
            setSuspicious(true, slot: to)
            if pulses[to].ranking >= 0 {
                rankings[Int(pulses[to].ranking)] = other.rankings[Int(other.pulses[from].ranking)]
            }
            setSuspicious(other.pulses[from].isSuspicious, slot: to)
        }
        cells.adopt(other.cells, from: from, to: to)
        outcomeCells.adopt(other.outcomeCells, from: from, to: to)
        distinct.adopt(other.distinct, from: from, to: to)
    }
}

extension ServicePulse {
    /// Goes on where another left off; what the configuration says of a service stays.
    fileprivate mutating func adopt(_ other: ServicePulse) {
        (lastSeen, flowLag, startLag) = (other.lastSeen, other.flowLag, other.startLag)
        (samplingInterval, samplingOfSlice) = (other.samplingInterval, other.samplingOfSlice)
        (exporter, hasExporter) = (other.exporter, other.hasExporter)
        (slowShortMilliseconds, unansweredOfLate) = (other.slowShortMilliseconds, other.unansweredOfLate)
        (slowHandshakeMilliseconds, shortAnswerOctets) = (
            other.slowHandshakeMilliseconds, other.shortAnswerOctets
        )
        (measuresDelays, answered) = (other.measuresDelays, other.answered)
    }
}

extension ConfiguredService {
    /// An address more or a port less does not make another service: what was learned and what is open stay.
    fileprivate func isSameService(as other: ConfiguredService) -> Bool {
        name == other.name && kind == other.kind && transport == other.transport
    }
}
