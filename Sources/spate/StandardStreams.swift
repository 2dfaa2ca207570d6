// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pipeline
import Settings

/// Standard output carries results and nothing else; everything that is said about them goes to standard error.
enum StandardStreams {
    /// A result that cannot be written ends the program with status 1. A reader that has seen enough, as `head` has, is
    /// no news.
    static func write(_ line: String) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
        } catch {
            let reason = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
            if reason.code != Int(EPIPE) { report("standard output: \(reason.localizedDescription)") }
            exit(1)
        }
    }

    static func report(_ line: String) {
        try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }
}

extension Configuration {
    /// Reads the configuration for a command; says what is wrong and ends with status 1 when it cannot be used.
    static func loadOrExit(path: String) throws -> Configuration {
        let reading = Configuration.load(path: path, formats: .known)
        for problem in reading.problems { StandardStreams.report(problem.description) }
        for warning in reading.warnings { StandardStreams.report(warning.description(as: "warning")) }
        guard let configuration = reading.configuration else { throw ExitCode(1) }
        return configuration
    }
}
