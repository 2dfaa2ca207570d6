// SPDX-License-Identifier: Apache-2.0

extension Rules {
    /// Members that a protocol explains.
    private static let conformances: Set<String> = ["<", "==", "description", "errorDescription", "hash"]

    /// Every declaration that other targets see says what it is, in a doc comment directly above.
    static func documentation(_ file: TextFile) -> [Violation] {
        Declaration.all(in: file).compactMap { declaration in
            guard let access = declaration.modifiers.first(where: { $0 == "package" || $0 == "public" }),
                declaration.keyword != "import",
                !conformances.contains(declaration.name), !isDocumented(declaration, in: file),
                !isMemberwise(declaration, in: file)
            else { return nil }
            return Violation(
                path: file.path, line: declaration.line + 1,
                what: "\(access) \(declaration.keyword) \(declaration.name) has no doc comment")
        }
    }

    private static func isDocumented(_ declaration: Declaration, in file: TextFile) -> Bool {
        var index = declaration.line - 1
        while index >= 0 {
            let line = trimmed(file.lines[index])
            guard line.hasPrefix("@") else { return line.hasPrefix("///") }
            index -= 1
        }
        return false
    }

    /// An initialiser that only stores its arguments under their names, or nothing: the properties say the rest.
    private static func isMemberwise(_ declaration: Declaration, in file: TextFile) -> Bool {
        guard declaration.keyword == "init", let last = declaration.lastLine(in: file) else { return false }
        let body = file.code[declaration.line...last].joined(separator: "\n")
        guard let open = body.firstIndex(of: "{") else { return false }
        return body[body.index(after: open)...].dropLast().split { $0 == "\n" || $0 == ";" || $0 == "}" }
            .map { trimmed(String($0)) }.allSatisfy { $0.isEmpty || storesArguments($0) }
    }

    /// `self.count = count`, or the same with several: `(self.a, self.b) = (a, b)`.
    private static func storesArguments(_ statement: String) -> Bool {
        let sides = statement.split(separator: "=", maxSplits: 1).map(names)
        guard sides.count == 2, sides[0].allSatisfy({ $0.hasPrefix("self.") }) else { return false }
        return sides[0].map { $0.dropFirst("self.".count) } == sides[1].map { $0[...] }
    }

    private static func names(_ list: Substring) -> [String] {
        list.split { $0 == "," || $0 == "(" || $0 == ")" }.map { trimmed(String($0)) }.filter { !$0.isEmpty }
    }

    static func trimmed(_ line: String) -> String {
        var rest = line[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
