// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Capture
import FlowDecoding
import Foundation
import Settings

/// `spate decode`: what the exporters of a capture sent.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Show what the exporters of a capture sent.",
        discussion: """
            Every UDP datagram of the capture is read as NetFlow v1, v5, v7, v9 or IPFIX, whatever its port: templates, \
            options, records and what is wrong with them. With --format json there is one JSON object a line.
            A file of elements names those that Spate does not know, or renames those that it does. Its first line is \
            pen,id,name,type,units; a further line is, say, 64512,1,queueLength,unsigned32,packets. The pen is a private \
            enterprise number, 0 for IANA, or v9 for field types of NetFlow v9.
            Exit status 0: the capture was read to its end; 1: it or the file of elements could not be.
            """)

    @Option(help: "How to write: text for people, json for programs.")
    var format: ListingFormat = .text

    @Option(
        help: ArgumentHelp("Names of elements, as CSV.", valueName: "file"),
        completion: .file(extensions: ["csv"]))
    var elements: String?

    @Argument(help: "A capture: pcap or pcapng.", completion: .file(extensions: ["pcap", "pcapng"]))
    var file: String

    /// Lines are written out in portions of about this many octets.
    private static let portion = 1 << 18

    func run() throws {
        do {
            try list(with: try elements.map(Self.names) ?? .standard)
        } catch let error as CaptureError {
            Self.report(error.description)
            throw ExitCode(1)
        }
    }

    /// The registries' names and those of the file; says what is wrong with it and ends with status 1.
    private static func names(from path: String) throws -> ElementNames {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            report("\(path): cannot be read: \(Configuration.reason(error))")
            throw ExitCode(1)
        }
        guard data.count <= ElementFile.octetLimit else {
            report("\(path): is \(data.count) octets long, expected at most \(ElementFile.octetLimit)")
            throw ExitCode(1)
        }
        let file = ElementFile([UInt8](data))
        for mistake in file.mistakes { report("\(path):\(mistake.line): \(mistake.message)") }
        guard file.mistakes.isEmpty else { throw ExitCode(1) }
        var names = ElementNames.standard
        names.add(file)
        return names
    }

    private func list(with names: ElementNames) throws {
        var reader = try PcapReader(path: file)
        var listing = DatagramListing(format: format, names: names)
        var failure: CaptureError?
        while failure == nil {
            do throws(CaptureError) {
                guard let datagram = try reader.next() else { break }
                listing.add(
                    datagram.payload.span, from: datagram.source, port: datagram.sourcePort,
                    arrival: datagram.time)
            } catch {
                failure = error
            }
            if listing.pendingOctets >= Self.portion { try Self.write(listing.takeLines()) }
        }
        try Self.write(listing.takeLines())
        if reader.skippedPackets > 0 {
            Self.report(
                "\(file): \(reader.skippedPackets) packets without a whole UDP datagram were left out")
        }
        if let failure { throw failure }
    }

    private static func write(_ lines: [UInt8]) throws {
        guard !lines.isEmpty else { return }
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(lines))
        } catch {
            report("standard output: \(error.localizedDescription)")
            throw ExitCode(1)
        }
    }

    private static func report(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}

extension ListingFormat: ExpressibleByArgument {}
