// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Settings

/// How many lines of a sample were read, by rule and reason, with the first line of each.
struct LogTally {
    /// What a line came to.
    private enum Ending: Hashable {
        case read
        case ignored(IgnoredReason)
        case unmatched
        case malformed(MalformedReason)
    }

    private struct Place: Hashable {
        /// Nil for lines that no rule is meant for.
        var rule: Int?
        var ending: Ending
    }

    private struct Count {
        var lines = 0
        var first: Int
    }

    /// Lines so far.
    private(set) var lines = 0
    private var counts: [Place: Count] = [:]

    mutating func count(_ result: SignalResult) {
        lines += 1
        let place =
            switch result {
            case .outcome(_, let rule), .shared(_, _, let rule): Place(rule: rule, ending: .read)
            case .ignored(let reason, let rule): Place(rule: rule, ending: .ignored(reason))
            case .unmatched: Place(ending: .unmatched)
            case .malformed(let reason): Place(ending: .malformed(reason))
            }
        counts[place, default: Count(first: lines)].lines += 1
    }

    /// A line for all, one for each rule and ending, and what to do where lines could not be read.
    ///
    /// - Parameter hasProgram: whether it was said whose lines they are.
    func summary(_ rules: [SignalRuleConfiguration], hasProgram: Bool) -> [String] {
        var read = 0
        var explained = 0
        for (place, count) in counts {
            switch place.ending {
            case .read: read += count.lines
            case .ignored(let reason) where reason.isExpected: explained += count.lines
            default: break
            }
        }
        var text = [
            "\(lines) lines: \(read) read, \(explained) without an outcome, \(lines - read - explained) not read"
        ]
        let places = counts.sorted {
            ($0.key.rule ?? .max, $0.value.first) < ($1.key.rule ?? .max, $1.value.first)
        }
        for (place, count) in places {
            let rule = place.rule.map { Self.description(of: $0, rules) } ?? "no rule"
            text.append("  \(rule): \(count.lines) \(Self.words(place.ending)); first line \(count.first)")
        }
        if rules.isEmpty { text.append("  the configuration has no signals.rules") }
        if !hasProgram, counts.keys.contains(where: { $0.ending == .unmatched }) {
            text.append(
                "  lines without a syslog header name no program: say --program NAME for a file that a program writes itself"
            )
        }
        return text
    }

    /// `rule 2, haproxy-http (program haproxy, frontend web)`
    private static func description(of index: Int, _ rules: [SignalRuleConfiguration]) -> String {
        guard rules.indices.contains(index) else { return "rule \(index + 1)" }
        let rule = rules[index]
        let conditions = [
            rule.program.map { "program \($0)" }, rule.sender.map { "sender \($0)" },
            rule.host.map { "host \($0)" }, rule.frontend.map { "frontend \($0)" },
        ].compactMap(\.self).joined(separator: ", ")
        let words = "rule \(index + 1), \(rule.format)" + (conditions.isEmpty ? "" : " (\(conditions))")
        return SafeText.escaped(words)
    }

    private static func words(_ ending: Ending) -> String {
        switch ending {
        case .read: "read"
        case .unmatched: "unmatched: no rule asks for this program, sender and host"
        case .malformed(let reason): "\(reason.name): \(hint(reason))"
        case .ignored(let reason): "\(reason.name): \(hint(reason))"
        }
    }

    private static func hint(_ reason: IgnoredReason) -> String {
        switch reason {
        case .noOutcome: "understood, tells of something else"
        case .toldElsewhere: "another line tells of the same request"
        case .unreadable: "not in this format"
        case .unknownFrontend: "names a frontend that no rule names"
        case .unknownService: "the server address in it is no configured service, or it has none"
        }
    }

    private static func hint(_ reason: MalformedReason) -> String {
        switch reason {
        case .empty: "no octets"
        case .tooLong: "longer than \(SignalLimits().datagramOctets) octets"
        case .header: "<PRI> or the RFC 5424 header is broken"
        }
    }
}
