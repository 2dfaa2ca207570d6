// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Holds an exporter to a rate of datagrams. Above it every `factor`th datagram passes, and stands for as many: what is
/// left is a sample, and is read as one. The factor follows the second before; a second that brings more than it
/// let expect is cut off at the limit.
struct DatagramThinning: Sendable {
    private var second: Int64 = .min
    private var arrivals: UInt64 = 0
    private var passed: UInt64 = 0
    /// How many datagrams each that passes stands for.
    private(set) var factor: UInt32 = 1

    /// Whether a datagram passes.
    ///
    /// - Parameters:
    ///   - limit: datagrams a second, at least 1.
    ///   - isNeeded: not to be thinned out, for later datagrams cannot be read without it.
    mutating func passes(at arrival: Instant, limit: UInt32, isNeeded: Bool) -> Bool {
        if arrival.seconds != second { begin(arrival.seconds, limit) }
        arrivals &+= 1
        guard passed < UInt64(limit), isNeeded || arrivals % UInt64(factor) == 0 else { return false }
        passed &+= 1
        return true
    }

    private mutating func begin(_ next: Int64, _ limit: UInt32) {
        let isAdjacent = next == second &+ 1
        let expected = isAdjacent ? (arrivals &+ UInt64(limit) &- 1) / UInt64(limit) : 1
        factor = UInt32(clamping: max(1, expected))
        (second, arrivals, passed) = (next, 0, 0)
    }
}
