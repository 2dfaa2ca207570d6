// SPDX-License-Identifier: Apache-2.0

/// One flow as an exporter reported it, in a fixed form of 112 octets that every NetFlow and IPFIX version decodes into.
///
/// Counts are as exported: `samplingInterval` says what one packet stands for. What the exporter did not send is 0.
public struct FlowRecord: Equatable, Sendable, BitwiseCopyable {
    /// sourceIPv4Address (8), sourceIPv6Address (27).
    public var source: IPAddress
    /// destinationIPv4Address (12), destinationIPv6Address (28).
    public var destination: IPAddress
    /// When the first packet was seen, on the collector's clock.
    public var start: Instant
    /// When the last packet was seen, on the collector's clock; never before `start`.
    public var end: Instant
    /// packetDeltaCount (2), initiatorPackets (298) or packetTotalCount (86).
    public var packets: UInt64
    /// octetDeltaCount (1), initiatorOctets (231) or octetTotalCount (85).
    public var octets: UInt64
    /// The reverse half of a biflow (RFC 5103, or responderPackets 299).
    public var reversePackets: UInt64
    /// The reverse half of a biflow (RFC 5103, or responderOctets 232).
    public var reverseOctets: UInt64
    /// What one exported packet stands for; 1 when nothing is sampled.
    public var samplingInterval: UInt32
    /// Dense number of the exporter, see ``ExporterID``.
    public var exporter: ExporterID
    /// sourceTransportPort (7); 0 where the protocol has none.
    public var sourcePort: UInt16
    /// destinationTransportPort (11); 0 where the protocol has none.
    public var destinationPort: UInt16
    /// ICMP type · 256 + code (32, 139).
    public var icmp: UInt16
    /// protocolIdentifier (4).
    public var transport: TransportProtocol
    /// Union of the TCP flags of the flow (6, low octet).
    public var tcpFlags: TCPFlags
    /// The same for the reverse half.
    public var reverseTCPFlags: TCPFlags
    /// flowEndReason (136), 0 when unknown.
    public var endReason: UInt8
    /// biflowDirection (239): 0 arbitrary or unknown, 1 source is the initiator, 2 source is the responder.
    public var biflowDirection: UInt8
    /// firewallEvent (233): 0 none, 1 created, 2 deleted, 3 denied, 4 alert, 5 update. Denied is also what a router dropped
    /// (forwardingStatus 89) and what an address translator had nothing left for (natEvent 230).
    public var firewallEvent: UInt8
    /// The worst response code of the DNS answers (RFC 6895 §2.3); counts only with ``FlowPresence/dns``.
    public var dnsResponseCode: UInt8
    /// Which facts the exporter stated, as opposed to zeros of ours.
    public var presence: FlowPresence
    /// The worst status of the HTTP answers, 100…599 (httpStatusCode 457 and vendors' elements); 0 when unknown.
    public var httpStatus: UInt16
    /// Time that the server took for an answer, as the exporter measured it: milliseconds, rounded up, the largest value for
    /// all beyond it; 0 when unknown. Of several answers the mean.
    public var serverMilliseconds: UInt16
    /// Time from the client's first packet to the server's first, as the exporter measured it, or the round trip to the
    /// server; in the same unit, 0 when unknown.
    public var handshakeMilliseconds: UInt16

    /// A record of zeros that was not sampled.
    public init() {
        (source, destination) = (.unspecified, .unspecified)
        (start, end) = (Instant(microseconds: 0), Instant(microseconds: 0))
        (packets, octets, reversePackets, reverseOctets) = (0, 0, 0, 0)
        (samplingInterval, exporter) = (1, ExporterID(0))
        (sourcePort, destinationPort, icmp) = (0, 0, 0)
        transport = TransportProtocol(0)
        (tcpFlags, reverseTCPFlags) = (TCPFlags(rawValue: 0), TCPFlags(rawValue: 0))
        (endReason, biflowDirection, firewallEvent) = (0, 0, 0)
        (dnsResponseCode, httpStatus) = (0, 0)
        (serverMilliseconds, handshakeMilliseconds) = (0, 0)
        presence = FlowPresence(rawValue: 0)
    }
}

extension FlowRecord {
    /// firewallEvent (233): the flow was turned away.
    public static var denied: UInt8 { 3 }
    /// flowEndReason (136): the exporter had no room for the flow any more.
    public static var lackOfResources: UInt8 { 5 }
}

/// What a template of the exporter contains and a reader could not tell from a zero.
public struct FlowPresence: OptionSet, Hashable, Sendable, BitwiseCopyable {
    /// The bits.
    public let rawValue: UInt8
    /// From the bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// TCP flags were exported.
    public static var tcpFlags: FlowPresence { FlowPresence(rawValue: 1) }
    /// The record has both directions of the flow.
    public static var reverse: FlowPresence { FlowPresence(rawValue: 2) }
    /// Start and end were exported, not taken from the arrival.
    public static var times: FlowPresence { FlowPresence(rawValue: 4) }
    /// `icmp` was exported.
    public static var icmp: FlowPresence { FlowPresence(rawValue: 8) }

    /// `dnsResponseCode` was exported.
    public static var dns: FlowPresence { FlowPresence(rawValue: 16) }

    /// The exporter sent more than its rate limit: `samplingInterval` says also how many datagrams this one stands for.
    public static var thinned: FlowPresence { FlowPresence(rawValue: 32) }

    /// `start` was exported in milliseconds or finer, so that starts of one exporter can be compared.
    public static var exactStart: FlowPresence { FlowPresence(rawValue: 64) }

    /// One of `httpStatus`, `dnsResponseCode`, `serverMilliseconds` and `handshakeMilliseconds` is there.
    public static var answers: FlowPresence { FlowPresence(rawValue: 128) }

    /// Whether `other` is there; cheaper than the inherited `contains`, which is generic.
    public func has(_ other: FlowPresence) -> Bool { rawValue & other.rawValue != 0 }
}

/// Dense number of an exporter address, given by ``ExporterRegistry`` style tables in order of first sight.
public struct ExporterID: Hashable, Sendable, BitwiseCopyable {
    /// 0, 1, 2 …
    public let index: UInt32
    /// The exporter of this number.
    public init(_ index: UInt32) { self.index = index }
}

/// IP protocol number (IANA protocol-numbers).
public struct TransportProtocol: Hashable, Sendable, BitwiseCopyable {
    /// As in the IP header.
    public let number: UInt8
    /// From the number in the IP header.
    public init(_ number: UInt8) { self.number = number }

    /// ICMP for IPv4.
    public static var icmp: TransportProtocol { TransportProtocol(1) }
    /// TCP.
    public static var tcp: TransportProtocol { TransportProtocol(6) }
    /// UDP.
    public static var udp: TransportProtocol { TransportProtocol(17) }
    /// ICMP for IPv6.
    public static var icmp6: TransportProtocol { TransportProtocol(58) }
    /// SCTP.
    public static var sctp: TransportProtocol { TransportProtocol(132) }
}

extension TransportProtocol: CustomStringConvertible, LosslessStringConvertible {
    /// The name, or the number of a protocol without one here.
    public var description: String {
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
    public init?(_ description: String) {
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
public struct TCPFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
    /// The bits.
    public let rawValue: UInt8
    /// From the bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// No more data from the sender.
    public static var fin: TCPFlags { TCPFlags(rawValue: 0x01) }
    /// Opens a connection.
    public static var syn: TCPFlags { TCPFlags(rawValue: 0x02) }
    /// Refuses or breaks a connection.
    public static var rst: TCPFlags { TCPFlags(rawValue: 0x04) }
    /// Data that the receiver should hand on.
    public static var psh: TCPFlags { TCPFlags(rawValue: 0x08) }
    /// The acknowledgement number counts.
    public static var ack: TCPFlags { TCPFlags(rawValue: 0x10) }
    /// The urgent pointer counts.
    public static var urg: TCPFlags { TCPFlags(rawValue: 0x20) }
    /// Congestion was seen (RFC 3168).
    public static var ece: TCPFlags { TCPFlags(rawValue: 0x40) }
    /// Congestion was answered (RFC 3168).
    public static var cwr: TCPFlags { TCPFlags(rawValue: 0x80) }

    /// SYN and nothing but the congestion bits: the handshake never went on.
    public var isSynOnly: Bool { rawValue & ~0xC0 == 0x02 }

    /// Whether any of `other` is set. On the raw values: the set operations that OptionSet inherits are generic and cost
    /// an allocation for a literal with two elements, per record.
    public func hasAny(of other: TCPFlags) -> Bool { rawValue & other.rawValue != 0 }
    /// Whether all of `other` are set, likewise.
    public func hasAll(of other: TCPFlags) -> Bool { rawValue & other.rawValue == other.rawValue }

    /// SYN and ACK: what a server answers a SYN with.
    public static var synAck: TCPFlags { TCPFlags(rawValue: 0x12) }
    /// FIN and RST: what ends a connection.
    public static var ending: TCPFlags { TCPFlags(rawValue: 0x05) }
    /// ACK and PSH: what a client sets that got an answer to its SYN and went on.
    public static var established: TCPFlags { TCPFlags(rawValue: 0x18) }
}
