// SPDX-License-Identifier: Apache-2.0

/// One metric family: a name, what it means, and its value for each set of labels.
package struct Metric: Sendable {
    /// How the value moves.
    package enum Kind: String, Sendable {
        /// Only rises, until the program starts anew.
        case counter
        /// Rises and falls.
        case gauge
    }

    /// `spate_<stage>_<what>_<unit|total>`.
    package var name: String
    /// A sentence for people; line breaks are escaped.
    package var help: String
    /// What a reader may compute from it.
    package var kind: Kind
    /// The order is kept. No two samples of a metric have the same labels.
    package var samples: [(labels: [(String, String)], value: Double)]

    package init(
        name: String, help: String, kind: Kind, samples: [(labels: [(String, String)], value: Double)]
    ) {
        (self.name, self.help, self.kind, self.samples) = (name, help, kind, samples)
    }

    /// A metric without labels.
    package init(name: String, help: String, kind: Kind, value: Double) {
        self.init(name: name, help: help, kind: kind, samples: [(labels: [], value: value)])
    }
}

/// Metrics in the Prometheus text format 0.0.4.
package enum MetricsText {
    /// Its media type.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// All metrics, each with its help and type line.
    package static func render(_ metrics: [Metric]) -> String {
        var text = ""
        for metric in metrics {
            text += "# HELP \(metric.name) "
            append(metric.help, to: &text, escapingQuotes: false)
            text += "\n# TYPE \(metric.name) \(metric.kind.rawValue)\n"
            for sample in metric.samples {
                text += metric.name
                append(sample.labels, to: &text)
                text += " \(number(sample.value))\n"
            }
        }
        return text
    }

    private static func append(_ labels: [(String, String)], to text: inout String) {
        guard !labels.isEmpty else { return }
        var separator = "{"
        for (name, value) in labels {
            text += "\(separator)\(name)=\""
            append(value, to: &text, escapingQuotes: true)
            text += "\""
            separator = ","
        }
        text += "}"
    }

    private static func append(_ value: String, to text: inout String, escapingQuotes: Bool) {
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\"" where escapingQuotes: text += "\\\""
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    /// Whole numbers in all their digits; the others in the shortest form that reads back the same.
    private static func number(_ value: Double) -> String {
        if let whole = Int64(exactly: value) { return String(whole) }
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return String(value)
    }
}
