// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// One direction of a connection, as much of it as its outcome needs: 64 octets, a line of the cache.
struct ConnectionHalf: BitwiseCopyable {
    /// Hash of both ends and the protocol; the two lowest bits are the place's own.
    var fingerprint: UInt64 = 0
    private(set) var start = Instant(microseconds: 0)
    private(set) var end = Instant(microseconds: 0)
    /// Clamped: nobody asks how many more than four thousand million there were.
    private(set) var packets: UInt32 = 0
    private(set) var octets: UInt32 = 0
    private(set) var slot: Int32 = 0
    /// The second in which it came, low bits.
    private(set) var since: UInt32 = 0
    private(set) var flags = TCPFlags(rawValue: 0)
    private(set) var endReason: UInt8 = 0
    private var traits: UInt8 = 0
    /// Fills the line of the cache that the half has for itself.
    private var filler: (UInt64, UInt64) = (0, 0)

    private static let isTCPTrait: UInt8 = 1
    private static let hasFlagsTrait: UInt8 = 2
    private static let isKnownTrait: UInt8 = 4

    /// Of nobody, to fill places with.
    static var none: ConnectionHalf { ConnectionHalf() }

    private init() {}

    /// What one end of a flow sent.
    init(_ end: FlowEnd, _ traits: FlowTraits, _ prepared: PreparedRecord, now: Int64) {
        self.init()
        write(end, traits, prepared, now: now)
    }

    /// Becomes what one end of a flow sent. In place: a copy that was just written waits for its parts.
    @inline(__always)
    mutating func write(_ end: FlowEnd, _ traits: FlowTraits, _ prepared: PreparedRecord, now: Int64) {
        fingerprint = prepared.fingerprint
        (start, self.end) = (traits.start, traits.end)
        (packets, octets) = (UInt32(clamping: end.packets), UInt32(clamping: end.octets))
        (slot, since) = (prepared.slot, UInt32(truncatingIfNeeded: now))
        (flags, endReason) = (end.flags, traits.endReason)
        self.traits =
            (traits.transport == .tcp ? Self.isTCPTrait : 0)
            | (traits.presence.has(.tcpFlags) ? Self.hasFlagsTrait : 0)
            | (prepared.share.isKnown ? Self.isKnownTrait : 0)
    }

    /// Without its counterpart: most halves are of TCP connections that went on and ended, and those say nothing.
    @inline(__always)
    var saysSomethingAlone: Bool { !isTCP || !flags.hasAny(of: .ending) }

    /// The other end of the biflow that `half` is one of.
    init(_ end: FlowEnd, _ half: ConnectionHalf) {
        self = half
        (packets, octets, flags) = (UInt32(clamping: end.packets), UInt32(clamping: end.octets), end.flags)
    }

    var isTCP: Bool { traits & Self.isTCPTrait != 0 }
    var hasFlags: Bool { traits & Self.hasFlagsTrait != 0 }
    var isKnown: Bool { traits & Self.isKnownTrait != 0 }

    /// Nothing but headers came from this side: at most 64 octets a packet is a bare TCP segment.
    var isBare: Bool { UInt64(octets) <= UInt64(packets) &* 64 }

    /// What it sent beyond the headers of a TCP segment with time stamps.
    var payload: UInt32 {
        let headers = UInt64(packets) &* 52
        return headers < UInt64(octets) ? octets &- UInt32(truncatingIfNeeded: headers) : 0
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

    /// Judges a TCP connection of an unsampled exporter. signals.md: a reset is a failure only when almost nothing was
    /// served; a client that acknowledges was answered, even when the answers take another way.
    init(_ client: ConnectionHalf, _ server: ConnectionHalf?) {
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
