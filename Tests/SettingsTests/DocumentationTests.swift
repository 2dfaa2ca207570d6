// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import Foundation
import Settings
import Testing

/// What ships beside the program: the reference and the configuration to begin with.
struct DocumentationTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../")

    /// Rows of the tables whose first cell is a key.
    private static func documentedRows() throws -> [[String]] {
        try String(contentsOf: root.appending(path: "docs/configuration.md"), encoding: .utf8)
            .split(separator: "\n")
            .filter { $0.hasPrefix("| `") }
            .map {
                $0.split(separator: " | ").map {
                    $0.trimmingCharacters(in: CharacterSet(charactersIn: "|` "))
                }
            }
    }

    @Test func `the reference has every key, and no other`() throws {
        let documented = try Self.documentedRows().compactMap(\.first)
        #expect(Set(documented).subtracting(Configuration.knownKeys) == [])
        #expect(Set(Configuration.knownKeys).subtracting(documented) == [])
        #expect(Set(documented).count == documented.count)
    }

    @Test(arguments: DetectionPolicy.options)
    func `the reference has the default of the detection`(option: DetectionPolicy.Option) throws {
        let row = try #require(try Self.documentedRows().first { $0.first == "detection.\(option.name)" })
        let read = try configuration("detection: { \(option.name): \(row[2]) }")
        #expect(read.detection == DetectionPolicy())
    }

    @Test func `the shipped configuration is valid and says what the defaults are`() throws {
        let text = try String(contentsOf: Self.root.appending(path: "Config/spate.yaml"), encoding: .utf8)
        var expected = Configuration()
        expected.alerts.append(.standardOutput(.human))
        expected.control.socket = ControlConfiguration.usualSocket
        expected.state.directory = "/var/lib/spate"
        #expect(try configuration(text) == expected)
        #expect(warnings(text) == [])
    }

    @Test func `its examples are valid when the comment signs go`() throws {
        let text = try String(contentsOf: Self.root.appending(path: "Config/spate.yaml"), encoding: .utf8)
        let lines = text.split(separator: "\n").map { line in
            let example = line.dropFirst(2)
            let isExample = example.hasPrefix("  ") || (example.hasSuffix(":") && !example.contains(" "))
            return line.hasPrefix("# ") && isExample ? String(example) : String(line)
        }
        let read = try configuration(lines.joined(separator: "\n"))
        #expect(read.services.map(\.name) == ["shop"])
        #expect(read.signals.rules.count == 2)
        #expect(read.exporters.allow.count == 2)
        #expect(read.suppression.sources.count == 1)
        #expect(read.suppression.egress.count == 1)
        #expect(read.alerts.count == 3)
    }
}
