// SPDX-License-Identifier: Apache-2.0

import ServiceWindows

/// What the sum of a channel of harm is at most, up to a second: from there on it can be followed without looking at what was
/// before.
struct SumBound: Sendable {
    /// The last second that it is about. What is bad in it and before has nearly all been told.
    var second: Int64 = .min
    /// After that second, in nats.
    private(set) var sum = 0.0
    /// The most that it was anywhere up to it.
    private(set) var most = 0.0
    /// How much that is bad had been told of settled seconds when this was found.
    var late: UInt64 = 0

    /// Of a sum that begins.
    init() {}

    /// Of seconds in which nothing is bad.
    init(cleanThrough second: Int64) { self.second = second }

    /// Adds the evidence of a second.
    @inline(__always)
    mutating func add(_ evidence: Double) {
        sum = (sum + evidence.clamped(to: CumulativeSum.steps)).clamped(to: 0 ... .infinity)
        most = sum > most ? sum : most
    }

    /// Something was told that raises it by so much, wherever it belongs.
    mutating func raise(by evidence: Double) {
        sum += evidence
        most += evidence
    }
}
