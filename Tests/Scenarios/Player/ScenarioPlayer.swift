// SPDX-License-Identifier: Apache-2.0

import Alerting
import Foundation
import ScenarioSupport

/// Plays scenario files and prints what is said, to write new ones by.
@main struct ScenarioPlayer {
    private static let usage =
        "usage: ScenarioPlayer [--explain SERVICE] [--seeds COUNT] [--learn STATE] FILE…"

    private var files = Array(CommandLine.arguments.dropFirst())
    /// Whose decisions are explained.
    private var service: String?
    /// In how many ways chance is tried.
    private var seeds: UInt64 = 1
    /// Where to put what was learned.
    private var state: String?

    static func main() {
        var player = ScenarioPlayer()
        player.readOptions()
        guard !player.files.isEmpty else {
            print(usage)
            exit(2)
        }
        var holds = true
        for file in player.files {
            do {
                if try !player.play(file) { holds = false }
            } catch {
                print("\(error)")
                holds = false
            }
        }
        exit(holds ? 0 : 1)
    }

    private mutating func readOptions() {
        while files.count > 2 {
            switch files[0] {
            case "--explain": service = files[1]
            case "--seeds": seeds = UInt64(files[1]) ?? 1
            case "--learn": state = files[1]
            default: return
            }
            files.removeFirst(2)
        }
    }

    private func play(_ file: String) throws -> Bool {
        let folder = URL(filePath: file).deletingLastPathComponent()
        let scenario = try Scenario.read(
            String(contentsOfFile: file, encoding: .utf8), file: file,
            load: { try? [UInt8](Data(contentsOf: folder.appending(path: $0))) })
        if let state {
            let report = scenario.play()
            try Data(report.learned).write(to: URL(filePath: state))
            print("\(scenario.name): \(report.events) events, \(report.learned.count) octets learned")
            return true
        }
        guard seeds > 1 else { return tell(scenario) }
        var luck = [scenario.name + ":"]
        for (name, variation) in [("as it is", scenario)] + scenario.variations {
            let held = (0..<seeds).count { seed in
                var variation = variation
                variation.seed &+= seed &* 1_000_003
                return variation.play().failures(of: variation).isEmpty
            }
            luck.append("\(name) \(held)/\(seeds)")
        }
        print(luck.joined(separator: " · "))
        return true
    }

    /// Returns whether it comes out as expected, and otherwise in each variation.
    private func tell(_ scenario: Scenario) -> Bool {
        let begin = ContinuousClock.now
        let report = scenario.play(explaining: service)
        let took = Int((ContinuousClock.now - begin) / .milliseconds(1))
        print("\(scenario.name): \(report.events) events, \(took) ms, \(report.messages) messages")
        tell(report)
        let failures = report.failures(of: scenario)
        for failure in failures { print("  FAILS \(failure)") }
        var holds = failures.isEmpty
        for (without, variation) in scenario.variations {
            let report = variation.play(explaining: service)
            let failures = report.failures(of: variation)
            if failures.isEmpty { holds = false }
            print("  \(without): \(failures.isEmpty ? "HOLDS ALL THE SAME" : "fails, as it should")")
            tell(report)
        }
        return holds
    }

    private func tell(_ report: ScenarioReport) {
        if !report.explanations.isEmpty { ExplanationText.heading.forEach { print("    \($0)") } }
        for line in report.explanations { print("    \(line)") }
        for line in report.lines { print("    \(line)") }
    }
}
