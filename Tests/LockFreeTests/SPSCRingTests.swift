// SPDX-License-Identifier: Apache-2.0

import LockFree
import Testing

@Suite struct SPSCRingTests {
    private func elements(_ consumer: inout RingConsumer<UInt64>, max: Int = .max) -> [UInt64] {
        var found: [UInt64] = []
        consumer.drain(max: max) { found.append($0) }
        return found
    }

    @Test(arguments: [(1, 1), (2, 2), (3, 4), (1000, 1024), (1024, 1024)])
    func capacityIsAPowerOfTwo(minimum: Int, capacity: Int) {
        #expect(SPSCRing<UInt64>(minimumCapacity: minimum, filler: 0).capacity == capacity)
    }

    @Test func nothingIsSeenBeforeItIsPublished() {
        let ring = SPSCRing<UInt64>(minimumCapacity: 8, filler: 0)
        var producer = ring.takeProducer()
        var consumer = ring.takeConsumer()
        #expect(producer.push(1) && producer.push(2))
        #expect(elements(&consumer) == [])
        #expect(ring.pushed == 0)
        producer.publish()
        #expect(ring.count == 2)
        #expect(elements(&consumer) == [1, 2])
        #expect(ring.pushed == 2 && ring.consumed == 2 && ring.dropped == 0)
        #expect(ring.count == 0)
    }

    @Test func aFullRingDropsTheNewestAndCounts() {
        let ring = SPSCRing<UInt64>(minimumCapacity: 4, filler: 0)
        var producer = ring.takeProducer()
        var consumer = ring.takeConsumer()
        let accepted = (1...7).map { producer.push($0) }
        producer.publish()
        #expect(accepted == [true, true, true, true, false, false, false])
        #expect(ring.dropped == 3)
        #expect(elements(&consumer) == [1, 2, 3, 4])
        let again = producer.push(8)
        producer.publish()
        #expect(again)
        #expect(elements(&consumer) == [8])
        #expect(ring.pushed == 5)
    }

    @Test func keepsTheOrderThroughManyWraps() {
        let ring = SPSCRing<UInt64>(minimumCapacity: 8, filler: 0)
        var producer = ring.takeProducer()
        var consumer = ring.takeConsumer()
        var sent: UInt64 = 0
        var received: [UInt64] = []
        for round in 0..<100 {
            for _ in 0..<(round % 8 + 1) where producer.push(sent) { sent += 1 }
            producer.publish()
            received += elements(&consumer, max: round % 5 + 3)
        }
        received += elements(&consumer)
        #expect(received == Array(0..<sent))
        #expect(ring.consumed == sent)
    }

    @Test func aBatchEndsWhereTheRingWraps() {
        let ring = SPSCRing<UInt64>(minimumCapacity: 4, filler: 0)
        var producer = ring.takeProducer()
        var consumer = ring.takeConsumer()
        _ = (producer.push(0), producer.push(1), producer.push(2))
        producer.publish()
        #expect(elements(&consumer) == [0, 1, 2])
        for value: UInt64 in 3...6 { _ = producer.push(value) }
        producer.publish()
        var batches: [[UInt64]] = []
        while consumer.withBatch({ batch in batches.append(batch.indices.map { batch[$0] }) }) > 0 {}
        // Three are known from the first look at the tail; the slots after the last one begin anew.
        #expect(batches == [[3], [4, 5, 6]])
    }

    @Test func fillWritesTheSlotInPlace() {
        let ring = SPSCRing<UInt64>(minimumCapacity: 1, filler: 7)
        var producer = ring.takeProducer()
        var consumer = ring.takeConsumer()
        #expect(producer.fill { $0 += 1 })
        producer.publish()
        #expect(!producer.fill { $0 = 99 })
        #expect(elements(&consumer) == [8])
    }

    @Test func aSecondProducerIsABug() async {
        await #expect(processExitsWith: .failure) {
            let ring = SPSCRing<UInt64>(minimumCapacity: 1, filler: 0)
            _ = ring.takeProducer()
            _ = ring.takeProducer()
        }
    }
}
