// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Intake
import LockFree
import ServiceSignals
import ServiceWindows

/// What a syslog socket does with a datagram: read the line, write its outcomes into the rings of their shards, publish once
/// a batch.
///
/// Belongs to the queue of its listener.
struct SignalHandler: DatagramHandler, ~Copyable {
    private var parser: SignalParser
    private var plan: ShardPlan
    /// By shard.
    private let writers: [OutcomeWriter]
    private let counters: SignalCounters

    init(parser: SignalParser, plan: ShardPlan, rings: [SPSCRing<Outcome>], counters: SignalCounters) {
        (self.parser, self.plan, self.counters) = (parser, plan, counters)
        writers = rings.map { OutcomeWriter($0.takeProducer()) }
    }

    mutating func received(
        payload: borrowing Span<UInt8>, from address: IPAddress, port: UInt16, at time: Instant
    ) {
        let result = parser.parse(payload, from: address, arrival: time)
        counters.count(result)
        switch result {
        case .outcome(let outcome, rule: _): push(outcome)
        case .shared(var outcome, let services, rule: _):
            for service in services {
                outcome.service = service
                push(outcome)
            }
        case .ignored, .unmatched, .malformed: break
        }
    }

    private func push(_ outcome: Outcome) { writers[plan.shard(of: outcome.service)].push(outcome) }

    mutating func batchEnded() {
        for writer in writers { writer.publish() }
    }

    mutating func replace(parser: SignalParser, plan: ShardPlan) { (self.parser, self.plan) = (parser, plan) }
}

/// The writing end of a ring, where there may be several. Belongs to the queue of its socket.
private final class OutcomeWriter {
    private var producer: RingProducer<Outcome>

    init(_ producer: consuming RingProducer<Outcome>) { self.producer = producer }

    /// What finds no room is counted in the ring.
    func push(_ outcome: Outcome) { _ = producer.push(outcome) }

    func publish() { producer.publish() }
}

/// What became of log lines. Every line is in exactly one of the numbers.
final class SignalCounters: Sendable {
    /// Lines that told how a request or several services fared.
    let read = Counter()
    /// By `IgnoredReason`.
    let ignored: InlineArray<5, Counter> = InlineArray { _ in Counter() }
    /// Lines that no rule is meant for.
    let unmatched = Counter()
    /// By `MalformedReason`.
    let malformed: InlineArray<3, Counter> = InlineArray { _ in Counter() }

    func count(_ result: SignalResult) {
        switch result {
        case .outcome, .shared: read.add()
        case .ignored(let reason, rule: _): ignored[Int(reason.rawValue)].add()
        case .unmatched: unmatched.add()
        case .malformed(let reason): malformed[Int(reason.rawValue)].add()
        }
    }
}
