// SPDX-License-Identifier: Apache-2.0

import Alerting
import Foundation
import ScenarioSupport

/// Plays scenario files and prints what is said, to write new ones by: `swift run ScenarioPlayer [--explain SERVICE] FILE…`.
@main enum ScenarioPlayer {
    static func main() {
        var files = Array(CommandLine.arguments.dropFirst())
        var service: String?
        if files.first == "--explain", files.count > 2 {
            service = files[1]
            files.removeFirst(2)
        }
        var failed = files.isEmpty
        if failed { print("usage: ScenarioPlayer [--explain SERVICE] FILE…") }
        for file in files {
            do {
                if try !play(file, explaining: service) { failed = true }
            } catch {
                print("\(error)")
                failed = true
            }
        }
        exit(failed ? 1 : 0)
    }

    /// Returns whether it comes out as expected, and otherwise in each variation.
    private static func play(_ file: String, explaining service: String?) throws -> Bool {
        let scenario = try Scenario.read(String(contentsOfFile: file, encoding: .utf8), file: file)
        let begin = ContinuousClock.now
        let report = scenario.play(explaining: service)
        let took = Int((ContinuousClock.now - begin) / .milliseconds(1))
        let defect = scenario.knownDefect.map { ", known defect: \($0)" } ?? ""
        print("\(scenario.name): \(report.events) events, \(took) ms, \(report.messages) messages\(defect)")
        tell(report)
        let failures = report.failures(of: scenario)
        for failure in failures { print("  FAILS \(failure)") }
        var holds = failures.isEmpty == (scenario.knownDefect == nil)
        for (without, variation) in scenario.variations {
            let report = variation.play(explaining: service)
            let failures = report.failures(of: variation)
            if failures.isEmpty { holds = false }
            print("  \(without): \(failures.isEmpty ? "HOLDS ALL THE SAME" : "fails, as it should")")
            tell(report)
        }
        return holds
    }

    private static func tell(_ report: ScenarioReport) {
        if !report.explanations.isEmpty { ExplanationText.heading.forEach { print("    \($0)") } }
        for line in report.explanations { print("    \(line)") }
        for line in report.lines { print("    \(line)") }
    }
}
