// SPDX-License-Identifier: Apache-2.0

import Detection

/// The keys of one kind of section; the raw values are the words in the file.
protocol SectionKey: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// Where such a section stands, for the documentation; empty for the whole file.
    static var sectionPath: String { get }
}

enum RootKey: String, SectionKey {
    case listen, gather, exporters, services, discover, memory, evaluation, signals, baseline, detection
    case suppress, alerts, control, state
    case archive
    static let sectionPath = ""
}

enum ListenKey: String, SectionKey {
    case udp, sockets
    case receiveBuffer = "receive_buffer"
    static let sectionPath = "listen[]"
}

enum ExportersKey: String, SectionKey {
    case allow, overrides
    case rateLimit = "rate_limit"
    static let sectionPath = "exporters"
}

enum OverrideKey: String, SectionKey {
    case address, sampling
    case activeTimeout = "active_timeout"
    case inactiveTimeout = "inactive_timeout"
    static let sectionPath = "exporters.overrides[]"
}

enum ServiceSectionKey: String, SectionKey {
    case name, addresses, port, ports, `protocol`, kind, detection
    static let sectionPath = "services[]"
}

enum DiscoverKey: String, SectionKey {
    case enabled, limit
    static let sectionPath = "discover"
}

enum MemoryKey: String, SectionKey {
    case cells, outcomes, sources, newcomers, continuations
    static let sectionPath = "memory"
}

enum EvaluationKey: String, SectionKey {
    case shards
    static let sectionPath = "evaluation"
}

enum SignalsKey: String, SectionKey {
    case syslog, statsd, formats, rules, metrics
    case linesPerSecond = "lines_per_second"
    static let sectionPath = "signals"
}

enum SyslogListenKey: String, SectionKey {
    case udp, tcp, unix, mode
    case receiveBuffer = "receive_buffer"
    static let sectionPath = "signals.syslog[]"
}

enum StatsdListenKey: String, SectionKey {
    case udp, unix, mode
    case receiveBuffer = "receive_buffer"
    static let sectionPath = "signals.statsd[]"
}

enum FormatKey: String, SectionKey {
    case nginx, apache, haproxy, json
    static let sectionPath = "signals.formats.*"
}

enum RuleKey: String, SectionKey {
    case program, frontend, site, host, sender, format, service
    case serviceFrom = "service_from"
    static let sectionPath = "signals.rules[]"
}

enum MetricRuleKey: String, SectionKey {
    case name, tags, sender, `as`, failure, unit, of, every, service
    case serviceFrom = "service_from"
    static let sectionPath = "signals.metrics[]"
}

enum BaselineKey: String, SectionKey {
    case warmUp = "warm_up"
    static let sectionPath = "baseline"
}

enum SuppressKey: String, SectionKey {
    case sources, egress, maintenance, events
    static let sectionPath = "suppress"
}

enum DeclaredPrefixKey: String, DeclarationKey {
    case prefix, service, why
    static let sectionPath = "suppress.sources[]"
}

enum EgressKey: String, DeclarationKey {
    case prefix, service, why
    static let sectionPath = "suppress.egress[]"
}

enum PlannedEventKey: String, SectionKey {
    case service, from, until, factor, why
    static let sectionPath = "suppress.events[]"
}

enum MaintenanceKey: String, SectionKey {
    case service, schedule, lasting, zone, from, until, why
    static let sectionPath = "suppress.maintenance[]"
}

enum AlertKey: String, SectionKey {
    case syslog, stdout, file
    static let sectionPath = "alerts[]"
}

enum SyslogOutputKey: String, SectionKey {
    case local, udp, facility
    static let sectionPath = "alerts[].syslog"
}

enum StandardOutputKey: String, SectionKey {
    case format
    static let sectionPath = "alerts[].stdout"
}

enum FileOutputKey: String, SectionKey {
    case path
    static let sectionPath = "alerts[].file"
}

enum ControlKey: String, SectionKey {
    case http, socket
    static let sectionPath = "control"
}

enum StateKey: String, SectionKey {
    case directory, history
    static let sectionPath = "state"
}

enum HistoryKey: String, SectionKey {
    case keep, limit
    static let sectionPath = "state.history"
}

enum ArchiveKey: String, SectionKey {
    case enabled
    static let sectionPath = "archive"
}

extension Configuration {
    /// Every key that the configuration may have, as `section.key`; `[]` stands for an item of a list. The same that
    /// docs/configuration.md lists.
    package static let knownKeys: [String] =
        paths(RootKey.self) + paths(ListenKey.self) + paths(ExportersKey.self) + paths(OverrideKey.self)
        + paths(ServiceSectionKey.self) + paths(DiscoverKey.self) + paths(MemoryKey.self)
        + paths(EvaluationKey.self) + paths(SignalsKey.self)
        + paths(SyslogListenKey.self) + paths(StatsdListenKey.self)
        + paths(FormatKey.self) + paths(RuleKey.self)
        + paths(MetricRuleKey.self)
        + paths(BaselineKey.self)
        + DetectionPolicy.options.map { "detection." + $0.name }
        + ["services[].detection.warm_up"] + paths(SuppressKey.self)
        + paths(DeclaredPrefixKey.self) + paths(EgressKey.self) + paths(MaintenanceKey.self)
        + paths(PlannedEventKey.self) + paths(AlertKey.self)
        + paths(SyslogOutputKey.self) + paths(StandardOutputKey.self) + paths(FileOutputKey.self)
        + paths(ControlKey.self) + paths(StateKey.self) + paths(HistoryKey.self)
        + paths(ArchiveKey.self)

    private static func paths<Key: SectionKey>(_: Key.Type) -> [String] {
        Key.allCases.map { Key.sectionPath.isEmpty ? $0.rawValue : "\(Key.sectionPath).\($0.rawValue)" }
    }
}
