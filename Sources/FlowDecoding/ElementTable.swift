// SPDX-License-Identifier: Apache-2.0

/// What the registries say of elements, one a line: number, letter of the ``ElementType``, name, units if there are any.
/// The tables in the folder Elements are written by `.ci/elements`, whose head says how.
enum ElementTable {
    /// The scope types of NetFlow v9 (RFC 3954 §6.1).
    static let scopes = """
        1 o scopeSystem
        2 u scopeInterface
        3 u scopeLineCard
        4 o scopeCache
        5 u scopeTemplate
        """

    /// The elements of a table, in its order.
    static func elements(of table: String) -> [(id: UInt16, entry: ElementNames.Entry)] {
        table.utf8.split(separator: 0x0A).map { line in
            let parts = line.split(separator: 0x20, maxSplits: 3).map { String(Substring($0)) }
            guard parts.count >= 3, let id = UInt16(parts[0]), let letter = parts[1].utf8.first,
                let type = ElementType(rawValue: letter)
            else { preconditionFailure("a table of elements has a line that is none: \(Substring(line))") }
            return (
                id, ElementNames.Entry(name: parts[2], type: type, units: parts.count > 3 ? parts[3] : nil)
            )
        }
    }
}
