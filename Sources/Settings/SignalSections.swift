// SPDX-License-Identifier: Apache-2.0

// `signals`: log lines as outcomes of services. Read after `services`.
extension ConfigurationReader {
    mutating func readSignals(_ entry: Entry?, into configuration: inout Configuration) {
        guard let entry, let section = section(entry, SignalsKey.self) else { return }
        for item in sections(section[.syslog], of: "sockets", SyslogListenKey.self) {
            readSyslogSocket(item, into: &configuration)
        }
        configuration.signals.linesPerSecond =
            integer(section[.linesPerSecond], in: 1...10_000_000, of: "a number of lines a second")
            ?? configuration.signals.linesPerSecond
        readStatsd(section[.statsd], into: &configuration)
        let formats = catalogue.builtIn + readFormats(section[.formats], into: &configuration)
        for item in sections(section[.rules], of: "rules", RuleKey.self) {
            if let rule = rule(item, formats: formats) { configuration.signals.rules.append(rule) }
        }
        readMetrics(section[.metrics], into: &configuration.signals)
    }

    private mutating func rule(_ section: Section<RuleKey>, formats: [String]) -> SignalRuleConfiguration? {
        let program = text(section[.program], expected: "the program's name in the log, such as nginx")
        let frontend = text(section[.frontend], expected: "the name of haproxy's frontend")
        let site = text(section[.site], expected: "the virtual host in the line")
        let host = text(section[.host], expected: "the host's name in the log")
        let sender = prefix(section[.sender])
        let format = word(
            required(section, .format, expected: alternatives(formats, conjunction: "or")), among: formats)
        if let format, let entry = section[.serviceFrom], catalogue.withoutDestination.contains(format) {
            problem(
                entry.line,
                "lines of format '\(format)' name no server, expected 'service' instead of 'service_from'")
        }
        guard let target = target(section), let format else { return nil }
        var rule = SignalRuleConfiguration(format: format, target: target)
        (rule.program, rule.frontend, rule.site) = (program, frontend, site)
        (rule.host, rule.sender) = (host, sender)
        return rule
    }

    private mutating func target(_ section: Section<RuleKey>) -> SignalTarget? {
        if section[.service] != nil, let field = section[.serviceFrom] {
            problem(field.line, "'service' and 'service_from' are both given, expected one of them")
        }
        if let entry = section[.service] { return knownService(entry).map { .service($0) } }
        if let entry = section[.serviceFrom] {
            return word(entry, among: ["dst"]).map { _ in .destination }
        }
        problem(section.line, "'service' is missing, expected a service's name, or 'service_from: dst'")
        return nil
    }

    /// The name of a service of this file.
    mutating func knownService(_ entry: Entry?) -> String? {
        guard !serviceLines.isEmpty else {
            return value(entry, expected: "the name of a service, and a 'services' section that has it") {
                _ in nil
            }
        }
        return word(entry, among: serviceLines.keys.sorted(), expected: "the name of a service in 'services'")
    }
}
