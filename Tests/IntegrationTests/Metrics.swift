// SPDX-License-Identifier: Apache-2.0

/// One reading of `/metrics`.
struct Metrics {
    private struct Sample {
        var name: Substring
        var labels: [Substring: Substring]
        var value: Double
    }

    private var samples: [Sample] = []

    init(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...])
            else { continue }
            let parts = line[..<space].split(separator: "{", maxSplits: 1)
            samples.append(
                Sample(name: parts[0], labels: parts.count == 2 ? Self.labels(parts[1]) : [:], value: value))
        }
    }

    /// `socket="127.0.0.1:2055",reason="x"}`; no value of ours holds a quote.
    private static func labels(_ text: Substring) -> [Substring: Substring] {
        var labels: [Substring: Substring] = [:]
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        for index in stride(from: 0, to: parts.count - 1, by: 2) {
            labels[parts[index].drop { $0 == "," }.dropLast()] = parts[index + 1]
        }
        return labels
    }

    /// The sum of a metric over all its samples with these labels.
    subscript(_ name: String, _ labels: [Substring: Substring] = [:]) -> Int {
        Int(
            samples.filter { sample in
                sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
            }.reduce(0) { $0 + $1.value })
    }

    /// The values of `label` for which a metric has a sample, in order.
    func values(of label: Substring, in name: String) -> [String] {
        samples.filter { $0.name == name }.compactMap { $0.labels[label].map(String.init) }
    }
}
