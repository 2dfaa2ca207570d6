// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Storage

extension ServiceAggregator {
    /// Books how a connection went, once no more of it is expected.
    @inline(never)
    mutating func conclude(_ client: ConnectionHalf, _ server: ConnectionHalf?) {
        let slot = Int(client.slot)
        guard let last = clamp(max(client.end, server?.end ?? client.end).seconds) else { return }
        guard client.isTCP else { return concludeDatagrams(client, server, slot, last) }
        if client.beginsNothing,
            client.isUnsolicited(answeredBy: server, seesAnswers: pulses[slot].seesAnswers)
        {
            return bookUnsolicited(client, server, slot, last)
        }
        if let server, server.packets > 0 { pulses[slot].answer() }
        if !client.isDeclared { bookSlow(client, server, slot: slot, last: last) }
        if let server, let delay = client.delay(of: server) {
            bookHandshake(
                delay, slot, client.start.seconds, last: last, isMeasured: pulses[slot].measuresDelays)
        }
        let result = ConnectionResult(client, server)
        guard result != .unknown else {
            if !client.isDeclared, client.isSending(for: Self.slowSeconds) {
                count(shape: Self.stillSending, isKnown: client.isKnown, slot)
            }
            return
        }
        let failed = result.isFailure
        if failed {
            pulses[slot].unansweredOfLate &+= 1
            note(.connections, 1, slot, last)
        }
        guard let place = cells.place(slot: slot, second: last) else { return }
        cells[place.index].countEnd(
            1, unanswered: result == .unanswered ? 1 : 0, refused: result == .refused ? 1 : 0,
            isKnown: client.isKnown)
        if let server, !failed { bookShape(client, server, slot, place.index) }
    }

    /// A client's half has waited for its counterpart.
    mutating func concludeAlone(_ client: ConnectionHalf) {
        if client.wasAnswered { pulses[Int(client.slot)].missAnswer() }
        if client.saysSomethingAlone { conclude(client, nil) }
    }

    /// Books what belongs to no connection. A request that is reset fails, whoever forgot its connection.
    private mutating func bookUnsolicited(
        _ client: ConnectionHalf, _ server: ConnectionHalf?, _ slot: Int, _ last: Int64
    ) {
        guard let place = cells.place(slot: slot, second: last) else { return }
        cells[place.index].unsolicited.add(Int32(clamping: client.packets))
        // They begin no connection, by which sources are counted.
        distinct.insert(client.client, slot: slot, second: last)
        guard let server, server.packets > 0, client.payload > 0 else { return }
        note(.connections, 1, slot, last)
        cells[place.index].countEnd(1, unanswered: 0, refused: 1, isKnown: false)
    }

    /// Flows of a datagram protocol are no connections: 200 sockets carried 14 to 1,114 packets/s in 14 to 28 flows/s.
    /// Each packet of the client asks for one of the server.
    private mutating func concludeDatagrams(
        _ client: ConnectionHalf, _ server: ConnectionHalf?, _ slot: Int, _ last: Int64
    ) {
        let asked = Int32(clamping: client.packets)
        let answered = min(asked, Int32(clamping: server?.packets ?? 0))
        if answered < asked {
            pulses[slot].unansweredOfLate &+= 1
            note(.connections, asked - answered, slot, last)
        }
        guard let place = cells.place(slot: slot, second: last) else { return }
        cells[place.index].countEnd(
            asked, unanswered: asked - answered, refused: 0, isKnown: client.isKnown)
        guard let server, answered > 0 else { return }
        bookShape(client, server, slot, place.index)
        // What is asked in one datagram is answered by the next: that the server came first is its time.
        if let delay = client.delay(of: server) {
            bookServerTime(
                delay, slot, place.index, isUsual: true, isMeasured: pulses[slot].measuresDelays)
        }
    }

    /// Longer than this with next to nothing sent is slow; shorter pieces are slow when they continue a connection.
    private static var slowSeconds: Int64 { 8 }

    private mutating func bookSlow(
        _ client: ConnectionHalf, _ server: ConnectionHalf?, slot: Int, last: Int64
    ) {
        guard client.hasFlags, !client.flags.isSynOnly, server.map(\.isBare) ?? true else { return }
        let seconds = (client.end - client.start).microseconds / 1_000_000
        let hasEnded = client.flags.hasAny(of: .ending) || server?.flags.hasAny(of: .fin) ?? false
        let continues = !client.flags.hasAny(of: .syn) && !hasEnded
        guard continues || seconds >= Self.slowSeconds else { return }
        // Who asked in one piece and waits without an answer is not slow: the server is.
        guard continues || client.lingers(hasEnded: hasEnded), !hasEnded || server != nil else { return }
        // 50 octets a second of payload (signals.md), counted above bare headers.
        guard Int64(client.payload) <= 50 * max(seconds, 10) else { return }
        let first = min(last, max(client.start.seconds, now - WindowLimits.span + 1))
        // A piece that an inactive timeout cut is followed by silence: the connection is open until the next piece.
        let end = client.endReason == 1 ? last + 10 : last
        states[slot].slowSenders.add(seconds: end - first + 1, isKnown: client.isKnown)
        slow(slot, first, end)
    }

    /// Most packets of a connection that carried a single request: handshake, request, acknowledgements, end.
    private static var shortPackets: UInt32 { 10 }

    /// The shape of all connections that were still open and busy when their exporter told of them.
    private static var stillSending: UInt32 { 1 << 17 }

    private mutating func count(shape: UInt32, isKnown: Bool, _ slot: Int) {
        if isKnown {
            states[slot].knownShapes.add(shape)
        } else {
            states[slot].unknownShapes.add(shape)
        }
    }

    private mutating func bookShape(
        _ client: ConnectionHalf, _ server: ConnectionHalf, _ slot: Int, _ cell: Int
    ) {
        if !client.isDeclared {
            let shape =
                UInt32(halfOctave(UInt64(client.octets))) << 8 | UInt32(halfOctave(UInt64(server.octets)))
                | 1 << 16
            count(shape: shape, isKnown: client.isKnown, slot)
        }
        guard client.isTCP, client.packets <= Self.shortPackets else { return }
        let duration = UInt32(clamping: (client.end - client.start).microseconds / 1000)
        let isSlow = duration > pulses[slot].slowShortMilliseconds
        cells[cell].countShort(isSlow: isSlow, isKnown: client.isKnown)
        if isSlow { note(.slowFlows, 1, slot, cells[cell].second) }
        if client.isKnown, server.payload < pulses[slot].shortAnswerOctets {
            cells[cell].truncated.add(1)
            note(.truncated, 1, slot, cells[cell].second)
        }
        if pulses[slot].speaksTLS, !client.isDeclared, client.payload <= 700, server.octets <= 6000 {
            cells[cell].handshakeOnly.add(1)
        }
        guard !pulses[slot].isSuspicious else { return }
        histories[slot].durations.add(duration)
        histories[slot].octets.add(server.payload)
    }
}

extension FlowCell {
    fileprivate mutating func countShort(isSlow: Bool, isKnown: Bool) {
        short.add(1)
        if isSlow { shortSlow.add(1) }
        guard isKnown else { return }
        shortKnown.add(1)
        if isSlow { shortSlowKnown.add(1) }
    }

    fileprivate mutating func countEnd(
        _ count: Int32, unanswered: Int32, refused: Int32, isKnown: Bool
    ) {
        ended.add(count)
        self.unanswered.add(unanswered)
        self.refused.add(refused)
        guard isKnown else { return }
        endedKnown.add(count)
        failedKnown.add(unanswered &+ refused)
    }
}

/// Class of a size: two classes an octave, 0…127.
func halfOctave(_ size: UInt64) -> UInt8 {
    guard size > 1 else { return UInt8(truncatingIfNeeded: size) }
    let octave = 63 - size.leadingZeroBitCount
    return UInt8(truncatingIfNeeded: 2 &* octave &+ Int((size >> UInt64(octave - 1)) & 1))
}
