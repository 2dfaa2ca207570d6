// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Takes the flow records of datagrams in the order of the wire: it says where they are to lie, and the decoder writes
/// them there.
///
/// A class, for then one decoder serves all sinks and a set costs one indirect call. (A generic decoder would have to be
/// compiled anew in each module that has a sink.)
package protocol FlowSink: AnyObject {
    /// Lets `body` write the next records where they are to lie: places side by side, at most `count`, and at least one
    /// while there is any. They hold what was written there before; `body` overwrites all of it.
    ///
    /// Returns how many places there were; at 0 `body` was not called.
    func withRoom(for count: Int, _ body: (inout MutableSpan<FlowRecord>) -> Void) -> Int

    /// So many records come next that are not written, since there was no room for them.
    func drop(_ count: Int)
}

/// Collects records in memory of its own, for captures, tests and tools. It grows and never drops.
package final class FlowList: FlowSink {
    /// The first `count` are what was collected, the others places to write to.
    private var places: [FlowRecord] = []
    /// How many there are.
    package private(set) var count = 0

    package init() {}

    /// A copy, in the order of their arrival.
    package var records: [FlowRecord] { Array(places.prefix(count)) }

    /// Calls `body` with all, in the order of their arrival.
    package func withRecords(_ body: (borrowing Span<FlowRecord>) -> Void) {
        let places = places
        body(places.span.extracting(0..<count))
    }

    /// Starts anew, in the same memory.
    package func removeAll() { count = 0 }

    /// Always for `count`.
    package func withRoom(for count: Int, _ body: (inout MutableSpan<FlowRecord>) -> Void) -> Int {
        let end = self.count &+ count
        while places.count < end { places.append(FlowRecord()) }
        var all = places.mutableSpan
        var room = all._mutatingExtracting(self.count..<end)
        body(&room)
        self.count = end
        return count
    }

    /// There is always room.
    package func drop(_ count: Int) {}
}
