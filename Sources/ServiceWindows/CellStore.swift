// SPDX-License-Identifier: Apache-2.0

import Storage

/// The cells of all services, in pages that exist only where something happened: the last 200 s in one-second cells, eight
/// to a page; what is older, down to 16 minutes, in cells of eight seconds, eight to a page.
///
/// A service that is idle costs 192 octets. When the pages run out, the oldest seconds of all services become coarse
/// before their time: precision shrinks, and nothing stops.
struct CellStore<Cell: WindowCell>: ~Copyable {
    /// Page numbers of each service: 32 blocks of one-second cells, then 16 pages of coarse cells. Page 0 stands for
    /// none, and its cells are never those that are looked for.
    private var directory: BoundedArray<UInt32>
    private var cells: BoundedArray<Cell>
    private var vacant: [UInt32] = []
    private var services = 0
    /// The block in which the latest sweep was.
    private var nowBlock: Int64 = 0

    /// Pages that became coarse, or were dropped, before their time.
    private(set) var hurried: UInt64 = 0

    private static var fineEntries: Int { 32 }
    private static var coarseEntries: Int { 16 }
    private static var entries: Int { fineEntries + coarseEntries }

    /// - Parameters:
    ///   - services: most services.
    ///   - octets: of memory for cells.
    init(services: Int, octets: Int) {
        let pages = max(64, octets / (8 * MemoryLayout<Cell>.stride))
        directory = BoundedArray(capacity: services * Self.entries)
        cells = BoundedArray(capacity: (pages + 1) * 8)
        cells.append(repeating: Cell(), count: 8)
    }

    mutating func addService() {
        directory.append(repeating: 0, count: Self.entries)
        services += 1
    }

    /// Empties the cells of a service whose place another one takes.
    mutating func clear(slot: Int) {
        for entry in slot * Self.entries..<(slot + 1) * Self.entries { free(entry) }
    }

    subscript(index: Int) -> Cell {
        @inline(__always) get { cells[index] }
        @inline(__always) _modify { yield &cells[index] }
    }

    // MARK: Booking

    /// Changes a cell, with one look at whether it is there.
    @inline(__always)
    mutating func change(_ index: Int, _ body: (inout Cell) -> Void) { body(&cells[index]) }

    /// The index of the one-second cell of `second`, or -1 when there is none yet.
    @inline(__always)
    func index(slot: Int, second: Int64) -> Int {
        let entry =
            slot &* Self.entries &+ Int(truncatingIfNeeded: second >> CellSpan.blockShift)
            & (Self.fineEntries &- 1)
        let index = Int(directory[entry]) &* 8 &+ Int(truncatingIfNeeded: second) & 7
        return cells[index].second == second ? index : -1
    }

    /// Asks for what leads to the one-second cell of `second`.
    @inline(__always)
    func announce(slot: Int, second: Int64) {
        directory.prefetch(
            slot &* Self.entries &+ Int(truncatingIfNeeded: second >> CellSpan.blockShift)
                & (Self.fineEntries &- 1))
    }

    /// Asks for the one-second cell of `second`.
    @inline(__always)
    func prefetch(slot: Int, second: Int64) {
        let entry =
            slot &* Self.entries &+ Int(truncatingIfNeeded: second >> CellSpan.blockShift)
            & (Self.fineEntries &- 1)
        cells.prefetch(Int(directory[entry]) &* 8 &+ Int(truncatingIfNeeded: second) & 7)
    }

    /// Where a second is booked: a cell, and how many seconds it has from this one on.
    struct Place {
        var index: Int
        var remaining: Int64
    }

    /// Finds the cell of a second or makes it; nil when there is no memory for it. The second must lie within the last
    /// 16 minutes.
    @inline(__always)
    mutating func place(slot: Int, second: Int64) -> Place? {
        let index = index(slot: slot, second: second)
        return index >= 0 ? Place(index: index, remaining: 1) : make(slot, second)
    }

    @inline(never)
    private mutating func make(_ slot: Int, _ second: Int64) -> Place? {
        let block = CellSpan.block(second)
        guard block > nowBlock - CellSpan.fineBlocks else {
            let index = coarse(slot, block)
            return index < 0
                ? nil : Place(index: index, remaining: CellSpan.blockSeconds - CellSpan.offset(second))
        }
        let page = takePage()
        guard page != 0 else { return nil }
        let entry = slot * Self.entries + fineEntry(block)
        free(entry)
        directory[entry] = page
        let first = Int(page) * 8
        for offset in 0..<8 {
            cells[first + offset] = Cell()
            cells[first + offset].second = block << CellSpan.blockShift + Int64(offset)
        }
        return Place(index: first + Int(CellSpan.offset(second)), remaining: 1)
    }

    /// The index of the coarse cell of a block, which is made if need be; -1 when there is no memory for it.
    private mutating func coarse(_ slot: Int, _ block: Int64) -> Int {
        let entry = slot * Self.entries + coarseEntry(block)
        let offset = Int(CellSpan.offset(block))
        let wanted = (block - Int64(offset)) << CellSpan.blockShift
        if cells[Int(directory[entry]) * 8].second != wanted {
            free(entry)
            let page = takePage()
            guard page != 0 else { return -1 }
            directory[entry] = page
            for offset in 0..<8 {
                cells[Int(page) * 8 + offset] = Cell()
                cells[Int(page) * 8 + offset].second = wanted + Int64(offset) << CellSpan.blockShift
            }
        }
        return Int(directory[entry]) * 8 + offset
    }

    private func fineEntry(_ block: Int64) -> Int {
        Int(truncatingIfNeeded: block) & (Self.fineEntries - 1)
    }

    private func coarseEntry(_ block: Int64) -> Int {
        Self.fineEntries + Int(truncatingIfNeeded: block >> 3) & (Self.coarseEntries - 1)
    }

    // MARK: Time and memory

    /// Makes coarse what is older than 200 s and drops what is older than 16 minutes: due whenever a block begins.
    mutating func sweep(now second: Int64) {
        nowBlock = CellSpan.block(second)
        for slot in 0..<services {
            fold(slot, before: nowBlock - CellSpan.fineBlocks)
            for entry in coarseEntries(slot) where directory[entry] != 0 {
                if oldest(entry) < (nowBlock - CellSpan.allBlocks - 7) << CellSpan.blockShift {
                    free(entry)
                }
            }
        }
    }

    /// Whether a second lies in the block of the latest sweep.
    func isSwept(at second: Int64) -> Bool { CellSpan.block(second) == nowBlock }

    private func coarseEntries(_ slot: Int) -> Range<Int> {
        slot * Self.entries + Self.fineEntries..<(slot + 1) * Self.entries
    }

    private func fineEntries(_ slot: Int) -> Range<Int> {
        slot * Self.entries..<slot * Self.entries + Self.fineEntries
    }

    /// The first second of a page.
    private func oldest(_ entry: Int) -> Int64 { cells[Int(directory[entry]) * 8].second }

    /// Makes the pages of blocks up to `block` coarse.
    private mutating func fold(_ slot: Int, before block: Int64) {
        for entry in fineEntries(slot) where directory[entry] != 0 {
            let first = oldest(entry)
            guard CellSpan.block(first) <= block else { continue }
            var sum = Cell()
            for offset in 0..<8 { sum.fold(cells[Int(directory[entry]) * 8 + offset]) }
            free(entry)
            // The page that was just given back is there for the coarse cell, if no other is.
            let index = coarse(slot, CellSpan.block(first))
            cells[index].add(sum)
        }
    }

    /// Gives up a page.
    private mutating func free(_ entry: Int) {
        guard directory[entry] != 0 else { return }
        vacant.append(directory[entry])
        directory[entry] = 0
    }

    /// A page of no service, or 0.
    private mutating func takePage() -> UInt32 {
        if let page = vacant.popLast() { return page }
        if cells.count < cells.capacity {
            cells.append(repeating: Cell(), count: 8)
            return UInt32(truncatingIfNeeded: cells.count / 8 - 1)
        }
        while vacant.isEmpty, reclaim() {}
        return vacant.popLast() ?? 0
    }

    /// Makes the oldest block of all coarse, or drops the oldest coarse cells; false when only the present is left.
    private mutating func reclaim() -> Bool {
        var oldestBlock = nowBlock - 1
        var oldestCoarse = Int64.max
        for slot in 0..<services {
            for entry in fineEntries(slot) where directory[entry] != 0 {
                oldestBlock = min(oldestBlock, CellSpan.block(oldest(entry)))
            }
            for entry in coarseEntries(slot) where directory[entry] != 0 {
                oldestCoarse = min(oldestCoarse, oldest(entry))
            }
        }
        let hasFine = oldestBlock < nowBlock - 1
        guard hasFine || oldestCoarse != .max else { return false }
        hurried &+= 1
        for slot in 0..<services {
            if hasFine { fold(slot, before: oldestBlock) }
            for entry in coarseEntries(slot) where !hasFine && directory[entry] != 0 {
                if oldest(entry) == oldestCoarse { free(entry) }
            }
        }
        return true
    }

    // MARK: Reading

    /// The first cell of the page of one-second cells of a block, or -1.
    func finePage(slot: Int, block: Int64) -> Int {
        let first = Int(directory[slot * Self.entries + fineEntry(block)]) * 8
        return cells[first].second == block << CellSpan.blockShift ? first : -1
    }

    /// Asks for the one-second cells of a block, which will be read soon.
    func announcePage(slot: Int, block: Int64) {
        let first = Int(directory[slot * Self.entries + fineEntry(block)]) * 8
        cells.prefetch(first..<first + 8)
    }

    /// The coarse cell of a block, or -1.
    func coarseCell(slot: Int, block: Int64) -> Int {
        let index = Int(directory[slot * Self.entries + coarseEntry(block)]) * 8 + Int(CellSpan.offset(block))
        return cells[index].second == block << CellSpan.blockShift ? index : -1
    }

    /// Takes over the cells of a service from a store of the same size or smaller.
    mutating func adopt(_ other: borrowing CellStore, from: Int, to: Int) {
        nowBlock = other.nowBlock
        for entry in 0..<Self.entries {
            let page = Int(other.directory[from * Self.entries + entry])
            guard page != 0 else { continue }
            let mine = takePage()
            guard mine != 0 else { continue }
            directory[to * Self.entries + entry] = mine
            for offset in 0..<8 { cells[Int(mine) * 8 + offset] = other.cells[page * 8 + offset] }
        }
    }
}
