// SPDX-License-Identifier: Apache-2.0

package import FlowModel
package import LockFree

/// Lets the decoder write into the slots of a ring; what finds no room is counted there. Belongs to the producer.
package final class RingWriter: FlowSink {
    private var producer: RingProducer<FlowRecord>

    package init(_ producer: consuming RingProducer<FlowRecord>) { self.producer = producer }

    /// As many as are free up to where the ring wraps.
    package func withRoom(for count: Int, _ body: (inout MutableSpan<FlowRecord>) -> Void) -> Int {
        producer.withRoom(max: count, body)
    }

    /// Counted in the ring's `dropped`.
    package func drop(_ count: Int) { producer.drop(count) }

    /// Copies one of `records` into the ring.
    package func write(_ records: borrowing Span<FlowRecord>, _ index: Int) {
        _ = producer.fill { $0 = records[index] }
    }

    /// Hands everything written so far to the consumer.
    package func publish() { producer.publish() }
}
