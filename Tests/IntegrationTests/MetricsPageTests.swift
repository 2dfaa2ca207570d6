// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// docs/metrics.md explains the metrics that there are: none is missing, none is invented.
@Suite struct MetricsPageTests {
    @Test func everyMetricIsExplained() async throws {
        let page = try String(contentsOfFile: Self.root + "/docs/metrics.md", encoding: .utf8)
        let folder = try TemporaryDirectory()
        let daemon = try await RunningDaemon(
            "state: { directory: \(folder.file("state")) }\n", folder: folder)
        let answer = try #require(HTTPRequest.get("/metrics", port: daemon.httpPort))
        let served = answer.body.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
            .map { Array($0.split(separator: " ").dropFirst(2)) }
        try #require(served.count > 10)
        // A row of the tables: | `name` | kind | …
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `spate_") }
            .map { $0.split(separator: "|").prefix(2).map { $0.filter { $0 != "`" && $0 != " " } } }
        #expect(Set(rows) == Set(served.map { $0.map(String.init) }))
        #expect(rows.count == Set(rows).count)
        try await daemon.stop()
    }

    /// The folder of Package.swift: above this file, or named by the variable `SPATE_ROOT`.
    private static var root: String {
        ProcessInfo.processInfo.environment["SPATE_ROOT"]
            ?? #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
    }
}
