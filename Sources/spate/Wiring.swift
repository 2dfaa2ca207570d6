// SPDX-License-Identifier: Apache-2.0

import Control
import FlowDecoding
import FlowModel
import ServiceSignals
import ServiceWindows
import Settings

/// From the configuration's words to the values that the stages take.
extension Configuration {
    var decoding: DecodingConfiguration {
        DecodingConfiguration(
            allow: exporters.allow.isEmpty ? nil : exporters.allow,
            overrides: exporters.overrides.map {
                FlowDecoding.ExporterOverride(
                    prefix: $0.prefix, sampling: $0.samplingInterval)
            }, rateLimit: exporters.rateLimit)
    }

    /// The rules in their order; a rule is left out only if the configuration was not checked.
    var logRules: [LogRule] {
        let directory = ServiceDirectory(services)
        return signals.rules.compactMap { rule in
            let source: ServiceSource
            switch rule.target {
            case .service(let name):
                guard let id = directory.service(named: name) else { return nil }
                source = .fixed(id)
            case .destination: source = .destination
            }
            guard let format = logFormat(named: rule.format) else { return nil }
            return LogRule(
                program: rule.program, sender: rule.sender, host: rule.host, frontend: rule.frontend,
                site: rule.site, format: format, service: source)
        }
    }

    /// Where the daemon can be asked, the socket first.
    var controlAddresses: [ControlAddress] {
        [
            control.socket.map { .unix(path: $0) },
            control.http.map { .tcp(host: "\($0.address)", port: Int($0.port)) },
        ]
        .compactMap { $0 }
    }

    private func logFormat(named name: String) -> LogFormat? {
        guard let own = signals.formats.first(where: { $0.name == name }) else {
            return .builtIn(named: name)
        }
        return try? LogFormat(own.description)
    }

    /// What the sockets for log lines read them with.
    func signalSettings(_ plan: ShardPlan) -> SignalSettings {
        SignalSettings(
            parser: signalParser,
            rules: signals.rules.enumerated().map {
                RuleName(position: $0.offset + 1, format: $0.element.format)
            }, plan: plan, linesPerSecond: signals.linesPerSecond)
    }

    var signalParser: SignalParser {
        var limits = SignalLimits()
        // A date further off would fall out of the windows, which reach four minutes back: then the arrival counts.
        limits.dateTolerance = .seconds(120)
        return SignalParser(rules: logRules, services: ServiceDirectory(services), limits: limits)
    }
}
