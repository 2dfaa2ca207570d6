// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Capture
import FlowDecoding
import Foundation

/// `spate decode`: what the exporters of a capture sent.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Show what the exporters of a capture sent.",
        discussion: """
            Every UDP datagram of the capture is read as NetFlow v1, v5, v7, v9 or IPFIX, whatever its port: templates, \
            options, records and what is wrong with them. With --format json there is one JSON object a line.
            Exit status 0: the capture was read to its end; 1: it could not be.
            """)

    @Option(help: "How to write: text for people, json for programs.")
    var format: ListingFormat = .text

    @Argument(help: "A capture: pcap or pcapng.", completion: .file(extensions: ["pcap", "pcapng"]))
    var file: String

    /// Lines are written out in portions of about this many octets.
    private static let portion = 1 << 18

    func run() throws {
        do {
            try list()
        } catch let error as CaptureError {
            Self.report(error.description)
            throw ExitCode(1)
        }
    }

    private func list() throws {
        var reader = try PcapReader(path: file)
        var listing = DatagramListing(format: format)
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
