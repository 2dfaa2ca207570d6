// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Holds an exporter to a rate of datagrams. Above it every n-th datagram passes, and stands for as many: what is left is a
/// sample, and is read as one. n follows the second before; a second that brings more than it let expect is cut off
/// at the limit. Datagrams that others cannot be read without have a tenth of the limit to themselves, and stand for
/// themselves alone.
struct DatagramThinning: Sendable {
    private var second: Int64 = .min
    /// Of the present second, without those that passed as needed.
    private var arrivals: UInt64 = 0
    private var passed: UInt64 = 0
    private var needed: UInt64 = 0
    private var interval: UInt64 = 1
    /// How many datagrams the latest that passed stands for.
    private(set) var weight: UInt32 = 1

    /// Whether a datagram passes.
    ///
    /// - Parameters:
    ///   - limit: datagrams a second, at least 1.
    ///   - isNeeded: later datagrams cannot be read without it.
    mutating func passes(at arrival: Instant, limit: UInt32, isNeeded: Bool) -> Bool {
        let limit = UInt64(limit)
        if arrival.seconds != second { begin(arrival.seconds, limit) }
        if isNeeded, needed < max(1, limit / 10) {
            needed &+= 1
            weight = 1
            return true
        }
        arrivals &+= 1
        guard passed < limit, arrivals % interval == 0 else { return false }
        passed &+= 1
        weight = UInt32(clamping: interval)
        return true
    }

    private mutating func begin(_ next: Int64, _ limit: UInt64) {
        let isAdjacent = next == second &+ 1
        interval = isAdjacent ? max(1, (arrivals &+ limit &- 1) / limit) : 1
        (second, arrivals, passed, needed) = (next, 0, 0, 0)
    }
}
