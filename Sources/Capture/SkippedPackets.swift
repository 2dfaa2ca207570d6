// SPDX-License-Identifier: Apache-2.0

/// Packets of a capture that gave no datagram, by reason.
package struct SkippedPackets: Equatable, Sendable {
    /// ARP, LLDP, spanning tree and so on.
    package var notIP: UInt64 = 0
    /// TCP, ICMP and other transports.
    package var notUDP: UInt64 = 0
    /// Pieces of datagrams: they are not put together again.
    package var fragments: UInt64 = 0
    /// A header is cut, or a length in it cannot be true.
    package var malformed: UInt64 = 0

    package init() {}

    /// Packets of all reasons.
    package var total: UInt64 { notIP &+ notUDP &+ fragments &+ malformed }
}
