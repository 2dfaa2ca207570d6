// SPDX-License-Identifier: Apache-2.0

import ServiceWindows
import Testing

@Suite struct WindowCountersTests {
    /// Whoever adds a counter finds it here: each must be set, and must be in the sum.
    @Test func everyCounterIsSummed() {
        var one = WindowCounters()
        (one.records, one.outcomes, one.ignoredOutcomes) = (1, 2, 3)
        (one.discovered, one.refusedServices, one.evictedServices) = (4, 5, 6)
        (one.declared, one.icmpErrors, one.unpairedHalves) = (7, 8, 9)
        (one.forgottenFlows, one.hurriedSweeps, one.starvedSketches) = (10, 11, 12)
        one.ignored = [13, 14, 15, 16]
        var sum = one
        sum.add(one)
        sum.add(WindowCounters())
        let numbers = Mirror(reflecting: one).children.compactMap { $0.value as? UInt64 }
        let sums = Mirror(reflecting: sum).children.compactMap { $0.value as? UInt64 }
        #expect(numbers.allSatisfy { $0 > 0 } && numbers.count >= 12)
        #expect(sums == numbers.map { $0 * 2 })
        #expect(sum.ignored.indices.allSatisfy { sum.ignored[$0] == one.ignored[$0] * 2 })
        #expect(one.allRecords == 1 + 13 + 14 + 15 + 16)
    }
}
