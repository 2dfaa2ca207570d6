// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ServiceSignals
import Settings

/// `spate check`: reads the configuration and says everything that is wrong with it.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Validate a configuration file.",
        discussion: """
            Every mistake is reported as file:line: what is wrong, what is expected. Nothing is opened or started.
            Exit status 0: the configuration is valid; 1: it is not.
            """)

    @Option(
        help: ArgumentHelp("The configuration file.", valueName: "file"),
        completion: .file(extensions: ["yaml"]))
    var config: String

    func run() throws {
        let configuration = try Configuration.loadOrExit(path: config)
        StandardStreams.write("\(config): valid: \(Self.summary(configuration))")
    }

    /// `3 sockets, 6 services, 4 log rules, 2 outputs`, with the metric rules where there are any.
    static func summary(_ configuration: Configuration) -> String {
        let signals = configuration.signals
        return [
            counted(configuration.listen.count + signals.syslog.count + signals.statsd.count, "socket"),
            counted(configuration.services.count, "service"),
            counted(signals.rules.count, "log rule"),
            signals.metrics.isEmpty ? nil : counted(signals.metrics.count, "metric rule"),
            counted(configuration.alerts.count, "output"),
        ].compactMap { $0 }.joined(separator: ", ")
    }

    private static func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}

extension LogFormatCatalogue {
    /// The formats that ServiceSignals reads: what every command passes when it loads a configuration.
    static let known = LogFormatCatalogue(
        builtIn: LogFormat.builtInNames,
        withoutDestination: Set(
            LogFormat.builtInNames.filter { LogFormat.builtIn(named: $0)?.namesDestination == false }),
        mistake: { description in
            do throws(FormatError) {
                _ = try LogFormat(description)
                return nil
            } catch {
                return .init(position: error.position, message: error.message(in: description))
            }
        })
}

extension LogFormat {
    /// The format that the operator describes.
    init(_ description: FormatDescription) throws(FormatError) {
        switch description {
        case .text(.nginx, let text): self = .lines(try LinePlan(nginx: text))
        case .text(.apache, let text): self = .lines(try LinePlan(apache: text))
        case .text(.haproxy, let text): self = .lines(try LinePlan(haproxy: text))
        case .json(let keys): self = .json(try JSONPlan(keys.map { ($0.role, $0.key) }))
        }
    }
}

extension FormatError {
    /// The mistake with its place in a format string, and what stands there.
    fileprivate func message(in description: FormatDescription) -> String {
        guard case .text(_, let text) = description else { return message }
        let rest = String(decoding: Array(text.utf8).dropFirst(position).prefix(16), as: UTF8.self)
        return rest.isEmpty || position == 0
            ? "at character \(position + 1): \(message)"
            : "at character \(position + 1), '\(rest)': \(message)"
    }
}
