// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Exit status and streams of the command line: scripts read them.
struct UsageTests {
    @Test(arguments: [
        ["nonsense"], ["run"], ["check"], ["decode"], ["replay"], ["replay", "--config", "x"],
        ["replay", "--config", "x", "--format", "xml", "y"], ["decode", "--format", "xml", "y"],
        ["check", "--confg", "x"],
        ["logs"], ["logs", "--config", "x", "--sender", "nobody"],
        ["logs", "--config", "x", "--program", "a b"],
        ["status", "--config", "x", "--socket", "y"], ["status", "--format", "xml"],
        ["run", "--config", "x", "surplus"],
        ["replay", "--config", "x", "--explain", "y", "--history", "z", "f"],
        ["incidents", "show"], ["incidents", "--limit", "0"], ["incidents", "--since", "yesterday"],
        ["incidents", "--class", "flood"], ["incidents", "--config", "x", "--state", "y"],
        ["incidents", "export", "--format", "human"],
    ])
    func wrongUsageIsStatusTwo(arguments: [String]) async throws {
        let ending = try await Program.run(arguments)
        #expect(ending.isExit)
        #expect(ending.status == 2)
        #expect(ending.output == "")
        #expect(ending.error.contains("Error: "))
        #expect(ending.error.contains("Usage: spate"))
    }

    @Test(arguments: [["--version"], ["run", "--version"], ["replay", "--version"]])
    func versionIsANumber(arguments: [String]) async throws {
        let ending = try await Program.run(arguments)
        #expect(ending.status == 0)
        #expect(ending.error == "")
        #expect(ending.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    }

    @Test(arguments: ["spate.yaml", "haproxy-nginx-unbound.yaml"])
    func shippedConfigurationsAreValid(name: String) async throws {
        let folder = URL(filePath: #filePath).appending(path: "../../../Config").standardized.path
        let ending = try await Program.run(["check", "--config", "\(folder)/\(name)"])
        #expect(ending.status == 0)
        #expect(ending.error == "")
        #expect(ending.output.contains("\(name): valid: "))
    }

    @Test func aResultThatCannotBeWrittenIsStatusOne() async throws {
        let folder = try TemporaryDirectory()
        try Data().write(to: URL(filePath: folder.file("spate.yaml")))
        let ending = try await Program.run(
            ["-c", "exec \"$0\" check --config \"$1\" > /dev/full", Program.path, folder.file("spate.yaml")],
            executable: "/bin/sh")
        #expect(ending.isExit)
        #expect(ending.status == 1)
        #expect(ending.error.hasPrefix("standard output: "))
        #expect(ending.error.hasSuffix("No space left on device\n"))
    }

    @Test(arguments: [[], ["run"], ["check"], ["replay"], ["decode"], ["logs"], ["status"], ["incidents"]])
    func everyCommandHasHelp(command: [String]) async throws {
        let ending = try await Program.run(command + ["--help"])
        #expect(ending.status == 0)
        #expect(ending.error == "")
        #expect(ending.output.contains((["USAGE: spate"] + command).joined(separator: " ")))
        for word in command.isEmpty
            ? ["run", "check", "replay", "decode", "logs", "status", "incidents"] : ["OPTIONS:"]
        {
            #expect(ending.output.contains(word))
        }
    }
}
