// SPDX-License-Identifier: Apache-2.0

extension Rules {
    /// The page that explains each metric; a test of the running program holds the page to what is served.
    static let metricsPage = "docs/metrics.md"

    /// A metric that a document names is explained on the page of metrics.
    static func metricNames(_ file: TextFile, explained: Set<String>) -> [Violation] {
        file.lines.enumerated().flatMap { index, line in
            metricNames(in: line).filter { !explained.contains($0) }.map {
                Violation(path: file.path, line: index + 1, what: "\($0) is not in \(metricsPage)")
            }
        }
    }

    /// Words that begin with `spate_`; a name with a placeholder (`spate_<stage>_…`) is none.
    static func metricNames(in line: String) -> [String] {
        line.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "<")) }
            .map(String.init).filter { $0.hasPrefix("spate_") && $0 != "spate_" && !$0.contains("<") }
    }
}
