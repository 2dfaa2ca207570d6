// SPDX-License-Identifier: Apache-2.0

import Yams

/// A value of the file with what messages call it and where it stands.
struct Entry {
    /// `'port'` or `item 2 of 'addresses'`.
    let label: String
    let line: Int
    let node: Node

    init(label: String, line: Int, node: Node) {
        (self.label, self.node) = (label, node)
        // A scalar is reported where it stands, a list or section where its key stands.
        self.line = node.scalar.flatMap { $0.string.isEmpty ? nil : $0.mark?.line } ?? line
    }

    /// The text of a scalar.
    var text: String? { node.scalar?.string }

    /// `key:` with nothing after it, which YAML reads as null.
    var isEmpty: Bool {
        guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null"].contains(scalar.string)
    }

    /// How a message shows the value.
    var shown: String {
        switch node {
        case .scalar(let scalar): isEmpty ? "empty" : printable(scalar.string)
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}

/// A mapping whose keys are known: the value of each key that is there and not misspelt.
struct Section<Key: SectionKey> {
    let line: Int
    private let entries: [Key: Entry]

    init(line: Int, entries: [Key: Entry]) { (self.line, self.entries) = (line, entries) }

    subscript(key: Key) -> Entry? { entries[key] }

    var keys: Set<Key> { Set(entries.keys) }
}
