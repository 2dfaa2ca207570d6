// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Control
import FlowModel
import Settings

/// `spate status`: asks the running daemon how it is and what its exporters do.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Ask the running daemon how it is, what its exporters do and what is usual.",
        discussion: """
            Without an option the daemon is looked for where the shipped configuration has it: the socket \
            \(ControlConfiguration.usualSocket), then the address 127.0.0.1:9469. With --format json there is one JSON \
            object a line; docs/status.md explains each name.
            Exit status 0: a daemon has answered, whatever its health; 1: none has.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, json
    }

    @Option(
        help: ArgumentHelp("The daemon's configuration file, which says where to ask.", valueName: "file"),
        completion: .file(extensions: ["yaml"]))
    var config: String?

    @Option(help: ArgumentHelp("The daemon's control.socket.", valueName: "path"), completion: .file())
    var socket: String?

    @Flag(help: "Show all services, not only the busiest. JSON has all of them.")
    var services = false

    @Option(help: "How to write: text for people, json for programs.")
    var format: Format = .text

    func validate() throws {
        guard config == nil || socket == nil else {
            throw ValidationError("'--config' and '--socket' are both given, expected one of them.")
        }
    }

    func run() async throws {
        let places = try places()
        guard !places.isEmpty else {
            StandardStreams.report(
                "\(config ?? ""): neither control.socket nor control.http: there is nobody to ask")
            throw ExitCode(1)
        }
        var failures: [String] = []
        for place in places {
            do {
                let report = try await Self.report(from: place)
                let text = StatusText(report, services: services ? .max : StatusText.fewServices)
                let lines = format == .json ? report.jsonLines : text.lines
                lines.forEach { StandardStreams.write($0) }
                return
            } catch {
                failures.append(SafeText.escaped("\(place): \(error)"))
            }
        }
        StandardStreams.report(Self.message(failures))
        throw ExitCode(1)
    }

    private func places() throws -> [ControlAddress] {
        if let socket { return [.unix(path: socket)] }
        if let config { return try Configuration.loadOrExit(path: config).controlAddresses }
        var usual = Configuration()
        usual.control.socket = ControlConfiguration.usualSocket
        return usual.controlAddresses
    }

    private static func report(from place: ControlAddress) async throws -> StatusReport {
        let answer = try await ControlClient(place).get("/status")
        guard answer.status == 200 else {
            throw NoStatus(
                reason: "HTTP status \(answer.status) for /status: another program, or an older spate")
        }
        guard let report = try? StatusReport(json: answer.body) else {
            throw NoStatus(reason: "the answer is no status that version \(Spate.version) can read")
        }
        return report
    }

    private static func message(_ failures: [String]) -> String {
        let hint =
            failures.contains { $0.hasSuffix("Permission denied") }
            ? "Only the daemon's user, its group and root may ask over the socket: try sudo."
            : "Is it running (systemctl status spate)? --config FILE or --socket PATH says where to ask."
        return (["no daemon answers"] + failures.map { "  " + $0 } + [hint]).joined(separator: "\n")
    }

    /// Somebody answered, but not with a status.
    private struct NoStatus: Error, CustomStringConvertible {
        let reason: String

        var description: String { reason }
    }
}
