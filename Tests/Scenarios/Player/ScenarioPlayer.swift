// SPDX-License-Identifier: Apache-2.0

import Foundation
import ScenarioSupport

/// Plays scenario files and prints what is said, to write new ones by: `swift run ScenarioPlayer FILE…`.
@main enum ScenarioPlayer {
    static func main() {
        var failed = false
        for file in CommandLine.arguments.dropFirst() {
            do {
                if try !play(file) { failed = true }
            } catch {
                print("\(error)")
                failed = true
            }
        }
        exit(failed ? 1 : 0)
    }

    private static func play(_ file: String) throws -> Bool {
        let scenario = try Scenario.read(String(contentsOfFile: file, encoding: .utf8), file: file)
        let begin = ContinuousClock.now
        let report = scenario.play()
        let took = ContinuousClock.now - begin
        print(
            "\(scenario.name): \(report.events) events, \(took / .milliseconds(1)) ms, \(report.messages) messages"
        )
        for line in report.lines { print("    \(line)") }
        let failures = report.failures(of: scenario)
        for failure in failures { print("  FAILS \(failure)") }
        for (without, variation) in scenario.variations {
            let report = variation.play()
            let failures = report.failures(of: variation)
            print("  without \(without): \(failures.isEmpty ? "HOLDS ALL THE SAME" : "fails, as it should")")
            for line in report.lines { print("      \(line)") }
        }
        return failures.isEmpty
    }
}
