// SPDX-License-Identifier: Apache-2.0

import Glibc
import LockFree
import Synchronization
import Testing

/// As large as a flow record, with a check that a torn element fails.
private struct Wide: BitwiseCopyable, Sendable {
    var number: UInt64
    var rest: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

    init(_ number: UInt64) {
        self.number = number
        rest = (number &* 3, number &* 5, number &* 7, number &* 11, number &* 13, number &* 17, ~number)
    }

    var isWhole: Bool { rest.0 == number &* 3 && rest.3 == number &* 11 && rest.6 == ~number }
}

/// What the consumer's thread saw; read after it has ended.
private struct Seen: Sendable {
    var count: UInt64 = 0
    var last: UInt64 = 0
    var torn = 0
    var outOfOrder = 0

    mutating func note(_ element: Wide) {
        if !element.isWhole { torn += 1 }
        if element.number <= last { outOfOrder += 1 }
        (count, last) = (count + 1, element.number)
    }
}

private final class ProducerEnd: Sendable {
    let isReached = Atomic<Bool>(false)
}

private final class SeenBox: Sendable {
    let seen = Mutex(Seen())
}

/// Two threads through a small ring. Run under the thread sanitizer by Tests/ThreadSanitizer/check.sh.
@Suite struct SPSCRingStressTests {
    private static let total: UInt64 = 400_000

    /// Runs `produce` and a consumer on a thread each until both have ended.
    private func run(
        _ ring: SPSCRing<Wide>, produce: @escaping @Sendable (inout RingProducer<Wide>) -> Void
    ) -> Seen {
        let end = ProducerEnd()
        let result = SeenBox()
        runTogether(
            {
                var producer = ring.takeProducer()
                produce(&producer)
                end.isReached.store(true, ordering: .releasing)
            },
            {
                let seen = Self.consume(ring, until: end)
                result.seen.withLock { $0 = seen }
            })
        return result.seen.withLock { $0 }
    }

    private static func consume(_ ring: SPSCRing<Wide>, until end: ProducerEnd) -> Seen {
        var consumer = ring.takeConsumer()
        var seen = Seen()
        while true {
            // Before the drain: what was published before the end is then in it.
            let isLast = end.isReached.load(ordering: .acquiring)
            if consumer.drain(max: 300, { seen.note($0) }) == 0 {
                if isLast { return seen }
                sched_yield()
            }
        }
    }

    @Test func everyElementArrivesOnceInOrder() {
        let ring = SPSCRing(minimumCapacity: 256, filler: Wide(0))
        let seen = run(ring) { producer in
            for number in 1...Self.total {
                while !producer.push(Wide(number)) {
                    producer.publish()
                    sched_yield()
                }
                if number % 27 == 0 { producer.publish() }
            }
            producer.publish()
        }
        #expect(seen.count == Self.total)
        #expect(seen.last == Self.total)
        #expect(seen.torn == 0 && seen.outOfOrder == 0)
        #expect(ring.pushed == Self.total && ring.consumed == Self.total)
    }

    @Test func pushedAndDroppedAddUpToWhatWasTried() {
        let ring = SPSCRing(minimumCapacity: 64, filler: Wide(0))
        let seen = run(ring) { producer in
            for number in 1...Self.total {
                _ = producer.fill { $0 = Wide(number) }
                if number % 27 == 0 { producer.publish() }
            }
            producer.publish()
        }
        #expect(seen.count + ring.dropped == Self.total)
        #expect(seen.count == ring.pushed)
        #expect(seen.torn == 0 && seen.outOfOrder == 0)
    }

    @Test func roomIsWrittenByOneSideAtATime() {
        let ring = SPSCRing(minimumCapacity: 64, filler: Wide(0))
        let seen = run(ring) { producer in
            var number: UInt64 = 1
            while number <= Self.total {
                let wanted = Int(min(Self.total - number + 1, 30))
                let written = producer.withRoom(max: wanted) { room in
                    for index in room.indices { room[index] = Wide(number + UInt64(index)) }
                }
                number += UInt64(written)
                producer.publish()
                // Every third time that it is full the next element is given up.
                if written == 0, number % 3 == 0 {
                    producer.drop(1)
                    number += 1
                } else if written == 0 {
                    sched_yield()
                }
            }
        }
        #expect(seen.count + ring.dropped == Self.total)
        #expect(seen.count == ring.pushed)
        #expect(seen.torn == 0 && seen.outOfOrder == 0)
    }
}
