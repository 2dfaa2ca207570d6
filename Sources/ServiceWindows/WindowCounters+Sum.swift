// SPDX-License-Identifier: Apache-2.0

extension WindowCounters {
    /// Adds what other windows have counted.
    package mutating func add(_ other: WindowCounters) {
        records &+= other.records
        for reason in ignored.indices { ignored[reason] &+= other.ignored[reason] }
        outcomes &+= other.outcomes
        ignoredOutcomes &+= other.ignoredOutcomes
        discovered &+= other.discovered
        refusedServices &+= other.refusedServices
        evictedServices &+= other.evictedServices
        declared &+= other.declared
        icmpErrors &+= other.icmpErrors
        unpairedHalves &+= other.unpairedHalves
        forgottenFlows &+= other.forgottenFlows
        hurriedSweeps &+= other.hurriedSweeps
        starvedSketches &+= other.starvedSketches
    }

    /// Flow records that came, whatever became of them.
    package var allRecords: UInt64 { ignored.indices.reduce(records) { $0 &+ ignored[$1] } }
}
