// SPDX-License-Identifier: Apache-2.0

import Detection

/// A line under `expect:`.
struct Expectation: Sendable {
    /// As it stands in the file.
    let text: String
    let line: Int
    let kind: Kind

    enum Kind: Sendable {
        /// Nothing is said of the service, or of anything where it is nil.
        case nothing(service: String?)
        /// Something like this is said, or never is.
        case said(Saying, isWanted: Bool)
        /// The incident that is open at this second, or so many seconds after its opening, is of one of these kinds.
        case kindAt(Set<VerdictKind>, service: String, second: Int64, afterOpen: Bool)
        /// Of all that is said of incidents.
        case severity(Comparison, Severity)
        /// So many incidents in all.
        case incidents(Comparison, Int, service: String?)
        /// So many messages for people in all, after many have become one.
        case messages(Comparison, Int)
        /// What is usual at the end.
        case usual(PressureMetric, service: String, Comparison, Double)
        case standing(BaselineSummary.Standing, service: String)
    }

    /// What may be said.
    struct Saying: Sendable {
        var event: VerdictEvent
        /// Any where it is empty.
        var kinds: Set<VerdictKind>
        var service: String?
        var seconds: ClosedRange<Int64>?
        /// In the free sentence of a notice.
        var words: String?
    }

    enum Comparison: String, CaseIterable, Sendable {
        case less = "<"
        case atMost = "<="
        case equal = "="
        case atLeast = ">="
        case more = ">"

        func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
            switch self {
            case .less: left < right
            case .atMost: left <= right
            case .equal: left == right
            case .atLeast: left >= right
            case .more: left > right
            }
        }
    }

    /// The last second that it speaks of.
    var latest: Int64 {
        switch kind {
        case .said(let saying, _): saying.seconds?.upperBound ?? 0
        case .kindAt(_, _, let second, let afterOpen): afterOpen ? 0 : second
        default: 0
        }
    }
}

// MARK: Reading

extension Expectation {
    init(reading words: inout Words, _ names: TimelineReader) throws(Mistake) {
        line = words.line
        var copy = words
        text = copy.rest()
        kind = try Self.kind(&words, names)
        try words.end()
    }

    private static func kind(_ words: inout Words, _ names: TimelineReader) throws(Mistake) -> Kind {
        if words.take("nothing") { return .nothing(service: try service(&words, names)) }
        if words.take("no") { return .said(try saying(&words, names), isWanted: false) }
        switch words.next {
        case "open", "notice", "update", "clear": return .said(try saying(&words, names), isWanted: true)
        case "class": return try kindAt(&words, names)
        case "severity":
            _ = words.take("severity")
            let comparison = try comparison(&words)
            let expected = "notice, warning, error or critical"
            let severity = try words.value(expected) { name in Severity.allCases.first { $0.name == name } }
            return .severity(comparison, severity)
        case "incidents":
            _ = words.take("incidents")
            let service = try service(&words, names)
            return .incidents(
                try comparison(&words), try words.value("a number") { Int($0) }, service: service)
        case "messages":
            _ = words.take("messages")
            return .messages(try comparison(&words), try words.value("a number") { Int($0) })
        case "baseline": return try baseline(&words, names)
        default:
            throw words.mistake(
                expected:
                    "nothing, open, notice, update, clear, no …, class, severity, incidents, messages or baseline"
            )
        }
    }

    private static func saying(_ words: inout Words, _ names: TimelineReader) throws(Mistake) -> Saying {
        let event = try words.value("open, notice, update or clear") { VerdictEvent(rawValue: $0) }
        var saying = Saying(event: event, kinds: try kinds(&words))
        if words.take("saying") {
            let word = try words.value("a word of the sentence") { $0 }
            saying.words = word
        }
        saying.service = try service(&words, names)
        if words.take("within") {
            let range = try words.value("a time, such as 130s..140s", Quantity.seconds)
            saying.seconds = range.lowerBound...range.upperBound
        }
        return saying
    }

    /// `http_flood or demand_overload`.
    private static func kinds(_ words: inout Words) throws(Mistake) -> Set<VerdictKind> {
        guard let first = words.next, !["on", "within", "saying"].contains(first) else { return [] }
        var kinds: Set<VerdictKind> = []
        repeat {
            kinds.insert(
                try words.value("a class, such as http_flood or surge") { VerdictKind(rawValue: $0) })
        } while words.take("or")
        return kinds
    }

    private static func service(_ words: inout Words, _ names: TimelineReader) throws(Mistake) -> String? {
        guard words.take("on") else { return nil }
        return names.services[try names.service(&words)].name
    }

    private static func kindAt(_ words: inout Words, _ names: TimelineReader) throws(Mistake) -> Kind {
        try words.require("class")
        let kinds = try kinds(&words)
        guard let service = try service(&words, names) else {
            throw words.mistake(expected: "'on' a service")
        }
        if words.take("at") {
            let second = try words.value("a time, such as 180s", Quantity.second)
            return .kindAt(kinds, service: service, second: second, afterOpen: false)
        }
        let second = try words.value("'at' and a time, or a time and 'after open'", Quantity.second)
        try words.require("after")
        try words.require("open")
        return .kindAt(kinds, service: service, second: second, afterOpen: true)
    }

    private static func comparison(_ words: inout Words) throws(Mistake) -> Comparison {
        let expected = Comparison.allCases.map(\.rawValue).joined(separator: " ")
        return try words.value("one of " + expected) { Comparison(rawValue: $0) }
    }

    private static func baseline(_ words: inout Words, _ names: TimelineReader) throws(Mistake) -> Kind {
        try words.require("baseline")
        guard let service = try service(&words, names) else {
            throw words.mistake(expected: "'on' a service")
        }
        if let standing = words.takeValue({ BaselineSummary.Standing(rawValue: $0) }) {
            return .standing(standing, service: service)
        }
        let metric = try words.value("a metric, such as new_connections, or cold, warm or frozen") {
            PressureMetric(rawValue: $0)
        }
        return .usual(
            metric, service: service, try comparison(&words), try words.value("a number") { Double($0) })
    }
}
