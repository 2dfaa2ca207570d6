// SPDX-License-Identifier: Apache-2.0

/// The list types of RFC 6313 §4.
enum ListKind: Sendable {
    /// Values of one element.
    case basic
    /// Records of one template.
    case subTemplate
    /// Records of several templates.
    case subTemplateMulti
}

extension InformationElement {
    /// How the value is structured; nil when it is a plain value.
    var listKind: ListKind? {
        guard enterprise == 0, !isScopeType else { return nil }
        switch id {
        // basicList, and the lists of BGP communities and segments of the registry.
        case 291, 484, 485, 487, 488, 490, 491, 496: return .basic
        // subTemplateList, mibObjectValueTable, mibObjectValueRow.
        case 292, 443, 444: return .subTemplate
        case 293: return .subTemplateMulti
        default: return nil
        }
    }
}

/// Sees what a structured list holds, in the order of the wire.
protocol ListVisitor: ~Copyable {
    /// A list begins.
    mutating func beginList()
    /// The next record of a list of records begins.
    mutating func beginListedRecord()
    /// A value that is no list itself.
    mutating func visit(value: borrowing Span<UInt8>, of element: InformationElement)
    /// The list ends, be it whole or not.
    mutating func endList()
}

/// Walks structured lists (RFC 6313 §4.5), within limits: lists may be nested, and may name the template they are in.
/// What is malformed ends the list; the record around it is not touched, for its own length is known.
struct ListWalker: Sendable {
    private let depthLimit: Int
    private var valuesLeft: Int
    private(set) var problems = ProblemCounts()

    init(_ limits: DecodingLimits) {
        (depthLimit, valuesLeft) = (limits.listDepth, limits.listedValuesPerDatagram)
    }

    /// - Parameter depth: 0 for a field of a data record.
    mutating func walk<Visitor: ListVisitor & ~Copyable>(
        _ list: borrowing Span<UInt8>, _ kind: ListKind, _ templates: borrowing TemplateStore, depth: Int = 0,
        _ visitor: inout Visitor
    ) {
        guard depth < depthLimit else {
            problems.add(.listLimit)
            return
        }
        visitor.beginList()
        switch kind {
        case .basic: walkBasic(list, templates, depth, &visitor)
        case .subTemplate:
            guard list.count >= 3 else {
                if list.count > 0 { problems.add(.malformedList) }
                break
            }
            walkRecords(list.extracting(3...), list.uint16(at: 1), templates, depth, &visitor)
        case .subTemplateMulti: walkMulti(list, templates, depth, &visitor)
        }
        visitor.endList()
    }

    private mutating func walkBasic<Visitor: ListVisitor & ~Copyable>(
        _ list: borrowing Span<UInt8>, _ templates: borrowing TemplateStore, _ depth: Int,
        _ visitor: inout Visitor
    ) {
        guard list.count > 0 else { return }
        guard list.count >= 5 else { return problems.add(.malformedList) }
        let type = list.uint16(at: 1)
        let length = list.uint16(at: 3)
        var element = InformationElement(type & 0x7FFF)
        var offset = 5
        if type & 0x8000 != 0 {
            guard list.count >= 9 else { return problems.add(.malformedList) }
            (element.enterprise, offset) = (list.uint32(at: 5), 9)
        }
        // Values without a length would never end.
        guard length > 0 || offset == list.count else { return problems.add(.malformedList) }
        let isVariable = length == FieldSpecifier.variableLength
        while offset < list.count {
            var width = Int(length)
            if isVariable {
                guard let field = VariableField(at: offset, in: list) else {
                    return problems.add(.malformedList)
                }
                offset &+= field.prefix
                width = field.length
            }
            guard width <= list.count &- offset else { return problems.add(.malformedList) }
            let range = offset..<offset &+ width
            guard visit(list.extracting(range), element, templates, depth, &visitor) else { return }
            offset = range.upperBound
        }
    }

    private mutating func walkMulti<Visitor: ListVisitor & ~Copyable>(
        _ list: borrowing Span<UInt8>, _ templates: borrowing TemplateStore, _ depth: Int,
        _ visitor: inout Visitor
    ) {
        var offset = 1
        while offset < list.count {
            guard list.count &- offset >= 4 else { return problems.add(.malformedList) }
            let length = Int(list.uint16(at: offset &+ 2))
            guard length >= 4, length <= list.count &- offset else { return problems.add(.malformedList) }
            let records = list.extracting(offset &+ 4..<offset &+ length)
            walkRecords(records, list.uint16(at: offset), templates, depth, &visitor)
            offset &+= length
        }
    }

    private mutating func walkRecords<Visitor: ListVisitor & ~Copyable>(
        _ records: borrowing Span<UInt8>, _ id: UInt16, _ templates: borrowing TemplateStore, _ depth: Int,
        _ visitor: inout Visitor
    ) {
        guard records.count > 0 else { return }
        guard let template = templates.peek(id) else { return problems.add(.listWithoutTemplate) }
        var offset = 0
        while records.count &- offset >= template.layout.minimumLength {
            guard let length = template.layout.fixedLength ?? template.recordLength(at: offset, in: records)
            else { return problems.add(.malformedList) }
            let record = records.extracting(offset..<offset &+ length)
            visitor.beginListedRecord()
            var cursor = template.fieldCursor
            while let (field, range) = cursor.next(in: record) {
                guard visit(record.extracting(range), field.element, templates, depth, &visitor) else {
                    return
                }
            }
            offset &+= length
        }
    }

    /// False when no more values may be looked at.
    private mutating func visit<Visitor: ListVisitor & ~Copyable>(
        _ value: borrowing Span<UInt8>, _ element: InformationElement, _ templates: borrowing TemplateStore,
        _ depth: Int, _ visitor: inout Visitor
    ) -> Bool {
        guard valuesLeft > 0 else {
            problems.add(.listLimit)
            return false
        }
        valuesLeft &-= 1
        if let kind = element.listKind {
            walk(value, kind, templates, depth: depth &+ 1, &visitor)
        } else {
            visitor.visit(value: value, of: element)
        }
        return true
    }
}
