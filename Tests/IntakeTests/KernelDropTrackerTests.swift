// SPDX-License-Identifier: Apache-2.0

import Intake
import Testing

@Suite struct KernelDropTrackerTests {
    @Test func countsWhatIsNew() {
        var tracker = KernelDropTracker()
        #expect([0, 5, 5, 12].map { tracker.advance(to: $0) } == [0, 5, 0, 7])
    }

    @Test func anOlderCountIsNotCountedAgain() {
        var tracker = KernelDropTracker()
        #expect([100, 40, 101].map { tracker.advance(to: $0) } == [100, 0, 1])
    }

    @Test func goesOnWhereTheKernelsCountWraps() {
        var tracker = KernelDropTracker()
        let counts: [UInt32] = [1 << 30, 1 << 31, 3 << 30, .max, 9]
        #expect(counts.map { tracker.advance(to: $0) }.reduce(0, +) == (1 << 32) + 9)
    }
}
