// SPDX-License-Identifier: Apache-2.0

/// Where an unsigned number of one to eight octets lies in a record, compiled so that reading it is one load of eight
/// octets, one shift and one mask, without a branch on the width. The load begins up to seven octets before the number
/// where it can, so that it never passes the end of the record.
struct FieldSlot: Sendable, BitwiseCopyable {
    private var position: UInt32
    private var shift: UInt32
    private var mask: UInt64

    /// Reads as 0.
    static let absent = FieldSlot(position: 0, shift: 0, mask: 0)

    private init(position: UInt32, shift: UInt32, mask: UInt64) {
        (self.position, self.shift, self.mask) = (position, shift, mask)
    }

    /// - Parameters:
    ///   - offset: of the number in a record that has at least eight octets and holds the whole number.
    ///   - width: 1…8 octets.
    init(offset: Int, width: Int) {
        let end = offset &+ width
        position = UInt32(truncatingIfNeeded: max(0, end &- 8))
        shift = UInt32(truncatingIfNeeded: max(0, 8 &- end) &* 8)
        mask = width >= 8 ? .max : (1 << UInt64(width &* 8)) &- 1
    }

    var isPresent: Bool { mask != 0 }

    @inline(__always)
    func read(_ record: borrowing Span<UInt8>) -> UInt64 {
        record.uint64(at: Int(truncatingIfNeeded: position)) &>> UInt64(shift) & mask
    }
}

/// An IPv6 address of sixteen octets.
struct AddressSlot: Sendable, BitwiseCopyable {
    var high = FieldSlot.absent
    var low = FieldSlot.absent
}
