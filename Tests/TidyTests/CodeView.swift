// SPDX-License-Identifier: Apache-2.0

/// Swift text with spaces in the place of comments and of what stands in string literals. Line ends stay.
struct CodeView {
    private let bytes: [UInt8]
    private var at = 0
    private var output: [UInt8] = []

    static func blank(_ text: String) -> String {
        var view = CodeView(bytes: Array(text.utf8))
        view.code(until: nil)
        return String(decoding: view.output, as: UTF8.self)
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        output.reserveCapacity(bytes.count)
    }

    /// Copies code; stops behind the parenthesis that closes an interpolation, which is no code itself, or at the end.
    private mutating func code(until closing: UInt8?) {
        var depth = 0
        while at < bytes.count {
            if starts(with: "//") {
                while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { skip() }
            } else if starts(with: "/*") {
                blockComment()
            } else if let hashes = stringStart() {
                string(hashes: hashes)
            } else {
                let byte = bytes[at]
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") { depth -= 1 }
                if depth < 0, byte == closing { return skip() }
                copy()
            }
        }
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
                skip(2)
            } else if starts(with: "*/") {
                depth -= 1
                skip(2)
            } else {
                skip()
            }
        } while at < bytes.count && depth > 0
    }

    /// How many `#` stand before the quote, or nil where no string begins.
    private func stringStart() -> Int? {
        var position = at
        while position < bytes.count, bytes[position] == UInt8(ascii: "#") { position += 1 }
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return nil }
        return position - at
    }

    private mutating func string(hashes: Int) {
        let marks = String(repeating: "#", count: hashes)
        skip(hashes)
        let quote = starts(with: "\"\"\"") ? "\"\"\"" : "\""
        skip(quote.utf8.count)
        while at < bytes.count {
            if starts(with: quote + marks) {
                skip(quote.utf8.count + hashes)
                return
            } else if starts(with: "\\" + marks + "(") {
                skip(hashes + 2)
                code(until: UInt8(ascii: ")"))
            } else if starts(with: "\\" + marks) {
                skip(hashes + 2)
            } else if quote == "\"", bytes[at] == UInt8(ascii: "\n") {
                return
            } else {
                skip()
            }
        }
    }

    private func starts(with text: String) -> Bool {
        bytes[at...].starts(with: text.utf8)
    }

    private mutating func copy() {
        output.append(bytes[at])
        at += 1
    }

    private mutating func skip(_ count: Int = 1) {
        for _ in 0..<count where at < bytes.count {
            output.append(bytes[at] == UInt8(ascii: "\n") ? bytes[at] : UInt8(ascii: " "))
            at += 1
        }
    }
}
