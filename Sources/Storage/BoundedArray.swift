// SPDX-License-Identifier: Apache-2.0

public import CPrefetch
import Glibc

/// An array with one owner and a capacity that it never exceeds: no reference count is looked at when an element changes,
/// and nothing moves when it grows. Memory becomes real as elements are first written, so that a generous capacity
/// costs nothing.
///
/// For state that is touched for each record, where an `Array` asks before each change whether it is shared.
@safe
public struct BoundedArray<Element: BitwiseCopyable>: ~Copyable {
    /// Elements that fit.
    public let capacity: Int
    /// Elements in use.
    public private(set) var count = 0
    @usableFromInline let elements: UnsafeMutablePointer<Element>

    /// An empty one.
    public init(capacity: Int) {
        precondition(capacity >= 0, "a capacity is not negative")
        self.capacity = capacity
        let octets = capacity * MemoryLayout<Element>.stride
        let isLarge = octets >= Self.hugePage
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: octets, alignment: isLarge ? Self.hugePage : Self.cacheLine)
        // SAFETY: advice about memory that was just allocated; without huge pages it is refused, and nothing is lost.
        if isLarge { _ = unsafe madvise(memory, octets, MADV_HUGEPAGE) }
        // SAFETY: owned by this value until `deinit`; only the first `count` elements are ever read.
        unsafe elements = memory.bindMemory(to: Element.self, capacity: capacity)
    }

    /// Elements of 64 octets, or a part of them, are in one line of the cache each.
    private static var cacheLine: Int { 64 }
    /// What is larger is asked for in pages of this size: elements in no order miss the table of addresses, too.
    private static var hugePage: Int { 2 << 20 }

    /// Full of one value.
    public init(repeating value: Element, count: Int) {
        self.init(capacity: count)
        append(repeating: value, count: count)
    }

    deinit {
        // SAFETY: nobody else holds the memory; elements are bitwise copyable and need no end.
        unsafe elements.deallocate()
    }

    /// The element at `index`, which must be below ``count``.
    public subscript(index: Int) -> Element {
        @inline(__always) get {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of range")
            // SAFETY: checked above.
            return unsafe elements[index]
        }
        @inline(__always) _modify {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of range")
            // SAFETY: checked above; the caller has this value for itself while it changes the element.
            yield unsafe &(elements + index).pointee
        }
    }

    /// Elements in a row, for loops that would check each of them.
    @inline(__always)
    public func withSpan<Result>(_ range: Range<Int>, _ body: (borrowing Span<Element>) -> Result) -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range out of bounds")
        // SAFETY: checked above; the elements stay where they are while this value is borrowed.
        let span = unsafe Span(_unsafeStart: elements + range.lowerBound, count: range.count)
        return body(span)
    }

    /// Asks the processor for the element at `index`, which will be needed soon; any index may be given.
    ///
    /// Elements that are spread over more memory than the caches hold cost fifty nanoseconds each when they are asked for
    /// one after the other, and little when they are asked for together.
    @inlinable @inline(__always)
    public func prefetch(_ index: Int) {
        // SAFETY: the processor ignores a prefetch of an address that it cannot read.
        unsafe spate_prefetch(elements + index)
    }

    /// Asks for all lines of the elements in a row.
    @inlinable @inline(__always)
    public func prefetch(_ range: Range<Int>) {
        // SAFETY: an address only; the processor ignores a prefetch of one that it cannot read.
        let first = unsafe UnsafeRawPointer(elements + range.lowerBound)
        for offset in stride(from: 0, to: range.count &* MemoryLayout<Element>.stride, by: 64) {
            // SAFETY: as above.
            unsafe spate_prefetch(first + offset)
        }
    }

    /// Adds an element at the end, for which there must be room.
    public mutating func append(_ element: Element) {
        precondition(count < capacity, "the array is full")
        // SAFETY: within the capacity, checked above.
        unsafe (elements + count).initialize(to: element)
        count &+= 1
    }

    /// Adds the same element several times, for which there must be room.
    public mutating func append(repeating element: Element, count more: Int) {
        precondition(more >= 0 && more <= capacity &- count, "the array is full")
        // SAFETY: within the capacity, checked above.
        unsafe (elements + count).initialize(repeating: element, count: more)
        count &+= more
    }
}
