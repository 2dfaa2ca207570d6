// SPDX-License-Identifier: Apache-2.0

import Detection
import TestSupport
import Testing

struct LineVolumeTests {
    private static func learned(lines: Double, connections: Double, seconds: Int = 600) -> LineBaseline {
        var baseline = LineBaseline()
        for _ in 0..<seconds { baseline.learn(lines: lines, connections: connections) }
        return baseline
    }

    @Test func usualRatioIsLearned() throws {
        let usual = try #require(Self.learned(lines: 25, connections: 10).usual)
        #expect(abs(usual - 2.5) < 0.01)
    }

    @Test func noRatioWithoutALogOrWithoutConnections() {
        #expect(Self.learned(lines: 0, connections: 10).usual == nil)
        #expect(Self.learned(lines: 10, connections: 0).usual == nil)
        #expect(Self.learned(lines: 10, connections: 10, seconds: 20).usual == nil)
    }

    @Test(arguments: [
        (50, LineVolume.Change.fewer), (2600, .none), (1800, .none), (3600, .none), (5200, .more),
        (0, .fewer),
    ])
    func changesBothWays(lines: Int, expected: LineVolume.Change) {
        let volume = LineVolume(
            lines: lines, connections: 1000, usual: Self.learned(lines: 25, connections: 10))
        #expect(volume.change == expected)
    }

    @Test func ratioThatAlwaysWandersMustChangeMore() {
        var baseline = LineBaseline()
        var random = SeededRandom(seed: 7)
        for minute in 0..<120 {
            let lines = minute / 5 % 2 == 0 ? 5.0 : 60
            for _ in 0..<60 {
                baseline.learn(lines: lines + Double.random(in: 0...1, using: &random), connections: 10)
            }
        }
        let steady = Self.learned(lines: 32, connections: 10)
        #expect(LineVolume(lines: 1500, connections: 1000, usual: steady).change == .fewer)
        #expect(LineVolume(lines: 1500, connections: 1000, usual: baseline).change == .none)
        #expect(LineVolume(lines: 3, connections: 1000, usual: baseline).change == .fewer)
    }

    @Test func fewConnectionsSayNothing() {
        let usual = Self.learned(lines: 25, connections: 10)
        #expect(LineVolume(lines: 0, connections: 11, usual: usual).change == .none)
        #expect(LineVolume(lines: 5, connections: 0, usual: usual).ratio == nil)
    }
}
