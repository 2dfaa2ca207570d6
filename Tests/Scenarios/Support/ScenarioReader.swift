// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import Pipeline
import Settings

extension Scenario {
    /// Reads a scenario.
    ///
    /// - Parameters:
    ///   - file: how mistakes name it; its last part without `.scenario` is the name.
    ///   - load: the octets of another file of its folder, by its name; nil when there is none.
    package static func read(
        _ text: String, file: String, load: @escaping (String) -> [UInt8]? = { _ in nil }
    ) throws(Mistake) -> Scenario {
        let last = file.split(separator: "/").last.map(String.init) ?? file
        var reader = ScenarioReader(
            name: last.split(separator: ".").first.map(String.init) ?? last, file: file, load: load)
        return try reader.read(text)
    }
}

/// Takes a scenario file apart into its sections: a header that begins a line, and indented lines that belong to it.
private struct ScenarioReader {
    private enum Part: String, CaseIterable {
        case trap, cause, attack, unsolved, configuration, telemetry, timeline, expect, begins, learned
        case protectedBy = "protected by"
        case asIf = "as if"
    }

    /// A header with what stands beside it, and its indented lines.
    private struct Section {
        let part: Part
        let line: Int
        let beside: String
        var lines: [(number: Int, text: String)] = []
    }

    private var scenario: Scenario
    private let file: String
    private let load: (String) -> [UInt8]?

    init(name: String, file: String, load: @escaping (String) -> [UInt8]?) {
        scenario = Scenario(name: name, file: file)
        (self.file, self.load) = (file, load)
    }

    mutating func read(_ text: String) throws(Mistake) -> Scenario {
        let sections = try sections(text)
        for part in [Part.configuration, .timeline, .expect]
        where !sections.contains(where: { $0.part == part }) {
            throw Mistake(file: file, line: 1, message: "there is no '\(part.rawValue):', expected one")
        }
        // What stands further down may be named above.
        let order: [Part] = [
            .trap, .cause, .attack, .unsolved, .begins, .learned, .configuration, .telemetry, .protectedBy,
            .timeline, .asIf, .expect,
        ]
        for part in order {
            for section in sections where section.part == part { try take(section) }
            if part == .configuration { supplyTelemetry() }
        }
        guard !scenario.about.isEmpty else {
            throw Mistake(
                file: file, line: 1,
                message: "what it is about is not said, expected 'trap:', 'cause:' or 'attack:'")
        }
        return scenario
    }

    private func sections(_ text: String) throws(Mistake) -> [Section] {
        var sections: [Section] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let number = index + 1
            guard let first = line.first(where: { $0 != " " }), first != "#" else { continue }
            if line.hasPrefix(" ") {
                guard !sections.isEmpty else {
                    throw Mistake(
                        file: file, line: number, message: "an indented line, expected a header first")
                }
                sections[sections.count - 1].lines.append((number, String(line)))
                continue
            }
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let part = Part(rawValue: String(parts[0])) else {
                let known = Part.allCases.map { $0.rawValue + ":" }.joined(separator: ", ")
                throw Mistake(file: file, line: number, message: "'\(parts[0])', expected one of \(known)")
            }
            let beside = parts[1].drop { $0 == " " }
            sections.append(Section(part: part, line: number, beside: String(beside)))
        }
        return sections
    }

    private mutating func take(_ section: Section) throws(Mistake) {
        switch section.part {
        case .trap, .cause, .attack: scenario.about = section.beside
        case .unsolved: break
        case .begins: try readBegin(section)
        case .learned: try readLearned(section)
        case .configuration: try readConfiguration(section)
        case .telemetry: for line in section.lines { try readTelemetry(words(line)) }
        case .protectedBy:
            var words = Words(section.beside, file: file, line: section.line)
            scenario.protections.append(try Protection(reading: &words))
            try words.end()
        case .timeline: for line in section.lines { try readTimeline(words(line)) }
        case .asIf: for line in section.lines { try readAsIf(words(line)) }
        case .expect: for line in section.lines { try readExpectation(words(line)) }
        }
    }

    private func words(_ line: (number: Int, text: String)) -> Words {
        let text = line.text.firstRange(of: " #").map { line.text[..<$0.lowerBound] } ?? line.text[...]
        return Words(text, file: file, line: line.number)
    }

    private mutating func readBegin(_ section: Section) throws(Mistake) {
        guard let instant = Quantity.date(section.beside) else {
            throw Mistake(
                file: file, line: section.line,
                message: "'\(section.beside)', expected a time such as 2026-11-23T08:00:00Z")
        }
        scenario.begins = instant
    }

    private mutating func readLearned(_ section: Section) throws(Mistake) {
        guard let octets = load(section.beside) else {
            throw Mistake(
                file: file, line: section.line,
                message: "there is no '\(section.beside)', expected a file of what was learned")
        }
        do throws(LearnedStateError) {
            scenario.learned = try LearnedState(archive: octets)
        } catch {
            throw Mistake(
                file: file, line: section.line,
                message: "'\(section.beside)': \(error), expected one that ScenarioPlayer --learn has made")
        }
    }

    /// With empty lines where the other sections are, so that the mistakes that Settings finds have the file's lines.
    private mutating func readConfiguration(_ section: Section) throws(Mistake) {
        var text: [String] = []
        for line in section.lines {
            while text.count < line.number - 1 { text.append("") }
            text.append(String(line.text.dropFirst(2)))
        }
        let reading = Configuration.parse(text.joined(separator: "\n"), file: file, formats: .known)
        guard let configuration = reading.configuration else {
            let problem = reading.problems.first
            throw Mistake(
                file: file, line: problem?.line ?? section.line,
                message: problem?.message ?? "no configuration")
        }
        guard !configuration.services.isEmpty else {
            throw Mistake(file: file, line: section.line, message: "no service, expected one to judge")
        }
        scenario.configuration = configuration
    }

    private mutating func supplyTelemetry() {
        scenario.exporters = [Exporter()]
        scenario.logs = scenario.configuration.services.map { _ in 1_000_000 }
    }

    private var timelineReader: TimelineReader {
        TimelineReader(
            services: scenario.configuration.services.map { ($0.name, $0.transport) },
            exporters: scenario.exporters)
    }

    private mutating func readTelemetry(_ line: Words) throws(Mistake) {
        var words = line
        let lacks = words.take("no")
        if words.take("log") {
            var services = Array(scenario.logs.indices)
            if words.take("of") { services = [try timelineReader.service(&words)] }
            var lag: Int64? = 1_000_000
            if words.take("lag") { lag = try words.value("a time, such as 5s", Quantity.duration) }
            for service in services { scenario.logs[service] = lacks ? nil : lag }
            return try words.end()
        }
        try words.require("exporter")
        if lacks {
            scenario.exporters = []
            return try words.end()
        }
        let exporter = try exporter(&words)
        if let place = scenario.exporters.firstIndex(where: { $0.name == exporter.name }) {
            scenario.exporters[place] = exporter
        } else {
            scenario.exporters.append(exporter)
        }
    }

    private func exporter(_ words: inout Words) throws(Mistake) -> Exporter {
        var exporter = Exporter()
        exporter.name = try words.value("the exporter's name") { $0.first!.isLetter ? $0 : nil }
        exporter.address = try words.value("its address") { IPAddress($0) }
        while !words.isAtEnd {
            if words.take("active") {
                exporter.active = try words.value("a time", Quantity.duration)
            } else if words.take("inactive") {
                exporter.inactive = try words.value("a time", Quantity.duration)
            } else if words.take("lag") {
                exporter.lag = try words.value("a time", Quantity.duration)
            } else if words.take("sampling") {
                exporter.sampling = try words.value("an interval, such as 1:10", Quantity.sampling)
            } else if words.take("since") {
                exporter.since = try words.value("a time in seconds", Quantity.second)
            } else {
                throw words.mistake(expected: "active, inactive, lag, sampling or since")
            }
        }
        return exporter
    }

    private mutating func readTimeline(_ line: Words) throws(Mistake) {
        var words = line
        switch try timelineReader.entry(&words) {
        case .traffic(let traffic):
            scenario.traffic.append(traffic)
            scenario.end = max(scenario.end, traffic.seconds.upperBound)
        case .disturbance(let disturbance):
            scenario.disturbances.append(disturbance)
            scenario.end = max(scenario.end, disturbance.seconds.upperBound)
        }
    }

    private mutating func readAsIf(_ line: Words) throws(Mistake) {
        var words = line
        guard case .traffic(let traffic) = try timelineReader.entry(&words),
            scenario.traffic.contains(where: { $0.name == traffic.name })
        else {
            throw Mistake(
                file: file, line: words.line,
                message: "stands for nothing, expected the name of a line of the timeline")
        }
        scenario.asIf.append(traffic)
    }

    private mutating func readExpectation(_ line: Words) throws(Mistake) {
        var words = line
        let expectation = try Expectation(reading: &words, timelineReader)
        scenario.end = max(scenario.end, expectation.latest)
        scenario.expectations.append(expectation)
    }
}
