// SPDX-License-Identifier: Apache-2.0

extension Rules {
    /// How many lines of code may stand between the comment and the use.
    static let safetyReach = 3

    /// Unsafe code stands in the fenced targets only, and says there why it is sound.
    static func unsafeUses(_ file: TextFile) -> [Violation] {
        var violations: [Violation] = []
        var lastSound: Int?
        for (index, code) in file.code.enumerated() where holdsWord("unsafe", code) {
            guard fencedTargets.contains(file.target) else {
                violations.append(
                    Violation(
                        path: file.path, line: index + 1,
                        what: "unsafe code outside \(fencedTargets.sorted())"))
                continue
            }
            if lastSound == index - 1 || hasReason(above: index, in: file) {
                lastSound = index
            } else {
                violations.append(
                    Violation(
                        path: file.path, line: index + 1,
                        what: "no // SAFETY: line within \(safetyReach) lines above this use"))
            }
        }
        return violations
    }

    private static func hasReason(above use: Int, in file: TextFile) -> Bool {
        var reach = safetyReach
        var index = use - 1
        while index >= 0, reach > 0 {
            let line = trimmed(file.lines[index])
            if line.hasPrefix("// SAFETY:") { return true }
            // The rest of a comment of several lines is no distance.
            if !line.hasPrefix("//") { reach -= 1 }
            index -= 1
        }
        return file.lines[use].contains("// SAFETY:")
    }

    /// The word itself, not as a part of another.
    static func holdsWord(_ word: String, _ code: String) -> Bool {
        code.split { !($0.isLetter || $0.isNumber || $0 == "_") }.contains { $0 == word }
    }
}
