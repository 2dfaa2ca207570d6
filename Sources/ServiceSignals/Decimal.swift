// SPDX-License-Identifier: Apache-2.0

extension Span<UInt8> {
    /// Digits that are taken into account: more than a `Double` can tell apart, fewer than overflow 64 bits.
    private static var significantDigits: Int { 18 }
    /// Beyond this every number is zero or too large for a `Double`.
    private static var largestExponent: Int { 400 }

    /// `range` as a decimal number with sign, fraction and exponent, all optional: `12`, `-0.5`, `1e3`. Nil for anything
    /// else, words such as `nan` included, and for what is too large.
    func decimal(_ range: Range<Int>) -> Double? {
        var scanner = ByteScanner(range)
        let isNegative = scanner.skip(ASCII.minus, in: self)
        if !isNegative { _ = scanner.skip(ASCII.plus, in: self) }
        var mantissa: UInt64 = 0
        var (digits, exponent) = (0, 0)
        var (hasDigits, isFraction) = (false, false)
        while let byte = scanner.peek(in: self) {
            if let digit = ASCII.digit(byte) {
                hasDigits = true
                if digits < Self.significantDigits {
                    mantissa = mantissa &* 10 &+ digit
                    if mantissa > 0 { digits &+= 1 }
                    if isFraction { exponent &-= 1 }
                } else if !isFraction {
                    exponent &+= 1
                }
            } else if byte == ASCII.dot, !isFraction {
                isFraction = true
            } else {
                break
            }
            scanner.move(to: scanner.position &+ 1)
        }
        guard hasDigits, let power = exponentPart(&scanner), scanner.isAtEnd else { return nil }
        let value = Self.scaled(Double(mantissa), by: exponent &+ power)
        guard value.isFinite else { return nil }
        return isNegative ? -value : value
    }

    /// `e` and a number, both or none; nil when the number is missing.
    private func exponentPart(_ scanner: inout ByteScanner) -> Int? {
        guard let byte = scanner.peek(in: self), byte | 0x20 == 0x65 else { return 0 }
        scanner.move(to: scanner.position &+ 1)
        let isNegative = scanner.skip(ASCII.minus, in: self)
        if !isNegative { _ = scanner.skip(ASCII.plus, in: self) }
        guard let number = scanner.number(in: self) else { return nil }
        let power = Int(Swift.min(number, UInt64(Self.largestExponent)))
        return isNegative ? -power : power
    }

    /// Times ten to the `exponent`. Where both could overflow on the way, a mantissa of zero stays zero.
    private static func scaled(_ mantissa: Double, by exponent: Int) -> Double {
        guard mantissa != 0 else { return 0 }
        var value = mantissa
        for _ in 0..<Swift.min(exponent.magnitude, UInt(largestExponent)) {
            if exponent > 0 { value *= 10 } else { value /= 10 }
        }
        return value
    }
}
