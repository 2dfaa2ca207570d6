// SPDX-License-Identifier: Apache-2.0

import Yams

/// YAML text → nodes, with syntax errors as problems and duplicate keys kept apart.
///
/// The YAML library stops at the first mapping that has a key twice. So that all mistakes are found in one go, such a key
/// is marked in the text and the text is read again; ``Section`` reports marked keys.
enum YAMLDocument {
    /// Private use character around the number of a marked key; no key of ours has it.
    private static let mark: Unicode.Scalar = "\u{E000}"
    /// Marked keys in one file; more are reported alone.
    private static let markLimit = 64

    /// The root node, nil for an empty document.
    static func compose(_ text: String, file: String) throws(ConfigurationReading.Problem) -> Node? {
        var text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        for number in 0...markLimit {
            do {
                return try Yams.compose(yaml: text)
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                guard number < markLimit, let marked = marking(text, at: context.mark, number: number) else {
                    let name = printable(names.first ?? "")
                    throw .init(
                        file: file, line: context.mark.line, message: "\(name) is given twice, expected once")
                }
                text = marked
            } catch {
                throw problem(error, file: file, text: text)
            }
        }
        return nil
    }

    /// The key without its mark, and whether it had one.
    static func unmarked(_ key: String) -> (name: String, isMarked: Bool) {
        let scalars = key.unicodeScalars
        guard scalars.first == mark, let end = scalars.dropFirst().firstIndex(of: mark) else {
            return (key, false)
        }
        return (String(scalars[scalars.index(after: end)...]), true)
    }

    /// `text` with a mark in front of the plain key at `position`; nil for keys of other forms.
    private static func marking(_ text: String, at position: Mark, number: Int) -> String? {
        var (line, column) = (1, 1)
        let scalars = text.unicodeScalars
        var index = scalars.startIndex
        while index < scalars.endIndex, line < position.line || column < position.column {
            let scalar = scalars[index]
            index = scalars.index(after: index)
            let isCRLF = scalar == "\r" && index < scalars.endIndex && scalars[index] == "\n"
            if "\r\n\u{85}\u{2028}\u{2029}".unicodeScalars.contains(scalar), !isCRLF {
                (line, column) = (line + 1, 1)
            } else {
                column += 1
            }
        }
        guard index < scalars.endIndex, line == position.line,
            !"{[&*!?|>'\"".unicodeScalars.contains(scalars[index])
        else { return nil }
        var marked = scalars[..<index]
        marked.append(mark)
        marked.append(contentsOf: String(number).unicodeScalars)
        marked.append(mark)
        return String(marked) + String(scalars[index...])
    }

    private static func problem(_ error: any Error, file: String, text: String)
        -> ConfigurationReading.Problem
    {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            .init(file: file, line: mark.line, message: "not YAML: \(problem), expected \(hint(problem))")
        case .reader(let problem, let offset, _, _):
            .init(
                file: file, line: offset.map { text.prefix($0).count(where: \.isNewline) + 1 },
                message: "not YAML: \(problem), expected printable text")
        default:
            .init(file: file, line: nil, message: "not YAML, expected `key: value` lines")
        }
    }

    /// What usually helps, by the library's words.
    private static func hint(_ problem: String) -> String {
        if problem.contains("cannot start any token") {
            return "spaces instead of tabs, and quotes around such a value"
        }
        if problem.contains("mapping values are not allowed") {
            return "a value without ': ', or quotes around it"
        }
        if problem.contains("could not find expected ':'") { return "`key: value`" }
        if problem.contains("but found another document") { return "one document, without `---` in between" }
        if problem.contains("undefined alias") { return "quotes around a value that begins with *" }
        return "matching indentation, brackets and quotes"
    }
}

/// Text from the file for a message: in quotes, short, without control characters.
func printable(_ text: String) -> String {
    let limit = 60
    let clean = String(
        String.UnicodeScalarView(
            text.unicodeScalars.prefix(limit).map { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate:
                    "\u{FFFD}"
                default: scalar
                }
            }))
    return text.unicodeScalars.count > limit ? "'\(clean)…'" : "'\(clean)'"
}
