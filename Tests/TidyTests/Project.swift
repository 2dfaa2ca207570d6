// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Testing

/// The tree that is checked: every text file that belongs to the project.
struct Project {
    /// Folder of Package.swift.
    let root: String
    let files: [TextFile]

    var swiftFiles: [TextFile] {
        files.filter { $0.path.hasSuffix(".swift") }
    }

    var sources: [TextFile] {
        swiftFiles.filter { $0.path.hasPrefix("Sources/") }
    }

    /// Whether there is a file or folder of this path, from the root.
    func holds(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(root)/\(path)")
    }

    /// Reads the tree around this file, or the one that the variable `SPATE_ROOT` names.
    static func read() throws -> Project {
        let root = try #require(
            findRoot(), "no folder above \(#filePath) holds Package.swift and Sources/FlowModel")
        let paths = try textPaths(below: root)
        let files = try paths.map { path in
            TextFile(path: path, text: try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8))
        }
        return Project(root: root, files: files)
    }

    private static func findRoot() -> String? {
        if let named = ProcessInfo.processInfo.environment["SPATE_ROOT"] {
            return named
        }
        var parts = #filePath.split(separator: "/")
        while !parts.isEmpty {
            parts.removeLast()
            let folder = "/" + parts.joined(separator: "/")
            let marks = ["Package.swift", "Sources/FlowModel", "systemd/spate.service"]
            if marks.allSatisfy({ FileManager.default.fileExists(atPath: "\(folder)/\($0)") }) {
                return folder
            }
        }
        return nil
    }

    /// Folders and files at the top that are the project's own; what a build or an editor leaves is not.
    private static let parts = [
        ".ci", "CHANGELOG.md", "CONTRIBUTING.md", "Config", "Makefile", "Package.swift", "README.md",
        "SECURITY.md", "Sources", "Tests", "docs", "systemd",
    ]

    private static let textSuffixes = [
        ".swift", ".md", ".yaml", ".yml", ".h", ".c", ".modulemap", ".service", ".scenario", ".sh", ".txt",
        ".json",
    ]

    private static func textPaths(below root: String) throws -> [String] {
        var paths: [String] = []
        for part in parts {
            paths += try contents(of: part, below: root)
        }
        return paths.filter { path in
            let name = path.split(separator: "/").last ?? ""
            return !name.dropFirst().contains(".") || textSuffixes.contains { name.hasSuffix($0) }
        }.sorted()
    }

    private static func contents(of path: String, below root: String) throws -> [String] {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isFolder) else {
            return []
        }
        guard isFolder else { return [path] }
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(path)")
        return try names.flatMap { try contents(of: "\(path)/\($0)", below: root) }
    }
}
