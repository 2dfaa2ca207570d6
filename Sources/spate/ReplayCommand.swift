// SPDX-License-Identifier: Apache-2.0

import Alerting
import ArgumentParser
import Capture
import Detection
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
            With --explain the output says for every second what each test of one service saw and which gate held or \
            failed, so that a missed or false alert can be understood; docs/incidents.md reads one.
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

    @Option(
        help: ArgumentHelp(
            "Explain this service second by second: its name, or an endpoint such as 10.2.0.20:80/tcp.",
            valueName: "service"))
    var explain: String?

    @Option(
        help: ArgumentHelp(
            "A directory from which baselines and known clients are taken, and into which they are saved at the end.",
            valueName: "dir"),
        completion: .directory)
    var state: String?

    @Option(
        help: ArgumentHelp(
            "A folder in which a history of the incidents is kept, for `spate incidents --state`.",
            valueName: "folder"),
        completion: .directory)
    var history: String?

    @Option(help: "Form of the output: human or json.")
    var format = OutputFormat.human

    @Argument(help: ArgumentHelp("Captures of flow export.", valueName: "flows.pcap"), completion: .file())
    var flows: [String]

    func validate() throws {
        guard explain == nil || history == nil else {
            throw ValidationError("'--explain' and '--history' are both given, expected one of them.")
        }
    }

    func run() async throws {
        let configuration = try Configuration.loadOrExit(path: config)
        let file = try state.map(Self.stateFile)
        var replay = Replay(configuration, series: signals, past: file.flatMap(Self.past))
        let printer = ReplayPrinter(format, explains: explain != nil)
        let archive = history.map { ReplayHistory(folder: $0) }
        do {
            let choice = try explain.map { try ServiceChoice($0, configuration) }
            for path in learn { try replay.run(flows: [path], logs: []) { _ in } }
            replay.forgetCounts()
            replay.demand = choice.map { .service($0.name) } ?? (archive == nil ? .none : .troubled)
            try replay.run(
                flows: flows, logs: logs,
                explain: { archive == nil ? printer.write($0) : archive?.write($0) },
                { verdict in
                    archive?.write(verdict)
                    printer.write(verdict)
                })
            printer.finish()
            if let choice, !replay.services.contains(choice.name) {
                StandardStreams.report(choice.absence(among: replay.services))
                throw ExitCode(1)
            }
        } catch let code as ExitCode {
            throw code
        } catch {
            StandardStreams.report("\(error)")
            throw ExitCode(1)
        }
        try file.map { try Self.save(replay, to: $0) }
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
        if let failure = archive?.close() {
            StandardStreams.report(failure)
            throw ExitCode(1)
        }
        guard replay.failures.isEmpty else {
            for failure in replay.failures { StandardStreams.report("\(failure)") }
            throw ExitCode(1)
        }
    }
}

// What `--state` asks for.
extension ReplayCommand {
    private static func stateFile(_ directory: String) throws -> BaselineFile {
        do {
            try StateFile.makeDirectory(directory)
        } catch {
            StandardStreams.report("\(directory): \(error)")
            throw ExitCode(1)
        }
        return BaselineFile(directory: directory)
    }

    private static func past(_ file: BaselineFile) -> LearnedState? {
        let (state, problem) = file.load()
        if let problem { StandardStreams.report(problem) }
        return state
    }

    private static func save(_ replay: borrowing Replay, to file: BaselineFile) throws {
        if replay.forgotten > 0 { StandardStreams.report(file.farewell(replay.forgotten)) }
        guard let learned = replay.learned else { return }
        do {
            try file.save(learned)
        } catch {
            StandardStreams.report("\(file.path) could not be written: \(error)")
            throw ExitCode(1)
        }
    }
}

/// The two forms of output that every command knows.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case human, json
}
