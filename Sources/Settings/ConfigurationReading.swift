// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// What came of reading a configuration file.
package struct ConfigurationReading: Sendable {
    /// Nil exactly when there are problems.
    package var configuration: Configuration?
    /// Every mistake in the file, by line.
    package var problems: [Problem]
    /// What is right but has no effect or deserves a second look, by line.
    package var warnings: [Problem]

    /// One thing to say about the file; `description` is the line for people.
    package struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
        /// As the caller named it.
        package var file: String
        /// From 1; nil when it is about the whole file.
        package var line: Int?
        /// What is wrong and what is expected; text from the file in it is safe to print.
        package var message: String

        package init(file: String, line: Int?, message: String) {
            (self.file, self.line, self.message) = (file, line, message)
        }

        /// `file:line: message`.
        package var description: String { place + message }

        /// `file:line: warning: message`.
        package func description(as severity: String) -> String { "\(place)\(severity): \(message)" }

        private var place: String { line.map { "\(file):\($0): " } ?? "\(file): " }
    }
}

extension Configuration {
    /// Larger files are refused: no sensible configuration comes near it.
    package static let fileBytesLimit = 1 << 20

    /// Reads a configuration from its YAML text. All mistakes are reported at once, except that nothing after a YAML
    /// syntax error can be read.
    ///
    /// - Parameter file: how messages name the file.
    package static func parse(_ text: String, file: String, formats: LogFormatCatalogue)
        -> ConfigurationReading
    {
        var reader = ConfigurationReader(file: file, catalogue: formats)
        do throws(ConfigurationReading.Problem) {
            let root = try YAMLDocument.compose(text, file: file)
            return reader.read(root)
        } catch {
            return ConfigurationReading(configuration: nil, problems: [error], warnings: [])
        }
    }

    /// Reads the file at `path`; that it cannot be read is a problem like any other.
    package static func load(path: String, formats: LogFormatCatalogue) -> ConfigurationReading {
        do throws(ConfigurationReading.Problem) {
            return parse(try contents(of: path), file: path, formats: formats)
        } catch {
            return ConfigurationReading(configuration: nil, problems: [error], warnings: [])
        }
    }

    private static func contents(of path: String) throws(ConfigurationReading.Problem) -> String {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw .init(file: path, line: nil, message: "cannot be read: \(reason(error))")
        }
        guard data.count <= fileBytesLimit else {
            throw .init(
                file: path, line: nil,
                message: "is \(data.count) bytes long, expected at most \(fileBytesLimit)")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw .init(file: path, line: invalidLine(data), message: "is not UTF-8, expected UTF-8 text")
        }
        return text
    }

    /// The first line whose bytes are not UTF-8.
    private static func invalidLine(_ data: Data) -> Int? {
        let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }.map { $0 + 1 }
    }

    /// Why a file could not be read, in few words.
    package static func reason(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile, .fileNoSuchFile: "no such file"
        case .fileReadNoPermission: "permission denied"
        case .fileReadInvalidFileName: "the name is not valid"
        case .fileReadTooLarge: "it is too large"
        default: "it is a directory or not a readable file"
        }
    }
}
