// SPDX-License-Identifier: Apache-2.0

import Detection
import Testing

@Suite struct CumulativeSumTests {
    private func path(_ steps: [Double], lag: Int64 = 0, restart: Double = 0) -> CumulativeSum {
        var path = CumulativeSum(
            threshold: 16, restart: restart, last: Int64(steps.count) - 1, lag: lag, window: 30)
        for (second, step) in steps.enumerated() { path.add(step, second: Int64(second)) }
        return path
    }

    @Test func oneSecondCannotDecideAlone() {
        #expect(path([1000]).peak == DetectionPolicy.Statistics.stepLimit)
    }

    @Test func theSumStaysBetweenZeroAndItsCap() {
        #expect(path(Array(repeating: -3, count: 50)).sum == 0)
        #expect(path(Array(repeating: 4, count: 50)).sum == 16 * DetectionPolicy.Statistics.cap)
    }

    @Test func theOnsetIsTheSecondAfterTheLastRestart() {
        let sum = path([1, -1, 0, 0, 2, 3, 4, 4, 4])
        #expect(sum.onset == 4)
        #expect(sum.lastAbove == 8)
    }

    @Test func anOutcomesOnsetIgnoresWhatCrawlsBelowAQuarter() {
        let steps = Array(repeating: 0.1, count: 30) + [4, 4, 4, 4, 4]
        #expect(path(steps).onset == 0)
        #expect(path(steps, restart: 4).onset == 30)
    }

    @Test func oldPeaksDoNotCountButIncompleteSecondsDo() {
        let flood = Array(repeating: 4.0, count: 10)
        let silence = Array(repeating: -4.0, count: 60)
        #expect(path(flood + silence).peak == 0)
        #expect(path(flood + silence, lag: 40).peak == 32)
        #expect(path(flood + silence, lag: 40).recent < 1)
    }
}
