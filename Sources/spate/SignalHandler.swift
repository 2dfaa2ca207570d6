// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Intake
import LockFree
import ServiceSignals

/// What a syslog socket does with a datagram: read the line, write its outcomes into the ring, publish once a batch.
///
/// Belongs to the queue of its listener.
struct SignalHandler: DatagramHandler, ~Copyable {
    private var parser: SignalParser
    private var producer: RingProducer<Outcome>
    private let counters: SignalCounters

    init(parser: SignalParser, producer: consuming RingProducer<Outcome>, counters: SignalCounters) {
        self.parser = parser
        self.producer = producer
        self.counters = counters
    }

    mutating func received(
        payload: borrowing Span<UInt8>, from address: IPAddress, port: UInt16, at time: Instant
    ) {
        let result = parser.parse(payload, from: address, arrival: time)
        counters.count(result)
        switch result {
        case .outcome(let outcome, rule: _): _ = producer.push(outcome)
        case .shared(var outcome, let services, rule: _):
            for service in services {
                outcome.service = service
                _ = producer.push(outcome)
            }
        case .ignored, .unmatched, .malformed: break
        }
    }

    mutating func batchEnded() { producer.publish() }

    mutating func replace(parser: SignalParser) { self.parser = parser }
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
