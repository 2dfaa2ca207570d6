// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Holds each sender to a rate of lines: a token bucket for each, so that one that floods leaves the others their share.
///
/// The table has a fixed size, whoever sends. A sender keeps its place while it is heard of within
/// ``idleInterval``; one that finds no place shares a bucket with all others that found none, which is what forged
/// addresses come to.
package struct LineRateLimit: Sendable {
    /// What becomes of a line.
    package enum Decision: Equatable, Sendable {
        case passes
        /// The sender has used up its share.
        case exceeds
        /// Those without a place have, together.
        case exceedsAmongOthers
    }

    /// Senders that have a bucket of their own: 40 KiB. A site has some hundred; an address that sends one forged line holds
    /// its place for ``idleInterval``.
    package static let senders = 1024
    /// After which a silent sender makes place for another, when there is none.
    package static let idleInterval = Interval.seconds(60)

    /// Where one address may be in the table: as many places are looked at.
    private static let placesPerSet = 8
    /// What a line costs, so that a microsecond earns whole units at every rate.
    private static let lineCost: Int64 = 1_000_000
    /// What a bucket holds: a sender that was silent may send as much at once as in one second.
    private static let burst = Interval.seconds(1)

    private struct Bucket {
        var sender = IPAddress.unspecified
        /// Of the latest line; `.distantPast` while nobody has the place.
        var heard = Instant.distantPast
        var credit: Int64 = 0
    }

    private let rate: Int64
    /// Sets one after the other, then the bucket of those without a place.
    private var buckets: [Bucket]
    /// Where the last line's sender was found, which is mostly the next one's too.
    private var last = 0

    /// - Parameter linesPerSecond: of each sender, 1 to 10,000,000.
    package init(linesPerSecond: Int) {
        rate = Int64(min(max(linesPerSecond, 1), 10_000_000))
        buckets = Array(repeating: Bucket(), count: Self.senders + 1)
    }

    /// Whether a line of `sender` passes; if so, it is charged for.
    package mutating func decide(_ sender: IPAddress, at time: Instant) -> Decision {
        let place = place(of: sender, at: time)
        if spend(place, at: time) { return .passes }
        return place == Self.senders ? .exceedsAmongOthers : .exceeds
    }

    private mutating func spend(_ place: Int, at time: Instant) -> Bool {
        var bucket = buckets[place]
        if time != bucket.heard {
            // Within 0 and a burst, whatever the clock does: the product stays far from its limit.
            let elapsed = min(max(time - bucket.heard, .seconds(0)), Self.burst).microseconds
            bucket.credit = min(bucket.credit &+ elapsed &* rate, Self.burst.microseconds &* rate)
            bucket.heard = time
        }
        let passes = bucket.credit >= Self.lineCost
        if passes { bucket.credit &-= Self.lineCost }
        buckets[place] = bucket
        return passes
    }

    // MARK: The table

    private mutating func place(of sender: IPAddress, at time: Instant) -> Int {
        if last < Self.senders, holds(last, sender) { return last }
        last = find(sender, at: time)
        return last
    }

    private func holds(_ place: Int, _ sender: IPAddress) -> Bool {
        buckets[place].sender == sender && buckets[place].heard != .distantPast
    }

    /// The place of `sender`, a new one when it has none and there is one: free, or of the sender that is silent for longest.
    private mutating func find(_ sender: IPAddress, at time: Instant) -> Int {
        let first = Self.firstPlace(of: sender)
        var oldest = first
        for place in first..<first &+ Self.placesPerSet {
            if holds(place, sender) { return place }
            if buckets[place].heard < buckets[oldest].heard { oldest = place }
        }
        // Far ahead is as good as far back: the clock was set.
        let silence = (time - buckets[oldest].heard).microseconds.magnitude
        guard silence >= Self.idleInterval.microseconds.magnitude else { return Self.senders }
        // Never heard of is long ago: the bucket is full.
        buckets[oldest] = Bucket(sender: sender, heard: time, credit: Self.burst.microseconds &* rate)
        return oldest
    }

    private static func firstPlace(of sender: IPAddress) -> Int {
        let mixed = (sender.high ^ sender.low) &* 0x9E37_79B9_7F4A_7C15
        let sets = UInt64(senders / placesPerSet)
        return Int(mixed >> 32) % Int(sets) &* placesPerSet
    }
}
