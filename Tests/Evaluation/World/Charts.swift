// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Charts as SVG: lines, bars with confidence intervals, and a matrix.
package enum Chart {
    private static let (width, height) = (720.0, 320.0)
    private static let (left, right, top, bottom) = (60.0, 170.0, 34.0, 44.0)
    private static let colours = ["#1b6ca8", "#c8553d", "#3a7d44", "#8e6c8a", "#d8a31a", "#555555"]

    /// A named row of points.
    package struct Series: Sendable {
        package var name: String
        package var points: [(x: Double, y: Double)]

        package init(_ name: String, _ points: [(x: Double, y: Double)]) {
            (self.name, self.points) = (name, points)
        }

        /// Which share of the samples is at most x; what never came leaves the curve below 1.
        package static func distribution(_ name: String, _ samples: [Double], of all: Int) -> Series {
            let sorted = samples.sorted()
            let steps = sorted.enumerated().map {
                (x: $0.element, y: Double($0.offset + 1) / Double(max(1, all)))
            }
            return Series(name, [(x: 0, y: 0)] + steps)
        }
    }

    /// Steps from left to right.
    package static func lines(_ title: String, x: String, y: String, limit: Double, _ series: [Series])
        -> String
    {
        let plot = (width: width - left - right, height: height - top - bottom)
        var body = axes(title, x: x, y: y, limit: limit)
        for (index, series) in series.enumerated() {
            var path = ""
            var last = 0.0
            for point in series.points where point.x <= limit {
                let place = left + max(0, point.x) / limit * plot.width
                path += path.isEmpty ? "M" : "L\(short(place)),\(short(top + (1 - last) * plot.height)) L"
                path += "\(short(place)),\(short(top + (1 - point.y) * plot.height)) "
                last = point.y
            }
            path += "L\(short(left + plot.width)),\(short(top + (1 - last) * plot.height))"
            let colour = colours[index % colours.count]
            body += "<path d=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\"/>\n"
            body += label(
                series.name, x: width - right + 10, y: top + 14 + Double(index) * 18, colour: colour)
        }
        return document(body, height: height)
    }

    /// Bars from left to right with their intervals, from 0 to `limit`.
    package static func bars(
        _ title: String, unit: String, limit: Double, _ bars: [(name: String, estimate: Estimate)]
    ) -> String {
        let height = top + 24 * Double(bars.count) + bottom
        let start = 260.0
        let scale = (width - start - 90) / limit
        var body = heading(title)
        for (index, bar) in bars.enumerated() {
            let y = top + 10 + 24 * Double(index)
            let (value, low, high) = (
                min(bar.estimate.value, limit), min(bar.estimate.low, limit), min(bar.estimate.high, limit)
            )
            body += label(bar.name, x: start - 8, y: y + 12, anchor: "end")
            body +=
                "<rect x=\"\(short(start))\" y=\"\(short(y))\" width=\"\(short(value * scale))\" height=\"16\" fill=\"\(colours[0])\"/>\n"
            body += line(start + low * scale, y + 8, start + high * scale, y + 8, colour: "#222")
            body += label(
                text(bar.estimate.value) + unit, x: start + max(value, high) * scale + 8, y: y + 12)
        }
        return document(body, height: height)
    }

    /// What was (rows) against what was said (columns), as counts.
    package static func matrix(_ title: String, rows: [String], columns: [String], _ counts: [[Int]])
        -> String
    {
        let (cell, start, head) = (44.0, 210.0, 150.0)
        let size = (
            width: start + cell * Double(columns.count) + 20, height: head + 26 * Double(rows.count) + 20
        )
        var body = heading(title)
        for (index, column) in columns.enumerated() {
            let x = start + cell * (Double(index) + 0.5)
            body +=
                "<text transform=\"translate(\(short(x)),\(short(head - 8))) rotate(-50)\">\(escaped(column))</text>\n"
        }
        for (row, name) in rows.enumerated() {
            let y = head + 26 * Double(row)
            body += label(name, x: start - 8, y: y + 17, anchor: "end")
            let all = Double(max(1, counts[row].reduce(0, +)))
            for (column, count) in counts[row].enumerated() where count > 0 {
                let x = start + cell * Double(column)
                let share = Double(count) / all
                body +=
                    "<rect x=\"\(short(x))\" y=\"\(short(y))\" width=\"\(cell - 2)\" height=\"24\" fill=\"\(colours[0])\" fill-opacity=\"\(short(0.1 + 0.8 * share))\"/>\n"
                body += label("\(count)", x: x + cell / 2, y: y + 17, anchor: "middle")
            }
        }
        return document(body, width: max(width, size.width), height: size.height)
    }

    // MARK: Parts

    private static func axes(_ title: String, x: String, y: String, limit: Double) -> String {
        let plot = (width: width - left - right, height: height - top - bottom)
        var body = heading(title)
        for step in 0...5 {
            let share = Double(step) / 5
            let place = top + (1 - share) * plot.height
            body += line(left, place, left + plot.width, place, colour: "#ddd")
            body += label(text(share), x: left - 6, y: place + 4, anchor: "end")
            body += label(
                text(share * limit), x: left + share * plot.width, y: top + plot.height + 16, anchor: "middle"
            )
        }
        body += label(x, x: left + plot.width / 2, y: height - 8, anchor: "middle")
        body +=
            "<text transform=\"translate(14,\(short(top + plot.height / 2))) rotate(-90)\" text-anchor=\"middle\">\(escaped(y))</text>\n"
        return body
    }

    private static func heading(_ title: String) -> String {
        "<text x=\"10\" y=\"20\" font-size=\"14\" font-weight=\"bold\">\(escaped(title))</text>\n"
    }

    private static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, colour: String) -> String
    {
        "<line x1=\"\(short(x1))\" y1=\"\(short(y1))\" x2=\"\(short(x2))\" y2=\"\(short(y2))\" stroke=\"\(colour)\"/>\n"
    }

    private static func label(
        _ text: String, x: Double, y: Double, anchor: String = "start", colour: String = "#222"
    ) -> String {
        "<text x=\"\(short(x))\" y=\"\(short(y))\" text-anchor=\"\(anchor)\" fill=\"\(colour)\">\(escaped(text))</text>\n"
    }

    private static func document(_ body: String, width: Double = width, height: Double) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(short(width)) \(short(height))" \
        font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>
        \(body)</svg>

        """
    }

    private static func short(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(Double(tenths) / 10)"
    }

    static func text(_ value: Double) -> String {
        let digits = value != 0 && abs(value) < 1 ? 1000.0 : 10.0
        let rounded = (value * digits).rounded() / digits
        return rounded == rounded.rounded() && abs(rounded) < 1e9 ? "\(Int(rounded))" : "\(rounded)"
    }

    static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}
