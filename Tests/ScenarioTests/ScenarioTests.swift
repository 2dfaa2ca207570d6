// SPDX-License-Identifier: Apache-2.0

import Foundation
import ScenarioSupport
import Testing

/// A scenario file, by its name in Tests/Scenarios.
struct ScenarioFile: CustomTestStringConvertible, Sendable {
    let name: String
    let path: String

    var testDescription: String { name }

    func read() throws -> Scenario {
        try Scenario.read(
            String(contentsOfFile: path, encoding: .utf8), file: "Tests/Scenarios/\(name).scenario")
    }

    /// All of them; a folder that cannot be read has none, which a test of its own finds.
    static let all: [ScenarioFile] = {
        let folder = URL(filePath: #filePath).appending(path: "../../Scenarios").standardized.path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".scenario") }.sorted().map { name in
            ScenarioFile(name: String(name.dropLast(9)), path: folder + "/" + name)
        }
    }()
}

/// Each trap and each legitimate cause that was met, as a text file: what is configured, what happens, what is said.
struct ScenarioTests {
    @Test(arguments: ScenarioFile.all)
    func `what is expected is said, and nothing else`(file: ScenarioFile) throws {
        let scenario = try file.read()
        let failures = scenario.play().failures(of: scenario)
        guard let defect = scenario.knownDefect else {
            #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
            return
        }
        withKnownIssue("\(defect)") { #expect(failures.isEmpty) }
    }

    @Test(arguments: ScenarioFile.all)
    func `without what protects from it, the trap closes`(file: ScenarioFile) throws {
        for (without, variation) in try file.read().variations {
            let failures = variation.play().failures(of: variation)
            #expect(!failures.isEmpty, "\(file.name) holds \(without) too: it proves nothing")
        }
    }

    @Test func `every trap and every cause is there, and each is proved by something that can be taken away`()
        throws
    {
        let names = ScenarioFile.all.map(\.name)
        #expect(names.count { $0.hasPrefix("trap-") } == 21)
        #expect(names.count { $0.hasPrefix("cause-") } >= 20)
        for file in ScenarioFile.all {
            #expect(try !file.read().variations.isEmpty, "\(file.name) has no variation that must fail")
        }
    }

    @Test func `the same scenario always gives the same`() throws {
        let file = try #require(ScenarioFile.all.first { $0.name == "attack-http-flood" })
        let (first, second) = (try file.read().play(), try file.read().play())
        #expect(first.lines == second.lines)
        #expect(first.events == second.events)
    }
}
