// SPDX-License-Identifier: Apache-2.0

/// Names, types and units of elements, for people: decoding does not need them. A lookup allocates nothing.
package struct ElementNames: Sendable {
    /// What is known of an element.
    struct Entry: Sendable, Equatable {
        var name: String
        var type: ElementType
        var units: String?

        /// RFC 5103 §6.1: the name begins with "reverse" and goes on with a capital.
        var reverse: Entry {
            let name = "reverse" + self.name.prefix(1).uppercased() + self.name.dropFirst()
            return Entry(name: name, type: type, units: units)
        }
    }

    /// Which registry a number belongs to.
    enum Space: Sendable, Hashable {
        /// 0 is IANA's.
        case enterprise(UInt32)
        /// Field types of NetFlow v9 where IANA has none, or another.
        case netFlow9
        /// Scope types of NetFlow v9.
        case scope

        static let reverse = Space.enterprise(InformationElement.reverseEnterprise)
    }

    /// A number in its registry.
    struct Key: Sendable, Hashable {
        var space: Space
        var id: UInt16
    }

    private var entries: [Key: Entry] = [:]

    /// Those of the registries; read from the tables at the first use.
    package static let standard = ElementNames()

    private init() {
        add(ElementTable.iana, in: .enterprise(0))
        add(ElementTable.netFlow9, in: .netFlow9)
        add(ElementTable.scopes, in: .scope)
        for (number, table) in ElementTable.enterprises { add(table, in: .enterprise(number)) }
    }

    private mutating func add(_ table: String, in space: Space) {
        for (id, entry) in ElementTable.elements(of: table) { add(entry, Key(space: space, id: id)) }
    }

    private mutating func add(_ entry: Entry, _ key: Key) {
        entries[key] = entry
        if key.space == .enterprise(0) { entries[Key(space: .reverse, id: key.id)] = entry.reverse }
    }

    /// Adds the rows of the operator's file; they count more than what is there.
    package mutating func add(_ file: ElementFile) {
        // A row of IANA's renames the reverse element too, unless that has a row of its own.
        let (others, reverse) = (
            file.rows.filter { $0.key.space != .reverse }, file.rows.filter { $0.key.space == .reverse }
        )
        for row in others + reverse { add(row.entry, row.key) }
    }

    /// What is known of an element in messages of this version; nil for elements that no table has.
    func entry(of element: InformationElement, version: UInt16) -> Entry? {
        if element.isScopeType { return entries[Key(space: .scope, id: element.id)] }
        // NetFlow v9 shares IANA's numbers as far as those go.
        if version == 9, let entry = entries[Key(space: .netFlow9, id: element.id)] { return entry }
        return entries[Key(space: .enterprise(element.enterprise), id: element.id)]
    }
}
