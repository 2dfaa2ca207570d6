// SPDX-License-Identifier: Apache-2.0

/// Where a field lies in a record, or in the flat copy of it.
struct FieldPlacement: Sendable {
    var offset: Int
    var width: Int
}

/// Finds the fields that a plan wants. A record of fixed length is read where it lies. One with variable lengths, or too
/// short for loads of eight octets, is copied field by field to a flat record first, so that there is one way to
/// read records and not two.
struct RecordLayout: Sendable {
    /// Length of every record; nil when records differ.
    let fixedLength: Int?
    /// The shortest possible record, at least 1.
    let minimumLength: Int
    /// For records that are read flat: a step for each field of the template. Empty when records are read in place.
    let steps: [CopyStep]

    /// Whether records can be read where they lie.
    var isFlat: Bool { steps.isEmpty }

    /// Octets of the flat record: room for every element that any plan wants.
    static let flatLength = 512

    /// What becomes of one field on its way to the flat record.
    struct CopyStep: Sendable {
        /// ``FieldSpecifier/variableLength`` when the record says it.
        var length: UInt16
        /// Place in the flat record; nil for fields that nobody wants.
        var target: FieldPlacement?
    }

    private var placements: [InformationElement: FieldPlacement] = [:]

    /// Nil when all fields are empty: such records would never end.
    init?(_ fields: [FieldSpecifier], wanted: (InformationElement) -> Bool) {
        var length = 0
        var isVariable = false
        for field in fields {
            length &+= field.isVariable ? 1 : Int(field.length)
            isVariable = isVariable || field.isVariable
        }
        guard length > 0 else { return nil }
        minimumLength = length
        fixedLength = isVariable ? nil : length
        guard isVariable || length < 8 else {
            steps = []
            placeDirectly(fields, wanted)
            return
        }
        var steps: [CopyStep] = []
        var placements: [InformationElement: FieldPlacement] = [:]
        var end = 0
        for field in fields {
            let width = field.isVariable ? 8 : Int(field.length)
            let isFirst = placements[field.element] == nil
            guard isFirst, wanted(field.element), width == 16 || (1...8).contains(width),
                end &+ 16 <= Self.flatLength
            else {
                steps.append(CopyStep(length: field.length, target: nil))
                continue
            }
            let placement = FieldPlacement(offset: end, width: width)
            placements[field.element] = placement
            steps.append(CopyStep(length: field.length, target: placement))
            end &+= width
        }
        (self.steps, self.placements) = (steps, placements)
    }

    private mutating func placeDirectly(_ fields: [FieldSpecifier], _ wanted: (InformationElement) -> Bool) {
        var offset = 0
        for field in fields {
            if placements[field.element] == nil, wanted(field.element), field.length > 0 {
                placements[field.element] = FieldPlacement(offset: offset, width: Int(field.length))
            }
            offset &+= Int(field.length)
        }
    }

    /// The first field of this element, as a number; absent when there is none or it is wider than eight octets.
    func slot(_ element: InformationElement) -> FieldSlot {
        guard let place = placements[element], (1...8).contains(place.width) else { return .absent }
        return FieldSlot(offset: place.offset, width: place.width)
    }

    /// The first of these elements that the template has as a number.
    func slot(firstOf elements: InformationElement...) -> FieldSlot { slot(firstOf: elements) }

    /// The same for a list of them.
    func slot(firstOf elements: [InformationElement]) -> FieldSlot {
        for element in elements {
            let found = slot(element)
            if found.isPresent { return found }
        }
        return .absent
    }

    /// An element of exactly four octets.
    func ipv4Slot(_ element: InformationElement) -> FieldSlot {
        placements[element]?.width == 4 ? slot(element) : .absent
    }

    /// An element of exactly sixteen octets.
    func ipv6Slot(_ element: InformationElement) -> AddressSlot? {
        guard let place = placements[element], place.width == 16 else { return nil }
        return AddressSlot(
            high: FieldSlot(offset: place.offset, width: 8),
            low: FieldSlot(offset: place.offset &+ 8, width: 8))
    }
}

/// A field of variable length in a record (RFC 7011 §7).
struct VariableField {
    /// Octets of the length prefix: 1 or 3.
    var prefix: Int
    var length: Int

    /// Nil when the prefix or the field passes the end of the span.
    @inline(__always)
    init?(at offset: Int, in bytes: borrowing Span<UInt8>) {
        guard offset < bytes.count else { return nil }
        let short = bytes[offset]
        if short < 255 {
            (prefix, length) = (1, Int(short))
        } else {
            guard bytes.count &- offset >= 3 else { return nil }
            (prefix, length) = (3, Int(bytes.uint16(at: offset &+ 1)))
        }
        guard bytes.count &- offset &- prefix >= length else { return nil }
    }
}
