// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Where the UDP payload of a packet is, and between whom it went.
struct DatagramLocation: Equatable {
    var source: IPAddress
    var sourcePort: UInt16
    var destination: IPAddress
    var destinationPort: UInt16
    /// Octets of the packet that are UDP payload.
    var payload: Range<Int>
    /// Octets of the payload that were sent but not captured.
    var missing: Int
}

/// Why a packet gives no datagram.
enum SkipReason: Equatable {
    case notIP
    case notUDP
    /// One piece of a datagram: the others would be needed as well.
    case fragment
    /// A header is cut, or a length in it cannot be true.
    case malformed
}

/// A packet taken out of its layers.
enum UnwrappedPacket: Equatable {
    case datagram(DatagramLocation)
    case skipped(SkipReason)
}

/// Takes captured packets out of link, IP and UDP headers. Never traps, whatever the octets.
enum LinkLayer {
    /// Tags before the ethertype, of 802.1Q, 802.1ad and the older 0x9100; real networks stack two.
    private static let maximumTags = 4

    static func unwrap(_ packet: borrowing Span<UInt8>, as link: LinkType) -> UnwrappedPacket {
        switch link {
        case .ethernet: unwrapTyped(packet, typeOffset: 12, payloadOffset: 14)
        case .linuxCooked: unwrapTyped(packet, typeOffset: 14, payloadOffset: 16)
        case .linuxCooked2: unwrapTyped(packet, typeOffset: 0, payloadOffset: 20)
        case .rawIP: unwrapIP(packet, at: 0)
        case .loopback: unwrapIP(packet, at: 4)
        }
    }

    /// A header with an ethertype, then VLAN tags, then IP.
    private static func unwrapTyped(
        _ packet: borrowing Span<UInt8>, typeOffset: Int, payloadOffset: Int
    ) -> UnwrappedPacket {
        guard packet.count >= payloadOffset else { return .skipped(.malformed) }
        var type = packet.bigEndian16(at: typeOffset)
        var offset = payloadOffset
        var tags = 0
        while type == 0x8100 || type == 0x88A8 || type == 0x9100 {
            guard tags < maximumTags, packet.count >= offset &+ 4 else { return .skipped(.malformed) }
            type = packet.bigEndian16(at: offset &+ 2)
            (offset, tags) = (offset &+ 4, tags &+ 1)
        }
        return type == 0x0800 || type == 0x86DD ? unwrapIP(packet, at: offset) : .skipped(.notIP)
    }

    private static func unwrapIP(_ packet: borrowing Span<UInt8>, at offset: Int) -> UnwrappedPacket {
        guard packet.count > offset else { return .skipped(.malformed) }
        return switch packet[offset] >> 4 {
        case 4: unwrapIPv4(packet, at: offset)
        case 6: unwrapIPv6(packet, at: offset)
        default: .skipped(.notIP)
        }
    }

    /// RFC 791 §3.1.
    private static func unwrapIPv4(_ packet: borrowing Span<UInt8>, at offset: Int) -> UnwrappedPacket {
        guard packet.count >= offset &+ 20 else { return .skipped(.malformed) }
        let headerLength = Int(packet[offset] & 0x0F) &* 4
        // 0 is what segmentation offload leaves: the packet is as long as it was captured.
        let stated = Int(packet.bigEndian16(at: offset &+ 2))
        let totalLength = stated == 0 ? packet.count &- offset : stated
        guard headerLength >= 20, totalLength >= headerLength else { return .skipped(.malformed) }
        // More fragments follow, or this one is not the first.
        guard packet.bigEndian16(at: offset &+ 6) & 0x3FFF == 0 else { return .skipped(.fragment) }
        guard packet[offset &+ 9] == 17 else { return .skipped(.notUDP) }
        return unwrapUDP(
            packet, at: offset &+ headerLength, end: offset &+ totalLength,
            source: IPAddress(ipv4: packet.bigEndian32(at: offset &+ 12)),
            destination: IPAddress(ipv4: packet.bigEndian32(at: offset &+ 16)))
    }

    /// RFC 8200 §3.
    private static func unwrapIPv6(_ packet: borrowing Span<UInt8>, at offset: Int) -> UnwrappedPacket {
        guard packet.count >= offset &+ 40 else { return .skipped(.malformed) }
        let stated = Int(packet.bigEndian16(at: offset &+ 4))
        let end = stated == 0 ? packet.count : offset &+ 40 &+ stated
        let source = packet.address(at: offset &+ 8)
        let destination = packet.address(at: offset &+ 24)
        switch skipExtensions(packet, at: offset &+ 40, first: packet[offset &+ 6]) {
        case .reached(let udp):
            return unwrapUDP(packet, at: udp, end: end, source: source, destination: destination)
        case .stopped(let reason):
            return .skipped(reason)
        }
    }

    private enum ExtensionWalk {
        case reached(Int)
        case stopped(SkipReason)
    }

    /// Walks hop-by-hop, routing, destination and fragment headers (RFC 8200 §4) up to UDP. Each one moves forward
    /// by at least 8 octets, so the walk ends.
    private static func skipExtensions(
        _ packet: borrowing Span<UInt8>, at start: Int, first: UInt8
    ) -> ExtensionWalk {
        var (offset, next) = (start, first)
        while true {
            switch next {
            case 17: return .reached(offset)
            case 0, 43, 60:
                guard packet.count >= offset &+ 8 else { return .stopped(.malformed) }
                next = packet[offset]
                offset = offset &+ (Int(packet[offset &+ 1]) &+ 1) &* 8
            case 44:
                guard packet.count >= offset &+ 8 else { return .stopped(.malformed) }
                // An "atomic fragment" (RFC 6946) is whole.
                guard packet.bigEndian16(at: offset &+ 2) & 0xFFF9 == 0 else { return .stopped(.fragment) }
                next = packet[offset]
                offset = offset &+ 8
            default: return .stopped(.notUDP)
            }
        }
    }

    /// RFC 768; `end` is where the IP packet ended when it was sent, which may be past what was captured.
    private static func unwrapUDP(
        _ packet: borrowing Span<UInt8>, at offset: Int, end: Int, source: IPAddress, destination: IPAddress
    ) -> UnwrappedPacket {
        guard packet.count >= offset &+ 8, end >= offset &+ 8 else { return .skipped(.malformed) }
        let stated = Int(packet.bigEndian16(at: offset &+ 4))
        // 0 stands for "longer than 65,535" (RFC 2675) or for offload: the IP length counts.
        let payloadEnd = stated == 0 ? end : offset &+ stated
        guard stated == 0 || stated >= 8, payloadEnd <= end else { return .skipped(.malformed) }
        let captured = min(payloadEnd, packet.count)
        return .datagram(
            DatagramLocation(
                source: source, sourcePort: packet.bigEndian16(at: offset),
                destination: destination, destinationPort: packet.bigEndian16(at: offset &+ 2),
                payload: offset &+ 8..<captured, missing: payloadEnd &- captured))
    }
}

/// Network order, out of a span; the caller has checked the length.
extension Span<UInt8> {
    fileprivate func bigEndian16(at offset: Int) -> UInt16 {
        UInt16(self[offset]) << 8 | UInt16(self[offset &+ 1])
    }

    fileprivate func bigEndian32(at offset: Int) -> UInt32 {
        UInt32(bigEndian16(at: offset)) << 16 | UInt32(bigEndian16(at: offset &+ 2))
    }

    fileprivate func bigEndian64(at offset: Int) -> UInt64 {
        UInt64(bigEndian32(at: offset)) << 32 | UInt64(bigEndian32(at: offset &+ 4))
    }

    fileprivate func address(at offset: Int) -> IPAddress {
        IPAddress(high: bigEndian64(at: offset), low: bigEndian64(at: offset &+ 8))
    }
}
