// SPDX-License-Identifier: Apache-2.0

/// What happened in a stretch of event time: one second, or a block of eight.
protocol WindowCell: BitwiseCopyable {
    /// An empty cell.
    init()
    /// The first second that the cell holds; `.min` when it holds none.
    var second: Int64 { get set }
    /// Adds everything that a one-second cell holds to this cell of eight seconds.
    mutating func fold(_ fine: Self)
    /// Adds everything that another cell of the same length holds.
    mutating func add(_ other: Self)
    /// The part of a cell of eight seconds that its second number `offset` (0…7) has: an eighth, what is left over in
    /// the last one.
    func share(_ offset: Int64) -> Self
}

/// The two lengths of cells, in powers of two so that no record costs a division.
enum CellSpan {
    /// One-second cells in a block, and seconds in a coarse cell: 2³.
    static let blockShift: Int64 = 3
    static let blockSeconds: Int64 = 1 << blockShift
    /// Seconds in eight coarse cells: 2⁶.
    static let coarseShift: Int64 = 6

    /// Blocks of one-second cells that are kept: 200 s, three times the usual active timeout and what the detector
    /// looks back.
    static let fineBlocks: Int64 = 25
    /// Blocks that are kept in all, most of them as one cell: 16 minutes, the longest that an exporter with an active
    /// timeout of 15 minutes is late.
    static let allBlocks: Int64 = 120

    /// Blocks ahead of now that may have cells: what ends 5 s ahead of the clock may last 10 s more, and a second.
    static let blocksAhead: Int64 = 3

    static func block(_ second: Int64) -> Int64 { second >> blockShift }
    static func offset(_ second: Int64) -> Int64 { second & (blockSeconds - 1) }
}

extension Int32 {
    /// Adds without wrapping: counts from the network may be absurd.
    @inline(__always)
    mutating func add(_ amount: Int32) {
        let (sum, overflow) = addingReportingOverflow(amount)
        self = overflow ? (amount < 0 ? .min : .max) : sum
    }

    /// An eighth; the last second has what is left over.
    func share(_ offset: Int64) -> Int32 { offset == 7 ? self &- 7 &* (self / 8) : self / 8 }
}

extension Int16 {
    /// Adds without wrapping: counts from the network may be absurd.
    @inline(__always)
    mutating func add(_ amount: Int16) {
        let (sum, overflow) = addingReportingOverflow(amount)
        self = overflow ? (amount < 0 ? .min : .max) : sum
    }

    /// An eighth; the last second has what is left over.
    func share(_ offset: Int64) -> Int16 { offset == 7 ? self &- 7 &* (self / 8) : self / 8 }
}

extension Int64 {
    /// The sum of two counts, or the largest value.
    func addingSaturating(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// The product, or the largest value: counts from the network may be absurd.
    func multipliedSaturating(by other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }

    /// An eighth; the last second has what is left over.
    func share(_ offset: Int64) -> Int64 { offset == 7 ? self &- 7 &* (self / 8) : self / 8 }
}
