// SPDX-License-Identifier: Apache-2.0

package import FlowDecoding
import FlowModel
package import ServiceSignals
package import Settings

/// From the configuration's words to the values that the stages take.
extension Configuration {
    /// What datagrams are decoded with.
    package var decoding: DecodingConfiguration {
        DecodingConfiguration(
            allow: exporters.allow.isEmpty ? nil : exporters.allow,
            overrides: exporters.overrides.map {
                FlowDecoding.ExporterOverride(
                    prefix: $0.prefix, sampling: $0.samplingInterval)
            }, rateLimit: exporters.rateLimit)
    }

    /// The rules in their order; a rule is left out only if the configuration was not checked.
    package var logRules: [LogRule] {
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
    package var metricRules: [MetricRule] {
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

    /// For what is sent in StatsD's words.
    package var metricParser: MetricParser {
        var limits = MetricLimits()
        limits.dateTolerance = Self.dateTolerance
        return MetricParser(rules: metricRules, services: ServiceDirectory(services), limits: limits)
    }

    private func logFormat(named name: String) -> LogFormat? {
        guard let own = signals.formats.first(where: { $0.name == name }) else {
            return .builtIn(named: name)
        }
        return try? LogFormat(own.description)
    }

    /// For log lines.
    package var signalParser: SignalParser {
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
