// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import TestSupport
import Testing

/// A child process, the built `spate` unless something else is named, with its output in files. Killed when this is gone.
final class Program {
    /// How a child process ended.
    struct Ending {
        let status: Int32
        /// Whether it ended by itself, and not by a signal.
        let isExit: Bool
        let output: String
        let error: String

        var outputLines: [String] { output.split(separator: "\n").map(String.init) }
    }

    /// One at a time: a child that is started meanwhile inherits what tells Foundation of the other's end.
    private static let starting = Mutex(())

    private let process = Process()
    private let folder: TemporaryDirectory

    /// - Parameters:
    ///   - executable: nil is `spate`.
    ///   - environment: added to that of the tests.
    init(_ arguments: [String], executable: String? = nil, environment: [String: String] = [:]) throws {
        folder = try TemporaryDirectory()
        process.executableURL = URL(filePath: try executable ?? Self.path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.create(folder.file("out"))
        process.standardError = try Self.create(folder.file("err"))
        try Self.starting.withLock { _ in try process.run() }
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Runs to the end.
    static func run(_ arguments: [String], executable: String? = nil) async throws -> Ending {
        try await Program(arguments, executable: executable).ending()
    }

    var isRunning: Bool { process.isRunning }

    /// The file that standard output goes to; it lives as long as this.
    var outputPath: String { folder.file("out") }

    /// What it has written to standard output so far.
    var output: String { Self.text(outputPath) }

    /// What it has written to standard error so far.
    var error: String { Self.text(folder.file("err")) }

    func send(signal: Int32) { kill(process.processIdentifier, signal) }

    func ending(within seconds: Int = 60) async throws -> Ending {
        try await eventually("the end of the program", within: seconds) { !process.isRunning }
        return Ending(
            status: process.terminationStatus, isExit: process.terminationReason == .exit, output: output,
            error: error)
    }

    private static func create(_ path: String) throws -> FileHandle {
        try Data().write(to: URL(filePath: path))
        return try FileHandle(forWritingTo: URL(filePath: path))
    }

    private static func text(_ path: String) -> String {
        (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// The binary that `SPATE_BINARY` names, or the one that was built beside these tests.
    static var path: String {
        get throws {
            if let named = ProcessInfo.processInfo.environment["SPATE_BINARY"] { return named }
            for start in [CommandLine.arguments[0], "/proc/self/exe"] {
                var folder = URL(filePath: start).resolvingSymlinksInPath()
                while folder.path.count > 1 {
                    folder.deleteLastPathComponent()
                    let candidate = folder.appending(path: "spate", directoryHint: .notDirectory).path
                    if isProgram(candidate) { return candidate }
                }
            }
            throw NotBuilt()
        }
    }

    private static func isProgram(_ path: String) -> Bool {
        let type = (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
        return type == .typeRegular && FileManager.default.isExecutableFile(atPath: path)
    }

    private struct NotBuilt: Error, CustomStringConvertible {
        var description: String { "no spate beside \(CommandLine.arguments[0]); SPATE_BINARY may name it" }
    }
}
