// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Writes numbers to octets, or reads the same numbers from them, in network byte order: what is kept lists its fields
/// once, for both ways.
///
/// What is read is trusted as little as a datagram: the first number that is missing or out of its range makes the codec
/// invalid, and from then on it changes nothing.
package struct StateCodec: Sendable {
    /// What was written so far, or what is read.
    package private(set) var octets: [UInt8]
    /// The next octet to read.
    package private(set) var offset = 0
    /// Whether values are taken from the octets, as opposed to added to them.
    package let isReading: Bool
    /// Whether all that was read was there and within its range.
    package private(set) var isValid = true

    /// One that writes.
    package init() { (octets, isReading) = ([], false) }

    /// One that reads.
    package init(reading octets: [UInt8]) { (self.octets, isReading) = (octets, true) }

    /// Octets that are left to read.
    package var remaining: Int { octets.count &- offset }

    /// What was read cannot be.
    package mutating func refuse() { isValid = false }

    /// Whether it goes on: false ends the loops over what a forged count promises.
    package mutating func require(_ condition: Bool) -> Bool {
        if !condition { isValid = false }
        return isValid
    }

    /// A whole number of the type's size.
    package mutating func code<Number: FixedWidthInteger>(_ value: inout Number) {
        guard isReading else {
            for shift in stride(from: Number.bitWidth &- 8, through: 0, by: -8) {
                octets.append(UInt8(truncatingIfNeeded: value >> Number(shift)))
            }
            return
        }
        let count = Number.bitWidth / 8
        guard require(remaining >= count) else { return }
        var result: Number = 0
        for index in offset..<offset &+ count {
            result = Number.bitWidth > 8 ? result &<< 8 : 0
            result |= Number(truncatingIfNeeded: octets[index])
        }
        offset &+= count
        value = result
    }

    /// A whole number within `range`; what is written is brought into it.
    package mutating func code<Number: FixedWidthInteger>(
        _ value: inout Number, in range: ClosedRange<Number>
    ) {
        var number = isReading ? value : min(range.upperBound, max(range.lowerBound, value))
        code(&number)
        guard isReading, require(range.contains(number)) else { return }
        value = number
    }

    /// A number within `range`, which leaves out what is none; what is written is brought into it.
    package mutating func code(_ value: inout Double, in range: ClosedRange<Double>) {
        let within = value.isNaN ? range.lowerBound : min(range.upperBound, max(range.lowerBound, value))
        var bits = within.bitPattern
        code(&bits)
        guard isReading, isValid else { return }
        let number = Double(bitPattern: bits)
        guard require(range.contains(number)) else { return }
        value = number
    }

    /// A number within `range`, or the mark for none.
    package mutating func code(_ value: inout Float, orNoneIn range: ClosedRange<Float>) {
        let within = min(range.upperBound, max(range.lowerBound, value))
        var bits = value.isNaN ? Float.nan.bitPattern : within.bitPattern
        code(&bits)
        guard isReading, isValid else { return }
        let number = Float(bitPattern: bits)
        guard require(bits == Float.nan.bitPattern || range.contains(number)) else { return }
        value = number
    }

    /// Yes or no.
    package mutating func code(_ value: inout Bool) {
        var octet: UInt8 = value ? 1 : 0
        code(&octet, in: 0...1)
        value = octet == 1
    }

    /// How many of something follow: at most `limit`, and no more than the octets that are left have room for, where each
    /// takes at least `least`.
    package mutating func code(count value: inout Int, limit: Int, least: Int) {
        var number = UInt32(truncatingIfNeeded: value)
        code(&number)
        guard isReading, isValid else { return }
        guard require(Int(number) <= limit && Int(number) <= remaining / max(1, least)) else { return }
        value = Int(number)
    }

    /// A text of at most 255 octets.
    package mutating func code(_ text: inout String) {
        var count = UInt8(clamping: text.utf8.count)
        code(&count)
        guard isReading else {
            octets.append(contentsOf: text.utf8.prefix(Int(count)))
            return
        }
        guard require(remaining >= Int(count)) else { return }
        let end = offset &+ Int(count)
        // Only what was written: an ill-formed text is none of ours.
        guard let read = String(validating: octets[offset..<end], as: UTF8.self) else { return refuse() }
        offset = end
        text = read
    }

    /// An address.
    package mutating func code(_ address: inout IPAddress) {
        var (high, low) = (address.high, address.low)
        code(&high)
        code(&low)
        if isReading, isValid { address = IPAddress(high: high, low: low) }
    }

    /// Octets that were not written by this codec, at the end.
    package mutating func append(_ more: [UInt8]) { octets.append(contentsOf: more) }
}

extension StateCodec {
    /// What was written, with its checksum.
    package consuming func sealed() -> [UInt8] {
        var sum = checksum(octets.span)
        code(&sum)
        return octets
    }

    /// The octets of a file without their checksum, nil when that is another one.
    package static func opened(_ octets: [UInt8]) -> [UInt8]? {
        guard octets.count >= 8 else { return nil }
        var end = StateCodec(reading: Array(octets.suffix(8)))
        var sum: UInt64 = 0
        end.code(&sum)
        let content = Array(octets.dropLast(8))
        return sum == checksum(content.span) ? content : nil
    }
}
