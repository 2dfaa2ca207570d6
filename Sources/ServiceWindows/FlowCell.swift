// SPDX-License-Identifier: Apache-2.0

/// What the flow records say of one service in one second of event time, or in a block of eight.
///
/// Counts of connections and packets are scaled by the sampling interval; `rawRecords` is not. What lasts (open
/// connections, packets of a long flow) is kept as a level: ``levels`` is by how much the cell changes it, the amount
/// beside it what the cell has beyond the level at its beginning. That makes booking a flow over its whole duration O(1),
/// and nothing is lost when eight cells become one.
package struct FlowCell: Sendable, WindowCell {
    /// The first second of the cell.
    package internal(set) var second: Int64 = .min

    // What nearly every record changes comes first, in one cache line.

    /// Flow records that touch the service, as received.
    package internal(set) var rawRecords: Int32 = 0
    /// Connections that began.
    package internal(set) var newConnections: Int32 = 0
    /// Of these, from prefixes that the service did not know.
    package internal(set) var newConnectionsFromUnknown: Int32 = 0
    /// Of the new connections, those whose client sent nothing but SYN.
    package internal(set) var synOnly: Int32 = 0
    /// Open connections beyond the level, summed over the seconds.
    var open: Int32 = 0
    /// The same for connections that are slow: long, with next to nothing sent.
    var slow: Int32 = 0
    /// Packets and octets each way beyond the level.
    var traffic = Traffic()
    /// Packets of clients, booked whole where their record ends; declared sources are left out.
    package internal(set) var packetsByClients: Int64 = 0
    /// Of these, from unknown prefixes.
    package internal(set) var packetsByUnknown: Int64 = 0

    /// Connections whose end was seen, denied ones included; of a datagram protocol the packets that ask for an answer.
    package internal(set) var ended: Int32 = 0
    /// Of these, never answered.
    package internal(set) var unanswered: Int32 = 0
    /// Of these, reset by the server with nothing served.
    package internal(set) var refused: Int32 = 0
    /// Connections from known prefixes whose end was seen.
    package internal(set) var endedKnown: Int32 = 0
    /// Of these, unanswered, refused or denied.
    package internal(set) var failedKnown: Int32 = 0
    /// Answered connections of a single request (few packets) that ended.
    package internal(set) var short: Int32 = 0
    /// Of these, slower than the service's own limit.
    package internal(set) var shortSlow: Int32 = 0
    /// Of those with a single request, those of known clients.
    package internal(set) var shortKnown: Int16 = 0
    /// Of these, slower than the service's own limit.
    package internal(set) var shortSlowKnown: Int16 = 0
    /// Of those with a single request, those of known clients that were served less than an eighth of the usual, as with an
    /// error page.
    package internal(set) var truncated: Int16 = 0
    /// ICMP errors with which the service's host, or a router before it, turned clients away.
    package internal(set) var icmpErrors: Int16 = 0
    /// Packets of unknown clients that nobody at the service asked for: segments of no connection, and what comes from a port
    /// that reflects (``ReflectorPort``).
    package internal(set) var unsolicited: Int32 = 0
    /// Connections that ended after a TLS handshake without a request: only on services that speak TLS.
    package internal(set) var handshakeOnly: Int32 = 0
    /// Connections that a firewall denied, a router dropped, or an address translator had nothing left for.
    package internal(set) var denied: Int32 = 0

    /// Answers of which a record states how they ended: a status of HTTP, a response code of DNS.
    package internal(set) var answers: Int32 = 0
    /// Of these, failures of the service; what a limiter decided and what clients never asked in time are left out.
    package internal(set) var failedAnswers: Int32 = 0
    /// Answers whose server time is known from the records.
    package internal(set) var timedAnswers: Int32 = 0
    /// Of these, slower than the service's own limit.
    package internal(set) var slowAnswers: Int32 = 0
    /// Connections whose handshake was timed, in the second of its beginning.
    package internal(set) var handshakes: Int32 = 0
    /// Of these, slower than the service's own limit: taken only after they were asked again.
    package internal(set) var slowHandshakes: Int32 = 0

    /// By how much the cell changes the levels.
    var levels = FlowLevels()

    package init() {}

    mutating func fold(_ fine: FlowCell) {
        addCounts(fine)
        // What a second changes lasts for the seconds of the block that follow.
        let rest = 7 - CellSpan.offset(fine.second)
        open &+= fine.levels.open &* Int32(truncatingIfNeeded: rest)
        slow &+= fine.levels.slow &* Int32(truncatingIfNeeded: rest)
        traffic.add(fine.levels.traffic, times: rest)
    }

    mutating func add(_ other: FlowCell) { addCounts(other) }

    private mutating func addCounts(_ other: FlowCell) {
        rawRecords.add(other.rawRecords)
        newConnections.add(other.newConnections)
        newConnectionsFromUnknown.add(other.newConnectionsFromUnknown)
        synOnly.add(other.synOnly)
        // Wraps, since what is added is taken away again.
        open &+= other.open
        slow &+= other.slow
        traffic.add(other.traffic, times: 1)
        packetsByClients = packetsByClients.addingSaturating(other.packetsByClients)
        packetsByUnknown = packetsByUnknown.addingSaturating(other.packetsByUnknown)
        ended.add(other.ended)
        unanswered.add(other.unanswered)
        refused.add(other.refused)
        endedKnown.add(other.endedKnown)
        failedKnown.add(other.failedKnown)
        short.add(other.short)
        shortSlow.add(other.shortSlow)
        shortKnown.add(other.shortKnown)
        shortSlowKnown.add(other.shortSlowKnown)
        truncated.add(other.truncated)
        unsolicited.add(other.unsolicited)
        handshakeOnly.add(other.handshakeOnly)
        icmpErrors.add(other.icmpErrors)
        denied.add(other.denied)
        answers.add(other.answers)
        failedAnswers.add(other.failedAnswers)
        timedAnswers.add(other.timedAnswers)
        slowAnswers.add(other.slowAnswers)
        handshakes.add(other.handshakes)
        slowHandshakes.add(other.slowHandshakes)
        levels.add(other.levels)
    }

    /// The part of a coarse cell that its second number `offset` has, when the levels at its beginning are `levels`. What lasts
    /// is shared with its level, for it may be that level's end.
    func share(_ offset: Int64, above levels: FlowLevels) -> FlowCell {
        var whole = self
        whole.open &+= levels.open &* 8
        whole.slow &+= levels.slow &* 8
        whole.traffic.add(levels.traffic, times: 8)
        var part = whole.share(offset)
        part.open &-= levels.open
        part.slow &-= levels.slow
        part.traffic.add(levels.traffic, times: -1)
        return part
    }

    func share(_ offset: Int64) -> FlowCell {
        var part = FlowCell()
        part.second = second &+ offset
        part.rawRecords = rawRecords.share(offset)
        part.newConnections = newConnections.share(offset)
        part.newConnectionsFromUnknown = newConnectionsFromUnknown.share(offset)
        part.synOnly = synOnly.share(offset)
        part.open = open.share(offset)
        part.slow = slow.share(offset)
        part.traffic = traffic.share(offset)
        part.packetsByClients = packetsByClients.share(offset)
        part.packetsByUnknown = packetsByUnknown.share(offset)
        part.ended = ended.share(offset)
        part.unanswered = unanswered.share(offset)
        part.refused = refused.share(offset)
        part.endedKnown = endedKnown.share(offset)
        part.failedKnown = failedKnown.share(offset)
        part.short = short.share(offset)
        part.shortSlow = shortSlow.share(offset)
        part.shortKnown = shortKnown.share(offset)
        part.shortSlowKnown = shortSlowKnown.share(offset)
        part.truncated = truncated.share(offset)
        part.unsolicited = unsolicited.share(offset)
        part.handshakeOnly = handshakeOnly.share(offset)
        part.icmpErrors = icmpErrors.share(offset)
        part.denied = denied.share(offset)
        part.answers = answers.share(offset)
        part.failedAnswers = failedAnswers.share(offset)
        part.timedAnswers = timedAnswers.share(offset)
        part.slowAnswers = slowAnswers.share(offset)
        part.handshakes = handshakes.share(offset)
        part.slowHandshakes = slowHandshakes.share(offset)
        return part
    }
}

/// Packets and octets each way.
struct Traffic: Sendable, BitwiseCopyable {
    var packetsIn: Int64 = 0
    var octetsIn: Int64 = 0
    var packetsOut: Int64 = 0
    var octetsOut: Int64 = 0

    /// Wraps, since what is added is taken away again.
    @inline(__always)
    mutating func add(_ other: Traffic, times factor: Int64) {
        packetsIn &+= other.packetsIn &* factor
        octetsIn &+= other.octetsIn &* factor
        packetsOut &+= other.packetsOut &* factor
        octetsOut &+= other.octetsOut &* factor
    }

    @inline(__always)
    mutating func add(packets: Int64, octets: Int64, toServer: Bool) {
        if toServer {
            packetsIn &+= packets
            octetsIn &+= octets
        } else {
            packetsOut &+= packets
            octetsOut &+= octets
        }
    }

    func share(_ offset: Int64) -> Traffic {
        Traffic(
            packetsIn: packetsIn.share(offset), octetsIn: octetsIn.share(offset),
            packetsOut: packetsOut.share(offset), octetsOut: octetsOut.share(offset))
    }
}

/// What lasts from one second to the next.
struct FlowLevels: Sendable, BitwiseCopyable {
    var open: Int32 = 0
    var slow: Int32 = 0
    /// A second.
    var traffic = Traffic()

    mutating func add(_ change: FlowLevels) {
        open &+= change.open
        slow &+= change.slow
        traffic.add(change.traffic, times: 1)
    }

    mutating func subtract(_ change: FlowLevels) {
        open &-= change.open
        slow &-= change.slow
        traffic.packetsIn &-= change.traffic.packetsIn
        traffic.octetsIn &-= change.traffic.octetsIn
        traffic.packetsOut &-= change.traffic.packetsOut
        traffic.octetsOut &-= change.traffic.octetsOut
    }
}
