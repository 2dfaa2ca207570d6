// SPDX-License-Identifier: Apache-2.0

/// Where the columns of an ``ElementFile`` are, and what may stand in them.
struct ElementColumns {
    private let enterprise: Int
    private let id: Int
    private let name: Int
    private let type: Int
    private let units: Int?

    static let header =
        "a first line that names the columns pen, id, name and type, as in pen,id,name,type,units"

    /// Octets of a name: the longest of a registry has 48.
    static let nameLimit = 64
    /// Octets of the units, which are printed behind each value.
    static let unitsLimit = 32
    /// Octets of what a mistake repeats from the file.
    private static let shownLimit = 40

    init(header cells: [String], line: Int) throws(ElementFile.Mistake) {
        guard let enterprise = cells.firstIndex(of: "pen"), let id = cells.firstIndex(of: "id"),
            let name = cells.firstIndex(of: "name"), let type = cells.firstIndex(of: "type")
        else {
            throw ElementFile.Mistake(
                line: line, message: "begins with \(Self.shown(cells[0])), expected \(Self.header)")
        }
        (self.enterprise, self.id, self.name, self.type) = (enterprise, id, name, type)
        units = cells.firstIndex(of: "units")
    }

    /// Nil for a row without a name: registries keep numbers free so.
    func row(_ cells: [String], line: Int) throws(ElementFile.Mistake) -> ElementFile.Row? {
        func wrong(_ what: String, _ column: Int, _ expected: String) -> ElementFile.Mistake {
            ElementFile.Mistake(
                line: line, message: "\(what) is \(Self.shown(cells[column])), expected \(expected)")
        }
        guard cells.count > max(enterprise, id, name, type) else {
            throw ElementFile.Mistake(
                line: line, message: "there are \(cells.count) columns, expected as many as in the first line"
            )
        }
        if cells[name].isEmpty { return nil }
        guard let space = Self.space(cells[enterprise]) else {
            throw wrong("pen", enterprise, "a private enterprise number, 0 for IANA, or v9")
        }
        guard let number = number(cells) else { throw wrong("id", id, "a number from 0 to 65535") }
        guard Self.isWord(cells[name], limit: Self.nameLimit, besides: "_.-") else {
            throw wrong("name", name, "at most \(Self.nameLimit) ASCII letters, digits, _, . and -")
        }
        guard let type = cells[type].isEmpty ? .octets : ElementType(word: cells[type]) else {
            throw wrong("type", self.type, "a type of RFC 7012, as in unsigned32, string or ipv4Address")
        }
        var shownUnits: String?
        if let units, units < cells.count, !cells[units].isEmpty, cells[units] != "none" {
            guard Self.isWord(cells[units], limit: Self.unitsLimit, besides: " _.-/%") else {
                throw wrong(
                    "units", units,
                    "at most \(Self.unitsLimit) ASCII letters, digits, spaces, _, ., -, / and %")
            }
            shownUnits = cells[units]
        }
        return ElementFile.Row(
            key: ElementNames.Key(space: space, id: number),
            entry: ElementNames.Entry(name: cells[name], type: type, units: shownUnits))
    }

    private static func space(_ cell: String) -> ElementNames.Space? {
        if cell == "v9" { return .netFlow9 }
        return UInt32(cell).map { .enterprise($0) }
    }

    /// Some registries write the enterprise before the number: `35632.118`.
    private func number(_ cells: [String]) -> UInt16? {
        let prefix = cells[enterprise] + "."
        return UInt16(cells[id].hasPrefix(prefix) ? cells[id].dropFirst(prefix.count) : cells[id][...])
    }

    private static func isWord(_ cell: String, limit: Int, besides marks: String) -> Bool {
        (1...limit).contains(cell.utf8.count)
            && cell.utf8.allSatisfy { octet in
                switch octet {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: marks.utf8.contains(octet)
                }
            }
    }

    /// Between quotes and in part, so that it fits the line of a message.
    private static func shown(_ cell: String) -> String {
        let octets = Array(cell.utf8.prefix(shownLimit))
        var text = TextBuffer()
        text.append(value: octets.span, type: .text)
        let rest = cell.utf8.count > shownLimit ? "…" : ""
        return octets.isEmpty ? "empty" : "'" + String(decoding: text.octets, as: UTF8.self) + rest + "'"
    }
}
