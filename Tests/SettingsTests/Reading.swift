// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

/// A catalogue as small as tests need; a format is wrong when it has no `$status`.
let testFormats = LogFormatCatalogue(
    builtIn: ["haproxy-http", "nginx-combined"], withoutDestination: ["haproxy-http"],
    mistake: { description in
        switch description {
        case .text(_, let text):
            text.contains("status") ? nil : .init(position: 0, message: "it names no $status")
        case .json(let keys):
            keys.firstIndex { $0.role == "colour" }.map {
                .init(position: $0, message: "'colour' is unknown")
            }
        }
    })

func read(_ text: String) -> ConfigurationReading {
    Configuration.parse(text, file: "f.yaml", formats: testFormats)
}

/// The configuration of a text without mistakes.
func configuration(_ text: String, at location: SourceLocation = #_sourceLocation) throws -> Configuration {
    let reading = read(text)
    #expect(reading.problems == [], sourceLocation: location)
    return try #require(reading.configuration, sourceLocation: location)
}

/// The problems as `line: message`.
func problems(_ text: String) -> [String] {
    let reading = read(text)
    #expect((reading.configuration == nil) == !reading.problems.isEmpty)
    return reading.problems.map { "\($0.line ?? 0): \($0.message)" }
}

/// The warnings in the same form, of a text without mistakes.
func warnings(_ text: String) -> [String] {
    let reading = read(text)
    #expect(reading.problems == [])
    return reading.warnings.map { "\($0.line ?? 0): \($0.message)" }
}
