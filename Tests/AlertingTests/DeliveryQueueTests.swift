// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import FlowModel
import Testing

/// Driven by hand: no clock, no writer.
@Suite struct DeliveryQueueTests {
    /// A message that the tests tell from others by its second.
    private func alert(_ number: Int64, _ event: VerdictEvent = .open) -> Alert {
        Alert(Fixtures.slowConnections(event: event, after: number))
    }

    private func at(_ seconds: Int64) -> Instant { Fixtures.onset + .seconds(seconds) }

    private func queue(capacity: Int = 1024) -> DeliveryQueue {
        var limits = DeliveryQueue.Limits()
        limits.capacity = capacity
        return DeliveryQueue(limits: limits)
    }

    /// Delivers everything; the messages' seconds and what each said about dropped ones.
    private func drained(_ queue: inout DeliveryQueue) -> [[Int64]] {
        var result: [[Int64]] = []
        var action = queue.hastened()
        while case .deliver(let alert, let unsent) = action {
            result.append([(alert.verdict.time - Fixtures.onset).microseconds / 1_000_000, Int64(unsent)])
            action = queue.succeeded()
        }
        return result
    }

    @Test func `messages leave in order, one at a time`() {
        var queue = queue()
        #expect(queue.enqueued(alert(1), at: at(1)) == .deliver(alert(1), unsent: 0))
        #expect(queue.enqueued(alert(2), at: at(2)) == .wait)
        #expect(queue.ticked(at: at(3)) == .wait)
        #expect(queue.succeeded() == .deliver(alert(2), unsent: 0))
        #expect(queue.succeeded() == .wait)
        #expect((queue.count, queue.delivered, queue.failed, queue.dropped) == (0, 2, 0, 0))
    }

    @Test func `a writer that refuses is tried after 1, 2, 4 … 60 seconds`() {
        var queue = queue()
        var now: Int64 = 0
        #expect(queue.enqueued(alert(1), at: at(0)) == .deliver(alert(1), unsent: 0))
        for wait in [1, 2, 4, 8, 16, 32, 60, 60] as [Int64] {
            #expect(queue.refused() == .wait)
            #expect(queue.enqueued(alert(2, .update), at: at(now)) == .wait)
            #expect(queue.ticked(at: at(now) + .seconds(wait) - .milliseconds(1)) == .wait)
            now += wait
            #expect(queue.ticked(at: at(now)) == .deliver(alert(1), unsent: 0))
        }
        #expect(queue.failed == 8)
    }

    @Test func `success forgets the back-off`() {
        var queue = queue()
        _ = queue.enqueued(alert(1), at: at(0))
        _ = queue.refused()
        _ = queue.ticked(at: at(1))
        _ = queue.refused()
        #expect(queue.ticked(at: at(3)) == .deliver(alert(1), unsent: 0))
        _ = queue.succeeded()
        #expect(queue.enqueued(alert(2), at: at(4)) == .deliver(alert(2), unsent: 0))
        _ = queue.refused()
        #expect(queue.ticked(at: at(5)) == .deliver(alert(2), unsent: 0))
    }

    @Test func `a clock that is set back does not silence it for hours`() {
        var queue = queue()
        _ = queue.enqueued(alert(1), at: at(7200))
        _ = queue.refused()
        #expect(queue.ticked(at: at(0)) == .deliver(alert(1), unsent: 0))
    }

    @Test func `at stop the back-off is ignored`() {
        var queue = queue()
        _ = queue.enqueued(alert(1), at: at(0))
        _ = queue.refused()
        #expect(queue.hastened() == .deliver(alert(1), unsent: 0))
    }

    @Test func `the oldest updates go first, opens and clears stay`() {
        var queue = queue(capacity: 4)
        _ = queue.enqueued(alert(1), at: at(0))
        _ = queue.refused()
        _ = queue.enqueued(alert(2, .update), at: at(0))
        _ = queue.enqueued(alert(3, .notice), at: at(0))
        _ = queue.enqueued(alert(4, .update), at: at(0))
        _ = queue.enqueued(alert(5, .clear), at: at(0))
        _ = queue.enqueued(alert(6, .open), at: at(0))
        #expect((queue.count, queue.dropped) == (4, 2))
        _ = queue.enqueued(alert(7, .clear), at: at(0))
        #expect((queue.count, queue.dropped) == (4, 3))
        #expect(drained(&queue) == [[1, 3], [5, 0], [6, 0], [7, 0]])
    }

    @Test func `among opens and clears alone the oldest goes`() {
        var queue = queue(capacity: 2)
        _ = queue.enqueued(alert(1), at: at(0))
        _ = queue.refused()
        _ = queue.enqueued(alert(2, .clear), at: at(0))
        _ = queue.enqueued(alert(3, .open), at: at(0))
        #expect(drained(&queue) == [[2, 1], [3, 0]])
    }

    @Test func `a new update has no room among opens and clears`() {
        var queue = queue(capacity: 2)
        _ = queue.enqueued(alert(1), at: at(0))
        _ = queue.refused()
        _ = queue.enqueued(alert(2, .clear), at: at(0))
        _ = queue.enqueued(alert(3, .update), at: at(0))
        #expect(drained(&queue) == [[1, 1], [2, 0]])
    }

    @Test func `the message in flight is never dropped`() {
        var queue = queue(capacity: 1)
        #expect(queue.enqueued(alert(1, .update), at: at(0)) == .deliver(alert(1, .update), unsent: 0))
        #expect(queue.enqueued(alert(2, .update), at: at(0)) == .wait)
        #expect((queue.count, queue.dropped) == (1, 1))
        #expect(queue.succeeded() == .wait)
        #expect(queue.enqueued(alert(3), at: at(1)) == .deliver(alert(3), unsent: 0))
    }

    @Test func `a flood of verdicts does not grow it`() {
        var queue = queue()
        for number in 0..<5000 {
            _ = queue.enqueued(alert(Int64(number), number % 2 == 0 ? .update : .open), at: at(0))
        }
        #expect(queue.count == 1024)
        #expect(queue.dropped == 5000 - 1024)
    }
}
