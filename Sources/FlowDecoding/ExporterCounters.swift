// SPDX-License-Identifier: Apache-2.0

package import FlowModel
package import LockFree
import Synchronization

/// What is known of one exporter, or of all senders that are none. Several decoders add, once a datagram; anybody
/// reads at any time. `datagrams` = accepted + the sum of `rejected`.
package final class ExporterCounters: Sendable {
    /// Datagrams received, rejected ones included.
    package let datagrams = Counter()
    /// UDP payload received, in octets.
    package let octets = Counter()
    /// Flow records handed on.
    package let records = Counter()
    /// Data records that describe no flow between addresses.
    package let otherRecords = Counter()
    /// Records of options templates.
    package let optionRecords = Counter()
    /// Template and options template records.
    package let templates = Counter()
    /// Templates that the exporter withdrew (RFC 7011 §8.1).
    package let templatesWithdrawn = Counter()
    /// Data sets without a template at their arrival…
    package let unmatchedSets = Counter()
    /// … and those of them whose template came in time.
    package let recoveredSets = Counter()
    /// Missing by sequence number: v5 flows, v9 datagrams, IPFIX data records.
    package let lost = Counter()
    /// Counted as lost and then arrived late, in the same units.
    package let late = Counter()
    /// Datagrams with a sequence number that was there before.
    package let duplicates = Counter()
    /// Sequence numbers that began anew.
    package let sequenceResets = Counter()

    private let rejections: InlineArray<9, Counter> = InlineArray { _ in Counter() }
    private let problemCounters: InlineArray<18, Counter> = InlineArray { _ in Counter() }
    private let lastSeenMicroseconds = Atomic<Int64>(.min)
    private let skewMicroseconds = Atomic<Int64>(0)
    private let sampling = Atomic<UInt32>(1)
    /// A bit for each version word.
    private let versionBits = Atomic<UInt32>(0)
    private let templatesNow = Atomic<Int>(0)

    package init() {}

    /// Arrival of the latest datagram, `.distantPast` before the first.
    package var lastSeen: Instant { Instant(microseconds: lastSeenMicroseconds.load(ordering: .relaxed)) }

    /// How far the exporter's clock is ahead of ours.
    package var clockSkew: Interval { Interval(microseconds: skewMicroseconds.load(ordering: .relaxed)) }

    /// The sampling interval that the latest datagram was read with.
    package var samplingInterval: UInt32 { sampling.load(ordering: .relaxed) }

    /// The version words of accepted datagrams so far, rising.
    package var versions: [UInt16] {
        let bits = versionBits.load(ordering: .relaxed)
        return (0..<32).filter { bits >> UInt32($0) & 1 != 0 }
    }

    /// Templates and options templates held now, in all decoders.
    package var heldTemplates: Int { templatesNow.load(ordering: .relaxed) }

    /// Datagrams rejected for `reason`.
    package func rejected(_ reason: RejectionReason) -> UInt64 { rejections[reason.index].value }

    /// Occurrences of `problem`.
    package func count(of problem: Problem) -> UInt64 { problemCounters[problem.rawValue].value }

    /// Adds one datagram, in as few atomic operations as it needs.
    func add(_ summary: borrowing DatagramSummary, octets length: Int, arrival: Instant) {
        datagrams.add(1)
        octets.add(UInt64(length))
        lastSeenMicroseconds.store(arrival.microseconds, ordering: .relaxed)
        if let reason = summary.rejection {
            rejections[reason.index].add()
        } else {
            note(version: summary.version)
        }
        if summary.records > 0 { records.add(UInt64(summary.records)) }
        let rare = summary.otherRecords | summary.optionRecords | summary.templates | summary.withdrawn
        if rare | summary.unmatchedSets | summary.recoveredSets != 0 { addRare(summary) }
        switch summary.sequenceEvent {
        case .inOrder: break
        case .lost(let units): lost.add(UInt64(units))
        case .late(let units): late.add(UInt64(units))
        case .duplicate: duplicates.add()
        case .reset: sequenceResets.add()
        }
        guard !summary.problems.isEmpty else { return }
        for problem in Problem.allCases where summary.problems[problem] > 0 {
            problemCounters[problem.rawValue].add(UInt64(summary.problems[problem]))
        }
    }

    private func addRare(_ summary: borrowing DatagramSummary) {
        otherRecords.add(UInt64(summary.otherRecords))
        optionRecords.add(UInt64(summary.optionRecords))
        templates.add(UInt64(summary.templates))
        templatesWithdrawn.add(UInt64(summary.withdrawn))
        unmatchedSets.add(UInt64(summary.unmatchedSets))
        recoveredSets.add(UInt64(summary.recoveredSets))
    }

    /// A read for each datagram, a write for the first of its version. An accepted version is 1, 5, 7, 9 or 10.
    private func note(version: UInt16) {
        let bit = UInt32(1) << UInt32(version)
        guard versionBits.load(ordering: .relaxed) & bit == 0 else { return }
        versionBits.bitwiseOr(bit, ordering: .relaxed)
    }

    /// Templates that a decoder took or let go.
    func noteTemplates(_ change: Int) {
        templatesNow.wrappingAdd(change, ordering: .relaxed)
    }

    func noteClock(skew: Int64, sampling interval: UInt32) {
        skewMicroseconds.store(skew, ordering: .relaxed)
        sampling.store(interval, ordering: .relaxed)
    }
}
