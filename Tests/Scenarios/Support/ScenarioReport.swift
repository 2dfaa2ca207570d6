// SPDX-License-Identifier: Apache-2.0

package import Detection
import ServiceWindows

/// What came of playing a scenario.
package struct ScenarioReport: Sendable {
    /// What was said, and in which second of the scenario.
    package internal(set) var said: [(second: Int64, verdict: Verdict)] = []
    /// What is normal for each service at the end.
    package internal(set) var baselines: [BaselineSummary] = []
    /// Flow records and outcomes that went in.
    package internal(set) var events = 0
    /// Messages that people would have got.
    package internal(set) var messages = 0
    /// What was learned until the end, as a state file keeps it.
    package internal(set) var learned: [UInt8] = []
    /// Why it was said or not, second by second, of the service that was asked for.
    package internal(set) var explanations: [String] = []

    /// What was said, a line each.
    package var lines: [String] {
        said.map { second, verdict in
            var line = "\(second)s \(verdict.event.rawValue) \(verdict.kind.rawValue)"
            if let service = verdict.service { line += " on \(service.name)" }
            line += " \(verdict.severity.name)"
            if let pressure = verdict.pressure {
                line +=
                    ", \(pressure.metric.rawValue) \(Self.round(pressure.value)) (\(Self.round(pressure.baseline)))"
            }
            if let outcome = verdict.outcome {
                line += ", \(outcome.channel) \(Self.round(100 * (outcome.failureRatio ?? 0)))%"
            }
            if let detail = verdict.detail { line += ", \(detail)" }
            return line
        }
    }

    private static func round(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    /// The expectations of the scenario that do not hold, as `FILE:LINE: …` with what was said instead.
    package func failures(of scenario: Scenario) -> [String] {
        scenario.expectations.filter { !holds($0.kind) }.map { expectation in
            let instead = lines.isEmpty ? "nothing was said" : "said: " + lines.joined(separator: "; ")
            return
                "\(scenario.file):\(expectation.line): expected \(expectation.text); \(found(expectation.kind) ?? instead)"
        }
    }

    /// Whether an expectation fails whatever is said after `second`.
    func isLost(_ scenario: Scenario, after second: Int64) -> Bool {
        scenario.expectations.contains { expectation in
            switch expectation.kind {
            case .nothing, .said(_, isWanted: false), .severity: !holds(expectation.kind)
            case .said(let saying, isWanted: true):
                saying.seconds.map { $0.upperBound < second } ?? false && !holds(expectation.kind)
            case .kindAt, .incidents, .messages, .usual, .standing: false
            }
        }
    }

    private func holds(_ kind: Expectation.Kind) -> Bool {
        switch kind {
        case .nothing(let service):
            return !said.contains { service == nil || $0.verdict.service?.name == service }
        case .said(let saying, let isWanted):
            return said.contains { Self.fits($0.verdict, saying, $0.second) } == isWanted
        case .kindAt(let kinds, let service, let second, let afterOpen):
            return kindOpen(service, second, afterOpen).map { kinds.contains($0) } ?? false
        case .severity(let comparison, let severity):
            return said.allSatisfy {
                comparison.holds($0.verdict.severity, severity) || $0.verdict.incident == nil
            }
        case .incidents(let comparison, let count, let service):
            let ids = said.compactMap { _, verdict in
                service == nil || verdict.service?.name == service ? verdict.incident : nil
            }
            return comparison.holds(Set(ids).count, count)
        case .messages(let comparison, let count): return comparison.holds(messages, count)
        case .usual(let metric, let service, let comparison, let value):
            return baseline(service)?.rate(of: metric).map { comparison.holds($0, value) } ?? false
        case .standing(let standing, let service): return baseline(service)?.standing == standing
        }
    }

    /// What a figure was, where what was said does not tell.
    private func found(_ kind: Expectation.Kind) -> String? {
        switch kind {
        case .usual(let metric, let service, _, _):
            baseline(service)?.rate(of: metric).map { "it is \(Self.round($0))" } ?? "it is not known"
        case .standing(_, let service):
            baseline(service).map { "it is \($0.standing.rawValue), \($0.reason ?? "for no reason")" }
                ?? "it is not known"
        case .messages: "there were \(messages)"
        default: nil
        }
    }

    private func baseline(_ service: String) -> BaselineSummary? {
        baselines.first { $0.service.name == service }
    }

    private static func fits(_ verdict: Verdict, _ saying: Expectation.Saying, _ second: Int64) -> Bool {
        verdict.event == saying.event && (saying.kinds.isEmpty || saying.kinds.contains(verdict.kind))
            && (saying.service == nil || saying.service == verdict.service?.name)
            && (saying.seconds?.contains(second) ?? true)
            && (saying.words.map { verdict.detail?.contains($0) ?? false } ?? true)
    }

    private func kindOpen(_ service: String, _ second: Int64, _ afterOpen: Bool) -> VerdictKind? {
        var (kind, until): (VerdictKind?, Int64) = (nil, second)
        if afterOpen {
            guard
                let open = said.first(where: {
                    $0.verdict.event == .open && $0.verdict.service?.name == service
                })
            else { return nil }
            until = open.second + second
        }
        for (second, verdict) in said where second <= until && verdict.service?.name == service {
            guard verdict.incident != nil else { continue }
            kind = verdict.event == .clear ? nil : verdict.kind
        }
        return kind
    }
}
