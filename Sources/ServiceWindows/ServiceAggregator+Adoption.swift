// SPDX-License-Identifier: Apache-2.0

import FlowModel

extension ServiceAggregator {
    /// Takes over the windows of every service that is the same in `other`, and its clock, after the configuration was
    /// read again. Call before the first record.
    ///
    /// - Returns: for each slot here, the slot that the service had in `other`; nil for a new one.
    package mutating func adopt(_ other: borrowing ServiceAggregator) -> [Int?] {
        now = other.now
        counters = other.counters
        known.adopt(other.known)
        var origins: [Int?] = services.indices.map { slot in
            other.directory.services.firstIndex { $0.isSameService(as: directory.services[slot]) }
        }
        for slot in other.directory.services.count..<other.services.count
        where discovers && services.count < limits.services {
            let state = other.services[slot]
            guard table.slot(of: state.endpoint) < 0, directory.service(at: state.endpoint) == nil,
                table.insert(state.endpoint, slot: services.count)
            else { continue }
            _ = addSlot(state)
            origins.append(slot)
        }
        for (slot, origin) in origins.enumerated() {
            if let origin { adoptService(other, from: origin, to: slot) }
        }
        return origins
    }

    /// Goes on counting where `other` stopped, when windows begin anew: counters only rise.
    package mutating func continueCounting(from other: borrowing ServiceAggregator) {
        counters = other.counters
    }

    private mutating func adoptService(_ other: borrowing ServiceAggregator, from: Int, to: Int) {
        services[to] = other.services[from]
        bases[to] = other.bases[from]
        for index in 0..<WindowLimits.cells {
            cells[to * WindowLimits.cells + index] = other.cells[from * WindowLimits.cells + index]
        }
        distinct.adopt(other.distinct, from: from, to: to)
        heavy.adopt(other.heavy, from: from, to: to)
    }
}

extension ConfiguredService {
    /// An address more or a port less does not make another service: what was learned and what is open stay.
    fileprivate func isSameService(as other: ConfiguredService) -> Bool {
        name == other.name && kind == other.kind && transport == other.transport
    }
}
