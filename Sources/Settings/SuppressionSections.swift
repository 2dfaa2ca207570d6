// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel

// `suppress`: who is no attacker, and when nobody is to be woken.
extension ConfigurationReader {
    mutating func readSuppression(_ entry: Entry?, into configuration: inout Configuration) {
        guard let entry, let section = section(entry, SuppressKey.self) else { return }
        configuration.suppression.sources = declaredPrefixes(section[.sources], DeclaredPrefixKey.self)
        configuration.suppression.egress = declaredPrefixes(section[.egress], EgressKey.self)
        for item in sections(section[.maintenance], of: "maintenance windows", MaintenanceKey.self) {
            if let window = maintenance(item) { configuration.suppression.plan.maintenance.append(window) }
        }
        for item in sections(section[.events], of: "planned events", PlannedEventKey.self) {
            if let event = plannedEvent(item) { configuration.suppression.plan.events.append(event) }
        }
    }

    private mutating func declaredPrefixes<Key: DeclarationKey>(_ entry: Entry?, _: Key.Type)
        -> [DeclaredPrefix]
    {
        var prefixes: [DeclaredPrefix] = []
        for item in sections(entry, of: "prefixes, each `prefix: …, why: …`", Key.self) {
            let why = reason(item[Key.why])
            let service = serviceOrAll(item[Key.service])
            guard let prefix = prefix(required(item, Key.prefix, expected: "a prefix, such as 10.30.0.5/32"))
            else { continue }
            if prefixes.contains(where: { $0.prefix == prefix && $0.service == service.name }) {
                problem(item.line, "\(prefix) is given twice for the same service, expected once")
            }
            prefixes.append(DeclaredPrefix(prefix: prefix, service: service.name, reason: why))
        }
        return prefixes
    }

    private mutating func reason(_ entry: Entry?) -> String {
        text(entry, expected: "a few words for messages") ?? ""
    }

    /// The name of a service, nil for `*` and where nothing is said.
    private mutating func serviceOrAll(_ entry: Entry?) -> (name: String?, isRight: Bool) {
        guard let entry, entry.text != "*" else { return (nil, true) }
        let name = knownService(entry)
        return (name, name != nil)
    }

    // MARK: Maintenance

    private mutating func maintenance(_ item: Section<MaintenanceKey>) -> MaintenanceWindow? {
        let service = required(item, .service, expected: "a service's name, or \"*\" for all")
            .map { serviceOrAll($0) }
        let why = reason(item[.why])
        let isOnce = item[.from] != nil || item[.until] != nil
        let time = isOnce ? onceOnly(item) : recurring(item)
        guard let service, service.isRight, let time else { return nil }
        return MaintenanceWindow(service: service.name, time: time, reason: why)
    }

    private mutating func onceOnly(_ item: Section<MaintenanceKey>) -> MaintenanceWindow.Time? {
        for key in [MaintenanceKey.schedule, .lasting, .zone] {
            guard let entry = item[key] else { continue }
            problem(
                entry.line,
                "'\(key.rawValue)' is given beside 'from' and 'until', expected a schedule or a single time")
        }
        return span(item, from: .from, until: .until, longest: Self.longestWindow).map { .once($0) }
    }

    private mutating func recurring(_ item: Section<MaintenanceKey>) -> MaintenanceWindow.Time? {
        let example = "five fields as in cron, such as \"0 2 * * SUN\""
        let schedule = schedule(
            required(item, .schedule, expected: "\(example), or 'from' and 'until'"), expected: example)
        let lasting = duration(
            required(item, .lasting, expected: "a duration, such as 2h"), seconds: 60...Self.longestWindow,
            example: "2h")
        let offset = zone(item[.zone])
        guard let schedule, let lasting, let offset else { return nil }
        return .recurring(schedule, lasting: lasting.microseconds / 1_000_000, offset: offset)
    }

    /// A week: what lasts longer is no maintenance but a service that is not watched.
    private static let longestWindow = 604_800.0

    private mutating func schedule(_ entry: Entry?, expected: String) -> CronSchedule? {
        guard let entry, let text = value(entry, expected: expected, { $0 }) else { return nil }
        do throws(CronError) {
            return try CronSchedule(text)
        } catch {
            problem(entry.line, "\(entry.label) is \(entry.shown): \(error.message)")
            return nil
        }
    }

    /// Seconds ahead of UTC: 0 when nothing is said; nil, and a problem, when it is wrong.
    private mutating func zone(_ entry: Entry?) -> Int64? {
        guard let entry else { return 0 }
        return value(entry, expected: "UTC or an offset from it, such as \"+01:00\"") { text in
            text == "UTC" ? 0 : TimeText.offset(text)
        }
    }

    // MARK: Planned events

    private mutating func plannedEvent(_ item: Section<PlannedEventKey>) -> PlannedEvent? {
        let service = required(item, .service, expected: "a service's name, or \"*\" for all")
            .map { serviceOrAll($0) }
        let why = reason(item[.why])
        let span = span(item, from: .from, until: .until, longest: Self.longestEvent)
        let factor = number(
            required(item, .factor, expected: "how many times the usual, such as 5"), in: 1...1000)
        guard let service, service.isRight, let span, let factor else { return nil }
        return PlannedEvent(service: service.name, span: span, factor: factor, reason: why)
    }

    /// A month: what lasts longer is usual.
    private static let longestEvent = 2_678_400.0

    private mutating func span<Key: SectionKey>(
        _ item: Section<Key>, from: Key, until: Key, longest: Double
    ) -> TimeSpan? {
        let expected = "a date and time with its zone, such as 2026-11-27T18:00:00Z"
        let first = value(required(item, from, expected: expected), expected: expected) {
            TimeText.second($0)
        }
        let last = value(required(item, until, expected: expected), expected: expected) {
            TimeText.second($0)
        }
        guard let first, let last else { return nil }
        guard first < last, Double(last - first) <= longest else {
            problem(
                item[until]?.line ?? item.line,
                "'\(until.rawValue)' is not within \(Int(longest) / 86400) days after '\(from.rawValue)', expected a later time that is"
            )
            return nil
        }
        return TimeSpan(from: first, until: last)
    }
}

/// Keys of a list of declared prefixes.
protocol DeclarationKey: SectionKey {
    static var prefix: Self { get }
    static var service: Self { get }
    static var why: Self { get }
}
