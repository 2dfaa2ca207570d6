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

    /// `3 sockets, 6 services, 4 log rules, 2 outputs`.
    static func summary(_ configuration: Configuration) -> String {
        [
            counted(configuration.listen.count + configuration.signals.syslog.count, "socket"),
            counted(configuration.services.count, "service"),
            counted(configuration.signals.rules.count, "log rule"),
            counted(configuration.alerts.count, "output"),
        ].joined(separator: ", ")
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
        mistake: { text in
            do throws(FormatError) {
                _ = try NginxFormat(text)
                return nil
            } catch {
                return "at character \(error.position + 1): \(error.message)"
            }
        })
}
