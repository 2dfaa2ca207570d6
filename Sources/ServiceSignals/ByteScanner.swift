// SPDX-License-Identifier: Apache-2.0

/// A position that only moves forward inside one stretch of a line. It keeps no bytes: every call is given them.
struct ByteScanner {
    private(set) var position: Int
    let end: Int

    /// - Parameter range: within the bytes that the calls will be given.
    init(_ range: Range<Int>) {
        (position, end) = (range.lowerBound, range.upperBound)
    }

    var isAtEnd: Bool { position >= end }
    var rest: Range<Int> { position..<max(position, end) }

    func peek(in bytes: Span<UInt8>) -> UInt8? {
        position < end ? bytes[position] : nil
    }

    /// Moves to `position`, which must not lie before the present one; stays within the stretch.
    mutating func move(to position: Int) {
        self.position = min(end, max(self.position, position))
    }

    /// Passes one byte if it is the next one.
    mutating func skip(_ byte: UInt8, in bytes: Span<UInt8>) -> Bool {
        guard position < end, bytes[position] == byte else { return false }
        position &+= 1
        return true
    }

    /// Passes `text` if it comes next.
    mutating func skip(_ text: String, in bytes: Span<UInt8>) -> Bool {
        guard bytes.starts(rest, with: text) else { return false }
        position &+= text.utf8.count
        return true
    }

    /// What stands before the next space, which is passed too; nil when that is nothing.
    mutating func token(in bytes: Span<UInt8>) -> Range<Int>? {
        let start = position
        while position < end, bytes[position] != ASCII.space { position &+= 1 }
        let token = start..<position
        if position < end { position &+= 1 }
        return token.isEmpty ? nil : token
    }

    /// What stands before the next `byte`, which is passed too; nil, without moving, when there is none.
    mutating func field(before byte: UInt8, in bytes: Span<UInt8>) -> Range<Int>? {
        guard let found = bytes.first(byte, in: rest) else { return nil }
        let field = position..<found
        position = found &+ 1
        return field
    }

    /// Passes decimal digits; nil without any. A number too large is `UInt64.max`.
    mutating func number(in bytes: Span<UInt8>) -> UInt64? {
        let start = position
        var value: UInt64 = 0
        while position < end, let digit = ASCII.digit(bytes[position]) {
            value = value.appending(digit)
            position &+= 1
        }
        return position > start ? value : nil
    }
}

/// The few bytes that lines are made of.
enum ASCII {
    static let newline: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let comma: UInt8 = 0x2C
    static let minus: UInt8 = 0x2D
    static let dot: UInt8 = 0x2E
    static let slash: UInt8 = 0x2F
    static let colon: UInt8 = 0x3A
    static let less: UInt8 = 0x3C
    static let greater: UInt8 = 0x3E
    static let question: UInt8 = 0x3F
    static let opening: UInt8 = 0x5B
    static let backslash: UInt8 = 0x5C
    static let closing: UInt8 = 0x5D
    static let brace: UInt8 = 0x7B
    static let closingBrace: UInt8 = 0x7D

    static func digit(_ byte: UInt8) -> UInt64? {
        byte >= 0x30 && byte <= 0x39 ? UInt64(byte &- 0x30) : nil
    }
}

extension UInt64 {
    /// The number with one more decimal digit, `max` when that is too large.
    func appending(_ digit: UInt64) -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(digit)
        return overflow || carry ? .max : sum
    }
}

extension Span<UInt8> {
    /// Whether the bytes of `range` begin with `text`.
    func starts(_ range: Range<Int>, with text: String) -> Bool {
        let letters = text.utf8
        guard letters.count <= range.count else { return false }
        var index = range.lowerBound
        for letter in letters {
            if self[index] != letter { return false }
            index &+= 1
        }
        return true
    }

    /// Whether the bytes of `range` are `text`.
    func equals(_ range: Range<Int>, _ text: String) -> Bool {
        range.count == text.utf8.count && starts(range, with: text)
    }

    /// Whether the bytes of `range` are `text`.
    func equals(_ range: Range<Int>, _ text: [UInt8]) -> Bool {
        guard range.count == text.count else { return false }
        for index in text.indices where self[range.lowerBound &+ index] != text[index] { return false }
        return true
    }

    /// The first place of `text` in `range`.
    func find(_ text: String, in range: Range<Int>) -> Int? {
        guard let head = text.utf8.first else { return nil }
        var place = range.lowerBound
        while let found = first(head, in: place..<range.upperBound) {
            if starts(found..<range.upperBound, with: text) { return found }
            place = found &+ 1
        }
        return nil
    }

    /// The first `byte` in `range` that no backslash stands before.
    func firstUnguarded(_ byte: UInt8, in range: Range<Int>) -> Int? {
        let part = extracting(range)
        var index = 0
        while index < part.count {
            let found = part[index]
            if found == byte { return range.lowerBound &+ index }
            index &+= found == ASCII.backslash ? 2 : 1
        }
        return nil
    }

    func first(_ byte: UInt8, in range: Range<Int>) -> Int? {
        let part = extracting(range)
        for index in part.indices where part[index] == byte { return range.lowerBound &+ index }
        return nil
    }

    func last(_ byte: UInt8, in range: Range<Int>) -> Int? {
        var index = range.upperBound
        while index > range.lowerBound {
            index &-= 1
            if self[index] == byte { return index }
        }
        return nil
    }

    /// `range` as one decimal number, nil when anything else stands there.
    func number(_ range: Range<Int>) -> UInt64? {
        var scanner = ByteScanner(range)
        guard let value = scanner.number(in: self), scanner.isAtEnd else { return nil }
        return value
    }

    /// `count` digits at `position`, nil when one of them is none or lies behind `end`.
    func digits(_ count: Int, at position: Int, end: Int) -> Int? {
        guard position >= 0, position <= end, count <= end &- position else { return nil }
        var value = 0
        for index in position..<position &+ count {
            guard let digit = ASCII.digit(self[index]) else { return nil }
            value = value &* 10 &+ Int(digit)
        }
        return value
    }

    /// `range` as seconds with an optional fraction, in microseconds; further digits are cut, too large is `UInt64.max`.
    func microseconds(_ range: Range<Int>) -> UInt64? {
        var scanner = ByteScanner(range)
        guard var value = scanner.number(in: self) else { return nil }
        var places = 0
        if scanner.skip(ASCII.dot, in: self) {
            while let byte = scanner.peek(in: self), let digit = ASCII.digit(byte) {
                if places < 6 { (value, places) = (value.appending(digit), places &+ 1) }
                scanner.move(to: scanner.position &+ 1)
            }
        }
        while places < 6 { (value, places) = (value.appending(0), places &+ 1) }
        return scanner.isAtEnd ? value : nil
    }
}
