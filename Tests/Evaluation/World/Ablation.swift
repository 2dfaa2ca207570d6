// SPDX-License-Identifier: Apache-2.0

import Detection
import Settings

/// What each rule of detection is worth: everything is run again without it.
package struct Ablation: Sendable {
    /// What came of it with one rule less, or with all of them.
    private struct Row {
        var name: String
        var attacks = 0
        var missed = 0
        var times: [Double] = []
        var wrongClass = 0
        var harmless = 0
        var mistaken = 0
        var weekly: Int?
        var recorded = 0
        var recordedMissed = 0
        var recordedFalse = 0
        var recordedTimes: [Double] = []
    }

    private let attacks: [AttackCase]
    private let benign: [BenignCase]
    private let weeks: [WeeksCase]
    private let recorded: [RecordedScenario]
    private let width: Int

    /// - Parameter recorded: runs of the test network; none where they are not there.
    package init(_ grid: Grid, recorded: [RecordedScenario], width: Int) {
        (attacks, benign, weeks) = (grid.attacks, grid.benign, grid.weeks.filter { $0.source == .synthetic })
        (self.recorded, self.width) = (recorded, width)
    }

    /// Runs all of it, once for each rule; `say` is told how far it is.
    package func report(_ say: (String) -> Void) throws -> Report {
        var rows: [Row] = []
        for (name, rule) in [("all rules", DisabledRules())]
            + DisabledRules.all.map({ ("without " + $0.name, $0.rule) })
        {
            rows.append(try run(name, rule))
            say(name)
        }
        var report = Report("What each rule is worth")
        report.add(
            .text(
                "The same seeds are run with one rule of detection switched off at a time. Attacks: sudden, 2 and 4 times what can be borne, unsampled, with and without log. A rule that changes nothing here has to be defended by what is not here, or go."
            ), .table([Self.head] + rows.map(Self.cells)),
            .chart(
                name: "ablation.svg", caption: "Harmless runs with a false incident, by rule that is off",
                svg: Chart.bars(
                    "Share of harmless runs with a false incident", unit: "", limit: 1,
                    rows.compactMap { row in
                        Statistics.share(row.mistaken, of: row.harmless).map { (row.name, $0) }
                    })))
        return report
    }

    private static let head = [
        "rules", "attacks missed", "time to detect, median", "class wrong", "harmless runs, false",
        "weeks, false incidents", "recorded attacks missed", "recorded, median", "recorded, false",
    ]

    private static func cells(_ row: Row) -> [String] {
        [
            row.name, "\(row.missed) of \(row.attacks)",
            Words.seconds(Statistics.estimate(0.5, of: row.times)),
            "\(row.wrongClass)", "\(row.mistaken) of \(row.harmless)", row.weekly.map { "\($0)" } ?? "–",
            row.recorded == 0 ? "–" : "\(row.recordedMissed) of \(row.recorded)",
            Words.seconds(Statistics.estimate(0.5, of: row.recordedTimes)), "\(row.recordedFalse)",
        ]
    }

    private func run(_ name: String, _ rule: DisabledRules) throws -> Row {
        var row = Row(name: name)
        let told = try Runner.map(attacks, width: width) { attack in
            let model = attack.model
            let result = try Runner.run(model, seed: attack.seed) { $0.detection.disabledRules = rule }
            return AttackScore(attack, result, active: model.exporter.active)
        }
        for score in told where score.isHarmful {
            row.attacks += 1
            if score.incident == nil { row.missed += 1 } else if !score.isRight { row.wrongClass += 1 }
            if let time = score.timeToDetect { row.times.append(time) }
        }
        let harmless = try Runner.map(benign, width: width) { benign in
            BenignScore(
                benign, try Runner.run(benign.model, seed: benign.seed) { $0.detection.disabledRules = rule })
        }
        try addRecorded(rule, to: &row)
        (row.harmless, row.mistaken) = (harmless.count, harmless.count { !$0.mistakes.isEmpty })
        guard !weeks.isEmpty else { return row }
        row.weekly = try Runner.map(weeks, width: width) { weeks in
            try Runner.run(weeks.model(nil), seed: weeks.seed, warmUp: 3600) {
                $0.detection.disabledRules = rule
            }
            .incidents.count
        }.reduce(0, +)
        return row
    }

    private func addRecorded(_ rule: DisabledRules, to row: inout Row) throws {
        guard !recorded.isEmpty else { return }
        var configuration = try RecordedScenario.configuration()
        configuration.detection.disabledRules = rule
        let told = configuration
        for score in try Runner.map(recorded, width: width, { try $0.run(told, hasLog: true) }) {
            row.recordedFalse += score.stray
            guard score.scenario.isAttack else { continue }
            row.recorded += 1
            if let time = score.timeToDetect {
                row.recordedTimes.append(time)
            } else {
                row.recordedMissed += 1
            }
        }
    }
}
