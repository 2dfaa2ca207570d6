// SPDX-License-Identifier: Apache-2.0

/// How much of a stream of values is one value: Misra-Gries with eight counters, enough to find any value with a share
/// above one ninth, and halved from time to time so that the past fades.
package struct Concentration: Sendable {
    private var keys = InlineArray<8, UInt32>(repeating: 0)
    private var counts = InlineArray<8, UInt32>(repeating: 0)
    /// Values seen, faded.
    package private(set) var total: UInt32 = 0

    package init() {}

    mutating func add(_ key: UInt32) {
        total &+= total == .max ? 0 : 1
        var free = -1
        for index in 0..<8 {
            if counts[index] == 0 {
                free = index
            } else if keys[index] == key {
                counts[index] &+= 1
                return
            }
        }
        if free >= 0 {
            (keys[free], counts[free]) = (key, 1)
            return
        }
        for index in 0..<8 { counts[index] &-= 1 }
    }

    mutating func halve() {
        for index in 0..<8 { counts[index] &>>= 1 }
        total &>>= 1
    }

    /// Share (0…1) of the commonest value; 0 when nothing was seen.
    package var topShare: Double {
        var most: UInt32 = 0
        for index in 0..<8 { most = max(most, counts[index]) }
        return total == 0 ? 0 : Double(most) / Double(total)
    }
}

/// Counts of durations in half-octave classes from 1 ms: median within a factor of 1.2, constant size.
package struct DurationHistogram: Sendable {
    private var counts = OctaveCounts()

    package init() {}

    /// Values added.
    package var total: UInt64 { counts.total }

    /// - Parameter count: how many answers took that long.
    mutating func add(milliseconds: UInt32, count: UInt32 = 1) { counts.add(milliseconds, count: count) }

    /// The median in milliseconds (middle of its class), nil with fewer than `least` values.
    package func median(least: UInt64 = 20) -> Double? { counts.median(least: least) }
}

/// Counts of numbers in half-octave classes from 1 to 16 million: median within a factor of 1.2, constant size.
package struct OctaveCounts: Sendable {
    private var counts = InlineArray<48, UInt32>(repeating: 0)
    /// Values added, faded.
    package private(set) var total: UInt64 = 0

    package init() {}

    /// - Parameter count: how many of them there are. A class that is full takes no more.
    mutating func add(_ value: UInt32, count: UInt32 = 1) {
        let index = Self.index(value)
        let taken = min(count, .max - counts[index])
        counts[index] &+= taken
        total &+= UInt64(taken)
    }

    mutating func add(_ other: OctaveCounts) {
        for index in 0..<48 {
            let (sum, overflow) = counts[index].addingReportingOverflow(other.counts[index])
            counts[index] = overflow ? .max : sum
        }
        total &+= other.total
    }

    /// Forgets half of them.
    mutating func halve() {
        total = 0
        for index in 0..<48 {
            counts[index] &>>= 1
            total &+= UInt64(counts[index])
        }
    }

    /// The median (middle of its class), nil with fewer than `least` values.
    package func median(least: UInt64 = 20) -> Double? {
        guard total >= least else { return nil }
        var rest = total / 2
        for index in 0..<48 {
            if rest < UInt64(counts[index]) { return Self.middle(index) }
            rest -= UInt64(counts[index])
        }
        return nil
    }

    /// Share (0…1) of the values that are not 0.
    var shareAboveZero: Double { total == 0 ? 0 : 1 - Double(counts[0]) / Double(total) }

    /// Two classes an octave: [2^k, 1.5·2^k) and [1.5·2^k, 2^(k+1)).
    private static func index(_ value: UInt32) -> Int {
        guard value > 1 else { return Int(value) }
        let octave = 31 - value.leadingZeroBitCount
        let upper = Int(value >> UInt32(octave - 1)) & 1
        return min(47, 2 * octave + upper)
    }

    private static func middle(_ index: Int) -> Double {
        guard index > 1 else { return Double(index) }
        let low = Double(UInt64(1) << UInt64(index / 2))
        return index % 2 == 0 ? low * 1.25 : low * 1.75
    }
}

extension OctaveCounts {
    /// Octets in an archive.
    static let archivedLength = 48 * 4

    /// The counts, to or from an archive.
    mutating func code(_ codec: inout StateCodec) {
        for index in 0..<48 { codec.code(&counts[index]) }
        total = 0
        for index in 0..<48 { total &+= UInt64(counts[index]) }
    }
}
