// SPDX-License-Identifier: Apache-2.0

import Alerting
import Capture
import FlowModel
import Pipeline
import ServiceSignals
import Settings

/// Reads the lines of a sample as the daemon would and says of each how, and of all how many.
struct LogSurvey {
    /// Octets of a syslog tag that are read (RFC 5424 allows 48, some senders use more).
    static let longestProgram = 64
    /// Octets of a line that people are shown when it could not be read.
    private static let shownOctets = 160

    private let rules: [SignalRuleConfiguration]
    private let services: [ConfiguredService]
    private let format: OutputFormat
    /// What is put before a line that has no syslog header of its own.
    private let header: [UInt8]
    /// For captures: their clock is the parser's.
    private var parser: SignalParser
    /// For text: dates are taken as they are.
    private var timelessParser: SignalParser
    private var tally = LogTally()
    /// What was not taken yet; each line with its end.
    private(set) var text = ""

    /// - Parameter program: who wrote the lines of a text without syslog headers; nil when they have them.
    init(_ configuration: Configuration, program: String?, format: OutputFormat) {
        (rules, services, self.format) = (configuration.signals.rules, configuration.services, format)
        header = program.map { Array("<14>\($0): ".utf8) } ?? []
        parser = configuration.signalParser
        var limits = SignalLimits()
        limits.dateTolerance = Interval(microseconds: .max)
        limits.datagramOctets += header.count
        timelessParser = SignalParser(
            rules: configuration.logRules, services: ServiceDirectory(configuration.services), limits: limits)
        if format == .human { text = Self.heading + "\n" }
    }

    /// Whether there is enough text to be worth writing.
    var isLong: Bool { text.utf8.count > 1 << 16 }

    /// What the lines so far are read as; each with its line end.
    mutating func takeText() -> String {
        defer { text = "" }
        return text
    }

    /// Reads a line of a text.
    mutating func add(line: borrowing Span<UInt8>, from sender: IPAddress) {
        let never = Instant(microseconds: .max)
        guard !header.isEmpty, !line.isEmpty else {
            return add(timelessParser.parse(line, from: sender, arrival: never), line)
        }
        var octets = header
        for index in line.indices { octets.append(line[index]) }
        add(timelessParser.parse(octets.span, from: sender, arrival: never), line)
    }

    /// Reads a datagram of a capture.
    mutating func add(_ datagram: CapturedDatagram) {
        let octets = datagram.payload.span
        add(parser.parse(octets, from: datagram.source, arrival: datagram.time), octets)
    }

    private mutating func add(_ result: SignalResult, _ line: borrowing Span<UInt8>) {
        tally.count(result)
        let reading = LineReading(
            result, line: tally.lines, rules: rules, services: services)
        switch format {
        case .json: text += reading.json
        case .human:
            text += reading.row
            if reading.isTrouble { text += "\n         " + Self.shown(line) }
        }
        text += "\n"
    }

    /// The line as text that can be printed, cut where it is long.
    private static func shown(_ line: borrowing Span<UInt8>) -> String {
        var octets: [UInt8] = []
        for index in 0..<min(line.count, shownOctets) { octets.append(line[index]) }
        let text = String(decoding: octets, as: UTF8.self)
        return SafeText.escaped(text) + (line.count > shownOctets ? " ..." : "")
    }

    private static let heading = LineReading.row(
        "line", ["rule", "service", "time", "client", "status", "server ms", "read as"])

    /// How many lines were read by which rule, and why others were not.
    var summary: [String] { tally.summary(rules, hasProgram: !header.isEmpty) }
}
