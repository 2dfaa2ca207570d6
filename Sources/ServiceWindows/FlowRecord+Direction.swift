// SPDX-License-Identifier: Apache-2.0

import FlowModel

extension FlowRecord {
    /// Whether source is the client, as the record itself says: by biflowDirection, or by a SYN without ACK.
    @inline(__always)
    var statedDirection: Bool? {
        switch biflowDirection {
        case 1: true
        case 2: false
        default: presence.has(.tcpFlags) && transport == .tcp && tcpFlags.isSynOnly ? true : nil
        }
    }

    /// Whether source is the client, by the rules of wire-formats "Direction" that need no table: what the record says,
    /// well-known port, lower port.
    var looksLikeRequest: Bool {
        if let isRequest = statedDirection { return isRequest }
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
                && tcpFlags.hasAll(of: .established)
        }
        return octets > packets &* 64 || (transport == .udp && packets > 0)
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
