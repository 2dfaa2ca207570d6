// SPDX-License-Identifier: Apache-2.0

/// Counts of numbers as they usually are. They are learned half a minute late: what came just before the detector became
/// suspicious is forgotten, for an attack comes in thousands, where ordinary use comes in tens, and it is some seconds old
/// before it is noticed. Until enough is learned, what waits counts as well.
package struct UsualCounts: Sendable {
    private var learned = OctaveCounts()
    /// Slices of ten seconds, the present first.
    private var waiting = InlineArray<3, OctaveCounts>(repeating: OctaveCounts())

    package init() {}

    mutating func add(_ value: UInt32) { waiting[0].add(value) }

    /// - Parameter count: how many answers took that long.
    mutating func add(milliseconds: UInt32, count: UInt32 = 1) { waiting[0].add(milliseconds, count: count) }

    /// Ten seconds have gone.
    ///
    /// - Parameter limit: values beyond which the past fades; nil keeps it.
    mutating func settle(limit: UInt64? = nil) {
        learned.add(waiting[2])
        (waiting[2], waiting[1], waiting[0]) = (waiting[1], waiting[0], OctaveCounts())
        if let limit, learned.total > limit { learned.halve() }
    }

    /// Something has become suspicious.
    mutating func discard() { waiting = InlineArray(repeating: OctaveCounts()) }

    /// Values that are learned or wait to be.
    package var total: UInt64 { all.total }

    /// The median (middle of its class), nil with fewer than `least` values.
    package func median(least: UInt64 = 20) -> Double? {
        learned.total >= least / 2 ? learned.median(least: least / 2) : all.median(least: least)
    }

    /// Share (0…1) of the values that are not 0.
    var shareAboveZero: Double { all.shareAboveZero }

    private var all: OctaveCounts {
        var all = learned
        for index in 0..<3 { all.add(waiting[index]) }
        return all
    }
}

extension UsualCounts {
    /// What is learned and what waits, to an archive; from one, all of it counts as learned.
    mutating func code(_ codec: inout StateCodec) {
        var counts = all
        counts.code(&codec)
        if codec.isReading { (learned, waiting) = (counts, InlineArray(repeating: OctaveCounts())) }
    }
}
