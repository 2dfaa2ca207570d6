// SPDX-License-Identifier: Apache-2.0

private typealias Learning = DetectionPolicy.Learning
private typealias Screens = DetectionPolicy.Screens
private typealias Statistics = DetectionPolicy.Statistics

/// Between which values the baseline of a ratio may move before a scan has to be made anew.
struct RatioBounds: Sendable {
    /// Least expected ratio.
    private var expected = 1.0
    /// Least and largest correlation within a second.
    private(set) var overdispersion = 0.0...0.0
    /// So much fails that the channel says nothing.
    private(set) var isHopeless = false
    /// nats of a bad one and of a good one.
    private(set) var (hit, miss) = (0.0, 0.0)

    /// Of nothing.
    init() {}

    /// A fifth less is allowed for, and half of the correlation more or less: learning takes minutes for that.
    init(_ ratio: RatioBaseline) {
        isHopeless = ratio.expected > Statistics.hopeless
        let isMonotonous = ratio.expected <= Screens.monotonous
        expected = isMonotonous ? max(Learning.leastExpected, 0.8 * ratio.expected) : ratio.expected
        overdispersion =
            isMonotonous
            ? ratio.overdispersion / 1.5...ratio.overdispersion * 1.5
            : ratio.overdispersion...ratio.overdispersion
        (hit, miss) = OutcomeTest.weights(expected)
    }

    /// Whether the baseline is still within them. Where the evidence does not only fall, they are good for one second.
    func hold(_ ratio: RatioBaseline) -> Bool {
        guard !isHopeless else { return ratio.expected > Statistics.hopeless }
        return ratio.expected >= expected && ratio.expected <= Screens.monotonous
            && overdispersion.contains(ratio.overdispersion)
    }
}
