// SPDX-License-Identifier: Apache-2.0

extension Rules {
    /// A relative link in Markdown names a file of the project.
    static func links(_ file: TextFile, exists: (String) -> Bool) -> [Violation] {
        file.lines.enumerated().flatMap { index, line in
            targets(in: line).compactMap { target -> Violation? in
                let path = resolve(target, from: file.path)
                guard !exists(path) else { return nil }
                return Violation(path: file.path, line: index + 1, what: "\(path) does not exist")
            }
        }
    }

    /// Paths of `[text](path#fragment)`; addresses with a scheme and fragments of the same file are left out.
    private static func targets(in line: String) -> [String] {
        line.split(separator: "](", omittingEmptySubsequences: false).dropFirst().compactMap { rest in
            let link = rest.prefix { $0 != ")" }
            guard !link.contains("://"), !link.hasPrefix("mailto:"),
                let path = link.split(separator: "#").first,
                !link.hasPrefix("#")
            else { return nil }
            return String(path)
        }
    }

    private static func resolve(_ target: String, from document: String) -> String {
        var parts = document.split(separator: "/").dropLast().map(String.init)
        for part in target.split(separator: "/") {
            if part == ".." {
                _ = parts.popLast()
            } else if part != "." {
                parts.append(String(part))
            }
        }
        return parts.joined(separator: "/")
    }
}
