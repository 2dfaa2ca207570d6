// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Detection
import EvaluationWorld
import Foundation

/// `make evaluate`: how well Spate tells attacks from what only looks like them.
@main
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Runs attacks, harmless events and quiet weeks through the pipeline, and says what came of it.")

    @Option(help: "Folder for the page, its charts and the list of runs.")
    var out = ".build/evaluation"

    @Option(
        help: "A folder that also gets the figures and the charts, and nothing else: for the documentation.")
    var docs: String?

    @Flag(help: "A sample of it, in two minutes.")
    var quick = false

    @Option(help: "Service-weeks of synthetic traffic.")
    var weeks = 24.0

    @Option(help: "Worlds that are run at once.")
    var width = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Only these: attacks, benign, weeks; may be repeated.")
    var only: [String] = []

    @Option(help: "Only kinds of attacks and harmless events with this in their names.")
    var kind: String?

    @Option(help: "Only the run with this seed, as runs.tsv has it.")
    var seed: UInt64?

    @Flag(
        help:
            "Keep what came in each attack and harmless event as captures that spate replay reads, below --out."
    )
    var record = false

    @Flag(help: "What each rule of detection is worth: everything again with one of them off at a time.")
    var ablation = false

    func run() throws {
        let clock = ContinuousClock()
        let start = clock.now
        let grid = chosen
        if record { return try keep(grid) }
        if ablation { return try ablate() }
        var summary = Summary()
        say(
            "\(grid.attacks.count) attacks, \(grid.benign.count) harmless events, \(grid.weeks.count) services for weeks"
        )
        summary.attacks = try Runner.map(grid.attacks, width: width) { attack in
            let model = attack.model
            return AttackScore(
                attack, try Runner.run(model, seed: attack.seed), active: model.exporter.active)
        }
        say("attacks: \(clock.now - start)")
        summary.benign = try Runner.map(grid.benign, width: width) { benign in
            BenignScore(benign, try Runner.run(benign.model, seed: benign.seed))
        }
        say("harmless events: \(clock.now - start)")
        let worldCup = WorldCup.load()
        if worldCup == nil, grid.weeks.contains(where: { $0.source == .worldCup }) {
            say("the request counts of the World Cup are not here (SPATE_SHARED): those weeks are skipped")
        }
        let weeks = grid.weeks.filter { $0.source == .synthetic || worldCup != nil }
        summary.weeks = try Runner.map(weeks, width: width) { weeks in
            let model = weeks.model(worldCup)
            return WeeksScore(
                weeks, try Runner.run(model, seed: weeks.seed, warmUp: 3600, isTold: true), model)
        }
        say("weeks: \(clock.now - start)")
        let report = summary.report
        print(report.markdown(charts: ""))
        try write(report, Runs.lines(summary))
        let chapters = summary.weeks.flatMap { ["# \($0.title)"] + $0.result.chapters }
        if !chapters.isEmpty {
            try write([("weeks.txt", chapters.joined(separator: "\n\n") + "\n")], to: out)
        }
    }

    private var chosen: Grid {
        var grid = quick ? Grid.quick : Grid.full(weeks: weeks)
        if !only.isEmpty {
            if !only.contains("attacks") { grid.attacks = [] }
            if !only.contains("benign") { grid.benign = [] }
            if !only.contains("weeks") { grid.weeks = [] }
        }
        if let kind {
            grid.attacks = grid.attacks.filter { $0.kind.rawValue.contains(kind) }
            grid.benign = grid.benign.filter { $0.kind.rawValue.contains(kind) }
        }
        if let seed {
            grid.attacks = grid.attacks.filter { $0.seed == seed }
            grid.benign = grid.benign.filter { $0.seed == seed }
            grid.weeks = grid.weeks.filter { $0.seed == seed }
        }
        return grid
    }

    private func ablate() throws {
        let recorded = try RecordedScenario.all()
        if recorded.isEmpty { say("the recorded scenarios are not here (SPATE_SHARED): they are left out") }
        let report = try Ablation(quick ? .quickAblation : .ablation, recorded: recorded, width: width)
            .report(say)
        print(report.markdown(charts: ""))
        try write(report, [], name: "ablation")
    }

    private func keep(_ grid: Grid) throws {
        let attacks = grid.attacks.map { (name: $0.kind.rawValue, model: $0.model, seed: $0.seed) }
        let benign = grid.benign.map { (name: $0.kind.rawValue, model: $0.model, seed: $0.seed) }
        for run in attacks + benign {
            let folder = out + "/" + run.name.split(separator: " ").joined(separator: "-") + "-\(run.seed)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Runner.record(run.model, seed: run.seed, in: folder)
            say(folder)
        }
    }

    private func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    private func write(_ report: Report, _ runs: [String], name: String = "evaluation") throws {
        var files = [
            (name == "evaluation" ? "index.html" : name + ".html", report.page),
            (name + ".md", report.markdown(charts: "")),
        ]
        if !runs.isEmpty { files.append(("runs.tsv", runs.joined(separator: "\n") + "\n")) }
        try write(files + report.charts.map { ($0.name, $0.svg) }, to: out)
        guard let docs else { return }
        try write(
            [(name + ".md", report.markdown(charts: ""))] + report.charts.map { ($0.name, $0.svg) }, to: docs)
    }

    private func write(_ files: [(name: String, text: String)], to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for file in files {
            try Data(file.text.utf8).write(to: URL(filePath: folder).appending(path: file.name))
        }
        say("written to \(folder)")
    }
}
