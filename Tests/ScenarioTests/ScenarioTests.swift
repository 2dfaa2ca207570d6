// SPDX-License-Identifier: Apache-2.0

import Foundation
import ScenarioSupport
import Testing

/// A scenario file, by its name in Tests/Scenarios.
struct ScenarioFile: CustomTestStringConvertible, Sendable {
    let name: String
    let path: String

    var testDescription: String { name }

    /// - Parameter folder: of the files that it names.
    func read(from folder: String = Self.folder) throws -> Scenario {
        try Scenario.read(
            String(contentsOfFile: path, encoding: .utf8), file: "Tests/Scenarios/\(name).scenario",
            load: { FileManager.default.contents(atPath: folder + "/" + $0).map { [UInt8]($0) } })
    }

    static let folder = URL(filePath: #filePath).appending(path: "../../Scenarios").standardized.path

    /// All of them; a folder that cannot be read has none, which a test of its own finds.
    static let all: [ScenarioFile] = {
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
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test(arguments: ScenarioFile.all)
    func `without what protects from it, the trap closes`(file: ScenarioFile) throws {
        for (without, variation) in try file.read().variations {
            #expect(variation.breaks(), "\(file.name) holds \(without) too: it proves nothing")
        }
    }

    @Test func `each is proved by something that can be taken away`() throws {
        for file in ScenarioFile.all {
            #expect(try !file.read().variations.isEmpty, "\(file.name) has no variation that must fail")
        }
    }

    @Test func `the README names every file, and no other`() throws {
        let readme = try String(contentsOfFile: ScenarioFile.folder + "/README.md", encoding: .utf8)
        let named = readme.matches(of: /`((?:trap|cause|attack)-[a-z0-9-]+)`/).map { String($0.1) }
        #expect(Set(named) == Set(ScenarioFile.all.map(\.name)))
    }

    @Test func `the same scenario always gives the same`() throws {
        let file = try #require(ScenarioFile.all.first { $0.name == "attack-http-flood" })
        let (first, second) = (try file.read().play(), try file.read().play())
        #expect(first.lines == second.lines)
        #expect(first.events == second.events)
    }
}
