// SPDX-License-Identifier: Apache-2.0

/// Names of elements that the operator adds or puts in place of the registries', from a file of lines with commas between
/// the columns. Empty lines, those that begin with `#` and rows without a name are left out.
package struct ElementFile: Sendable {
    /// What is wrong with a line, and what is expected.
    package struct Mistake: Error, Sendable, Equatable {
        /// Counted from 1.
        package var line: Int
        /// Printable, whatever the file holds.
        package var message: String
    }

    struct Row: Sendable {
        var key: ElementNames.Key
        var entry: ElementNames.Entry
    }

    /// In the order of the file, the first hundred. The rows of a file that has mistakes are not to be used.
    package private(set) var mistakes: [Mistake] = []
    private(set) var rows: [Row] = []

    /// Octets of the longest file that is worth reading: all the registries together have a tenth of it.
    package static let octetLimit = 4 << 20

    /// What does not fit a screen helps nobody to mend a file.
    private static let mistakeLimit = 100

    /// Reads the octets of a file.
    package init(_ octets: [UInt8]) {
        var octets = octets[...]
        if octets.starts(with: Self.byteOrderMark) { octets.removeFirst(Self.byteOrderMark.count) }
        var columns: ElementColumns?
        var firstLines: [ElementNames.Key: Int] = [:]
        var line = 0
        for content in octets.split(separator: 0x0A, omittingEmptySubsequences: false) {
            line += 1
            let cells = content.split(separator: 0x2C, omittingEmptySubsequences: false).map(Self.trimmed)
            if cells.allSatisfy(\.isEmpty) || cells[0].hasPrefix("#") { continue }
            do throws(Mistake) {
                guard let known = columns else {
                    columns = try ElementColumns(header: cells, line: line)
                    continue
                }
                guard let row = try known.row(cells, line: line) else { continue }
                if let first = firstLines.updateValue(line, forKey: row.key) {
                    throw Mistake(
                        line: line,
                        message: "the element is given again, expected once (first on line \(first))")
                }
                rows.append(row)
            } catch {
                mistakes.append(error)
                // Without the header's columns nothing can be said of the rows.
                if columns == nil || mistakes.count == Self.mistakeLimit { return }
            }
        }
        if columns == nil {
            mistakes.append(Mistake(line: 1, message: "is empty, expected \(ElementColumns.header)"))
        }
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private static func trimmed(_ cell: ArraySlice<UInt8>) -> String {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        var cell = cell.drop(while: isBlank)
        while let last = cell.last, isBlank(last) { cell.removeLast() }
        return String(decoding: cell, as: UTF8.self)
    }
}
