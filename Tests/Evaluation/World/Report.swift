// SPDX-License-Identifier: Apache-2.0

/// What an evaluation came to: written as Markdown, and as a page with its charts.
package struct Report: Sendable {
    /// A part of it.
    package enum Part: Sendable {
        case heading(String)
        case text(String)
        /// The first row is the head.
        case table([[String]])
        /// The name of the file, what it shows, and the picture itself.
        case chart(name: String, caption: String, svg: String)
    }

    package var title: String
    package private(set) var parts: [Part] = []

    package init(_ title: String) { self.title = title }

    /// Appends parts.
    package mutating func add(_ parts: Part...) { self.parts += parts }

    /// Appends what another one has.
    package mutating func add(_ other: Report) { parts += other.parts }

    /// File names of the charts with their contents.
    package var charts: [(name: String, svg: String)] {
        parts.compactMap { if case .chart(let name, _, let svg) = $0 { (name, svg) } else { nil } }
    }

    /// - Parameter folder: where the charts are, as links have it.
    package func markdown(charts folder: String) -> String {
        parts.reduce(into: "# \(title)\n") { result, part in
            switch part {
            case .heading(let text): result += "\n## \(text)\n"
            case .text(let text): result += "\n\(text)\n"
            case .table(let rows):
                for (index, row) in rows.enumerated() {
                    result += (index == 0 ? "\n" : "") + "| " + row.joined(separator: " | ") + " |\n"
                    if index == 0 { result += "|" + String(repeating: "---|", count: row.count) + "\n" }
                }
            case .chart(let name, let caption, _): result += "\n![\(caption)](\(folder)\(name))\n"
            }
        }
    }

    /// One page that has everything in it.
    package var page: String {
        let body = parts.reduce(into: "<h1>\(Chart.escaped(title))</h1>\n") { result, part in
            switch part {
            case .heading(let text): result += "<h2>\(Chart.escaped(text))</h2>\n"
            case .text(let text): result += "<p>\(Chart.escaped(text))</p>\n"
            case .table(let rows): result += Self.table(rows)
            case .chart(_, let caption, let svg):
                result += "<figure>\(svg)<figcaption>\(Chart.escaped(caption))</figcaption></figure>\n"
            }
        }
        return """
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>\(Chart.escaped(title))</title><style>
            body{font:15px/1.5 sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}
            td,th{border:1px solid #ccc;padding:.2rem .5rem;text-align:left}svg{max-width:100%}figure{margin:1rem 0}
            </style></head><body>
            \(body)</body></html>

            """
    }

    private static func table(_ rows: [[String]]) -> String {
        let lines = rows.enumerated().map { index, row in
            let tag = index == 0 ? "th" : "td"
            return "<tr>" + row.map { "<\(tag)>\(Chart.escaped($0))</\(tag)>" }.joined() + "</tr>"
        }
        return "<table>" + lines.joined(separator: "\n") + "</table>\n"
    }
}
