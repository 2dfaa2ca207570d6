// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Columns of text with a heading; notes may follow a row. Cells are made safe to print.
package struct TextTable {
    /// A column: its heading, and the side on which its cells stand.
    package enum Column {
        case left(String)
        case right(String)
    }

    private enum Line {
        case row([String])
        case note(String)
    }

    private let isRight: [Bool]
    private var body: [Line] = []

    /// - Parameter columns: from left to right.
    package init(_ columns: [Column]) {
        var headings: [String] = []
        isRight = columns.map { column in
            switch column {
            case .left(let heading):
                headings.append(heading)
                return false
            case .right(let heading):
                headings.append(heading)
                return true
            }
        }
        add(headings)
    }

    /// As many cells as there are columns.
    package mutating func add(_ cells: [String]) { body.append(.row(cells.map(SafeText.escaped))) }

    /// A line for each set of counts that has any, the largest count first.
    mutating func addNotes(_ notes: [(title: String, counts: [String: UInt64])]) {
        for note in notes where !note.counts.isEmpty {
            let counts = note.counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            let text = counts.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            addNote("\(note.title): \(text)")
        }
    }

    /// A line below the row before it.
    mutating func addNote(_ text: String) { body.append(.note(SafeText.escaped(text))) }

    /// Indented by two, notes by four.
    package var lines: [String] {
        let widths = isRight.indices.map { column in
            body.reduce(0) { widest, line in
                guard case .row(let cells) = line, column < cells.count else { return widest }
                return max(widest, cells[column].count)
            }
        }
        return body.map { line in
            switch line {
            case .note(let text): "    " + text
            case .row(let cells): "  " + justified(cells, widths)
            }
        }
    }

    private func justified(_ cells: [String], _ widths: [Int]) -> String {
        var text = ""
        for (column, cell) in cells.enumerated() {
            let padding = String(repeating: " ", count: max(0, widths[column] - cell.count))
            text += column == 0 ? "" : "  "
            text += isRight[column] ? padding + cell : cell + padding
        }
        while text.last == " " { text.removeLast() }
        return text
    }
}
