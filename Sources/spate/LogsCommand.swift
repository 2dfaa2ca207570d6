// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Capture
import FlowModel
import Foundation
import Settings

/// `spate logs`: how each line of a sample of logs is read.
struct LogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show how each line of a sample of logs is read.",
        discussion: """
            The sample is text, a line for each syslog message as it is sent or as a syslog daemon stores it, or a capture \
            (pcap or pcapng) of syslog datagrams. A file that a program writes itself has no syslog header: say with \
            --program whose lines they are, as rules ask for it. Each line is read by the rules of the configuration as the \
            daemon would; a summary by rule and reason goes to standard error. With --format json there is one JSON \
            object a line.
            Dates in text count as they are, those without a time zone as UTC; in a capture they are held against the \
            capture's clock, as the daemon does against its own.
            Exit status 0: the sample was read to its end; 1: it or the configuration could not be.
            """)

    @Option(
        help: ArgumentHelp("The configuration file.", valueName: "file"),
        completion: .file(extensions: ["yaml"]))
    var config: String

    @Option(
        help: ArgumentHelp(
            "The program that wrote the lines itself, without syslog headers.", valueName: "name"))
    var program: String?

    @Option(
        help: ArgumentHelp(
            "Who sent the lines of a text, for rules that ask for a sender.", valueName: "address"))
    var sender: String?

    @Option(help: "Form of the output: human or json.")
    var format = OutputFormat.human

    @Argument(
        help: ArgumentHelp("Log lines or a capture; - is standard input.", valueName: "sample.log"),
        completion: .file())
    var sample = "-"

    /// Octets that are read at a time.
    private static let portion = 1 << 16

    func validate() throws {
        if let sender, IPAddress(sender) == nil {
            throw ValidationError(
                "'--sender \(sender)' is no address, expected one such as 10.2.0.20 or fd00::20.")
        }
        if let program,
            program.isEmpty || program.utf8.count > LogSurvey.longestProgram
                || program.contains(where: \.isWhitespace)
        {
            throw ValidationError(
                "'--program' is a word of at most \(LogSurvey.longestProgram) octets, such as nginx.")
        }
    }

    func run() throws {
        let configuration = try Configuration.loadOrExit(path: config)
        var survey = LogSurvey(configuration, program: program, format: format)
        do {
            try read(into: &survey)
        } catch let error as CaptureError {
            StandardStreams.report(error.description)
            throw ExitCode(1)
        } catch let error as CocoaError {
            StandardStreams.report("\(sample): cannot be read: \(Configuration.reason(error))")
            throw ExitCode(1)
        }
        survey.summary.forEach { StandardStreams.report($0) }
    }

    private func read(into survey: inout LogSurvey) throws {
        let file = try sample == "-" ? .standardInput : FileHandle(forReadingFrom: URL(filePath: sample))
        var octets = try file.read(upToCount: Self.portion) ?? Data()
        if sample != "-", Self.isCapture(octets) { return try readCapture(into: &survey) }
        let sender = sender.flatMap { IPAddress($0) } ?? .unspecified
        var cutter = LineCutter()
        while !octets.isEmpty {
            cutter.add([UInt8](octets)) { survey.add(line: $0, from: sender) }
            Self.write(survey.takeText())
            octets = try file.read(upToCount: Self.portion) ?? Data()
        }
        cutter.finish { survey.add(line: $0, from: sender) }
        Self.write(survey.takeText())
    }

    private func readCapture(into survey: inout LogSurvey) throws {
        var reader = try PcapReader(path: sample)
        while let datagram = try next(&reader, survey) {
            survey.add(datagram)
            if survey.isLong { Self.write(survey.takeText()) }
        }
        Self.write(survey.takeText())
        if reader.skippedPackets > 0 {
            StandardStreams.report(
                "\(sample): \(reader.skippedPackets) packets without a whole UDP datagram were left out")
        }
    }

    /// What was read before a capture breaks off is shown.
    private func next(_ reader: inout PcapReader, _ survey: LogSurvey) throws -> CapturedDatagram? {
        do throws(CaptureError) {
            return try reader.next()
        } catch {
            Self.write(survey.text)
            throw error
        }
    }

    /// Whether a file begins like pcap, in either order of octets and with either unit of time, or like pcapng.
    private static func isCapture(_ octets: Data) -> Bool {
        let marks: [[UInt8]] = [
            [0xA1, 0xB2, 0xC3, 0xD4], [0xD4, 0xC3, 0xB2, 0xA1], [0xA1, 0xB2, 0x3C, 0x4D],
            [0x4D, 0x3C, 0xB2, 0xA1], [0x0A, 0x0D, 0x0D, 0x0A],
        ]
        return marks.contains { octets.starts(with: $0) }
    }

    private static func write(_ text: String) {
        // The last line end comes with the writing.
        if !text.isEmpty { StandardStreams.write(String(text.dropLast())) }
    }
}
