// SPDX-License-Identifier: Apache-2.0

/// One file, as lines; and for Swift a second view in which comments and the contents of strings are blank.
struct TextFile {
    /// From the root of the project.
    let path: String
    let lines: [String]
    /// The same number of lines, with nothing but code in them.
    let code: [String]

    init(path: String, text: String) {
        self.path = path
        lines = Self.split(text)
        code = path.hasSuffix(".swift") ? Self.split(CodeView.blank(text)) : lines
    }

    /// Name of the target whose folder holds the file: `Sources/Intake/Socket.swift` is in `Intake`.
    var target: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    private static func split(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" {
            lines.removeLast()
        }
        return lines
    }
}

/// Something that breaks a rule; its description is what a failing test shows.
struct Violation: CustomStringConvertible, Equatable {
    let path: String
    /// Counts from 1.
    let line: Int
    let what: String

    var description: String { "\(path):\(line): \(what)" }
}
