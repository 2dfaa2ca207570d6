// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// One direction of a connection, as much of it as its outcome needs.
struct ConnectionHalf: BitwiseCopyable {
    var client: IPAddress
    var server: IPAddress
    var start: Instant
    var end: Instant
    var packets: UInt64
    var octets: UInt64
    var clientPort: UInt16
    var serverPort: UInt16
    var slot: Int32
    var transport: TransportProtocol
    var flags: TCPFlags
    var endReason: UInt8
    var hasFlags: Bool

    /// The half of `record` that its client sent, when `toServer`, or that its server sent.
    init(_ record: FlowRecord, slot: Int, toServer: Bool) {
        (client, clientPort) =
            toServer ? (record.source, record.sourcePort) : (record.destination, record.destinationPort)
        (server, serverPort) =
            toServer ? (record.destination, record.destinationPort) : (record.source, record.sourcePort)
        (start, end) = (record.start, record.end)
        (packets, octets, flags) = (record.packets, record.octets, record.tcpFlags)
        self.slot = Int32(truncatingIfNeeded: slot)
        (transport, endReason) = (record.transport, record.endReason)
        hasFlags = record.presence.has(.tcpFlags)
    }

    /// The reverse half of a biflow record (RFC 5103).
    init(reverseOf record: FlowRecord, slot: Int, toServer: Bool) {
        self.init(record, slot: slot, toServer: toServer)
        (packets, octets, flags) = (record.reversePackets, record.reverseOctets, record.reverseTCPFlags)
    }

    func isSameConnection(as other: ConnectionHalf) -> Bool {
        client == other.client && clientPort == other.clientPort && server == other.server
            && serverPort == other.serverPort && transport == other.transport
    }

    var mixed: UInt64 {
        mix(
            client.low ^ (server.low &<< 17) ^ client.high ^ (server.high &<< 29)
                ^ (UInt64(clientPort) &<< 48) ^ (UInt64(serverPort) &<< 20) ^ UInt64(transport.number))
    }

    /// Nothing but headers came from this side: at most 64 octets a packet is a bare TCP segment.
    var isBare: Bool { octets <= packets &* 64 }
}

/// Brings the two halves of a connection together. Exporters send both in one datagram or the next, so a small
/// direct-mapped table is enough; a half that is pushed out or has waited too long goes on alone.
struct ConnectionPairing: ~Copyable {
    private struct Waiting {
        var half: ConnectionHalf
        var since: Int64
        var isClient: Bool
    }

    private var entries: [Waiting?]
    private var occupied = 0
    private let mask: Int

    /// A connection whose halves will not get more complete.
    struct Connection {
        var client: ConnectionHalf?
        var server: ConnectionHalf?
    }

    init(capacity: Int) {
        var size = 64
        while size < capacity { size *= 2 }
        mask = size - 1
        entries = Array(repeating: nil, count: size)
    }

    /// Takes a half; returns the connection that is complete with it, or the one that had to make room.
    mutating func add(_ half: ConnectionHalf, isClient: Bool, now: Int64) -> Connection? {
        let index = Int(truncatingIfNeeded: half.mixed) & mask
        guard let other = entries[index] else {
            entries[index] = Waiting(half: half, since: now, isClient: isClient)
            occupied &+= 1
            return nil
        }
        if other.isClient != isClient, other.half.isSameConnection(as: half) {
            entries[index] = nil
            occupied &-= 1
            return isClient
                ? Connection(client: half, server: other.half) : Connection(client: other.half, server: half)
        }
        entries[index] = Waiting(half: half, since: now, isClient: isClient)
        return other.isClient ? Connection(client: other.half, server: nil) : nil
    }

    /// Gives up on client halves that have waited since `deadline` or longer.
    mutating func expire(since deadline: Int64, _ body: (Connection) -> Void) {
        guard occupied > 0 else { return }
        for index in entries.indices {
            guard let waiting = entries[index], waiting.since <= deadline else { continue }
            entries[index] = nil
            occupied &-= 1
            if waiting.isClient { body(Connection(client: waiting.half, server: nil)) }
        }
    }
}

/// How a connection went, as far as its two halves tell.
enum ConnectionResult: Equatable {
    /// Nothing can be said: still open, one way only, or no flags.
    case unknown
    case endedWell
    /// No answer, or a request that was never served.
    case unanswered
    /// The server hung up and had served nothing.
    case reset

    /// Judges a connection of an unsampled exporter. signals.md: a reset is a failure only when almost nothing was
    /// served; a client that acknowledges was answered, even when the answers take another way.
    init(_ client: ConnectionHalf, _ server: ConnectionHalf?) {
        guard client.transport == .tcp else {
            self = server.map { $0.packets > 0 } ?? false ? .endedWell : .unanswered
            return
        }
        guard client.hasFlags else {
            self = .unknown
            return
        }
        guard let server, server.packets > 0 else {
            self = client.flags.isSynOnly ? .unanswered : .unknown
            return
        }
        let isOver = client.flags.hasAny(of: .ending) || server.flags.hasAny(of: .ending)
        let timedOut = client.endReason == 1
        if server.isBare, server.flags.hasAny(of: .rst) {
            self = .reset
        } else if server.isBare, client.flags.hasAny(of: .psh) || client.flags.isSynOnly, isOver || timedOut {
            self = .unanswered
        } else {
            self = isOver ? .endedWell : .unknown
        }
    }
}
