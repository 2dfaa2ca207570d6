// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Values of fields for people. Whatever the octets are, the text is one line of valid UTF-8 without control characters.
extension TextBuffer {
    /// The value of a field of this type; octets in hexadecimal where the length does not fit the type.
    mutating func append(value bytes: borrowing Span<UInt8>, type: ElementType?) {
        guard let type, bytes.count > 0 else {
            append(hexOf: bytes)
            return
        }
        switch type {
        case .octets, .basicList, .subTemplateList, .subTemplateMultiList: append(hexOf: bytes)
        case .text: append(text: bytes)
        case .macAddress: append(mac: bytes)
        case .ipv4Address, .ipv6Address: append(address: bytes)
        case .unsigned, .signed, .boolean, .seconds, .milliseconds, .ntp, .float:
            guard type.fits(width: bytes.count) else {
                append(hexOf: bytes)
                return
            }
            append(number: Self.unsigned(bytes), width: bytes.count, type: type)
        }
    }

    private static func unsigned(_ bytes: borrowing Span<UInt8>) -> UInt64 {
        var value: UInt64 = 0
        for index in bytes.indices { value = value << 8 | UInt64(bytes[index]) }
        return value
    }

    private mutating func append(number raw: UInt64, width: Int, type: ElementType) {
        switch type {
        case .signed:
            let shift = UInt64(64 &- 8 &* width)
            append(String(Int64(bitPattern: raw << shift) >> Int64(shift)))
        case .boolean: append(raw == 1 ? "true" : raw == 2 ? "false" : String(raw))
        case .seconds where width <= 4:
            append(Instant(seconds: Int64(truncatingIfNeeded: raw)).rfc3339(digits: 0))
        case .milliseconds where raw < Self.largestMilliseconds:
            append(Instant(milliseconds: Int64(truncatingIfNeeded: raw)).rfc3339(digits: 3))
        case .ntp where width == 8:
            append(Instant(microseconds: WireTime.microseconds(ntp: raw)).rfc3339(digits: 6))
        case .float where width == 8: append(String(Double(bitPattern: raw)))
        case .float: append(String(Float(bitPattern: UInt32(truncatingIfNeeded: raw))))
        default: append(raw)
        }
    }

    /// The end of the year 9999: what lies beyond is no time but a number.
    private static let largestMilliseconds: UInt64 = 253_402_300_800_000

    private mutating func append(address bytes: borrowing Span<UInt8>) {
        switch bytes.count {
        case 4:
            for index in 0..<4 {
                if index > 0 { append(octet: 0x2E) }
                append(UInt64(bytes[index]))
            }
        case 16: append(IPAddress(high: bytes.uint64(at: 0), low: bytes.uint64(at: 8)).description)
        default: append(hexOf: bytes)
        }
    }

    private mutating func append(mac bytes: borrowing Span<UInt8>) {
        for index in bytes.indices {
            if index > 0 { append(octet: 0x3A) }
            append(hex: bytes[index])
        }
    }

    /// NULs at the end are filler. Control characters and what is not UTF-8 come as `\xHH`.
    private mutating func append(text bytes: borrowing Span<UInt8>) {
        var end = bytes.count
        while end > 0, bytes[end &- 1] == 0 { end &-= 1 }
        var index = 0
        while index < end {
            let length = Self.lengthOfCharacter(bytes, at: index, end: end)
            if length == 0 {
                append("\\x")
                append(hex: bytes[index])
                index &+= 1
                continue
            }
            for offset in 0..<length { append(octet: bytes[index &+ offset]) }
            index &+= length
        }
    }

    /// Octets of the printable UTF-8 character at `index`; 0 when there is none.
    private static func lengthOfCharacter(_ bytes: borrowing Span<UInt8>, at index: Int, end: Int) -> Int {
        let first = bytes[index]
        // `\` itself is escaped, or else `\x41` in a name could not be told from an escape.
        if first < 0x80 { return first >= 0x20 && first != 0x7F && first != 0x5C ? 1 : 0 }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0
        guard length > 0, first <= 0xF4, end &- index >= length else { return 0 }
        var scalar = UInt32(first) & (0xFF >> UInt32(length &+ 1))
        for offset in 1..<length {
            let next = bytes[index &+ offset]
            guard next & 0xC0 == 0x80 else { return 0 }
            scalar = scalar << 6 | UInt32(next & 0x3F)
        }
        let smallest: UInt32 = length == 2 ? 0xA0 : length == 3 ? 0x800 : 0x10000
        guard scalar >= smallest, let character = Unicode.Scalar(scalar) else { return 0 }
        // Line and paragraph separators, and marks that turn the direction of the line around.
        switch character.value {
        case 0x2028...0x202E, 0x2066...0x2069: return 0
        default: return length
        }
    }
}
