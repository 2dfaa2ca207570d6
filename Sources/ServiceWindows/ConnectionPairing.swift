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
    /// The second in which it came.
    var since: Int64

    /// Of nobody, to fill places with.
    fileprivate init() {
        (client, server) = (.unspecified, .unspecified)
        (start, end) = (Instant(microseconds: 0), Instant(microseconds: 0))
        (packets, octets, clientPort, serverPort, slot, since) = (0, 0, 0, 0, 0, 0)
        (transport, flags) = (TransportProtocol(0), TCPFlags(rawValue: 0))
        (endReason, hasFlags) = (0, false)
    }

    /// The half of `record` that its client sent, when `toServer`, or that its server sent.
    init(_ record: FlowRecord, slot: Int, toServer: Bool, now: Int64) {
        (client, clientPort) =
            toServer ? (record.source, record.sourcePort) : (record.destination, record.destinationPort)
        (server, serverPort) =
            toServer ? (record.destination, record.destinationPort) : (record.source, record.sourcePort)
        (start, end) = (record.start, record.end)
        (packets, octets, flags) = (record.packets, record.octets, record.tcpFlags)
        self.slot = Int32(truncatingIfNeeded: slot)
        (transport, endReason) = (record.transport, record.endReason)
        hasFlags = record.presence.has(.tcpFlags)
        since = now
    }

    /// The reverse half of a biflow record (RFC 5103).
    init(reverseOf record: FlowRecord, slot: Int, toServer: Bool, now: Int64) {
        self.init(record, slot: slot, toServer: toServer, now: now)
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
    /// What became of a half.
    enum Step {
        /// It waits for its counterpart.
        case waits
        /// ``other`` is its counterpart.
        case pairs
        /// It waits, and ``other``, a client's half, has to go on alone.
        case displaces
    }

    /// The half that the latest step speaks of.
    private(set) var other = ConnectionHalf()

    /// For each place a part of the hash of the half in it: bit 1 is set, bit 0 for a client's half; 0 is an empty place.
    /// Most questions are answered here, in a thirtieth of the memory of the halves.
    private var marks: [UInt64]
    private var halves: [ConnectionHalf]
    private var occupied = 0
    private let mask: Int

    init(capacity: Int) {
        var size = 64
        while size < capacity { size *= 2 }
        mask = size - 1
        marks = Array(repeating: 0, count: size)
        halves = Array(repeating: ConnectionHalf(), count: size)
    }

    /// Takes a half.
    mutating func add(_ half: ConnectionHalf, isClient: Bool) -> Step {
        let hash = half.mixed
        let index = Int(truncatingIfNeeded: hash >> 2) & mask
        let mark = hash & ~3 | 2 | (isClient ? 1 : 0)
        let present = marks[index]
        guard present != 0 else {
            (marks[index], halves[index]) = (mark, half)
            occupied &+= 1
            return .waits
        }
        if present ^ mark == 1, halves[index].isSameConnection(as: half) {
            (other, marks[index]) = (halves[index], 0)
            occupied &-= 1
            return .pairs
        }
        let isAlone = present & 1 != 0
        if isAlone { other = halves[index] }
        (marks[index], halves[index]) = (mark, half)
        return isAlone ? .displaces : .waits
    }

    /// Gives up on halves that have waited since `deadline` or longer; `body` gets the clients'.
    mutating func expire(since deadline: Int64, _ body: (ConnectionHalf) -> Void) {
        guard occupied > 0 else { return }
        for index in marks.indices where marks[index] != 0 && halves[index].since <= deadline {
            if marks[index] & 1 != 0 { body(halves[index]) }
            marks[index] = 0
            occupied &-= 1
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
