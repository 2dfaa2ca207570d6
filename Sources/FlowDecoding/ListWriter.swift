// SPDX-License-Identifier: Apache-2.0

/// Writes a structured list: `[dnsQName www.example., dnsNXDomain 0; dnsQName …]`, records apart by semicolons.
struct ListWriter: ListVisitor, ~Copyable {
    private let names: ElementNames
    private let version: UInt16
    private(set) var text = TextBuffer()
    private var separator = ""

    init(names: ElementNames, version: UInt16) { (self.names, self.version) = (names, version) }

    mutating func beginList() {
        text.append(separator + "[")
        separator = ""
    }

    mutating func beginListedRecord() {
        if !separator.isEmpty { separator = "; " }
    }

    mutating func visit(value: borrowing Span<UInt8>, of element: InformationElement) {
        text.append(separator)
        separator = ", "
        let entry = names.entry(of: element, version: version)
        if let entry { text.append(entry.name) } else { text.append(identity: element) }
        text.append(" ")
        text.append(value: value, type: entry?.type)
        text.append(unitsOf: entry, width: value.count)
    }

    mutating func endList() {
        text.append("]")
        separator = ", "
    }
}

extension TextBuffer {
    /// `0/8`, `29305/1`, `scope/2`.
    mutating func append(identity element: InformationElement) {
        if element.isScopeType {
            append("scope")
        } else {
            append(UInt64(element.enterprise))
        }
        append("/")
        append(UInt64(element.id))
    }

    /// ` octets` behind a number that has units; nothing otherwise.
    mutating func append(unitsOf entry: ElementNames.Entry?, width: Int) {
        guard let entry, let units = entry.units, entry.type.hasUnits(width: width) else { return }
        append(" ")
        append(units)
    }
}
