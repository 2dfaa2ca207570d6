// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Storage

/// Distinct client addresses per service: HyperLogLog (Flajolet et al., 2007) with 1,024 registers, standard error 3.25 %,
/// in slices of 8 s for the last minutes and of 64 s down to eleven minutes.
///
/// A slice begins as a list of the registers that are in use, since most services have few clients in eight seconds; when
/// the list is full it gets registers (HyperLogLog++, Heule et al., 2013).
struct DistinctSources: ~Copyable {
    static let registers = 1024
    /// Places of a list: 128 octets.
    private static let places = 64

    /// A slice's epoch, the block of its registers (0 for none), and how long its list is.
    struct Slice: BitwiseCopyable {
        var epoch: Int64 = .min
        var block: UInt32 = 0
        var listed: UInt32 = 0
    }

    /// Slices of each service: 16 short ones, then 16 long ones.
    private var slices: BoundedArray<Slice>
    /// The lists: a register in the upper ten bits, its rank in the lower six.
    private var lists: BoundedArray<UInt16>
    private var blocks: BoundedArray<UInt8>
    private var vacant: [UInt32] = []
    private var services = 0

    /// Slices that should have got registers when there were none left: their estimates end
    /// at the length of a list.
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
        lists = BoundedArray(capacity: services * Self.slicesPerService * Self.places)
        blocks = BoundedArray(capacity: max(64, octets / Self.registers + 1) * Self.registers)
        blocks.append(repeating: 0, count: Self.registers)
    }

    mutating func addService() {
        slices.append(repeating: Slice(), count: Self.slicesPerService)
        lists.append(repeating: 0, count: Self.slicesPerService * Self.places)
        services += 1
    }

    // MARK: Counting

    /// Asks for what leads to the registers of a second.
    @inline(__always)
    func announce(slot: Int, second: Int64) {
        slices.prefetch(Self.shortSlice(slot, second >> Self.shortShift))
    }

    /// Asks for the register of a client.
    @inline(__always)
    func prefetch(_ hash: UInt64, slot: Int, second: Int64) {
        let index = Self.shortSlice(slot, second >> Self.shortShift)
        let register = Int(truncatingIfNeeded: hash) & (Self.registers &- 1)
        let block = Int(slices[index].block)
        if block != 0 {
            blocks.prefetch(block &* Self.registers &+ register)
        } else {
            lists.prefetch(index &* Self.places)
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

    /// At most 55: it fits into six bits.
    @inline(__always)
    private static func rank(_ hash: UInt64) -> UInt8 {
        UInt8(truncatingIfNeeded: (hash | UInt64(registers &- 1)).leadingZeroBitCount &+ 1)
    }

    @inline(never)
    private mutating func insertSlowly(_ hash: UInt64, _ register: Int, _ index: Int, _ epoch: Int64) {
        var slice = index
        if slices[index].epoch > epoch {
            // The short slice is gone: it counts in the long one.
            slice = openLong(of: index, epoch)
            guard slice >= 0 else { return }
        } else if slices[index].epoch < epoch {
            retire(index)
            slices[index].epoch = epoch
        }
        raise(slice, register, to: Self.rank(hash))
    }

    /// Raises a register of a slice to a rank.
    private mutating func raise(_ index: Int, _ register: Int, to rank: UInt8) {
        if slices[index].block == 0 {
            let list = index * Self.places
            let listed = Int(slices[index].listed)
            for place in list..<list + listed where Int(lists[place] >> 6) == register {
                lists[place] = max(lists[place], UInt16(register) << 6 | UInt16(rank))
                return
            }
            guard listed == Self.places else {
                lists[list + listed] = UInt16(register) << 6 | UInt16(rank)
                slices[index].listed += 1
                return
            }
            promote(index)
        }
        let block = Int(slices[index].block)
        guard block != 0 else { return }
        let place = block * Self.registers + register
        blocks[place] = max(blocks[place], rank)
    }

    /// Gives a slice registers.
    private mutating func promote(_ index: Int) {
        guard slices[index].block == 0 else { return }
        if let block = vacant.popLast() {
            slices[index].block = block
            let first = Int(block) * Self.registers
            for place in first..<first + Self.registers { blocks[place] = 0 }
        } else if blocks.count < blocks.capacity {
            slices[index].block = UInt32(truncatingIfNeeded: blocks.count / Self.registers)
            blocks.append(repeating: 0, count: Self.registers)
        } else {
            starved &+= 1
            return
        }
        let first = Int(slices[index].block) * Self.registers
        let list = index * Self.places
        for place in list..<list + Int(slices[index].listed) {
            blocks[first + Int(lists[place] >> 6)] = UInt8(truncatingIfNeeded: lists[place] & 63)
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
        guard slices[index].epoch != .min else { return }
        let long = openLong(of: index, slices[index].epoch)
        if long >= 0 {
            forEachRegister(of: index) { lists, register, rank in lists.raise(long, register, to: rank) }
        }
        clear(index)
    }

    /// The long slice for the short one at `index` when it was of `epoch`; -1 when its place has gone to a later one.
    private mutating func openLong(of index: Int, _ epoch: Int64) -> Int {
        let first = index / Self.slicesPerService * Self.slicesPerService
        let longEpoch = epoch >> (Self.longShift - Self.shortShift)
        let long = first + Self.ring + Int(truncatingIfNeeded: longEpoch) & (Self.ring - 1)
        if slices[long].epoch < longEpoch {
            clear(long)
            slices[long].epoch = longEpoch
        }
        return slices[long].epoch == longEpoch ? long : -1
    }

    private mutating func forEachRegister(
        of index: Int, _ body: (inout DistinctSources, Int, UInt8) -> Void
    ) {
        let block = Int(slices[index].block)
        if block == 0 {
            let list = index * Self.places
            for place in list..<list + Int(slices[index].listed) {
                body(&self, Int(lists[place] >> 6), UInt8(truncatingIfNeeded: lists[place] & 63))
            }
        } else {
            for register in 0..<Self.registers {
                let rank = blocks[block * Self.registers + register]
                if rank > 0 { body(&self, register, rank) }
            }
        }
    }

    private mutating func clear(_ index: Int) {
        guard slices[index].epoch != .min else { return }
        if slices[index].block != 0 { vacant.append(slices[index].block) }
        slices[index] = Slice()
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
        for index in first..<first + Self.slicesPerService where slices[index].listed > 0 {
            let isShort = index - first < Self.ring
            // Long slices hold what is older than all short ones.
            guard isShort || seconds > Self.shortSpan else { continue }
            let shift = isShort ? Self.shortShift : Self.longShift
            let epoch = slices[index].epoch
            guard epoch >= oldest >> shift, epoch <= second >> shift else { continue }
            add(index, to: &merged)
        }
        return Self.count(merged.span)
    }

    private func add(_ index: Int, to merged: inout InlineArray<1024, UInt8>) {
        let block = Int(slices[index].block) * Self.registers
        if block == 0 {
            let list = index * Self.places
            for place in list..<list + Int(slices[index].listed) {
                let register = Int(lists[place] >> 6)
                merged[register] = max(merged[register], UInt8(truncatingIfNeeded: lists[place] & 63))
            }
        } else {
            blocks.withSpan(block..<block + Self.registers) { ranks in
                for register in merged.indices { merged[register] = max(merged[register], ranks[register]) }
            }
        }
    }

    private static func count(_ values: borrowing Span<UInt8>) -> Int {
        // Registers by rank first: a division for each rank, not for each register.
        var withRank = InlineArray<64, Int>(repeating: 0)
        // Most are of few ranks: to count neighbours apart need not wait for the last one's count.
        var other = InlineArray<64, Int>(repeating: 0)
        for register in stride(from: 0, to: values.count, by: 2) {
            withRank[Int(values[register] & 63)] &+= 1
            other[Int(values[register + 1] & 63)] &+= 1
        }
        for rank in 0..<64 { withRank[rank] &+= other[rank] }
        let m = Double(registers)
        let zeros = withRank[0]
        var sum = 0.0
        for rank in 0..<64 { sum += Double(withRank[rank]) / Double(UInt64(1) << UInt64(rank)) }
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
            for place in 0..<Self.places {
                lists[mine * Self.places + place] = other.lists[theirs * Self.places + place]
            }
            let block = Int(other.slices[theirs].block)
            guard block != 0 else { continue }
            promote(mine)
            for register in 0..<Self.registers where slices[mine].block != 0 {
                blocks[Int(slices[mine].block) * Self.registers + register] =
                    other.blocks[block * Self.registers + register]
            }
        }
    }
}
