// SPDX-License-Identifier: Apache-2.0

import FlowModel

extension FlowRecord {
    /// Whether source is the client, by the rules of wire-formats "Direction" that need no table: biflowDirection, SYN
    /// without ACK, well-known port, lower port.
    var looksLikeRequest: Bool {
        switch biflowDirection {
        case 1: return true
        case 2: return false
        default: break
        }
        if presence.has(.tcpFlags), tcpFlags.isSynOnly { return true }
        let sourceIsWellKnown = sourcePort < 1024
        if sourceIsWellKnown != (destinationPort < 1024) { return !sourceIsWellKnown }
        return destinationPort <= sourcePort
    }

    /// Whether the record shows that the server took part: a client that acknowledged or pushed after its SYN, or a
    /// server that sent more than bare segments. A port scan shows neither.
    func provesAnswer(fromClient: Bool) -> Bool {
        if presence.has(.reverse), reversePackets > 0, reverseOctets > reversePackets &* 64 { return true }
        if fromClient {
            return transport == .tcp
                && tcpFlags.rawValue & TCPFlags.established.rawValue == TCPFlags.established.rawValue
        }
        return octets > packets &* 64 || (transport == .udp && packets > 0)
    }

    /// The same record seen from the other end.
    var reversed: FlowRecord {
        var other = self
        (other.source, other.destination) = (destination, source)
        (other.sourcePort, other.destinationPort) = (destinationPort, sourcePort)
        (other.packets, other.reversePackets) = (reversePackets, packets)
        (other.octets, other.reverseOctets) = (reverseOctets, octets)
        (other.tcpFlags, other.reverseTCPFlags) = (reverseTCPFlags, tcpFlags)
        return other
    }
}

extension ServiceKind {
    /// What a discovered endpoint most likely speaks.
    init(guessedFrom key: ServiceKey) {
        switch (key.transport, key.port) {
        case (.tcp, 80), (.tcp, 8080), (.tcp, 8000): self = .http
        case (.tcp, 443), (.tcp, 8443): self = .https
        case (.tcp, 465), (.tcp, 636), (.tcp, 853), (.tcp, 993), (.tcp, 995): self = .tls
        case (_, 53): self = .dns
        case (.tcp, 22): self = .ssh
        default: self = .other
        }
    }
}
