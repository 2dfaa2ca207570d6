// SPDX-License-Identifier: Apache-2.0

import Alerting
import ArgumentParser
import Capture
import Settings

/// `spate replay`: captures through the pipeline of the daemon, on the capture's clock.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Run captures through the pipeline and print what it would have said.",
        discussion: """
            Captures are pcap or pcapng. They are merged by capture time and replayed as fast as the machine can; \
            every time in the output is the capture's. Outputs of the configuration are not used: messages go to \
            standard output.
            """)

    @Option(
        help: ArgumentHelp("The configuration file.", valueName: "file"),
        completion: .file(extensions: ["yaml"]))
    var config: String

    @Option(
        help: ArgumentHelp("A capture of syslog datagrams; may be repeated.", valueName: "logs.pcap"),
        completion: .file())
    var logs: [String] = []

    @Option(
        help: ArgumentHelp(
            "A capture to learn baselines from first, without alerts; may be repeated.",
            valueName: "flows.pcap"),
        completion: .file())
    var learn: [String] = []

    @Option(
        help: ArgumentHelp(
            "A file to which what each channel said of each service is appended, second by second, as JSON lines.",
            valueName: "signals.json"),
        completion: .file())
    var signals: String?

    @Option(help: "Form of the output: human or json.")
    var format = OutputFormat.human

    @Argument(help: ArgumentHelp("Captures of flow export.", valueName: "flows.pcap"), completion: .file())
    var flows: [String]

    func run() async throws {
        let configuration = try Configuration.loadOrExit(path: config)
        var replay = Replay(configuration, series: signals)
        do {
            for path in learn { try replay.run(flows: [path], logs: []) { _ in } }
            replay.forgetCounts()
            var history = AlertHistory()
            try replay.run(flows: flows, logs: logs) { verdict in
                let alert = history.alert(for: verdict)
                StandardStreams.write(format == .json ? AlertJSON.line(alert) : AlertSentence(alert).text())
            }
        } catch {
            StandardStreams.report("\(error)")
            throw ExitCode(1)
        }
        let summary = replay.summary
        if format == .json {
            StandardStreams.write(summary.json)
        } else {
            StandardStreams.report(summary.sentence)
        }
        if replay.seriesError != 0 {
            StandardStreams.report("\(signals ?? "") cannot be written (errno \(replay.seriesError))")
            throw ExitCode(1)
        }
        guard replay.failures.isEmpty else {
            for failure in replay.failures { StandardStreams.report("\(failure)") }
            throw ExitCode(1)
        }
    }
}

/// The two forms of output that every command knows.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case human, json
}
