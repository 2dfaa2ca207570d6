// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Settings

/// Standard output carries results and nothing else; everything that is said about them goes to standard error.
enum StandardStreams {
    static func write(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    static func report(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
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
