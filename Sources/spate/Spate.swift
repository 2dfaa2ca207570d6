// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The command line.
struct Spate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spate",
        abstract:
            "Collects NetFlow and IPFIX and tells when a service is being exhausted (MITRE ATT&CK T1499.002).",
        discussion: "Exit status: 0 done, 1 the input or the configuration is wrong, 2 wrong usage.",
        version: version,
        subcommands: [
            RunCommand.self, CheckCommand.self, ReplayCommand.self, DecodeCommand.self, LogsCommand.self,
            StatusCommand.self, IncidentsCommand.self,
        ])

    /// Semantic version of the interface: messages, configuration, metrics, exit status.
    static let version = "0.1.0"
}

/// The program. The argument parser would end with 64 on wrong usage; the interface says 2.
@main
enum Program {
    static func main() async {
        do {
            var command = try Spate.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            let code = Spate.exitCode(for: error)
            guard code == .validationFailure else { Spate.exit(withError: error) }
            StandardStreams.report(Spate.fullMessage(for: error))
            Spate.exit(withError: ExitCode(2))
        }
    }
}
