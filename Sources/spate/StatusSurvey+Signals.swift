// SPDX-License-Identifier: Apache-2.0

import Control
import FlowModel
import Intake
import LockFree
import ServiceSignals
import Settings

/// What became of log lines: by socket, and by rule.
extension StatusSurvey {
    var logs: [StatusReport.Logs] {
        parts.signals.map { signal in
            let address = signal.listener.address
            let all = parts.signalCounters.filter { $0.address == address }
            let lines = all.map(\.lines)
            func sum(_ value: (SignalCounters) -> UInt64) -> UInt64 { lines.reduce(0) { $0 &+ value($1) } }
            var logs = StatusReport.Logs(
                address: "\(address)",
                read: sum { $0.rules.reduce(0) { $0 &+ $1.read.value } },
                unmatched: sum { $0.unmatched.value },
                ignored: Self.ignored(lines.flatMap(\.rules)),
                malformed: Self.occurred(
                    MalformedReason.allCases.map { reason in
                        (reason.name, sum { $0.malformed[Int(reason.rawValue)].value })
                    }))
            logs.dropped = Self.occurred(
                lines.flatMap { lines in
                    lines.dropped.senders.map { ("\($0.sender)", $0.count.value) }
                        + [("others", lines.dropped.others.value)]
                })
            logs.unmatchedSample = Self.latest(lines.map(\.unmatchedSample))
            logs.malformedSample = Self.latest(lines.map(\.malformedSample))
            logs.connections = Self.connections(all.compactMap(\.connections))
            return logs
        }
    }

    private static func connections(_ all: [ConnectionCounters]) -> StatusReport.Connections? {
        guard !all.isEmpty else { return nil }
        func sum(_ value: (ConnectionCounters) -> UInt64) -> UInt64 { all.reduce(0) { $0 &+ value($1) } }
        return StatusReport.Connections(
            open: sum(\.open), accepted: sum { $0.accepted.value },
            closed: occurred([
                ("refused", sum { $0.refused.value }), ("idle", sum { $0.idle.value }),
                ("lost_framing", sum { $0.lostFraming.value }),
            ]), cutLines: sum { $0.cutFrames.value })
    }

    /// Those of the configuration, with what all sockets have counted of them.
    var rules: [StatusReport.Rule] {
        let counted = Dictionary(grouping: parts.signalCounters.flatMap(\.lines.rules), by: \.name)
        return parts.configuration.signals.rules.enumerated().map { index, rule in
            let name = RuleName(position: index + 1, format: rule.format)
            let counters = counted[name] ?? []
            var status = StatusReport.Rule(
                rule: "\(name)", meaning: rule.meaning, service: rule.target.meaning,
                read: counters.reduce(0) { $0 &+ $1.read.value }, ignored: Self.ignored(counters))
            status.sample = Self.latest(counters.map(\.sample))
            return status
        }
    }

    private static func ignored(_ rules: [RuleCounters]) -> [String: UInt64] {
        occurred(rules.flatMap { $0.ignoredByReason.map { ($0.reason.name, $0.count) } })
    }

    private static func latest(_ samples: [LineSample]) -> StatusReport.Sample? {
        samples.compactMap(\.line).max { $0.time < $1.time }
            .map { StatusReport.Sample(line: $0.text, reason: $0.reason, time: $0.time.rfc3339()) }
    }
}

extension SignalRuleConfiguration {
    /// Its conditions, `program haproxy, frontend web~`; empty without any.
    fileprivate var meaning: String {
        [
            program.map { "program \($0)" }, frontend.map { "frontend \($0)" }, host.map { "host \($0)" },
            sender.map { "sender \($0)" },
        ].compactMap { $0 }.joined(separator: ", ")
    }
}

extension SignalTarget {
    fileprivate var meaning: String {
        switch self {
        case .service(let name): name
        case .destination: "by dst"
        }
    }
}
