// SPDX-License-Identifier: Apache-2.0

import Detection

/// What came of all runs, and the tables that show it.
package struct Summary: Sendable {
    package var attacks: [AttackScore] = []
    package var benign: [BenignScore] = []
    package var weeks: [WeeksScore] = []

    package init() {}

    /// Attacks that users suffered from at all.
    package var harmful: [AttackScore] { attacks.filter(\.isHarmful) }

    /// By what could be seen.
    private static let views: [(name: String, sampling: Int, hasLog: Bool)] = [
        ("flows and log", 1, true), ("flows only", 1, false), ("1:100 and log", 100, true),
        ("1:100, flows only", 100, false), ("1:1000 and log", 1000, true),
        ("1:1000, flows only", 1000, false),
    ]

    private func scores(_ view: (name: String, sampling: Int, hasLog: Bool)) -> [AttackScore] {
        harmful.filter { $0.attack.sampling == view.sampling && $0.attack.hasLog == view.hasLog }
    }

    /// The whole of it.
    package var report: Report {
        var report = Report("What Spate detects, and what it does not")
        report.add(.heading("Targets"), .table(Targets(self).table))
        if !attacks.isEmpty {
            addAttacks(to: &report)
            addClasses(to: &report)
        }
        if !benign.isEmpty { addBenign(to: &report) }
        if !weeks.isEmpty { addWeeks(to: &report) }
        return report
    }

    // MARK: Attacks

    private func addAttacks(to report: inout Report) {
        var rows = [
            [
                "seen by", "harmful attacks", "detected", "at 2 × capacity and more",
                "time to detect, median",
                "p95", "after the first evidence, median", "class right", "time to clear, median", "messages",
            ]
        ]
        for view in Self.views where !scores(view).isEmpty { rows.append(row(view.name, scores(view))) }
        report.add(
            .heading("Attacks"),
            .text(
                "Of \(attacks.count) attacks \(harmful.count) harmed users (a twentieth of their requests or more); the others need not be told. Incidents that were told of attacks without harm: \(unharmed). Incidents that belong to no attack, in attack runs: \(attacks.reduce(0) { $0 + $1.stray })."
            ), .table(rows))
        report.add(
            .chart(
                name: "time-to-detect.svg", caption: "Time to detect",
                svg: Chart.lines(
                    "Attacks detected by then (step, 2 and 4 × capacity)", x: "seconds after the beginning",
                    y: "share of attacks", limit: 120, Self.views.compactMap(distribution))))
        report.add(.heading("By kind of attack"), .table(kindTable))
        report.add(
            .chart(
                name: "recall.svg", caption: "Share of harmful attacks that were detected",
                svg: Chart.bars(
                    "Harmful attacks detected, flows and log, unsampled", unit: "", limit: 1,
                    AttackKind.allCases.compactMap { kind in
                        let some = scores(Self.views[0]).filter { $0.attack.kind == kind }
                        return Statistics.share(some.count { $0.incident != nil }, of: some.count)
                            .map { (kind.rawValue, $0) }
                    })))
    }

    private var unharmed: Int { attacks.count { !$0.isHarmful && $0.incident != nil } }

    private func distribution(_ view: (name: String, sampling: Int, hasLog: Bool)) -> Chart.Series? {
        let some = scores(view).filter { $0.attack.ramp == .step && $0.attack.intensity >= 2 }
        return some.isEmpty ? nil : .distribution(view.name, some.compactMap(\.timeToDetect), of: some.count)
    }

    private func row(_ name: String, _ scores: [AttackScore]) -> [String] {
        let found = scores.filter { $0.incident != nil }
        let strong = scores.filter { $0.attack.intensity >= 2 }
        let steps = found.filter { $0.attack.ramp == .step }
        let times = steps.compactMap(\.timeToDetect)
        return [
            name, "\(scores.count)", Words.share(found.count, scores.count),
            Words.share(strong.count { $0.incident != nil }, strong.count),
            Words.seconds(Statistics.estimate(0.5, of: times)),
            Words.seconds(Statistics.estimate(0.95, of: times)),
            Words.seconds(Statistics.estimate(0.5, of: steps.compactMap(\.afterEvidence))),
            Words.share(found.count(where: \.isRight), found.count),
            Words.seconds(Statistics.estimate(0.5, of: found.compactMap(\.timeToClear))),
            Words.number(
                found.isEmpty
                    ? 0 : Double(found.reduce(0) { $0 + ($1.incident?.messages ?? 0) }) / Double(found.count)),
        ]
    }

    private var kindTable: [[String]] {
        var rows = [
            [
                "attack", "seen by", "detected", "median", "p95", "class right", "at once",
                "classes that were said",
            ]
        ]
        for kind in AttackKind.allCases {
            for view in Self.views.prefix(3) {
                let some = scores(view).filter { $0.attack.kind == kind }
                guard !some.isEmpty else { continue }
                let found = some.filter { $0.incident != nil }
                let times = found.filter { $0.attack.ramp == .step }.compactMap(\.timeToDetect)
                let said = found.compactMap { $0.incident?.refined }.reduce(into: [:]) {
                    $0[$1, default: 0] += 1
                }
                rows.append([
                    kind.rawValue, view.name, Words.share(found.count, some.count),
                    Words.seconds(Statistics.estimate(0.5, of: times)),
                    Words.seconds(Statistics.estimate(0.95, of: times)),
                    "\(found.count(where: \.isRight)) of \(found.count)",
                    "\(found.count(where: \.isRightAtOnce)) of \(found.count)", Words.counts(said),
                ])
            }
        }
        return rows
    }

    private func addClasses(to report: inout Report) {
        let unsampled = harmful.filter { $0.attack.sampling == 1 }
        let kinds = VerdictKind.allCases.filter { kind in unsampled.contains { $0.incident?.refined == kind }
        }
        let counts = AttackKind.allCases.map { attack in
            let some = unsampled.filter { $0.attack.kind == attack }
            return kinds.map { kind in some.count { $0.incident?.refined == kind } }
                + [some.count { $0.incident == nil }]
        }
        report.add(
            .heading("Classes"),
            .chart(
                name: "classes.svg", caption: "Class a minute after opening, by what it was",
                svg: Chart.matrix(
                    "Class a minute after opening, unsampled", rows: AttackKind.allCases.map(\.rawValue),
                    columns: kinds.map(\.rawValue) + ["missed"], counts)))
    }

    // MARK: What is harmless

    private func addBenign(to report: inout Report) {
        var rows = [["harmless", "runs", "with a false incident", "incidents", "notices"]]
        for kind in BenignKind.allCases {
            let some = benign.filter { $0.benign.kind == kind }
            guard !some.isEmpty else { continue }
            let said = some.flatMap(\.result.incidents).reduce(into: [:]) { $0[$1.refined, default: 0] += 1 }
            let notices = some.reduce(into: [VerdictKind: Int]()) { sum, score in
                sum.merge(score.result.notices, uniquingKeysWith: +)
            }
            rows.append([
                kind.rawValue, "\(some.count)", Words.share(some.count { !$0.mistakes.isEmpty }, some.count),
                Words.counts(said), Words.counts(notices),
            ])
        }
        report.add(
            .heading("Harmless events"),
            .text(
                "A flash crowd over capacity may be told as demand_overload: there is harm, and nobody means it."
            ),
            .table(rows))
    }

    private func addWeeks(to report: inout Report) {
        var rows = [
            [
                "traffic", "sees", "mishaps a day", "requests/s", "service-weeks", "false incidents",
                "a week (95 %)", "notices",
            ]
        ]
        for score in weeks {
            let weeks = score.weeks
            rows.append([
                weeks.source == .worldCup ? "World Cup 1998" : "synthetic",
                weeks.hasLog ? "flows and log" : "flows",
                Words.number(weeks.mishaps), Words.number(weeks.requests), Words.number(score.span),
                Words.counts(score.mistakes.reduce(into: [:]) { $0[$1.refined, default: 0] += 1 }),
                Words.estimate(Statistics.rate(score.mistakes.count, in: score.span)),
                Words.counts(score.result.notices),
            ])
        }
        let bars = [("World Cup 1998", WeeksCase.Source.worldCup), ("synthetic", .synthetic)].compactMap {
            name, source in
            rate(source).map { (name, $0) }
        }
        report.add(.heading("Weeks without an attack"), .table(rows))
        report.add(
            .chart(
                name: "false-incidents.svg", caption: "False incidents in a service-week",
                svg: Chart.bars(
                    "False incidents in a service-week, with 95 % intervals", unit: "", limit: 1, bars)))
    }

    func rate(_ source: WeeksCase.Source) -> Estimate? {
        let some = weeks.filter { $0.weeks.source == source }
        return Statistics.rate(
            some.reduce(0) { $0 + $1.mistakes.count }, in: some.reduce(0) { $0 + $1.span })
    }
}

/// Figures for people.
enum Words {
    static func number(_ value: Double) -> String { Chart.text(value) }

    static func share(_ count: Int, _ all: Int) -> String {
        guard let share = Statistics.share(count, of: all) else { return "–" }
        return "\(count) of \(all) (\(percent(share.low))–\(percent(share.high)) %)"
    }

    static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))" }

    static func seconds(_ estimate: Estimate?) -> String {
        guard let estimate else { return "–" }
        return "\(number(estimate.value)) s (\(number(estimate.low))–\(number(estimate.high)))"
    }

    static func estimate(_ estimate: Estimate?) -> String {
        guard let estimate else { return "–" }
        return "\(number(estimate.value)) (\(number(estimate.low))–\(number(estimate.high)))"
    }

    static func counts(_ counts: [VerdictKind: Int]) -> String {
        let said = counts.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
        return said.isEmpty ? "–" : said.map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
    }
}
