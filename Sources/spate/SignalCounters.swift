// SPDX-License-Identifier: Apache-2.0

import FlowModel
import LockFree
import ServiceSignals
import Synchronization

/// What became of the log lines of one socket. Every line is in exactly one of the numbers.
final class SignalCounters: Sendable {
    /// Lines over their sender's rate.
    let dropped = DroppedLinesTable()
    /// Lines that no rule is meant for.
    let unmatched = Counter()
    let unmatchedSample = LineSample()
    /// By `MalformedReason`.
    let malformed: InlineArray<3, Counter> = InlineArray { _ in Counter() }
    let malformedSample = LineSample()

    private let byRule = Mutex<[RuleCounters]>([])

    /// Of every rule that there has been, in the order of their first use.
    var rules: [RuleCounters] { byRule.withLock { $0 } }

    /// Lines are read with these rules from now on; those that were there before go on counting. Samples begin anew: they
    /// are to show what is wrong now.
    func begin(_ names: [RuleName]) -> [RuleCounters] {
        unmatchedSample.forget()
        malformedSample.forget()
        return byRule.withLock { all in
            names.map { name in
                if let known = all.first(where: { $0.name == name }) {
                    known.sample.forget()
                    return known
                }
                let new = RuleCounters(name)
                all.append(new)
                return new
            }
        }
    }
}

/// A rule as metrics and status name it.
struct RuleName: Hashable, Sendable, CustomStringConvertible {
    /// In the configuration, from 1.
    let position: Int
    let format: String

    /// `2:haproxy-http`.
    var description: String { "\(position):\(format)" }
}

/// What became of the lines that a rule took.
final class RuleCounters: Sendable {
    let name: RuleName
    /// Lines that told how a request or several services fared.
    let read = Counter()
    /// By `IgnoredReason`, of which there are fewer.
    let ignored: InlineArray<16, Counter> = InlineArray { _ in Counter() }
    /// A line that points at the configuration.
    let sample = LineSample()

    init(_ name: RuleName) { self.name = name }

    /// By reason, those that occurred.
    var ignoredByReason: [(reason: IgnoredReason, count: UInt64)] {
        IgnoredReason.allCases.map { ($0, ignored[Int($0.rawValue)].value) }.filter { $0.1 > 0 }
    }
}

/// One of many lines, for people: the first, and then a fresh one each minute. A line that is not wanted costs one atomic
/// read.
final class LineSample: Sendable {
    /// What is kept of a line.
    struct Line: Sendable {
        /// As it came, save what is no UTF-8; not made safe to print.
        var text: String
        /// Why it is here.
        var reason: String
        var time: Instant
    }

    private static let interval = Interval.seconds(60)
    /// Enough to recognise a line, and a row of a terminal or two.
    private static let octets = 200

    private let kept = Mutex<Line?>(nil)
    /// When the latest one was taken, in microseconds.
    private let taken = Atomic<Int64>(.min)

    /// The latest.
    var line: Line? { kept.withLock { $0 } }

    /// From one queue only.
    func offer(_ line: borrowing Span<UInt8>, _ reason: String, at time: Instant) {
        let age = time - Instant(microseconds: taken.load(ordering: .relaxed))
        // A clock that was set back far must not keep it from looking.
        guard age.microseconds.magnitude >= Self.interval.microseconds.magnitude else { return }
        taken.store(time.microseconds, ordering: .relaxed)
        let beginning = line.extracting(0..<min(line.count, Self.octets))
        var octets = beginning.indices.map { beginning[$0] }
        while let last = octets.last, last == 0x0A || last == 0x0D || last == 0 { octets.removeLast() }
        let text = String(decoding: octets, as: UTF8.self) + (line.count > Self.octets ? "…" : "")
        kept.withLock { $0 = Line(text: text, reason: reason, time: time) }
    }

    /// From the same queue.
    func forget() {
        taken.store(.min, ordering: .relaxed)
        kept.withLock { $0 = nil }
    }
}

/// Lines of one sender that were dropped.
final class DroppedLines: Sendable {
    let sender: IPAddress
    let count = Counter()

    init(_ sender: IPAddress) { self.sender = sender }
}

/// Who had lines dropped: the first of them by address, all further ones together, since addresses may be forged.
final class DroppedLinesTable: Sendable {
    /// Senders with a number of their own: more than an operator can look into.
    private static let limit = 64

    /// Of those beyond.
    let others = Counter()
    private let table = Mutex<[DroppedLines]>([])

    /// By address, in the order in which they came.
    var senders: [DroppedLines] { table.withLock { $0 } }

    var total: UInt64 { senders.reduce(others.value) { $0 &+ $1.count.value } }

    /// The number of `sender`, a new one while there is place.
    func lines(of sender: IPAddress) -> DroppedLines? {
        table.withLock { table in
            if let known = table.first(where: { $0.sender == sender }) { return known }
            guard table.count < Self.limit else { return nil }
            let new = DroppedLines(sender)
            table.append(new)
            return new
        }
    }
}
