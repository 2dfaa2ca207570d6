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

    /// The rules for metrics in their order, likewise.
    var metricRules: [MetricRule] {
        let directory = ServiceDirectory(services)
        return signals.metrics.compactMap { rule in
            guard let name = NamePattern(rule.name), let service = rule.target.source(directory) else {
                return nil
            }
            var metric = MetricRule(name: name, use: rule.metricUse, service: service)
            metric.tags = rule.tags.compactMap { tag in
                NamePattern(tag.value).map { TagCondition(key: tag.key, value: $0) }
            }
            guard metric.tags.count == rule.tags.count else { return nil }
            (metric.sender, metric.milliseconds, metric.overSeconds) = (
                rule.sender, rule.milliseconds, rule.overSeconds
            )
            return metric
        }
    }

    var metricParser: MetricParser {
        var limits = MetricLimits()
        limits.dateTolerance = Self.dateTolerance
        return MetricParser(rules: metricRules, services: ServiceDirectory(services), limits: limits)
    }

    /// What the sockets for metrics read them with. A sender may send as many datagrams as another one lines.
    func metricSettings(_ plan: ShardPlan) -> MetricSettings {
        MetricSettings(parser: metricParser, plan: plan, datagramsPerSecond: signals.linesPerSecond)
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
        limits.dateTolerance = Self.dateTolerance
        return SignalParser(rules: logRules, services: ServiceDirectory(services), limits: limits)
    }

    /// A date further off would fall out of the windows, which reach four minutes back: then the arrival counts.
    private static let dateTolerance = Interval.seconds(120)
}

extension MetricTarget {
    fileprivate func source(_ directory: ServiceDirectory) -> MetricServiceSource? {
        switch self {
        case .service(let name): directory.service(named: name).map { .fixed($0) }
        case .tag(let key): .tag(key)
        case .name: .star
        }
    }
}

extension MetricRuleConfiguration {
    fileprivate var metricUse: MetricUse {
        switch use {
        case .requests: .requests(failure)
        case .errors: .failures(failure)
        case .latency: .latency
        case .queue: .level(.queue, all: 1, isFree: false)
        case .workers: .level(.workers, all: all, isFree: false)
        case .workersIdle: .level(.workers, all: all, isFree: true)
        case .cpu: .level(.processor, all: all, isFree: false)
        case .cpuIdle: .level(.processor, all: all, isFree: true)
        case .handshakeFailures: .event(.handshakeFailure)
        case .saturated: .event(.saturated)
        case .accepted: .event(.accepted)
        }
    }
}
