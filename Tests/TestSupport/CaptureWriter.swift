// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Writes a pcap file of UDP datagrams over IPv4, without a link layer (LINKTYPE_RAW).
package struct CaptureWriter {
    /// The file so far.
    package private(set) var octets: [UInt8] = []
    /// Packets so far.
    package private(set) var packets = 0

    package init() {
        octets = Self.word(0xA1B2_C3D4) + [2, 0, 4, 0] + Self.word(0) + Self.word(0)
        octets += Self.word(262_144) + Self.word(101)
    }

    /// Appends one datagram.
    ///
    /// - Parameter microseconds: since 1970.
    package mutating func add(
        _ payload: [UInt8], from source: UInt32 = 0x0A03_0001, port: Int = 2055, at microseconds: Int64
    ) {
        var packet = OctetWriter()
        packet.append16(0x4500)
        packet.append16(payload.count + 28)
        packet.append32(0)
        packet.append([64, 17, 0, 0])
        packet.append(UInt64(source), width: 4)
        packet.append([192, 0, 2, 7])
        for value in [50_000, port, payload.count + 8, 0] { packet.append16(value) }
        packet.append(payload)
        let count = UInt32(packet.octets.count)
        octets += Self.word(UInt32(microseconds / 1_000_000)) + Self.word(UInt32(microseconds % 1_000_000))
        octets += Self.word(count) + Self.word(count) + packet.octets
        packets += 1
    }

    /// Writes the first `count` octets, or all of them, to a new file.
    package func write(to path: String, first count: Int? = nil) throws {
        try Data(octets.prefix(count ?? octets.count)).write(to: URL(filePath: path))
    }

    /// Little-endian, as most captures are.
    private static func word(_ value: UInt32) -> [UInt8] {
        [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
