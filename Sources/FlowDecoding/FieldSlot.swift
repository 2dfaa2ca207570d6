// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Where an unsigned number of one to eight octets lies in a record, compiled so that reading it is one load of eight
/// octets, one shift and one mask, without a branch on the width. The load begins up to seven octets before the number
/// where it can, so that it never passes the end of the record.
struct FieldSlot: Sendable, BitwiseCopyable {
    /// Of the number itself; a column of a usual width is read without shift and mask.
    let offset: UInt32
    /// Octets; 0 when the field is absent.
    let width: UInt32
    private let position: UInt32
    private let shift: UInt32
    private let mask: UInt64

    /// Reads as 0.
    static let absent = FieldSlot()

    private init() { (offset, width, position, shift, mask) = (0, 0, 0, 0, 0) }

    /// - Parameters:
    ///   - offset: of the number in a record that has at least eight octets and holds the whole number.
    ///   - width: 1…8 octets.
    init(offset: Int, width: Int) {
        let end = offset &+ width
        (self.offset, self.width) = (
            UInt32(truncatingIfNeeded: offset), UInt32(truncatingIfNeeded: width)
        )
        position = UInt32(truncatingIfNeeded: max(0, end &- 8))
        shift = UInt32(truncatingIfNeeded: max(0, 8 &- end) &* 8)
        mask = width >= 8 ? .max : (1 << UInt64(width &* 8)) &- 1
    }

    var isPresent: Bool { width != 0 }

    @inline(__always)
    func read(_ record: borrowing Span<UInt8>) -> UInt64 { read(record, at: 0) }

    /// - Parameter start: of the record in the span.
    @inline(__always)
    func read(_ records: borrowing Span<UInt8>, at start: Int) -> UInt64 {
        records.uint64(at: start &+ Int(truncatingIfNeeded: position)) &>> UInt64(shift) & mask
    }
}

/// An IPv6 address of sixteen octets.
struct AddressSlot: Sendable, BitwiseCopyable {
    var high = FieldSlot.absent
    var low = FieldSlot.absent

    /// `::` when it is absent.
    @inline(__always)
    func read(_ records: borrowing Span<UInt8>, at start: Int) -> IPAddress {
        IPAddress(high: high.read(records, at: start), low: low.read(records, at: start))
    }
}
