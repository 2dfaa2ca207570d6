// SPDX-License-Identifier: Apache-2.0

/// What was aimed at, and whether it was met.
struct Targets {
    private let summary: Summary

    init(_ summary: Summary) { self.summary = summary }

    /// The first row is the head.
    var table: [[String]] {
        [["measure", "target", "measured", "met"]]
            + [floods, afterEvidence, hangingWithLog, hanging, slowWithLog, slow, recall, classes, clear]
            .compactMap(\.self)
            + [crowds, grid, worldCup, synthetic].compactMap(\.self)
    }

    /// Unsampled, sudden, at least twice what can be borne, harmful.
    private func scores(hasLog: Bool, _ kinds: [AttackKind], least: Double = 2) -> [AttackScore] {
        summary.harmful.filter {
            $0.attack.sampling == 1 && $0.attack.ramp == .step && $0.attack.intensity >= least
                && $0.attack.hasLog == hasLog && kinds.contains($0.attack.kind)
        }
    }

    private func row(_ measure: String, _ target: String, _ measured: String, _ isMet: Bool) -> [String] {
        [measure, target, measured, isMet ? "yes" : "no"]
    }

    private var floods: [String]? {
        let times = scores(
            hasLog: true, [.httpFlood, .keepAliveFlood, .dnsFlood, .randomSubdomain, .expensiveRequests],
            least: 3
        ).filter(\.isVisibleAtOnce).compactMap(\.timeToDetect)
        guard let median = Statistics.estimate(0.5, of: times),
            let late = Statistics.estimate(0.95, of: times)
        else { return nil }
        return row(
            "time to detect, floods of 3 × capacity and more whose harm shows within 5 s, with log",
            "median ≤ 6 s, p95 ≤ 10 s",
            "\(Words.seconds(median)), \(Words.seconds(late))", median.value <= 6 && late.value <= 10)
    }

    private var afterEvidence: [String]? {
        let times = scores(hasLog: true, AttackKind.allCases).compactMap(\.afterEvidence)
        guard let median = Statistics.estimate(0.5, of: times) else { return nil }
        return row(
            "after the first evidence, with log", "median ≤ 5 s", Words.seconds(median), median.value <= 5)
    }

    /// Attacks after which the server answers nobody.
    private static let hanging: [AttackKind] = [.synFlood, .connectionExhaustion, .handshakeFlood]

    private var hangingWithLog: [String]? {
        guard
            let times = Statistics.estimate(
                0.5, of: scores(hasLog: true, Self.hanging).compactMap(\.timeToDetect))
        else { return nil }
        return row("hanging server, with log", "median ≤ 10 s", Words.seconds(times), times.value <= 10)
    }

    private var hanging: [String]? {
        later("hanging server, flows only", "inactive timeout + 5 s", Self.hanging) { $0.inactive }
    }

    private var slowWithLog: [String]? {
        let kinds = AttackKind.allCases.filter(\.isSlow)
        guard let times = Statistics.estimate(0.5, of: scores(hasLog: true, kinds).compactMap(\.timeToDetect))
        else { return nil }
        return row("slow connections, with log", "median ≤ 30 s", Words.seconds(times), times.value <= 30)
    }

    private var slow: [String]? {
        later("slow connections, flows only", "active timeout + 5 s", AttackKind.allCases.filter(\.isSlow)) {
            $0.active
        }
    }

    /// Share of those that were told no later than a timeout of their exporter and 5 s.
    private func later(
        _ measure: String, _ limit: String, _ kinds: [AttackKind], _ timeout: (ExporterModel) -> Double
    ) -> [String]? {
        let all = scores(hasLog: false, kinds)
        let met = all.count { score in
            score.timeToDetect.map { $0 <= timeout(score.attack.model.exporter) + 5 } ?? false
        }
        guard !all.isEmpty else { return nil }
        return row(measure, "half of them ≤ \(limit)", Words.share(met, all.count), met * 2 >= all.count)
    }

    private var recall: [String]? {
        let all = summary.harmful.filter {
            $0.attack.intensity >= 2 && $0.attack.sampling == 1 && $0.attack.hasLog
        }
        let found = all.count { $0.incident != nil }
        guard !all.isEmpty else { return nil }
        return row(
            "recall at 2 × capacity and more, with log", "≥ 99 %", Words.share(found, all.count),
            Double(found) >= 0.99 * Double(all.count))
    }

    private var classes: [String]? {
        let found = summary.harmful.filter {
            $0.incident != nil && $0.attack.sampling == 1 && $0.attack.hasLog
        }
        let right = found.count(where: \.isRight)
        guard !found.isEmpty else { return nil }
        return row(
            "class right a minute after opening, with log", "≥ 95 %", Words.share(right, found.count),
            Double(right) >= 0.95 * Double(found.count))
    }

    private var clear: [String]? {
        let found = summary.harmful.filter { $0.incident != nil && $0.attack.sampling == 1 }
        guard let median = Statistics.estimate(0.5, of: found.compactMap(\.timeToClear)) else { return nil }
        return row(
            "time to clear", "60–120 s after the end, median", Words.seconds(median),
            (60...120).contains(median.value))
    }

    private var crowds: [String]? {
        let all = summary.benign.filter { $0.benign.kind == .crowdWithin }
        let wrong = all.count { !$0.mistakes.isEmpty }
        guard !all.isEmpty else { return nil }
        return row("flash crowds within capacity", "0 incidents", "\(wrong) of \(all.count)", wrong == 0)
    }

    private var grid: [String]? {
        let all = summary.benign
        let wrong = all.count { !$0.mistakes.isEmpty }
        guard !all.isEmpty else { return nil }
        return row("harmless runs with a false incident", "0", Words.share(wrong, all.count), wrong == 0)
    }

    private var worldCup: [String]? {
        guard let rate = summary.rate(.worldCup) else { return nil }
        return row(
            "false incidents, World Cup with mishaps", "≤ 0.2 a service-week", Words.estimate(rate),
            rate.value <= 0.2)
    }

    private var synthetic: [String]? {
        guard let rate = summary.rate(.synthetic) else { return nil }
        return row(
            "false incidents, synthetic weeks with mishaps", "≤ 0.02 a service-week", Words.estimate(rate),
            rate.value <= 0.02)
    }
}
