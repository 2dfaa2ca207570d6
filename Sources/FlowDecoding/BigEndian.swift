// SPDX-License-Identifier: Apache-2.0

/// Network byte order. A field that the span does not hold in full is our own bug and traps: lengths are validated
/// once, before a record is sliced. The last octet is taken first: its check makes the others needless, and one load is
/// left of them all.
extension Span<UInt8> {
    /// Two octets.
    @inline(__always)
    package func uint16(at offset: Int) -> UInt16 {
        let bytes = extracting(offset...)
        let last = UInt16(bytes[1])
        return UInt16(bytes[0]) << 8 | last
    }

    /// Four octets.
    @inline(__always)
    package func uint32(at offset: Int) -> UInt32 {
        let bytes = extracting(offset...)
        let last = UInt32(bytes[3])
        return UInt32(bytes[0]) << 24 | UInt32(bytes[1]) << 16 | UInt32(bytes[2]) << 8 | last
    }

    /// Eight octets.
    @inline(__always)
    package func uint64(at offset: Int) -> UInt64 {
        let bytes = extracting(offset...)
        let last = UInt64(bytes[7])
        let high =
            UInt64(bytes[0]) << 56 | UInt64(bytes[1]) << 48 | UInt64(bytes[2]) << 40 | UInt64(bytes[3]) << 32
        return high | UInt64(bytes[4]) << 24 | UInt64(bytes[5]) << 16 | UInt64(bytes[6]) << 8 | last
    }

    /// Whether all bytes from `offset` on are zero.
    func isZero(from offset: Int) -> Bool {
        var index = offset
        while index < count {
            if self[index] != 0 { return false }
            index &+= 1
        }
        return true
    }
}
