// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Intake
import LockFree
import ServiceSignals
import ServiceWindows

/// What the sockets for log lines do with a line, whatever way it came: hold its sender to its rate, read it, write its
/// outcomes into the rings of their shards, publish once a batch.
///
/// Belongs to the queue of its listener.
struct SignalHandler: DatagramHandler, ~Copyable {
    private var settings: SignalSettings
    private var limit: LineRateLimit
    /// By shard.
    private let writers: [OutcomeWriter]
    private let counters: SignalCounters
    /// Of the rules that lines are read with, in their order.
    private var rules: [RuleCounters]
    /// Of senders that had lines dropped: what `counters` has of them, at hand.
    private var droppers: [IPAddress: DroppedLines] = [:]

    init(settings: SignalSettings, rings: [SPSCRing<Outcome>], counters: SignalCounters) {
        (self.settings, self.counters) = (settings, counters)
        limit = LineRateLimit(linesPerSecond: settings.linesPerSecond)
        writers = rings.map { OutcomeWriter($0.takeProducer()) }
        rules = counters.begin(settings.rules)
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

    private mutating func read(_ line: borrowing Span<UInt8>, from address: IPAddress, at time: Instant) {
        switch settings.parser.parse(line, from: address, arrival: time) {
        case .outcome(let outcome, let rule):
            rules[rule].read.add()
            push(outcome)
        case .shared(var outcome, let services, let rule):
            rules[rule].read.add()
            for service in services {
                outcome.service = service
                push(outcome)
            }
        case .ignored(let reason, let rule):
            rules[rule].ignored[Int(reason.rawValue)].add()
            if !reason.isExpected { rules[rule].sample.offer(line, reason.name, at: time) }
        case .unmatched:
            counters.unmatched.add()
            counters.unmatchedSample.offer(line, "unmatched", at: time)
        case .malformed(let reason):
            counters.malformed[Int(reason.rawValue)].add()
            counters.malformedSample.offer(line, reason.name, at: time)
        }
    }

    /// A flood comes here for each line: an address that is known costs a look into a small table.
    private mutating func drop(_ sender: IPAddress) {
        if let known = droppers[sender] { return known.count.add() }
        guard let new = counters.dropped.lines(of: sender) else { return counters.dropped.others.add() }
        droppers[sender] = new
        new.count.add()
    }

    private func push(_ outcome: Outcome) {
        writers[settings.plan.shard(of: outcome.service)].push(outcome)
    }

    mutating func batchEnded() {
        for writer in writers { writer.publish() }
    }

    mutating func replace(_ next: SignalSettings) {
        if next.linesPerSecond != settings.linesPerSecond {
            limit = LineRateLimit(linesPerSecond: next.linesPerSecond)
        }
        rules = counters.begin(next.rules)
        settings = next
    }
}

/// What lines are read with, as the configuration says.
struct SignalSettings: Sendable {
    var parser: SignalParser
    /// Of the parser's rules, in their order.
    let rules: [RuleName]
    let plan: ShardPlan
    /// Of each sender.
    let linesPerSecond: Int
}

/// The writing end of a ring, where there may be several. Belongs to the queue of its socket.
final class OutcomeWriter {
    private var producer: RingProducer<Outcome>

    init(_ producer: consuming RingProducer<Outcome>) { self.producer = producer }

    /// What finds no room is counted in the ring.
    func push(_ outcome: Outcome) { _ = producer.push(outcome) }

    func publish() { producer.publish() }
}
