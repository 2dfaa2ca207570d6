// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Detection
import FlowModel
import Pipeline
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
        for line in Self.exceptions(configuration) + Self.declarations(configuration.suppression) {
            StandardStreams.write("  " + line)
        }
    }

    /// The constants that services have otherwise than all, a line each: `shop: pressure_ratio 3, unclear_after 120 s`.
    static func exceptions(_ configuration: Configuration) -> [String] {
        configuration.services.compactMap { service in
            guard let own = configuration.serviceDetection[service.name] else { return nil }
            let all = configuration.detection
            let warmUp = own.warmUp == all.warmUp ? [] : ["warm_up \(own.warmUp) s"]
            let others = DetectionPolicy.options
                .filter { own[keyPath: $0.path] != all[keyPath: $0.path] }
                .map { "\($0.name) \(own[keyPath: $0.path])" + ($0.unit.isEmpty ? "" : " \($0.unit)") }
            let words = (warmUp + others).joined(separator: ", ")
            return
                "\(service.name): \(words.isEmpty ? "a detection of its own, the same as that of all" : words)"
        }
    }

    /// What is declared, a line each: `source 10.30.0.5/32 for every service: load test`.
    static func declarations(_ suppression: SuppressionConfiguration) -> [String] {
        func line(_ what: String, _ service: String?, _ reason: String) -> String {
            "\(what) for \(service ?? "every service")"
                + (reason.isEmpty ? "" : ": \(SafeText.escaped(reason))")
        }
        return suppression.sources.map { line("source \($0.prefix)", $0.service, $0.reason) }
            + suppression.egress.map { line("egress \($0.prefix)", $0.service, $0.reason) }
            + suppression.plan.maintenance.map { line("maintenance \($0.time.text)", $0.service, $0.reason) }
            + suppression.plan.events.map {
                line("event \($0.span.text) x \($0.factor)", $0.service, $0.reason)
            }
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
