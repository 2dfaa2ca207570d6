// SPDX-License-Identifier: Apache-2.0

/// A format string as an operator pastes it, without what belongs to the configuration that it comes from: the
/// directive, its name, the quotes, and the escapes within them.
struct FormatText {
    /// The format itself.
    private(set) var bytes: [UInt8] = []
    /// Where each byte of it stands in what was pasted; one more, for the end.
    private(set) var origins: [Int] = []

    /// - Parameters:
    ///   - pasted: the bare format, or the whole directive: `log_format main '…' '…';`, `LogFormat "…" main`,
    ///     `log-format "…"`.
    ///   - directives: the words that such a directive begins with.
    ///   - namesFirst: the name of the format stands before it.
    init(_ pasted: String, directives: [String], namesFirst: Bool) throws(FormatError) {
        let source = Array(pasted.utf8)
        var position = Self.skipSpace(source, 0)
        let directive = directives.first { source[position...].starts(with: Array($0.utf8) + [ASCII.space]) }
        guard let directive else {
            (bytes, origins) = (source, Array(0...source.count))
            return
        }
        position = Self.skipSpace(source, position + directive.utf8.count)
        if namesFirst {
            while position < source.count, !Self.isSpace(source[position]) { position += 1 }
        }
        var parts = 0
        while true {
            position = Self.skipSpace(source, position)
            guard position < source.count, source[position] == 0x22 || source[position] == 0x27 else { break }
            try appendQuoted(source, &position)
            parts += 1
        }
        if parts == 0 { try appendBare(source, &position) }
        origins.append(position)
    }

    /// What stands between two quotes. A backslash guards the quote and itself; before other letters it stays, for the
    /// format's own words.
    private mutating func appendQuoted(_ source: [UInt8], _ position: inout Int) throws(FormatError) {
        let start = position
        let quote = source[position]
        position += 1
        while position < source.count, source[position] != quote {
            if source[position] == ASCII.backslash, position + 1 < source.count,
                source[position + 1] == quote || source[position + 1] == ASCII.backslash
            {
                position += 1
            }
            bytes.append(source[position])
            origins.append(position)
            position += 1
        }
        guard position < source.count else {
            throw FormatError(position: start, message: "the closing quote is missing")
        }
        position += 1
    }

    /// A directive without quotes: up to the first space that no backslash guards.
    private mutating func appendBare(_ source: [UInt8], _ position: inout Int) throws(FormatError) {
        while position < source.count, !Self.isSpace(source[position]), source[position] != 0x3B {
            if source[position] == ASCII.backslash, position + 1 < source.count { position += 1 }
            bytes.append(source[position])
            origins.append(position)
            position += 1
        }
        if bytes.isEmpty { throw FormatError(position: position, message: "the directive has no format") }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == ASCII.space || byte == 0x09 || byte == 0x0A }

    private static func skipSpace(_ source: [UInt8], _ position: Int) -> Int {
        var position = position
        while position < source.count, isSpace(source[position]) { position += 1 }
        return position
    }
}

/// Walks over a format and throws mistakes with the place where the operator wrote them.
struct FormatScanner {
    private let text: FormatText
    private(set) var position = 0

    init(_ text: FormatText) { self.text = text }

    var isAtEnd: Bool { position >= text.bytes.count }

    /// Where the next byte stands in what was pasted.
    var origin: Int { text.origins[min(position, text.origins.count - 1)] }

    func peek(_ offset: Int = 0) -> UInt8? {
        position + offset < text.bytes.count ? text.bytes[position + offset] : nil
    }

    /// The next byte, which is passed.
    mutating func next() -> UInt8? {
        guard let byte = peek() else { return nil }
        position += 1
        return byte
    }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    /// Passes bytes while they are `wanted`.
    mutating func word(while wanted: (UInt8) -> Bool) -> String {
        let start = position
        while let byte = peek(), wanted(byte) { position += 1 }
        return String(decoding: text.bytes[start..<position], as: UTF8.self)
    }

    /// What stands before `byte`, which is passed too; brackets of the same kind may be nested in it.
    ///
    /// - Parameter start: where the mistake is when there is no end.
    mutating func text(before byte: UInt8, opening: UInt8, from start: Int) throws(FormatError) -> String {
        let begin = position
        var depth = 0
        while let next = peek() {
            if next == byte, depth == 0 {
                position += 1
                return String(decoding: text.bytes[begin..<position - 1], as: UTF8.self)
            }
            if next == opening { depth += 1 }
            if next == byte { depth -= 1 }
            position += 1
        }
        throw FormatError(
            position: start, message: "the closing \(String(decoding: [byte], as: UTF8.self)) is missing")
    }
}

extension UInt8 {
    /// A–Z or a–z.
    var isLetter: Bool { self | 0x20 >= 0x61 && self | 0x20 <= 0x7A }
    /// What names of variables are made of.
    var isNameByte: Bool { isLetter || self == 0x5F || (self >= 0x30 && self <= 0x39) }
}

/// What is wrong with a log format, and where.
package struct FormatError: Error, Equatable, CustomStringConvertible {
    /// Octet of the format's text, from 0.
    package let position: Int
    /// What is wrong there, for the operator.
    package let message: String

    package init(position: Int, message: String) {
        (self.position, self.message) = (position, message)
    }

    package var description: String { "octet \(position + 1): \(message)" }
}
