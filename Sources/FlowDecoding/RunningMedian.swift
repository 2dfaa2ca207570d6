// SPDX-License-Identifier: Apache-2.0

/// Median of the last few samples of a number that drifts slowly and jitters fast, such as the offset of a clock.
struct RunningMedian: Sendable {
    /// Enough to outvote seven wrong samples.
    private static let window = 15
    /// Once the window is full, each eighth sample suffices and keeps the cost from the hot path.
    private static let stride = 8

    private var samples = InlineArray<15, Int64>(repeating: 0)
    private var count = 0
    private var next = 0
    private var skipped = 0
    /// 0 before the first sample.
    private(set) var value: Int64 = 0

    mutating func add(_ sample: Int64) {
        if count == Self.window {
            skipped &+= 1
            guard skipped == Self.stride else { return }
            skipped = 0
        } else {
            count &+= 1
        }
        samples[next] = sample
        next = next &+ 1 == Self.window ? 0 : next &+ 1
        value = median()
    }

    private func median() -> Int64 {
        var sorted = samples
        for index in 1..<max(2, count) where index < count {
            let sample = sorted[index]
            var place = index
            while place > 0, sorted[place &- 1] > sample {
                sorted[place] = sorted[place &- 1]
                place &-= 1
            }
            sorted[place] = sample
        }
        return sorted[(count &- 1) / 2]
    }
}
