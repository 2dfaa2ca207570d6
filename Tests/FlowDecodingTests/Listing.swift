// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import TestSupport

/// Lists messages as `spate decode` does.
enum Listing {
    /// The lines for some datagrams.
    static func lines(
        _ format: ListingFormat, _ datagrams: [[UInt8]], names: ElementNames = .standard
    ) -> [String] {
        var listing = DatagramListing(format: format, names: names)
        for datagram in datagrams {
            listing.add(
                datagram.span, from: DecodingBench.router, port: 50000, arrival: DecodingBench.noon)
        }
        let text = String(decoding: listing.takeLines(), as: UTF8.self)
        return text.split(separator: "\n").map(String.init)
    }

    /// What the text says of one field: its name, its value, its units.
    static func field(
        _ field: TestField, _ value: [UInt8], in version: MessageBuilder.Version = .ipfix,
        names: ElementNames = .standard
    ) -> String {
        var message = MessageBuilder(version)
        message.addTemplate(256, [field])
        message.addData(256, [value])
        let line = lines(.text, [message.datagram], names: names).last ?? ""
        let prefix = "    data 256: "
        return line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count)) : "no record: \(line)"
    }
}
