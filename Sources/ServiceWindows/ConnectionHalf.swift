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
    /// Number of the exporter.
    private var exporter: UInt32 = 0
    /// Hash of the client's address.
    private(set) var client: UInt64 = 0
    /// Fills the line of the cache that the half has for itself.
    private var filler: UInt64 = 0

    private static let isTCPTrait: UInt8 = 1
    private static let hasFlagsTrait: UInt8 = 2
    private static let isKnownTrait: UInt8 = 4
    private static let isNewTrait: UInt8 = 8
    private static let hasExactStartTrait: UInt8 = 16
    private static let isDeclaredTrait: UInt8 = 32

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
        (fingerprint, client) = (prepared.fingerprint, prepared.client)
        (start, self.end) = (traits.start, traits.end)
        (packets, octets) = (UInt32(clamping: end.packets), UInt32(clamping: end.octets))
        (slot, since) = (prepared.slot, UInt32(truncatingIfNeeded: now))
        (flags, endReason, exporter) = (end.flags, traits.endReason, traits.exporter)
        self.traits =
            (traits.transport == .tcp ? Self.isTCPTrait : 0)
            | (traits.presence.has(.tcpFlags) ? Self.hasFlagsTrait : 0)
            | (prepared.share.isKnown ? Self.isKnownTrait : 0)
            | (prepared.share.isNew ? Self.isNewTrait : 0)
            | (traits.presence.has(.exactStart) ? Self.hasExactStartTrait : 0)
            | (prepared.share.isDeclared ? Self.isDeclaredTrait : 0)
    }

    /// Without its counterpart: most halves are of TCP connections that went on and ended, and those say nothing.
    @inline(__always)
    var saysSomethingAlone: Bool { !isTCP || !flags.hasAny(of: .ending) }

    /// The other end of the biflow that `half` is one of.
    init(_ end: FlowEnd, _ half: ConnectionHalf) {
        self = half
        // A biflow has one start.
        traits &= ~Self.hasExactStartTrait
        (packets, octets, flags) = (UInt32(clamping: end.packets), UInt32(clamping: end.octets), end.flags)
    }

    var isTCP: Bool { traits & Self.isTCPTrait != 0 }
    var hasFlags: Bool { traits & Self.hasFlagsTrait != 0 }
    var isKnown: Bool { traits & Self.isKnownTrait != 0 }
    /// Of a declared source, or an answer to it.
    var isDeclared: Bool { traits & Self.isDeclaredTrait != 0 }
    private var isNew: Bool { traits & Self.isNewTrait != 0 }
    private var hasExactStart: Bool { traits & Self.hasExactStartTrait != 0 }

    /// Asked for less than a request takes, or in more pieces than one takes.
    func lingers(hasEnded: Bool) -> Bool { payload < 40 || packets >= (hasEnded ? 7 : 4) }

    /// A piece of a connection that an active timeout cut: it asked for `seconds` or longer and has not stopped.
    func isSending(for seconds: Int64) -> Bool {
        payload >= 40 && endReason != 1 && (end - start).microseconds >= seconds * 1_000_000
    }

    /// Nothing but headers came from this side: at most 64 octets a packet is a bare TCP segment.
    var isBare: Bool { UInt64(octets) <= UInt64(packets) &* 64 }

    /// The client was answered, whether that was told or not: after its SYN it acknowledged and sent on.
    var wasAnswered: Bool {
        isTCP && hasFlags && flags.hasAny(of: .syn) && flags.hasAll(of: .established)
    }

    /// No SYN of a client's is among what it sent: it goes on, or belongs to no connection.
    @inline(__always)
    var beginsNothing: Bool { !flags.hasAny(of: .syn) || flags.rawValue == TCPFlags.synAck.rawValue }

    /// Segments of no connection: no client's SYN began them, and the server answered with resets or not at all. SYN-ACKs
    /// without anything more answer a SYN that somebody else sent.
    ///
    /// - Parameter seesAnswers: what the service sends is told, as a rule.
    func isUnsolicited(answeredBy server: ConnectionHalf?, seesAnswers: Bool) -> Bool {
        // Some exporters say nothing by zero flags.
        guard isTCP, hasFlags, flags.rawValue != 0, !isKnown, !isDeclared else { return false }
        guard beginsNothing, !flags.hasAny(of: .syn) || isBare else { return false }
        // Whoever has no connection answers a segment with a reset that acknowledges nothing (RFC 9293 §3.10.7.1).
        guard let server, server.packets > 0 else { return seesAnswers && saysSomethingAlone }
        return server.flags.rawValue == TCPFlags.rst.rawValue
    }

    /// It was broken off. With a FIN all was said: servers reset connections that are closed on both sides.
    var endsInReset: Bool { flags.hasAny(of: .rst) && !flags.hasAny(of: .fin) }

    /// What it sent beyond the headers of a TCP segment with time stamps.
    var payload: UInt32 {
        let headers = UInt64(packets) &* 52
        return headers < UInt64(octets) ? octets &- UInt32(truncatingIfNeeded: headers) : 0
    }
}

extension ConnectionHalf {
    /// Nobody waits longer for the first packet, in microseconds; halves that lie further apart do not belong together.
    private static var longestDelay: Int64 { 30_000_000 }

    /// Milliseconds, rounded up, from this client's first packet to the server's first. Nil unless both are the beginning of
    /// the connection, as one exporter saw it with a clock that is fine enough.
    func delay(of server: ConnectionHalf) -> UInt32? {
        guard hasExactStart, server.hasExactStart, exporter == server.exporter, isNew,
            !isTCP || (hasFlags && server.flags.hasAny(of: .syn))
        else { return nil }
        let delay = server.start.microseconds &- start.microseconds
        return (0...Self.longestDelay).contains(delay)
            ? UInt32(truncatingIfNeeded: (delay &+ 999) / 1000) : nil
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
    case refused
    /// The server hung up while it served.
    case reset

    /// The client got nothing.
    var isFailure: Bool { self == .unanswered || self == .refused }

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
            self = .refused
        } else if server.isBare, client.flags.hasAny(of: .psh) || client.flags.isSynOnly, isOver || timedOut {
            self = .unanswered
        } else {
            self = isOver ? server.endsInReset ? .reset : .endedWell : .unknown
        }
    }
}
