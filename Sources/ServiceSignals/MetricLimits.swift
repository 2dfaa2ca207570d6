// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// The bounds of ``MetricParser``.
package struct MetricLimits: Equatable, Sendable {
    /// Octets of a datagram; longer ones are malformed. Clients of DogStatsD send 8192 on a Unix socket, and what fits a
    /// packet over a network.
    package var datagramOctets = 8192
    /// Gauges whose value is kept, for those that are told by how much they change. 32 octets each.
    package var gauges = 4096
    /// How far the time stamp of a metric may lie from its arrival; otherwise the arrival counts.
    package var dateTolerance = Interval.seconds(3600)

    package init() {}

    /// Requests that one metric may count. No service has as many in a minute: more is a fault of the sender.
    static let largestCount = 100_000_000.0
    /// Smallest sample rate: one metric that stands for a million.
    static let smallestRate = 1e-6
    /// Most that a level is kept as.
    static let largestLevel = 1_000_000_000.0
}
