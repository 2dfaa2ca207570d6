// SPDX-License-Identifier: Apache-2.0

/// The rules of CONTRIBUTING.md that a program can check. Each reads one file and returns what breaks it.
enum Rules {
    static let licenceLine = "// SPDX-License-Identifier: Apache-2.0"
    /// Marks a generated table of elements, which may be long.
    static let tableMark = "// TABLE"
    static let fileLimit = 500
    static let functionLimit = 60

    /// Targets in which time is an argument and nothing is read from outside.
    static let pureTargets: Set<String> = [
        "Detection", "FlowDecoding", "FlowModel", "ServiceSignals", "ServiceWindows",
    ]
    /// Targets that may hold unsafe code.
    static let fencedTargets: Set<String> = ["Capture", "Intake", "LockFree", "Storage"]

    static func licence(_ file: TextFile) -> [Violation] {
        guard file.lines.first != licenceLine else { return [] }
        return [Violation(path: file.path, line: 1, what: "the first line is not \(licenceLine)")]
    }

    static func fileLength(_ file: TextFile) -> [Violation] {
        guard file.lines.count > fileLimit, !file.lines.contains(tableMark) else { return [] }
        return [
            Violation(
                path: file.path, line: fileLimit, what: "\(file.lines.count) lines, at most \(fileLimit)")
        ]
    }

    static func functionLength(_ file: TextFile) -> [Violation] {
        let measured: Set<String> = ["deinit", "func", "init", "subscript"]
        return Declaration.all(in: file).compactMap { declaration in
            guard measured.contains(declaration.keyword), let last = declaration.lastLine(in: file) else {
                return nil
            }
            let length = last - declaration.line + 1
            guard length > functionLimit else { return nil }
            return Violation(
                path: file.path, line: declaration.line + 1,
                what: "\(declaration.name) has \(length) lines, at most \(functionLimit)")
        }
    }

    /// Words that belong to a desk and not to a project. Put together here so that this file does not hold them.
    static let bannedWords = [
        "TO" + "DO", "FIX" + "ME", "XX" + "X:", "/wo" + "rk/", "/tmp" + "/lab", "/ho" + "me/", "/ro" + "ot/",
        "/Us" + "ers/",
    ]

    static func banned(_ file: TextFile) -> [Violation] {
        file.lines.enumerated().flatMap { index, line in
            bannedWords.filter { line.contains($0) }.map {
                Violation(path: file.path, line: index + 1, what: "\"\($0)\" does not belong here")
            }
        }
    }

    private static let outsideModules: Set<String> = [
        "CLinux", "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Musl",
    ]
    /// The ones that need no import.
    private static let clocks = [
        "ContinuousClock", "SuspendingClock", "clock_gettime", "gettimeofday", "Date(",
    ]

    /// Pure targets take bytes and time as arguments.
    static func purity(_ file: TextFile) -> [Violation] {
        let imports = Declaration.all(in: file).filter {
            $0.keyword == "import" && outsideModules.contains($0.name)
        }
        let modules = imports.map {
            Violation(path: file.path, line: $0.line + 1, what: "a pure target imports \($0.name)")
        }
        let readings = file.code.enumerated().flatMap { index, code in
            clocks.filter { holdsWord($0, code) }.map {
                Violation(path: file.path, line: index + 1, what: "a pure target reads a clock: \($0)")
            }
        }
        return modules + readings
    }
}
