// SPDX-License-Identifier: Apache-2.0

/// What the template sets of NetFlow v9 (RFC 3954 §5.2, §6.1) and IPFIX (RFC 7011 §3.4) say, record by record.
struct TemplateParser {
    enum Outcome {
        case template(Template)
        /// The same bytes as the template that is known by this id.
        case unchanged(UInt16)
        /// All templates of the kind when the id is that of the set (RFC 7011 §8.1).
        case withdrawal(UInt16)
        /// A template that no data can follow; the next record can be read.
        case refused(UInt16)
        /// Nothing but padding is left.
        case end
        /// The rest of the set cannot be read.
        case malformed
    }

    /// Where the fields of a template record are.
    private struct Header {
        var id: UInt16
        var fieldCount: Int
        var scopeCount: Int
        /// Of the first field specifier.
        var offset: Int
    }

    let isIPFIX: Bool
    let kind: TemplateKind
    let fieldLimit: Int

    /// Reads the record at `offset` and moves `offset` past it.
    ///
    /// - Parameter known: the definition that is stored under an id.
    func next(
        in set: borrowing Span<UInt8>, at offset: inout Int, known: (UInt16) -> Template?
    ) -> Outcome {
        guard set.count &- offset >= 4, !set.isZero(from: offset) else { return .end }
        if isIPFIX, set.uint16(at: offset &+ 2) == 0 {
            let id = set.uint16(at: offset)
            offset &+= 4
            return id >= 256 || id == (kind == .data ? 2 : 3) ? .withdrawal(id) : .malformed
        }
        guard let header = readHeader(set, offset) else { return .malformed }
        guard let end = endOfFields(set, header) else { return .malformed }
        let definition = offset &+ 2..<end
        offset = end
        guard header.fieldCount > 0, header.fieldCount <= fieldLimit else { return .refused(header.id) }
        if let template = known(header.id), template.kind == kind,
            Self.isEqual(set, definition, template.definition)
        {
            return .unchanged(header.id)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(definition.count)
        for index in definition { bytes.append(set[index]) }
        let fields = readFields(set, header)
        guard let template = Template(id: header.id, kind: kind, fields: fields, definition: bytes) else {
            return .refused(header.id)
        }
        return .template(template)
    }

    private func readHeader(_ set: borrowing Span<UInt8>, _ offset: Int) -> Header? {
        let id = set.uint16(at: offset)
        guard id >= 256 else { return nil }
        let first = Int(set.uint16(at: offset &+ 2))
        guard kind == .options else {
            return first == 0 ? nil : Header(id: id, fieldCount: first, scopeCount: 0, offset: offset &+ 4)
        }
        guard set.count &- offset >= 6 else { return nil }
        let second = Int(set.uint16(at: offset &+ 4))
        if isIPFIX {
            guard second <= first else { return nil }
            return Header(id: id, fieldCount: first, scopeCount: second, offset: offset &+ 6)
        }
        // v9 gives both lengths in octets, four to a field.
        guard first % 4 == 0, second % 4 == 0 else { return nil }
        return Header(id: id, fieldCount: (first &+ second) / 4, scopeCount: first / 4, offset: offset &+ 6)
    }

    /// The end of the field specifiers, found without storing anything: the count may be a lie.
    private func endOfFields(_ set: borrowing Span<UInt8>, _ header: Header) -> Int? {
        guard isIPFIX else {
            let end = header.offset &+ 4 &* header.fieldCount
            return end <= set.count ? end : nil
        }
        var cursor = header.offset
        for _ in 0..<header.fieldCount {
            guard set.count &- cursor >= 4 else { return nil }
            cursor &+= set[cursor] & 0x80 != 0 ? 8 : 4
        }
        return cursor <= set.count ? cursor : nil
    }

    private func readFields(_ set: borrowing Span<UInt8>, _ header: Header) -> [FieldSpecifier] {
        var fields: [FieldSpecifier] = []
        fields.reserveCapacity(header.fieldCount)
        var cursor = header.offset
        for index in 0..<header.fieldCount {
            let type = set.uint16(at: cursor)
            let length = set.uint16(at: cursor &+ 2)
            let isScope = index < header.scopeCount
            var element = InformationElement(type, isScopeType: isScope && !isIPFIX)
            cursor &+= 4
            if isIPFIX, type & 0x8000 != 0 {
                element = InformationElement(type & 0x7FFF, enterprise: set.uint32(at: cursor))
                cursor &+= 4
            }
            fields.append(FieldSpecifier(element, length: length, isScope: isScope))
        }
        return fields
    }

    private static func isEqual(
        _ set: borrowing Span<UInt8>, _ range: Range<Int>, _ definition: [UInt8]
    ) -> Bool {
        guard range.count == definition.count else { return false }
        for index in 0..<definition.count where set[range.lowerBound &+ index] != definition[index] {
            return false
        }
        return true
    }
}
