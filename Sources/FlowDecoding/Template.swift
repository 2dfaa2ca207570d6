// SPDX-License-Identifier: Apache-2.0

/// What the records of a template are for.
package enum TemplateKind: Sendable {
    /// Flows, as a rule.
    case data
    /// Facts about the exporter: sampling, interface names and the like.
    case options
}

/// A template as received, with the plans compiled from it. Never changes: a new definition makes a new template.
package final class Template: Sendable {
    /// 256 and up; 0 for the built-in layouts.
    package let id: UInt16
    /// What its records are for.
    package let kind: TemplateKind
    /// In the order of the wire, scope fields first.
    package let fields: [FieldSpecifier]
    /// The field specifiers as on the wire: a refresh that says the same is known by it.
    let definition: [UInt8]
    let layout: RecordLayout
    let plan: RecordPlan
    let optionsPlan: OptionsPlan
    /// Whether records have structured lists in them.
    let hasLists: Bool

    /// Nil when its records would have no length, and there would be no end of them.
    package init?(id: UInt16, kind: TemplateKind, fields: [FieldSpecifier], definition: [UInt8]) {
        let wanted = kind == .data ? RecordPlan.wantedElements : OptionsPlan.wantedElements
        guard let layout = RecordLayout(fields, wanted: { wanted.contains($0) }) else { return nil }
        (self.id, self.kind, self.fields, self.definition) = (id, kind, fields, definition)
        self.layout = layout
        plan = RecordPlan(layout)
        optionsPlan = OptionsPlan(layout)
        hasLists = fields.contains { $0.element.listKind != nil }
    }

    /// Length of the record that begins at `offset`, of a template whose records differ in length; nil when a variable
    /// length passes the end of the set.
    func recordLength(at offset: Int, in set: borrowing Span<UInt8>) -> Int? {
        var cursor = offset
        for step in layout.steps {
            if step.length == FieldSpecifier.variableLength {
                guard let field = VariableField(at: cursor, in: set) else { return nil }
                cursor &+= field.prefix &+ field.length
            } else {
                cursor &+= Int(step.length)
            }
        }
        return cursor <= set.count ? cursor &- offset : nil
    }

    /// Goes through the fields of a record of this template.
    package var fieldCursor: FieldCursor { FieldCursor(fields: fields) }
}

/// Says where each field of a record lies.
package struct FieldCursor {
    private let fields: [FieldSpecifier]
    private var next = 0
    private var offset = 0

    fileprivate init(fields: [FieldSpecifier]) { self.fields = fields }

    /// The next field and the offsets of its value, length prefix left out; nil at the end.
    package mutating func next(in record: borrowing Span<UInt8>) -> (FieldSpecifier, Range<Int>)? {
        guard next < fields.count else { return nil }
        let field = fields[next]
        var length = Int(field.length)
        if field.isVariable {
            guard let variable = VariableField(at: offset, in: record) else { return nil }
            offset &+= variable.prefix
            length = variable.length
        }
        guard length <= record.count &- offset else { return nil }
        let range = offset..<offset &+ length
        (next, offset) = (next &+ 1, range.upperBound)
        return (field, range)
    }
}

/// A record with its wanted fields at fixed places.
struct FlatRecord: ~Copyable {
    private(set) var octets = InlineArray<512, UInt8>(repeating: 0)

    /// Copies the wanted fields of a record whose length the template has found to be right.
    mutating func fill(from record: borrowing Span<UInt8>, _ layout: RecordLayout) {
        var cursor = 0
        for step in layout.steps {
            var length = Int(step.length)
            if step.length == FieldSpecifier.variableLength {
                guard let field = VariableField(at: cursor, in: record) else { return }
                cursor &+= field.prefix
                length = field.length
            }
            if let target = step.target { copy(record, cursor, length, to: target) }
            cursor &+= length
        }
    }

    /// Numbers are aligned to the right; what is wider than its place reads as 0.
    private mutating func copy(
        _ record: borrowing Span<UInt8>, _ offset: Int, _ length: Int, to target: FieldPlacement
    ) {
        let padding = max(0, target.width &- length)
        for index in 0..<target.width {
            let isValue = index >= padding && length <= target.width
            octets[target.offset &+ index] = isValue ? record[offset &+ index &- padding] : 0
        }
    }
}
