// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// What the records of one datagram have in common. It stays with a data set that waits for its template.
package struct MessageContext: Sendable, BitwiseCopyable {
    /// Which datagram of the decoder, counted from 1.
    package var ordinal: UInt64
    /// The version word.
    package var version: UInt16
    /// Observation domain, source ID, or engine type and id.
    package var domain: UInt32
    /// Who sent it.
    package var exporter: ExporterID
    /// When it came, on our clock.
    package var arrival: Instant
    /// From the header, as sent: microseconds since 1970.
    package var exportTime: Int64
    /// How far the exporter's clock is ahead; 0 while it is tolerable.
    package var skew: Int64
    /// Uptime of the exporter in milliseconds, and the moment it means on the exporter's clock.
    package var uptime: UInt32
    /// See `uptime`; microseconds since 1970.
    package var uptimeInstant: Int64
    /// Whether the two above are known: IPFIX says them only by systemInitTimeMilliseconds.
    package var hasUptime: Bool
    /// For records that name no interval or sampler of their own.
    package var samplingInterval: UInt32
    /// The operator stated the interval: what the exporter says does not count.
    package var isSamplingFixed: Bool
    /// How many datagrams this one stands for; 1 unless the exporter is above its rate limit.
    package var thinning: UInt32
}
