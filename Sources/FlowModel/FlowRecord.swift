// SPDX-License-Identifier: Apache-2.0

/// One flow as an exporter reported it, in a fixed 128-byte form that every NetFlow and IPFIX version decodes into.
///
/// Counts are as exported: `samplingInterval` says what one packet stands for. What the exporter did not send is 0.
package struct FlowRecord: Equatable, Sendable, BitwiseCopyable {
    /// sourceIPv4Address (8), sourceIPv6Address (27).
    package var source: IPAddress
    /// destinationIPv4Address (12), destinationIPv6Address (28).
    package var destination: IPAddress
    /// When the first packet was seen, on the collector's clock.
    package var start: Instant
    /// When the last packet was seen, on the collector's clock; never before `start`.
    package var end: Instant
    /// packetDeltaCount (2), initiatorPackets (298) or packetTotalCount (86).
    package var packets: UInt64
    /// octetDeltaCount (1), initiatorOctets (231) or octetTotalCount (85).
    package var octets: UInt64
    /// The reverse half of a biflow (RFC 5103, or responderPackets 299).
    package var reversePackets: UInt64
    /// The reverse half of a biflow (RFC 5103, or responderOctets 232).
    package var reverseOctets: UInt64
    /// What one exported packet stands for; 1 when nothing is sampled.
    package var samplingInterval: UInt32
    /// Dense number of the exporter, see ``ExporterID``.
    package var exporter: ExporterID
    /// sourceTransportPort (7); 0 where the protocol has none.
    package var sourcePort: UInt16
    /// destinationTransportPort (11); 0 where the protocol has none.
    package var destinationPort: UInt16
    /// ICMP type · 256 + code (32, 139).
    package var icmp: UInt16
    /// protocolIdentifier (4).
    package var transport: TransportProtocol
    /// Union of the TCP flags of the flow (6, low octet).
    package var tcpFlags: TCPFlags
    /// The same for the reverse half.
    package var reverseTCPFlags: TCPFlags
    /// flowEndReason (136), 0 when unknown.
    package var endReason: UInt8
    /// biflowDirection (239): 0 arbitrary or unknown, 1 source is the initiator, 2 source is the responder.
    package var biflowDirection: UInt8
    /// firewallEvent (233): 0 none, 1 created, 2 deleted, 3 denied, 4 alert, 5 update.
    package var firewallEvent: UInt8
    /// Which facts the exporter stated, as opposed to zeros of ours.
    package var presence: FlowPresence

    /// A record of zeros that was not sampled.
    package init() {
        (source, destination) = (.unspecified, .unspecified)
        (start, end) = (Instant(microseconds: 0), Instant(microseconds: 0))
        (packets, octets, reversePackets, reverseOctets) = (0, 0, 0, 0)
        (samplingInterval, exporter) = (1, ExporterID(0))
        (sourcePort, destinationPort, icmp) = (0, 0, 0)
        transport = TransportProtocol(0)
        (tcpFlags, reverseTCPFlags) = (TCPFlags(rawValue: 0), TCPFlags(rawValue: 0))
        (endReason, biflowDirection, firewallEvent) = (0, 0, 0)
        presence = FlowPresence(rawValue: 0)
    }
}

/// What a template of the exporter contains and a reader could not tell from a zero.
package struct FlowPresence: OptionSet, Hashable, Sendable, BitwiseCopyable {
    /// The bits.
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// TCP flags were exported.
    package static let tcpFlags = FlowPresence(rawValue: 1)
    /// The record has both directions of the flow.
    package static let reverse = FlowPresence(rawValue: 2)
    /// Start and end were exported, not taken from the arrival.
    package static let times = FlowPresence(rawValue: 4)
    /// `icmp` was exported.
    package static let icmp = FlowPresence(rawValue: 8)

    /// Whether `other` is there; cheaper than the inherited `contains`, which is generic.
    @inlinable
    package func has(_ other: FlowPresence) -> Bool { rawValue & other.rawValue != 0 }
}

/// Dense number of an exporter address, given by ``ExporterRegistry`` style tables in order of first sight.
package struct ExporterID: Hashable, Sendable, BitwiseCopyable {
    /// 0, 1, 2 …
    package let index: UInt32
    package init(_ index: UInt32) { self.index = index }
}

/// IP protocol number (IANA protocol-numbers).
package struct TransportProtocol: Hashable, Sendable, BitwiseCopyable {
    /// As in the IP header.
    package let number: UInt8
    package init(_ number: UInt8) { self.number = number }

    /// ICMP for IPv4.
    package static let icmp = TransportProtocol(1)
    /// TCP.
    package static let tcp = TransportProtocol(6)
    /// UDP.
    package static let udp = TransportProtocol(17)
    /// ICMP for IPv6.
    package static let icmp6 = TransportProtocol(58)
    /// SCTP.
    package static let sctp = TransportProtocol(132)
}

extension TransportProtocol: CustomStringConvertible, LosslessStringConvertible {
    package var description: String {
        switch self {
        case .icmp: "icmp"
        case .tcp: "tcp"
        case .udp: "udp"
        case .icmp6: "icmp6"
        case .sctp: "sctp"
        default: String(number)
        }
    }

    /// A name that `description` gives, or a number 0…255.
    package init?(_ description: String) {
        switch description {
        case "icmp": self = .icmp
        case "tcp": self = .tcp
        case "udp": self = .udp
        case "icmp6": self = .icmp6
        case "sctp": self = .sctp
        default:
            guard let number = UInt8(description) else { return nil }
            self.init(number)
        }
    }
}

/// TCP control bits (tcpControlBits 6, RFC 9293 §3.1), low octet.
package struct TCPFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
    /// The bits.
    package let rawValue: UInt8
    @inlinable
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// No more data from the sender.
    package static let fin = TCPFlags(rawValue: 0x01)
    /// Opens a connection.
    package static let syn = TCPFlags(rawValue: 0x02)
    /// Refuses or breaks a connection.
    package static let rst = TCPFlags(rawValue: 0x04)
    /// Data that the receiver should hand on.
    package static let psh = TCPFlags(rawValue: 0x08)
    /// The acknowledgement number counts.
    package static let ack = TCPFlags(rawValue: 0x10)
    /// The urgent pointer counts.
    package static let urg = TCPFlags(rawValue: 0x20)
    /// Congestion was seen (RFC 3168).
    package static let ece = TCPFlags(rawValue: 0x40)
    /// Congestion was answered (RFC 3168).
    package static let cwr = TCPFlags(rawValue: 0x80)

    /// SYN and nothing but the congestion bits: the handshake never went on.
    @inlinable
    package var isSynOnly: Bool { rawValue & ~0xC0 == 0x02 }

    /// Whether any of `other` is set. On the raw values: the set operations that OptionSet inherits are generic and cost
    /// an allocation for a literal with two elements, per record.
    @inlinable
    package func hasAny(of other: TCPFlags) -> Bool { rawValue & other.rawValue != 0 }

    /// FIN and RST: what ends a connection.
    package static let ending = TCPFlags(rawValue: 0x05)
    /// ACK and PSH: what a client sets that got an answer to its SYN and went on.
    package static let established = TCPFlags(rawValue: 0x18)
}
