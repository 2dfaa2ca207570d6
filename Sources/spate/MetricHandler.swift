// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Intake
import LockFree
import ServiceSignals
import ServiceWindows

/// What a StatsD socket does with a datagram: hold its sender to its rate, read its metrics, write their outcomes into the
/// rings of their shards, publish once a batch.
///
/// Belongs to the queue of its listener.
struct MetricHandler: DatagramHandler, ~Copyable {
    private var settings: MetricSettings
    private var limit: LineRateLimit
    /// By shard.
    private let writers: [OutcomeWriter]
    private let counters: MetricCounters
    /// Of senders that had datagrams dropped: what `counters` has of them, at hand.
    private var droppers: [IPAddress: DroppedLines] = [:]

    init(settings: MetricSettings, rings: [SPSCRing<Outcome>], counters: MetricCounters) {
        (self.settings, self.counters) = (settings, counters)
        limit = LineRateLimit(linesPerSecond: settings.datagramsPerSecond)
        writers = rings.map { OutcomeWriter($0.takeProducer()) }
    }

    mutating func received(
        payload: borrowing Span<UInt8>, from address: IPAddress, port: UInt16, at time: Instant
    ) {
        switch limit.decide(address, at: time) {
        case .passes: read(payload, from: address, at: time)
        case .exceeds: drop(address)
        case .exceedsAmongOthers: counters.dropped.others.add()
        }
    }

    private mutating func read(
        _ datagram: borrowing Span<UInt8>, from address: IPAddress, at time: Instant
    ) {
        let (plan, writers, counters) = (settings.plan, writers, counters)
        settings.parser.parse(datagram, from: address, arrival: time) { result in
            counters.count(result)
            if case .outcome(let outcome) = result {
                writers[plan.shard(of: outcome.service)].push(outcome)
            }
        }
    }

    /// A flood comes here for each datagram: an address that is known costs a look into a small table.
    private mutating func drop(_ sender: IPAddress) {
        if let known = droppers[sender] { return known.count.add() }
        guard let new = counters.dropped.lines(of: sender) else { return counters.dropped.others.add() }
        droppers[sender] = new
        new.count.add()
    }

    mutating func batchEnded() {
        for writer in writers { writer.publish() }
    }

    mutating func replace(_ next: MetricSettings) {
        if next.datagramsPerSecond != settings.datagramsPerSecond {
            limit = LineRateLimit(linesPerSecond: next.datagramsPerSecond)
        }
        settings = next
    }
}

/// What metrics are read with, as the configuration says.
struct MetricSettings: Sendable {
    var parser: MetricParser
    let plan: ShardPlan
    /// Of each sender.
    let datagramsPerSecond: Int
}

/// What became of metrics. Every value is in exactly one of the numbers.
final class MetricCounters: Sendable {
    /// Datagrams over their sender's rate.
    let dropped = DroppedLinesTable()
    /// Values that were understood.
    let read = Counter()
    /// By `MetricIgnoredReason`.
    private let ignored: InlineArray<6, Counter> = InlineArray { _ in Counter() }
    /// By `MetricMalformedReason`; datagrams, lines or values.
    private let malformed: InlineArray<6, Counter> = InlineArray { _ in Counter() }

    func count(_ result: MetricResult) {
        switch result {
        case .outcome: break
        case .read: read.add()
        case .ignored(let reason, rule: _): ignored[Int(reason.rawValue)].add()
        case .malformed(let reason): malformed[Int(reason.rawValue)].add()
        }
    }

    func ignored(_ reason: MetricIgnoredReason) -> UInt64 { ignored[Int(reason.rawValue)].value }

    func malformed(_ reason: MetricMalformedReason) -> UInt64 { malformed[Int(reason.rawValue)].value }
}
