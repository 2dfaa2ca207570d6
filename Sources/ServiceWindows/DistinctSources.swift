// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Storage

/// Distinct client addresses per service: HyperLogLog (Flajolet et al., 2007) with 1,024 registers, standard error 3.25 %,
/// in slices of 8 s for the last minutes and of 64 s down to eleven minutes.
///
/// A slice begins as a bitmap that only says which registers are in use (linear counting, as exact while few are), since
/// most services have few clients in eight seconds. With more than ``promotion`` of them it gets registers.
struct DistinctSources: ~Copyable {
    static let registers = 1024
    /// Bits of a bitmap that make it worth registers: the ranks of so many clients are lost, a hundredth of what the
    /// registers are needed for.
    private static let promotion = 32
    private static let words = registers / 64

    /// A slice's epoch, and the block of its registers; block 0 stands for none.
    struct Slice: BitwiseCopyable {
        var epoch: Int64 = .min
        var block: UInt32 = 0
        var bits: UInt32 = 0
    }

    /// Slices of each service: 16 short ones, then 16 long ones.
    private var slices: BoundedArray<Slice>
    private var bitmaps: BoundedArray<UInt64>
    private var blocks: BoundedArray<UInt8>
    private var vacant: [UInt32] = []
    private var services = 0

    /// Slices that should have got registers when there were none left: their estimates end at some thousand clients.
    private(set) var starved: UInt64 = 0

    private static let ring = 16
    private static let slicesPerService = 2 * ring
    private static let shortShift: Int64 = 3
    private static let longShift: Int64 = 6
    /// Seconds that short slices reach back at least.
    private static let shortSpan: Int64 = 104
    /// The longest span that can be asked for, in seconds.
    static let span: Int64 = 600

    /// - Parameters:
    ///   - services: most services.
    ///   - octets: of memory for registers.
    init(services: Int, octets: Int) {
        slices = BoundedArray(capacity: services * Self.slicesPerService)
        bitmaps = BoundedArray(capacity: services * Self.slicesPerService * Self.words)
        blocks = BoundedArray(capacity: max(64, octets / Self.registers + 1) * Self.registers)
        blocks.append(repeating: 0, count: Self.registers)
    }

    mutating func addService() {
        slices.append(repeating: Slice(), count: Self.slicesPerService)
        bitmaps.append(repeating: 0, count: Self.slicesPerService * Self.words)
        services += 1
    }

    // MARK: Counting

    /// Asks for what leads to the registers of a second.
    @inline(__always)
    func announce(slot: Int, second: Int64) { slices.prefetch(Self.shortSlice(slot, second >> Self.shortShift)) }

    /// Asks for the register of a client.
    @inline(__always)
    func prefetch(_ hash: UInt64, slot: Int, second: Int64) {
        let index = Self.shortSlice(slot, second >> Self.shortShift)
        let register = Int(truncatingIfNeeded: hash) & (Self.registers &- 1)
        let block = Int(slices[index].block)
        if block != 0 {
            blocks.prefetch(block &* Self.registers &+ register)
        } else {
            bitmaps.prefetch(index &* Self.words &+ register &>> 6)
        }
    }

    @inline(__always)
    private static func shortSlice(_ slot: Int, _ epoch: Int64) -> Int {
        slot &* slicesPerService &+ Int(truncatingIfNeeded: epoch) & (ring &- 1)
    }

    @inline(__always)
    mutating func insert(_ hash: UInt64, slot: Int, second: Int64) {
        let epoch = second >> Self.shortShift
        let index = Self.shortSlice(slot, epoch)
        let register = Int(truncatingIfNeeded: hash) & (Self.registers &- 1)
        let slice = slices[index]
        if slice.epoch == epoch, slice.block != 0 {
            let place = Int(slice.block) &* Self.registers &+ register
            let rank = Self.rank(hash)
            if rank > blocks[place] { blocks[place] = rank }
        } else {
            insertSlowly(hash, register, index, epoch)
        }
    }

    @inline(__always)
    private static func rank(_ hash: UInt64) -> UInt8 {
        UInt8(truncatingIfNeeded: (hash | UInt64(registers &- 1)).leadingZeroBitCount &+ 1)
    }

    @inline(never)
    private mutating func insertSlowly(_ hash: UInt64, _ register: Int, _ index: Int, _ epoch: Int64) {
        if slices[index].epoch > epoch { return insertLate(hash, index, epoch) }
        if slices[index].epoch < epoch {
            retire(index)
            slices[index].epoch = epoch
        }
        count(hash, register, index)
    }

    /// The short slice is gone: the long one may still be there.
    private mutating func insertLate(_ hash: UInt64, _ index: Int, _ epoch: Int64) {
        let long = longSlice(of: index, epoch)
        guard slices[long].epoch == epoch >> (Self.longShift - Self.shortShift) else { return }
        count(hash, Int(truncatingIfNeeded: hash) & (Self.registers - 1), long)
    }

    private mutating func count(_ hash: UInt64, _ register: Int, _ index: Int) {
        let word = index &* Self.words &+ register &>> 6
        let bit: UInt64 = 1 &<< UInt64(register & 63)
        if bitmaps[word] & bit == 0 {
            bitmaps[word] |= bit
            slices[index].bits &+= 1
            if slices[index].bits > Self.promotion { promote(index) }
        }
        let block = Int(slices[index].block)
        guard block != 0 else { return }
        let place = block * Self.registers + register
        blocks[place] = max(blocks[place], Self.rank(hash))
    }

    /// Gives a slice registers. Of those clients that are only bits the rank is taken as 1.
    private mutating func promote(_ index: Int) {
        guard slices[index].block == 0 else { return }
        if let block = vacant.popLast() {
            slices[index].block = block
        } else if blocks.count < blocks.capacity {
            slices[index].block = UInt32(truncatingIfNeeded: blocks.count / Self.registers)
            blocks.append(repeating: 0, count: Self.registers)
        } else {
            if slices[index].bits == Self.promotion + 1 { starved &+= 1 }
            return
        }
        let first = Int(slices[index].block) * Self.registers
        for register in 0..<Self.registers {
            blocks[first + register] = UInt8(
                truncatingIfNeeded: bitmaps[index * Self.words + register >> 6] >> UInt64(register & 63) & 1)
        }
    }

    // MARK: Time

    /// Moves short slices that are over into long ones and gives back the memory of those that are too old.
    mutating func sweep(now second: Int64) {
        for slot in 0..<services {
            let first = slot * Self.slicesPerService
            for index in first..<first + Self.ring
            where slices[index].epoch < second >> Self.shortShift - Int64(Self.ring - 2) { retire(index) }
            for index in first + Self.ring..<first + Self.slicesPerService
            where slices[index].epoch < (second - Self.span) >> Self.longShift { clear(index) }
        }
    }

    /// Adds a short slice to the long one of its time and empties it.
    private mutating func retire(_ index: Int) {
        let slice = slices[index]
        guard slice.epoch != .min else { return }
        let epoch = slice.epoch >> (Self.longShift - Self.shortShift)
        let long = longSlice(of: index, slice.epoch)
        if slices[long].epoch < epoch {
            clear(long)
            slices[long].epoch = epoch
        }
        if slices[long].epoch == epoch { merge(index, into: long) }
        clear(index)
    }

    /// The long slice for the short one at `index` when it was of `epoch`.
    private func longSlice(of index: Int, _ epoch: Int64) -> Int {
        let first = index / Self.slicesPerService * Self.slicesPerService
        let long = epoch >> (Self.longShift - Self.shortShift)
        return first + Self.ring + Int(truncatingIfNeeded: long) & (Self.ring - 1)
    }

    private mutating func merge(_ index: Int, into long: Int) {
        if slices[index].block != 0 { promote(long) }
        for register in 0..<Self.registers {
            let rank = rank(index, register)
            guard rank > 0 else { continue }
            let word = long * Self.words + register >> 6
            let bit: UInt64 = 1 << UInt64(register & 63)
            if bitmaps[word] & bit == 0 {
                bitmaps[word] |= bit
                slices[long].bits += 1
                if slices[long].bits > Self.promotion { promote(long) }
            }
            let block = Int(slices[long].block)
            guard block != 0 else { continue }
            let place = block * Self.registers + register
            blocks[place] = max(blocks[place], rank)
        }
    }

    /// What a register of a slice holds; 1 where only a bit says that it is in use.
    @inline(__always)
    private func rank(_ index: Int, _ register: Int) -> UInt8 {
        let block = Int(slices[index].block)
        guard block == 0 else { return blocks[block &* Self.registers &+ register] }
        return UInt8(truncatingIfNeeded: bitmaps[index &* Self.words &+ register &>> 6] &>> UInt64(register & 63) & 1)
    }

    private mutating func clear(_ index: Int) {
        guard slices[index].epoch != .min else { return }
        if slices[index].block != 0 { vacant.append(slices[index].block) }
        slices[index] = Slice()
        for word in 0..<Self.words { bitmaps[index * Self.words + word] = 0 }
    }

    /// Forgets the clients of a service whose place another one takes.
    mutating func clear(slot: Int) {
        for index in slot * Self.slicesPerService..<(slot + 1) * Self.slicesPerService { clear(index) }
    }

    // MARK: Asking

    /// Distinct clients in the slices that touch `(second - seconds, second]`; at most ``span`` seconds.
    func estimate(slot: Int, until second: Int64, seconds: Int64) -> Int {
        let oldest = second - seconds + 1
        var merged = InlineArray<1024, UInt8>(repeating: 0)
        let first = slot * Self.slicesPerService
        for index in first..<first + Self.slicesPerService where slices[index].bits > 0 {
            let isShort = index - first < Self.ring
            // Long slices hold what is older than all short ones.
            guard isShort || seconds > Self.shortSpan else { continue }
            let shift = isShort ? Self.shortShift : Self.longShift
            let epoch = slices[index].epoch
            guard epoch >= oldest >> shift, epoch <= second >> shift else { continue }
            for register in 0..<Self.registers { merged[register] = max(merged[register], rank(index, register)) }
        }
        return Self.count(merged)
    }

    private static func count(_ values: InlineArray<1024, UInt8>) -> Int {
        let m = Double(registers)
        var sum = 0.0
        var zeros = 0
        for register in 0..<registers {
            sum += 1 / Double(UInt64(1) << UInt64(min(values[register], 63)))
            if values[register] == 0 { zeros += 1 }
        }
        let raw = 0.7213 / (1 + 1.079 / m) * m * m / sum
        guard raw <= 2.5 * m, zeros > 0 else { return Int(raw.rounded()) }
        return Int((m * naturalLogarithm(m / Double(zeros))).rounded())
    }

    /// Takes over what `other` has counted for a service.
    mutating func adopt(_ other: borrowing DistinctSources, from: Int, to: Int) {
        for offset in 0..<Self.slicesPerService {
            let (mine, theirs) = (to * Self.slicesPerService + offset, from * Self.slicesPerService + offset)
            clear(mine)
            slices[mine] = other.slices[theirs]
            slices[mine].block = 0
            for word in 0..<Self.words {
                bitmaps[mine * Self.words + word] = other.bitmaps[theirs * Self.words + word]
            }
            let block = Int(other.slices[theirs].block)
            guard block != 0 else { continue }
            promote(mine)
            let target = Int(slices[mine].block)
            for register in 0..<Self.registers where target != 0 {
                blocks[target * Self.registers + register] = other.blocks[block * Self.registers + register]
            }
        }
    }
}
