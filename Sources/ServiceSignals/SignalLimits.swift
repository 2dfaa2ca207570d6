// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// The bounds of ``SignalParser``.
package struct SignalLimits: Equatable, Sendable {
    /// Octets of a datagram; longer ones are malformed. RFC 5424 §6.1 asks receivers for 2048, nginx and haproxy can be
    /// told to send 8192.
    package var datagramOctets = 8192
    /// How far the date in a line may lie from its arrival; otherwise the arrival counts. `.max` believes every date.
    package var dateTolerance = Interval.seconds(3600)
    /// Senders and backends whose services are remembered, for lines that name no service. About 100 octets each.
    package var associations = 4096
    /// Connections of stunnel that can be open at a time before the oldest are forgotten. 64 octets each.
    package var connections = 4096

    /// Hosts and programs whose clocks are known. About 64 octets each.
    package var senderClocks = 1024

    package init() {}
}
