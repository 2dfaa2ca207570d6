// SPDX-License-Identifier: Apache-2.0

/// Text under construction as UTF-8 octets: a listing has millions of fields, and a `String` for each would take longer
/// than reading the capture.
struct TextBuffer: Sendable {
    var octets: [UInt8] = []

    mutating func append(_ text: String) { octets.append(contentsOf: text.utf8) }

    mutating func append(_ other: TextBuffer) { octets.append(contentsOf: other.octets) }

    mutating func append(octet: UInt8) { octets.append(octet) }

    mutating func append(_ number: UInt64) {
        guard number >= 10 else {
            octets.append(0x30 &+ UInt8(truncatingIfNeeded: number))
            return
        }
        append(number / 10)
        octets.append(0x30 &+ UInt8(truncatingIfNeeded: number % 10))
    }

    mutating func append(_ number: Int) { append(UInt64(number.magnitude)) }

    mutating func append(hex octet: UInt8) {
        octets.append(Self.hexDigit(octet >> 4))
        octets.append(Self.hexDigit(octet & 15))
    }

    mutating func append(hexOf bytes: borrowing Span<UInt8>) {
        for index in bytes.indices { append(hex: bytes[index]) }
    }

    /// Text between quotes, as JSON has it.
    mutating func append(quoted text: TextBuffer) {
        octets.append(0x22)
        for octet in text.octets {
            switch octet {
            case 0x22, 0x5C:
                octets.append(0x5C)
                octets.append(octet)
            case ..<0x20:
                append("\\u00")
                append(hex: octet)
            default: octets.append(octet)
            }
        }
        octets.append(0x22)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 &+ value : 0x57 &+ value }
}
