// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A bounded queue between one producer and one consumer, on any two threads, without locks or allocation.
///
/// The ring itself only counts: whoever holds it may read the numbers at any time. Elements go through the two handles
/// that ``takeProducer()`` and ``takeConsumer()`` give out once each.
///
/// Both indices rise for ever and are masked on use, so that full and empty differ and the indices are the counters.
@safe
public final class SPSCRing<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    // Two indices in one pair of cache lines would bounce between the cores; 128 octets, because the prefetcher of
    // x86-64 fetches lines in pairs and other cores have lines of 128.
    private typealias Padding = InlineArray<16, UInt64>

    /// Elements that fit at once, a power of two.
    public let capacity: Int
    fileprivate let slots: UnsafeMutablePointer<Element>
    private let producerTaken = Atomic<Bool>(false)
    private let consumerTaken = Atomic<Bool>(false)
    private let paddingBeforeTail = Padding(repeating: 0)
    /// Elements published since the start. Written by the producer.
    fileprivate let tail = Atomic<Int>(0)
    private let paddingBeforeHead = Padding(repeating: 0)
    /// Elements released since the start. Written by the consumer.
    fileprivate let head = Atomic<Int>(0)
    private let paddingBeforeDrops = Padding(repeating: 0)
    /// Elements that found no room. Written by the producer.
    fileprivate let drops = Counter()

    /// - Parameters:
    ///   - minimumCapacity: rounded up to a power of two; at least 1.
    ///   - filler: what the slots hold before they are first written; it is never delivered.
    public init(minimumCapacity: Int, filler: Element) {
        precondition(minimumCapacity >= 1 && minimumCapacity <= 1 << 30, "a ring holds 1 to 2^30 elements")
        var capacity = 1
        while capacity < minimumCapacity { capacity *= 2 }
        self.capacity = capacity
        // SAFETY: fresh memory of exactly this capacity, freed in `deinit`; every slot is initialized from here on.
        unsafe slots = .allocate(capacity: capacity)
        unsafe slots.initialize(repeating: filler, count: capacity)
    }

    deinit {
        // SAFETY: both handles hold the ring, so nobody is left; elements are bitwise copyable and need no end.
        unsafe slots.deallocate()
    }

    /// The one handle that writes; asking twice is a bug and traps.
    public func takeProducer() -> RingProducer<Element> {
        precondition(!producerTaken.exchange(true, ordering: .relaxed), "the ring has one producer")
        return RingProducer(self)
    }

    /// The one handle that reads; asking twice is a bug and traps.
    public func takeConsumer() -> RingConsumer<Element> {
        precondition(!consumerTaken.exchange(true, ordering: .relaxed), "the ring has one consumer")
        return RingConsumer(self)
    }

    /// Elements that the producer published.
    public var pushed: UInt64 { UInt64(truncatingIfNeeded: tail.load(ordering: .relaxed)) }

    /// Elements that the consumer took and released.
    public var consumed: UInt64 { UInt64(truncatingIfNeeded: head.load(ordering: .relaxed)) }

    /// Elements that found the ring full.
    public var dropped: UInt64 { drops.value }

    /// Elements that wait, at about this moment.
    public var count: Int {
        // The head first: it never passes the tail, so a later tail cannot make the difference negative.
        let released = head.load(ordering: .acquiring)
        return min(capacity, tail.load(ordering: .relaxed) &- released)
    }
}

/// The writing end of an ``SPSCRing``. It may move between threads, but only one uses it at a time.
@safe
public struct RingProducer<Element: BitwiseCopyable & Sendable>: ~Copyable, @unchecked Sendable {
    private let ring: SPSCRing<Element>
    private let slots: UnsafeMutablePointer<Element>
    private let mask: Int
    /// Index of the next slot to write; what lies between the ring's tail and it is not published yet.
    private var next = 0
    /// What `next` may rise to, as of the last look at the consumer's index.
    private var limit: Int

    fileprivate init(_ ring: SPSCRing<Element>) {
        self.ring = ring
        // SAFETY: the slots live as long as the ring, which is held here.
        unsafe slots = ring.slots
        mask = ring.capacity &- 1
        limit = ring.capacity
    }

    /// Puts an element into the next slot; the consumer sees it after ``publish()``.
    ///
    /// Returns false when the ring is full: the element is dropped and counted.
    public mutating func push(_ element: Element) -> Bool {
        fill { $0 = element }
    }

    /// Lets `body` write the next slot in place, without a copy; it finds there what an earlier round left.
    ///
    /// Returns false when the ring is full: `body` is not called, and the element is counted as dropped.
    @inline(__always)
    public mutating func fill(_ body: (inout Element) -> Void) -> Bool {
        guard next != limit || refreshLimit() else {
            ring.drops.add()
            return false
        }
        // SAFETY: the mask keeps the index within the capacity; the consumer has released this slot (acquired with
        // `limit`) and does not look at it before `publish`.
        let slot = unsafe slots + (next & mask)
        unsafe body(&slot.pointee)
        next = next &+ 1
        return true
    }

    /// Lets `body` write the next free slots that lie side by side, at most `maximum`: all of them, over what earlier
    /// rounds left there. Where the ring wraps, the rest comes with the next call. The consumer sees them after
    /// ``publish()``.
    ///
    /// Returns how many there were; at 0 the ring is full and `body` was not called. Nothing is counted as dropped: see
    /// ``drop(_:)``.
    public mutating func withRoom(max maximum: Int, _ body: (inout MutableSpan<Element>) -> Void) -> Int {
        if limit &- next < maximum { _ = refreshLimit() }
        let start = next & mask
        let count = min(limit &- next, mask &+ 1 &- start, maximum)
        guard count > 0 else { return 0 }
        // SAFETY: start and count stay within the capacity; the consumer has released these slots (acquired with
        // `limit`) and does not look at them before `publish`.
        var room = unsafe UnsafeMutableBufferPointer(start: slots + start, count: count).mutableSpan
        body(&room)
        next = next &+ count
        return count
    }

    /// Counts elements that found no room and were not written.
    public func drop(_ count: Int) { ring.drops.add(UInt64(max(0, count))) }

    /// Hands everything written so far to the consumer: once per datagram or batch, not per element.
    public func publish() {
        // Releases the slots' contents to the consumer's acquiring load.
        ring.tail.store(next, ordering: .releasing)
    }

    /// Looks where the consumer is; false if there is still no room.
    @inline(never)
    private mutating func refreshLimit() -> Bool {
        limit = ring.head.load(ordering: .acquiring) &+ mask &+ 1
        return next != limit
    }
}

/// The reading end of an ``SPSCRing``. It may move between threads, but only one uses it at a time.
@safe
public struct RingConsumer<Element: BitwiseCopyable & Sendable>: ~Copyable, @unchecked Sendable {
    private let ring: SPSCRing<Element>
    private let slots: UnsafeMutablePointer<Element>
    private let mask: Int
    /// Index of the next slot to read.
    private var next = 0
    /// Elements up to here are published, as of the last look at the producer's index.
    private var available = 0

    fileprivate init(_ ring: SPSCRing<Element>) {
        self.ring = ring
        // SAFETY: the slots live as long as the ring, which is held here.
        unsafe slots = ring.slots
        mask = ring.capacity &- 1
    }

    /// Calls `body` for each of at most `maximum` waiting elements, oldest first, and gives their slots back.
    ///
    /// Returns how many there were.
    @discardableResult
    public mutating func drain(max maximum: Int = .max, _ body: (borrowing Element) -> Void) -> Int {
        var drained = 0
        while drained < maximum {
            let count = withBatch(max: maximum &- drained) { batch in
                for index in batch.indices { body(batch[index]) }
            }
            if count == 0 { break }
            drained = drained &+ count
        }
        return drained
    }

    /// Calls `body` once with the oldest waiting elements that lie side by side, at most `maximum`, then gives their
    /// slots back. Where the ring wraps, the rest comes with the next call.
    ///
    /// Returns how many there were; at 0 `body` was not called.
    public mutating func withBatch(max maximum: Int = .max, _ body: (borrowing Span<Element>) -> Void) -> Int
    {
        if next == available { available = ring.tail.load(ordering: .acquiring) }
        let start = next & mask
        let count = min(available &- next, mask &+ 1 &- start, maximum)
        guard count > 0 else { return 0 }
        // SAFETY: start and count stay within the capacity; the producer has published these slots (acquired with
        // `available`) and does not touch them before the release below.
        unsafe body(UnsafeBufferPointer(start: slots + start, count: count).span)
        next = next &+ count
        ring.head.store(next, ordering: .releasing)
        return count
    }
}
