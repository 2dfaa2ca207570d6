// SPDX-License-Identifier: Apache-2.0

import FlowModel

// `signals.statsd` and `signals.metrics`: what other tools measure, as outcomes of services.
extension ConfigurationReader {
    mutating func readStatsd(_ entry: Entry?, into configuration: inout Configuration) {
        for item in sections(entry, of: "sockets", StatsdListenKey.self) {
            switch (item[.udp], item[.unix]) {
            case (let udp?, nil): readUDP(udp, item, into: &configuration)
            case (nil, let unix?): readUnix(unix, item, into: &configuration.signals)
            case (nil, nil):
                problem(
                    item.line,
                    "'udp' is missing, expected an address and a port, such as \"127.0.0.1:8125\", or 'unix'")
            default:
                problem(
                    item.line,
                    "'udp' and 'unix' are given, expected one of them; use two sockets for both")
            }
        }
    }

    private mutating func readUDP(
        _ udp: Entry, _ item: Section<StatsdListenKey>, into configuration: inout Configuration
    ) {
        if let mode = item[.mode] {
            problem(mode.line, "'mode' is for 'unix', expected none for 'udp'")
        }
        let buffer = size(item[.receiveBuffer], in: Self.receiveBufferRange, example: "8MiB")
        guard let endpoint = endpoint(udp, example: "127.0.0.1:8125") else { return }
        let syslog = configuration.signals.syslog.compactMap { socket in
            if case .udp(let other) = socket { other } else { nil }
        }
        for (place, sockets) in [("listen", configuration.listen), ("signals.syslog", syslog)]
        where sockets.contains(where: { endpoint.collides(with: $0) }) {
            problem(
                item.line, "port \(endpoint.port) is in '\(place)' already, expected a port of its own")
        }
        let isTaken = configuration.signals.statsd.contains { socket in
            if case .udp(let other) = socket { endpoint.collides(with: other) } else { false }
        }
        if isTaken {
            problem(
                item.line, "this address and port are listened on already, expected each socket once")
        }
        configuration.signals.statsd.append(
            .udp(
                ListenConfiguration(
                    address: endpoint.address, port: endpoint.port,
                    receiveBufferBytes: buffer ?? ListenConfiguration.syslogBufferBytes)))
    }

    private mutating func readUnix(
        _ unix: Entry, _ item: Section<StatsdListenKey>, into signals: inout SignalConfiguration
    ) {
        if let buffer = item[.receiveBuffer] {
            problem(buffer.line, "'receive_buffer' is for 'udp', expected none for 'unix'")
        }
        let mode = permissions(item[.mode]) ?? SyslogSocket.usualMode
        guard let path = socketPath(unix, example: "/run/spate/statsd.sock") else { return }
        let isLog = signals.syslog.contains { socket in
            if case .unix(path, mode: _) = socket { true } else { false }
        }
        let isTaken = signals.statsd.contains { socket in
            if case .unix(path, mode: _) = socket { true } else { false }
        }
        if isLog || isTaken {
            problem(item.line, "this path is listened on already, expected each socket once")
        }
        signals.statsd.append(.unix(path: path, mode: mode))
    }

    /// After the rules for logs.
    mutating func readMetrics(_ entry: Entry?, into signals: inout SignalConfiguration) {
        var lines: [Int] = []
        for item in sections(entry, of: "metrics", MetricRuleKey.self) {
            guard let rule = metricRule(item) else { continue }
            signals.metrics.append(rule)
            lines.append(item.line)
        }
        for (line, rule) in zip(lines, signals.metrics) where rule.use == .errors {
            let isCounted = signals.metrics.contains { $0.use == .requests && $0.target == rule.target }
            if !isCounted, !signals.logs(rule.target) {
                warn(line, "nothing counts the requests whose errors these are, expected 'as: requests' too")
            }
        }
    }

    private mutating func metricRule(_ section: Section<MetricRuleKey>) -> MetricRuleConfiguration? {
        let name = pattern(required(section, .name, expected: "the name of metrics, `*` for any text"))
        let use = choice(
            required(
                section, .as,
                expected: alternatives(MetricUseName.allCases.map(\.rawValue), conjunction: "or")
            ), MetricUseName.self)
        let (tags, sender) = (tagConditions(section[.tags]), prefix(section[.sender]))
        let every = wholeSeconds(section[.every])
        guard let target = metricTarget(section, name: name), let use else { return nil }
        var rule = MetricRuleConfiguration(name: name ?? "", use: use, target: target)
        (rule.tags, rule.sender, rule.overSeconds) = (tags, sender, every ?? 1)
        rule.failure = failure(section[.failure], use: use)
        rule.milliseconds = timeUnit(section, use: use)
        rule.all = whole(section, use: use)
        return name == nil ? nil : rule
    }

    /// Text that can be compared with a name, or with the value of a tag.
    ///
    /// - Parameter excluded: what divides it from what comes next.
    private mutating func pattern(_ entry: Entry?, without excluded: Character = ":") -> String? {
        value(entry, expected: "1 to 255 octets with at most 4 `*`, without `\(excluded)`, `|` and spaces") {
            text in
            let fits =
                text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7C && $0 != 0x7F } && !text.contains(excluded)
            let stars = text.utf8.count { $0 == 0x2A }
            return fits && (1...255).contains(text.utf8.count) && stars <= 4 ? text : nil
        }
    }

    private mutating func tagConditions(_ entry: Entry?) -> [TagConfiguration] {
        guard let entry, let pairs = mapping(entry, expected: "`key: value` lines") else { return [] }
        if pairs.count > 16 { problem(entry.line, "\(entry.label) has more than 16 tags, expected fewer") }
        return pairs.compactMap { pair in
            pattern(pair.value, without: ",").map { TagConfiguration(key: pair.name, value: $0) }
        }
    }

    private mutating func metricTarget(_ section: Section<MetricRuleKey>, name: String?) -> MetricTarget? {
        if section[.service] != nil, let field = section[.serviceFrom] {
            problem(field.line, "'service' and 'service_from' are both given, expected one of them")
        }
        if let entry = section[.service] { return knownService(entry).map { .service($0) } }
        guard let entry = section[.serviceFrom] else {
            problem(section.line, "'service' is missing, expected a service's name, or 'service_from'")
            return nil
        }
        let target: MetricTarget? = value(
            entry, expected: "name, or tag and the tag's key, such as tag service"
        ) {
            text in
            if text == "name" { return .name }
            let words = text.split(separator: " ")
            return words.count == 2 && words[0] == "tag" ? .tag(String(words[1])) : nil
        }
        if target == .name, let name, !name.contains("*") {
            problem(entry.line, "'service_from' is name, expected a `*` in 'name' where the service stands")
        }
        return target
    }

    private mutating func failure(_ entry: Entry?, use: MetricUseName) -> FailureClass {
        let usual: FailureClass = use == .errors ? .serverError : .none
        guard let entry else { return usual }
        guard use == .errors || use == .requests else {
            problem(
                entry.line, "'failure' means nothing for \(use.rawValue), expected it for errors or requests")
            return usual
        }
        let classes = FailureClass.allCases.filter(\.isFailure)
        let chosen = word(entry, among: classes.map(\.name))
        return classes.first { $0.name == chosen } ?? usual
    }

    /// How many milliseconds the unit of a time has.
    private mutating func timeUnit(_ section: Section<MetricRuleKey>, use: MetricUseName) -> Double {
        guard let entry = section[.unit], !use.isShare else { return 1 }
        guard use.isTime else {
            problem(entry.line, "'unit' means nothing for \(use.rawValue), expected it for times and shares")
            return 1
        }
        switch word(entry, among: ["s", "ms", "us"]) {
        case "s": return 1000
        case "us": return 0.001
        default: return 1
        }
    }

    /// The value at which the thing is full.
    private mutating func whole(_ section: Section<MetricRuleKey>, use: MetricUseName) -> Double {
        guard use.isShare else {
            if let entry = section[.of] {
                problem(entry.line, "'of' means nothing for \(use.rawValue), expected it for workers and cpu")
            }
            return 1
        }
        if section[.unit] != nil, let entry = section[.of] {
            problem(entry.line, "'unit' and 'of' are both given, expected one of them")
        }
        if let entry = section[.unit] {
            return word(entry, among: ["percent", "ratio"]) == "percent" ? 100 : 1
        }
        guard let entry = section[.of] else {
            problem(
                section.line,
                "'unit' is missing, expected percent or ratio, or in 'of' how many \(use.rawValue) there are")
            return 1
        }
        return number(entry, in: 0.001...1_000_000_000) ?? 1
    }

    private mutating func wholeSeconds(_ entry: Entry?) -> UInt8? {
        value(entry, expected: "a duration from 1s to 1m in whole seconds, such as 10s") { text in
            Quantities.duration(text).flatMap { interval in
                let seconds = interval.microseconds / 1_000_000
                let fits = (1...60).contains(seconds) && interval == .seconds(seconds)
                return fits ? UInt8(seconds) : nil
            }
        }
    }
}

extension SignalConfiguration {
    /// Whether a log may tell of the requests of a service.
    fileprivate func logs(_ target: MetricTarget) -> Bool {
        guard case .service(let name) = target else { return !rules.isEmpty }
        return rules.contains { $0.target == .destination || $0.target == .service(name) }
    }
}
