// SPDX-License-Identifier: Apache-2.0

import Detection

/// One line for every run, with its seed: where to look when a figure is bad.
package enum Runs {
    /// Tab-separated, the head first.
    package static func lines(_ summary: Summary) -> [String] {
        let head = [
            "what", "seed", "sampling", "log", "size", "ramp", "exporter", "harm", "users", "time_to_detect",
            "after_evidence", "class", "class_60", "severity", "time_to_clear", "messages", "other",
            "notices",
        ]
        return [head.joined(separator: "\t")]
            + (summary.attacks.map(line) + summary.benign.map(line) + summary.weeks.map(line)).map {
                $0.joined(separator: "\t")
            }
    }

    private static func line(_ score: AttackScore) -> [String] {
        let (attack, incident) = (score.attack, score.incident)
        let exporter = attack.model.exporter
        return [
            attack.kind.rawValue, "\(attack.seed)", "\(attack.sampling)", attack.hasLog ? "log" : "-",
            Words.number(attack.intensity), attack.ramp.rawValue,
            "\(exporter.form.rawValue) \(Int(exporter.active))/\(Int(exporter.inactive))",
        ] + truth(score.result)
            + [
                score.timeToDetect.map(Words.number) ?? "-", score.afterEvidence.map(Words.number) ?? "-",
                incident?.kind.rawValue ?? "-", incident?.refined.rawValue ?? "-",
                incident?.severity.name ?? "-",
                score.timeToClear.map(Words.number) ?? "-", "\(incident?.messages ?? 0)", "\(score.stray)",
                Words.counts(score.result.notices),
            ]
    }

    private static func line(_ score: BenignScore) -> [String] {
        let (benign, first) = (score.benign, score.result.incidents.first)
        return [
            benign.kind.rawValue, "\(benign.seed)", "\(benign.sampling)", benign.hasLog ? "log" : "-",
            Words.number(benign.size), "-", benign.model.exporter.form.rawValue,
        ] + truth(score.result)
            + [
                first.map { Words.number($0.opened - benign.span.lowerBound) } ?? "-", "-",
                first?.kind.rawValue ?? "-", first?.refined.rawValue ?? "-", first?.severity.name ?? "-", "-",
                "-", "\(score.mistakes.count)",
                Words.counts(score.result.notices),
            ]
    }

    private static func line(_ score: WeeksScore) -> [String] {
        let weeks = score.weeks
        return [
            weeks.source == .worldCup ? "World Cup" : "synthetic", "\(weeks.seed)", "1",
            weeks.hasLog ? "log" : "-",
            Words.number(weeks.requests), "-", "-",
        ] + truth(score.result)
            + [
                score.mistakes.map {
                    "\(Int($0.opened)) \($0.refined.rawValue) (\(score.circumstances(of: $0.opened)))"
                }.joined(separator: "; "),
                "-", "-", "-", "-", "-", "-", "\(score.mistakes.count)", Words.counts(score.result.notices),
            ]
    }

    private static func truth(_ result: RunResult) -> [String] {
        [Words.number(result.truth.harm), "\(result.truth.servedInEvent + result.truth.harmedInEvent)"]
    }
}
