// SPDX-License-Identifier: Apache-2.0

/// A declaration as far as the rules ask: modifiers, the word that introduces it, and its name.
struct Declaration {
    /// Index of the line where it begins.
    let line: Int
    let modifiers: [String]
    /// `func`, `init`, `let`, `struct`, `import`, …
    let keyword: String
    let name: String

    private static let modifierWords: Set<String> = [
        "borrowing", "consuming", "convenience", "distributed", "fileprivate", "final", "indirect", "infix",
        "internal", "isolated", "lazy", "mutating", "nonisolated", "nonmutating", "optional", "override",
        "package",
        "postfix", "prefix", "private", "public", "required", "static", "unowned", "weak",
    ]

    private static let keywords: Set<String> = [
        "actor", "associatedtype", "class", "deinit", "enum", "extension", "func", "import", "init", "let",
        "macro",
        "operator", "protocol", "struct", "subscript", "typealias", "var",
    ]

    /// Reads a line of code; nil if no declaration begins there.
    init?(_ code: String, line: Int) {
        let words = Self.words(code)
        var modifiers: [String] = []
        var index = 0
        while index < words.count, words[index].hasPrefix("@") || Self.modifierWords.contains(words[index]) {
            modifiers.append(words[index])
            index += 1
        }
        guard index < words.count, Self.keywords.contains(words[index]) else { return nil }
        self.line = line
        self.modifiers = modifiers
        keyword = words[index]
        let isNamed = !["deinit", "init", "subscript"].contains(keyword) && index + 1 < words.count
        name = isNamed ? words[index + 1] : keyword
    }

    /// Words of a line; a parenthesis belongs to the word before it only behind a modifier (`private(set)`).
    private static func words(_ code: String) -> [String] {
        code.split(separator: " ").flatMap { part -> [String] in
            let stem = part.prefix {
                $0 != "(" && $0 != ":" && $0 != "<" && $0 != "?" && $0 != "!" && $0 != "{"
            }
            guard !stem.isEmpty else { return [String(part)] }
            return [String(stem)]
        }
    }

    /// All declarations of a file, in order.
    static func all(in file: TextFile) -> [Declaration] {
        file.code.enumerated().compactMap { index, code in Declaration(code, line: index) }
    }

    /// Index of the line that closes the body; nil if it has none (a requirement of a protocol, a stored property).
    func lastLine(in file: TextFile) -> Int? {
        var parentheses = 0
        var braces = 0
        for index in line..<file.code.count {
            if index > line, braces == 0, parentheses == 0, Declaration(file.code[index], line: index) != nil
            {
                return nil
            }
            for character in file.code[index].utf8 {
                switch character {
                case UInt8(ascii: "("), UInt8(ascii: "["): parentheses += 1
                case UInt8(ascii: ")"), UInt8(ascii: "]"): parentheses -= 1
                case UInt8(ascii: "{") where parentheses == 0 || braces > 0: braces += 1
                case UInt8(ascii: "}") where parentheses == 0 || braces > 0:
                    braces -= 1
                    if braces <= 0 { return braces == 0 ? index : nil }
                default: break
                }
            }
        }
        return nil
    }
}
