// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// What a fuzz target does besides being fuzzed: write inputs to begin with, and replay inputs.
package enum FuzzTool {
    /// Stops the process with a message when the input breaks a promise: that is how the fuzzer learns of it.
    package static func attempt<Target: FuzzTarget>(_ input: borrowing Span<UInt8>, _ target: Target.Type) {
        if let found = target.violation(in: input) { fatalError(found) }
    }

    /// Does what the arguments after the program's name ask for.
    ///
    /// - Returns: the exit status; nil when they ask for nothing that is known here.
    package static func run<Target: FuzzTarget>(_ arguments: [String], _ target: Target.Type) -> Int32? {
        do {
            switch (arguments.first, arguments.count) {
            case ("--seeds", 2):
                try write(target.seeds, to: arguments[1])
            case ("--convert", 3):
                try write(target.seeds(ofCapture: arguments[1]), to: arguments[2])
            case ("--replay", 2...):
                return try replay(arguments.dropFirst().flatMap(files), target)
            default: return nil
            }
            return 0
        } catch {
            print("fuzz: \(error)")
            return 1
        }
    }

    /// For the program in ordinary builds, which cannot fuzz.
    package static func main<Target: FuzzTarget>(_ target: Target.Type) -> Int32 {
        if let status = run(Array(CommandLine.arguments.dropFirst()), target) { return status }
        print("usage: --seeds FOLDER | --convert CAPTURE FOLDER | --replay FILE-OR-FOLDER...")
        return 2
    }

    private static func write(_ seeds: [FuzzSeed], to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for seed in seeds {
            try Data(seed.input).write(to: URL(filePath: "\(folder)/\(seed.name)"))
        }
        print("fuzz: \(seeds.count) inputs in \(folder)")
    }

    /// A file, or all files of a folder.
    private static func files(_ path: String) throws -> [String] {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder else {
            return [path]
        }
        return try FileManager.default.contentsOfDirectory(atPath: path).sorted().map { "\(path)/\($0)" }
    }

    /// All files, though one breaks a promise; a trap ends it, after the name of its file was said.
    private static func replay<Target: FuzzTarget>(_ paths: [String], _ target: Target.Type) throws -> Int32 {
        var findings = 0
        for path in paths {
            let input = [UInt8](try Data(contentsOf: URL(filePath: path)))
            guard let found = target.violation(in: input.span) else { continue }
            print("fuzz: \(path): \(found)")
            findings += 1
        }
        print("fuzz: \(paths.count) inputs replayed, \(findings) findings")
        return findings == 0 ? 0 : 1
    }
}
