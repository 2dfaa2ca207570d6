// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The command line.
@main
struct Spate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spate",
        abstract: "Collects NetFlow and IPFIX and tells when a service is being exhausted (MITRE ATT&CK T1499.002).",
        version: version,
        subcommands: [RunCommand.self, CheckCommand.self, ReplayCommand.self, DecodeCommand.self])

    /// Semantic version of the interface: messages, configuration, metrics, exit status.
    static let version = "0.1.0"
}
