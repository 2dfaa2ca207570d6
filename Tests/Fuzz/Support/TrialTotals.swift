// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import LockFree

/// The sum of all summaries, to be held against the counters: nothing disappears silently.
struct TrialTotals {
    private var datagrams: UInt64 = 0, octets: UInt64 = 0
    private var rejected: UInt64 = 0
    private var records: UInt64 = 0, otherRecords: UInt64 = 0, optionRecords: UInt64 = 0
    private var templates: UInt64 = 0, withdrawn: UInt64 = 0
    private var unmatched: UInt64 = 0, recovered: UInt64 = 0
    private var lost: UInt64 = 0, late: UInt64 = 0, duplicates: UInt64 = 0, resets: UInt64 = 0
    private var problems: UInt64 = 0

    mutating func add(_ summary: borrowing DatagramSummary, octets length: Int) {
        datagrams += 1
        octets += UInt64(length)
        if summary.rejection != nil { rejected += 1 }
        records += UInt64(summary.records)
        otherRecords += UInt64(summary.otherRecords)
        optionRecords += UInt64(summary.optionRecords)
        templates += UInt64(summary.templates)
        withdrawn += UInt64(summary.withdrawn)
        unmatched += UInt64(summary.unmatchedSets)
        recovered += UInt64(summary.recoveredSets)
        switch summary.sequenceEvent {
        case .inOrder: break
        case .lost(let units): lost += UInt64(units)
        case .late(let units): late += UInt64(units)
        case .duplicate: duplicates += 1
        case .reset: resets += 1
        }
        guard !summary.problems.isEmpty else { return }
        for problem in Problem.allCases { problems += UInt64(summary.problems[problem]) }
    }

    /// What the counters of all senders say otherwise; nil when they agree.
    func difference(from table: ExporterTable) -> String? {
        let senders = table.exporters.map(\.counters) + [table.strangers]
        if table.exporters.count > DatagramTrial.limits.exporters { return "too many exporters" }
        func sum(_ value: (ExporterCounters) -> UInt64) -> UInt64 { senders.reduce(0) { $0 + value($1) } }
        let pairs: [(String, UInt64, UInt64)] = [
            ("datagrams", datagrams, sum { $0.datagrams.value }), ("octets", octets, sum { $0.octets.value }),
            ("records", records, sum { $0.records.value }),
            ("other records", otherRecords, sum { $0.otherRecords.value }),
            ("option records", optionRecords, sum { $0.optionRecords.value }),
            ("templates", templates, sum { $0.templates.value }),
            ("withdrawals", withdrawn, sum { $0.templatesWithdrawn.value }),
            ("unmatched sets", unmatched, sum { $0.unmatchedSets.value }),
            ("recovered sets", recovered, sum { $0.recoveredSets.value }),
            ("lost", lost, sum { $0.lost.value }), ("late", late, sum { $0.late.value }),
            ("duplicates", duplicates, sum { $0.duplicates.value }),
            ("resets", resets, sum { $0.sequenceResets.value }),
            ("rejected", rejected, sum { RejectionReason.allCases.map($0.rejected).reduce(0, +) }),
            ("problems", problems, sum { Problem.allCases.map($0.count(of:)).reduce(0, +) }),
        ]
        for (what, summed, counted) in pairs where summed != counted {
            return "\(what): summed \(summed), counted \(counted)"
        }
        if recovered > unmatched { return "more sets recovered than were unmatched" }
        return late > lost ? "more is late than was lost" : nil
    }
}
