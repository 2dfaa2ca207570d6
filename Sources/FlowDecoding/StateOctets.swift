// SPDX-License-Identifier: Apache-2.0

/// Appends numbers in network byte order.
struct StateWriter {
    private(set) var octets: [UInt8] = []

    mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        for shift in stride(from: Number.bitWidth &- 8, through: 0, by: -8) {
            octets.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
        }
    }

    mutating func append(_ more: [UInt8]) { octets.append(contentsOf: more) }
}

/// Takes numbers in network byte order, never past `end`.
struct StateReader {
    /// There is less than was to be taken, or it cannot be.
    struct Invalid: Error {}

    private(set) var offset: Int
    let end: Int

    init(offset: Int, end: Int) { (self.offset, self.end) = (offset, end) }

    mutating func range(_ count: Int, _ octets: borrowing Span<UInt8>) throws(Invalid) -> Range<Int> {
        guard count <= end &- offset else { throw Invalid() }
        defer { offset &+= count }
        return offset..<offset &+ count
    }

    mutating func uint8(_ octets: borrowing Span<UInt8>) throws(Invalid) -> UInt8 {
        octets[try range(1, octets).lowerBound]
    }

    mutating func uint16(_ octets: borrowing Span<UInt8>) throws(Invalid) -> UInt16 {
        octets.uint16(at: try range(2, octets).lowerBound)
    }

    mutating func uint32(_ octets: borrowing Span<UInt8>) throws(Invalid) -> UInt32 {
        octets.uint32(at: try range(4, octets).lowerBound)
    }

    mutating func uint64(_ octets: borrowing Span<UInt8>) throws(Invalid) -> UInt64 {
        octets.uint64(at: try range(8, octets).lowerBound)
    }
}
