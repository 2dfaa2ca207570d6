// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The octets of packets, layer by layer.
enum Packet {
    static func big16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 255), UInt8(value & 255)] }

    static func udp(source: Int = 50_000, destination: Int = 2055, _ payload: [UInt8], length: Int? = nil)
        -> [UInt8]
    {
        big16(source) + big16(destination) + big16(length ?? payload.count + 8) + [0, 0] + payload
    }

    /// 10.3.0.1 to 192.0.2.7.
    static func ipv4(
        _ payload: [UInt8], transport: UInt8 = 17, fragment: Int = 0, options: Int = 0, length: Int? = nil
    ) -> [UInt8] {
        let total = length ?? 20 + options + payload.count
        return [0x45 + UInt8(options / 4), 0] + big16(total) + [0, 1] + big16(fragment)
            + [64, transport, 0, 0, 10, 3, 0, 1, 192, 0, 2, 7]
            + [UInt8](repeating: 1, count: options) + payload
    }

    /// fd00::1 to fd00::2.
    static func ipv6(_ payload: [UInt8], next: UInt8 = 17) -> [UInt8] {
        let zeros = [UInt8](repeating: 0, count: 13)
        return [0x60, 0, 0, 0] + big16(payload.count) + [next, 64] + [0xFD, 0] + zeros + [1] + [0xFD, 0]
            + zeros
            + [2] + payload
    }

    static func ethernet(type: Int, tags: [Int] = [], _ payload: [UInt8]) -> [UInt8] {
        [UInt8](repeating: 0x02, count: 12) + tags.flatMap { big16($0) + [0, 42] } + big16(type) + payload
    }
}

/// A capture file's octets.
struct CaptureBuilder {
    private(set) var bytes: [UInt8]
    private let bigEndian: Bool

    private func word(_ value: UInt32) -> [UInt8] {
        let shifts: [UInt32] = bigEndian ? [24, 16, 8, 0] : [0, 8, 16, 24]
        return shifts.map { UInt8(value >> $0 & 255) }
    }

    /// An empty pcap file of a LINKTYPE_ number.
    init(linkType: UInt32 = 1, bigEndian: Bool = false, nanoseconds: Bool = false) {
        self.bigEndian = bigEndian
        bytes = []
        bytes = word(nanoseconds ? 0xA1B2_3C4D : 0xA1B2_C3D4)
        bytes += bigEndian ? [0, 2, 0, 4] : [2, 0, 4, 0]
        bytes += word(0) + word(0) + word(262_144) + word(linkType)
    }

    /// - Parameter sent: what the packet's length was before the snapshot length cut it.
    mutating func add(_ packet: [UInt8], seconds: UInt32, fraction: UInt32 = 0, sent: Int? = nil) {
        bytes += word(seconds) + word(fraction) + word(UInt32(packet.count))
        bytes += word(UInt32(sent ?? packet.count)) + packet
    }

    /// The same packets as a pcapng file: one section, one interface, microseconds.
    static func pcapng(linkType: UInt32 = 1, _ packets: [(seconds: UInt64, octets: [UInt8])]) -> [UInt8] {
        let words = CaptureBuilder()
        func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
            let padding = [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
            let length = words.word(UInt32(12 + body.count + padding.count))
            return words.word(type) + length + body + padding + length
        }
        var bytes = block(
            0x0A0D_0D0A, words.word(0x1A2B_3C4D) + [1, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 8))
        bytes += block(1, words.word(linkType) + words.word(262_144))
        for packet in packets {
            let time = packet.seconds * 1_000_000
            bytes += block(
                6,
                words.word(0) + words.word(UInt32(time >> 32)) + words.word(UInt32(truncatingIfNeeded: time))
                    + words.word(UInt32(packet.octets.count)) + words.word(UInt32(packet.octets.count))
                    + packet.octets)
        }
        return bytes
    }
}

/// A file that is gone when this is.
final class TemporaryFile {
    let path: String

    init(_ bytes: [UInt8]) throws {
        path = FileManager.default.temporaryDirectory.path + "/spate-capture-\(UUID().uuidString)"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
