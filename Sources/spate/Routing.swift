// SPDX-License-Identifier: Apache-2.0

import FlowModel
import LockFree
import ServiceWindows

/// Where sockets send what they have read: to the one evaluation that there is, or to several, each with its part of the
/// services.
struct Routing: Sendable {
    /// Of the configured services.
    let plan: ShardPlan
    /// Nil when there is one evaluation: then nothing has to be found out about a record.
    let router: ShardRouter?
    /// By shard.
    let wakeups: [Wakeup]

    var shards: Int { wakeups.count }
}

/// The rings of one socket, by shard.
struct ShardRings<Element: BitwiseCopyable & Sendable>: Sendable {
    let feeds: [RingFeed<Element>]

    /// - Parameters:
    ///   - capacity: of all together.
    ///   - least: of each: what one batch can bring may all be for the same shard.
    init(_ count: Int, capacity: Int, least: Int, filler: Element) {
        let each = max(capacity / count, min(capacity, least))
        feeds = (0..<count).map { _ in RingFeed(SPSCRing(minimumCapacity: each, filler: filler)) }
    }

    /// Elements that were published.
    var pushed: UInt64 { feeds.reduce(0) { $0 &+ $1.ring.pushed } }
    /// Elements that found no room.
    var dropped: UInt64 { feeds.reduce(0) { $0 &+ $1.ring.dropped } }
    /// Elements that wait.
    var waiting: Int { feeds.reduce(0) { $0 &+ $1.ring.count } }
}

extension ShardRings<Outcome> {
    /// Outcomes between a socket and the evaluation: a twentieth of a second at 600,000 log lines/s; a datagram of metrics
    /// has at most two thousand, and half of the ring is more than a batch of datagrams of ordinary size. 2 MiB, shared out
    /// among the shards.
    private static var capacity: Int { 32_768 }
    /// Least for each shard.
    private static var least: Int { 8192 }

    /// Of a socket for log lines or metrics.
    static func ofOutcomes(_ shards: Int) -> ShardRings {
        ShardRings(
            shards, capacity: capacity, least: least,
            filler: Outcome(service: ServiceID(0), time: Instant(microseconds: 0)))
    }
}
