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

    @Test func roomEndsWhereTheRingWrapsOrIsFull() {
        let ring = SPSCRing<UInt64>(minimumCapacity: 8, filler: 7)
        var producer = ring.takeProducer()
        var consumer = ring.takeConsumer()
        func write(_ values: Range<UInt64>, _ producer: inout RingProducer<UInt64>) -> Int {
            producer.withRoom(max: values.count) { room in
                for index in room.indices { room[index] = values.lowerBound + UInt64(index) }
            }
        }
        #expect(write(0..<5, &producer) == 5)
        #expect(elements(&consumer) == [])
        producer.publish()
        #expect(elements(&consumer) == [0, 1, 2, 3, 4])
        // Three up to the end, five from the beginning.
        #expect(write(5..<12, &producer) == 3)
        #expect(write(8..<17, &producer) == 5)
        #expect(write(13..<17, &producer) == 0)
        #expect(ring.dropped == 0)
        producer.drop(4)
        producer.publish()
        #expect(elements(&consumer) == Array(5..<13))
        #expect(ring.pushed == 13 && ring.dropped == 4)
        // Slots hold what was there a round ago.
        var before: [UInt64] = []
        #expect(producer.withRoom(max: 2) { room in before = [room[0], room[1]] } == 2)
        #expect(before == [5, 6])
        #expect(producer.withRoom(max: 0) { _ in } == 0)
    }

    @Test func aSecondProducerIsABug() async {
        await #expect(processExitsWith: .failure) {
            let ring = SPSCRing<UInt64>(minimumCapacity: 1, filler: 0)
            _ = ring.takeProducer()
            _ = ring.takeProducer()
        }
    }
}
