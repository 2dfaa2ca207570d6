// SPDX-License-Identifier: Apache-2.0

/// Which worlds are run.
package struct Grid: Sendable {
    package var attacks: [AttackCase] = []
    package var benign: [BenignCase] = []
    package var weeks: [WeeksCase] = []

    package init() {}

    /// About half an hour on two processors.
    package static func full(weeks count: Double) -> Grid {
        var grid = Grid()
        grid.addAttacks([0.5, 1, 2, 4], Ramp.allCases, sampling: [1, 100, 1000], seeds: 1...1)
        // The figures that targets are set for deserve more than one run each.
        grid.addAttacks([2, 4], [.step], sampling: [1], seeds: 2...5)
        grid.addBenign(sampling: [1], sizes: [0.7, 1], seeds: 1...5)
        grid.addBenign(sampling: [100], sizes: [1], seeds: 1...3)
        grid.addWeeks(count)
        return grid
    }

    /// About two minutes.
    package static var quick: Grid {
        var grid = Grid()
        grid.addAttacks([2, 4], [.step], sampling: [1, 100], seeds: 1...1)
        grid.addBenign(sampling: [1], sizes: [1], seeds: 1...2)
        grid.weeks = [
            WeeksCase(.synthetic, requests: 2, weeks: 0.5, mishaps: 4, seed: 1),
            WeeksCase(.worldCup, requests: 10, weeks: 1, mishaps: 4, seed: 1),
        ]
        // The matches are played: the busiest week.
        grid.weeks[1].skipped = 8
        return grid
    }

    /// What is run again for each rule.
    package static var ablation: Grid {
        var grid = Grid()
        grid.addAttacks([2, 4], [.step], sampling: [1], seeds: 1...3)
        grid.addBenign(sampling: [1, 1000], sizes: [1], seeds: 1...4)
        grid.weeks = (1...4).map {
            WeeksCase(.synthetic, requests: 1, weeks: 0.5, hasLog: $0 % 2 == 0, mishaps: 6, seed: $0)
        }
        return grid
    }

    /// The same without weeks and with one seed each.
    package static var quickAblation: Grid {
        var grid = Grid()
        grid.addAttacks([2, 4], [.step], sampling: [1], seeds: 1...1)
        grid.addBenign(sampling: [1, 1000], sizes: [1], seeds: 1...1)
        return grid
    }

    private mutating func addAttacks(
        _ intensities: [Double], _ ramps: [Ramp], sampling: [Int], seeds: ClosedRange<UInt64>
    ) {
        for kind in AttackKind.allCases {
            for intensity in intensities {
                for ramp in ramps {
                    for sampling in sampling {
                        for hasLog in [true, false] {
                            for seed in seeds {
                                attacks.append(
                                    AttackCase(
                                        kind, intensity: intensity, ramp: ramp, sampling: sampling,
                                        hasLog: hasLog,
                                        seed: seed &* 1000 &+ UInt64(attacks.count)))
                            }
                        }
                    }
                }
            }
        }
    }

    private mutating func addBenign(sampling: [Int], sizes: [Double], seeds: ClosedRange<UInt64>) {
        for kind in BenignKind.allCases {
            for sampling in sampling {
                for size in sizes {
                    for hasLog in [true, false] {
                        for seed in seeds {
                            benign.append(
                                BenignCase(
                                    kind, size: size, sampling: sampling, hasLog: hasLog,
                                    seed: seed &* 1000 &+ UInt64(benign.count)))
                        }
                    }
                }
            }
        }
    }

    private mutating func addWeeks(_ count: Double) {
        // The longest come first, so that no processor waits for the other at the end.
        weeks.append(WeeksCase(.worldCup, requests: 20, weeks: 13, seed: 31))
        weeks.append(WeeksCase(.worldCup, requests: 10, weeks: 13, hasLog: false, seed: 32))
        let rates = [0.5, 1, 2, 4]
        for index in 0..<max(0, Int(count / 4)) {
            weeks.append(
                WeeksCase(
                    .synthetic, requests: rates[index % 4], weeks: 4, hasLog: index % 3 != 2,
                    seed: UInt64(index + 1)))
        }
    }
}

/// How weeks without any attack were told.
package struct WeeksScore: Sendable {
    package let weeks: WeeksCase
    package let result: RunResult
    /// Service-weeks.
    package let span: Double
    private let notes: [(time: Double, text: String)]

    package init(_ weeks: WeeksCase, _ result: RunResult, _ model: WorldModel) {
        (self.weeks, self.result, notes) = (weeks, result, model.notes)
        span = model.duration / 604_800
    }

    /// Which it is.
    package var title: String {
        "\(weeks.source == .worldCup ? "World Cup" : "synthetic"), seed \(weeks.seed)"
            + (weeks.hasLog ? ", with log" : "")
    }

    /// What was the last thing to happen before a time.
    func circumstances(of time: Double) -> String {
        notes.last { $0.time <= time }.map { "\(Int(time - $0.time)) s after \($0.text)" } ?? "nothing before"
    }

    /// None is right.
    package var mistakes: [ToldIncident] { result.incidents }
}
