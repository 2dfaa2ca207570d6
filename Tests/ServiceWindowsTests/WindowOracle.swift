// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

/// Computes what the windows compute, in the plainest way: a flow is booked second by second, nothing is forgotten, every
/// table is a dictionary that grows.
struct WindowOracle {
    /// By slot and second.
    private(set) var seconds: [[Int64: SecondNumbers]]
    private(set) var booked = 0
    private(set) var ignored: [UnbookedReason: Int] = [:]
    private(set) var ignoredOutcomes = 0
    private(set) var now: Int64 = 0

    private let services: [ConfiguredService]
    private var exporters: [WindowTerms.Authority: (exporter: ExporterID, seen: Int64)] = [:]
    private var waiting: [Connection: WaitingHalf] = [:]
    private var ends: [Connection: Int64] = [:]
    private var met: [Prefix: Int64] = [:]
    private var delays: [Delays]

    private struct Connection: Hashable {
        var client: IPAddress
        var clientPort: UInt16
        var server: ServiceKey
    }

    /// One direction of a connection, not turned around: `record` is as the client or the server sent it.
    private struct WaitingHalf {
        var half: Half
        var slot: Int
        var isClient: Bool
        var since: Int64
    }

    /// Of a service, how often the starts of two halves differed.
    private struct Delays {
        var all: Int64 = 0
        var differing: Int64 = 0
        var isMeasure = false
        /// Connections that were seen from both ends.
        var answered: Int64 = 0
    }

    private struct Half {
        var exporter: ExporterID
        var hasExactStart: Bool
        var isNew = false
        var isKnown = false
        var client: IPAddress
        var start: Instant
        var end: Instant
        var packets: UInt64
        var octets: UInt64
        var flags: TCPFlags
        var hasFlags: Bool
        var transport: TransportProtocol
        var endReason: UInt8

        var isBare: Bool { octets <= packets * 64 }
        var payload: UInt64 { octets > packets * 52 ? octets - packets * 52 : 0 }
        var wasAnswered: Bool {
            transport == .tcp && hasFlags && flags.isSuperset(of: [.syn, .ack, .psh])
        }
        var isOver: Bool { flags.hasAny(of: .fin) || flags.hasAny(of: .rst) }
    }

    private struct Prefix: Hashable {
        var slot: Int
        var prefix: IPPrefix
    }

    init(_ services: [ConfiguredService]) {
        self.services = services
        seconds = services.map { _ in [:] }
        delays = services.map { _ in Delays() }
    }

    func numbers(_ second: Int64, slot: Int) -> SecondNumbers { seconds[slot][second] ?? SecondNumbers() }

    /// Everything that was ever booked on a service.
    func total(slot: Int) -> SecondNumbers { seconds[slot].values.reduce(SecondNumbers(), +) }

    mutating func advance(to second: Int64) {
        guard second > now else { return }
        let previous = now
        now = second
        for (connection, half) in waiting where half.since <= now - WindowTerms.pairing {
            waiting[connection] = nil
            guard half.isClient else { continue }
            // It was answered, and the answer was not told.
            if half.half.wasAnswered { delays[half.slot].answered = 0 }
            conclude(half.half, nil, slot: half.slot)
        }
        guard now / WindowTerms.slice != previous / WindowTerms.slice else { return }
        for slot in delays.indices {
            let (all, differing) = (delays[slot].all, delays[slot].differing)
            delays[slot].isMeasure =
                all >= WindowTerms.leastDelays && differing * WindowTerms.delayShare >= all
        }
    }

    // MARK: Records

    mutating func add(_ record: FlowRecord) {
        let forward = ServiceKey(
            address: record.destination, port: record.destinationPort, transport: record.transport)
        let backward = ServiceKey(
            address: record.source, port: record.sourcePort, transport: record.transport)
        if let slot = services.firstIndex(where: { $0.contains(forward) }) {
            book(record, slot, forward, toServer: true)
        } else if let slot = services.firstIndex(where: { $0.contains(backward) }) {
            book(record, slot, backward, toServer: false)
        } else {
            ignored[.noService, default: 0] += 1
        }
    }

    private mutating func book(_ record: FlowRecord, _ slot: Int, _ key: ServiceKey, toServer: Bool) {
        guard isAuthoritative(record.exporter, key, toServer: toServer) else {
            ignored[.alsoSeen, default: 0] += 1
            return
        }
        guard let last = secondToBook(record.end) else {
            ignored[.tooLate, default: 0] += 1
            return
        }
        booked += 1
        let first = max(min(record.start.seconds, last), now - WindowTerms.span + 1)
        change(slot, last) { $0.rawRecords += 1 }
        let isBiflow = record.presence.has(.reverse)
        let weight = Int64(record.samplingInterval)
        spread(slot, first, last, record.packets, record.octets, weight, toServer: toServer)
        if isBiflow {
            spread(
                slot, first, last, record.reversePackets, record.reverseOctets, weight, toServer: !toServer)
        }
        let client = toServer ? record.source : record.destination
        let clientPort = toServer ? record.sourcePort : record.destinationPort
        var own = Half(
            exporter: record.exporter, hasExactStart: record.presence.contains(.exactStart) && !isBiflow,
            client: client, start: record.start, end: record.end, packets: record.packets,
            octets: record.octets, flags: record.tcpFlags, hasFlags: record.presence.has(.tcpFlags),
            transport: record.transport, endReason: record.endReason)
        var other = own
        (other.packets, other.octets) = (record.reversePackets, record.reverseOctets)
        other.flags = record.reverseTCPFlags
        let connection = Connection(client: client, clientPort: clientPort, server: key)
        if toServer || isBiflow {
            (own.isNew, own.isKnown) = bookClient(
                toServer ? own : other, connection, slot, first: first, last: last, weight: weight,
                isDenied: record.firewallEvent == 3)
            other.isKnown = own.isKnown
        }
        bookAnswers(record, own, slot, first: first, last: last, isClients: toServer || isBiflow)
        guard record.samplingInterval == 1, record.firewallEvent != 3 else { return }
        if isBiflow {
            conclude(toServer ? own : other, toServer ? other : own, slot: slot)
        } else {
            pair(own, connection, slot, isClient: toServer)
        }
    }

    private mutating func isAuthoritative(
        _ exporter: ExporterID, _ key: ServiceKey, toServer: Bool
    ) -> Bool {
        let place = WindowTerms.authority(endpoint: key, toServer: toServer)
        if let (current, seen) = exporters[place], current != exporter, now - seen <= WindowTerms.silence {
            return false
        }
        exporters[place] = (exporter, now)
        return true
    }

    private func secondToBook(_ end: Instant) -> Int64? {
        if end.seconds > now + WindowTerms.ahead { return now }
        return end.seconds > now - WindowTerms.span ? end.seconds : nil
    }

    /// As much in each second, in whole numbers; what is left over in the last.
    private mutating func spread(
        _ slot: Int, _ first: Int64, _ last: Int64, _ packets: UInt64, _ octets: UInt64, _ weight: Int64,
        toServer: Bool
    ) {
        let (allPackets, allOctets) = (Int64(packets) * weight, Int64(octets) * weight)
        let count = last - first + 1
        for second in first...last {
            change(slot, second) {
                let packets = allPackets / count + (second == last ? allPackets % count : 0)
                let octets = allOctets / count + (second == last ? allOctets % count : 0)
                $0.packetsIn += toServer ? packets : 0
                $0.packetsOut += toServer ? 0 : packets
                $0.octetsIn += toServer ? octets : 0
                $0.octetsOut += toServer ? 0 : octets
            }
        }
    }

    /// Whether a connection begins, and of a client who is known.
    private mutating func bookClient(
        _ client: Half, _ connection: Connection, _ slot: Int, first: Int64, last: Int64, weight: Int64,
        isDenied: Bool
    ) -> (isNew: Bool, isKnown: Bool) {
        if !isDenied { for second in first...last { change(slot, second) { $0.open += weight } } }
        let isKnown = recognise(client.client, slot: slot)
        if client.transport == .udp, !isKnown, connection.clientPort != connection.server.port,
            WindowTerms.reflectors.contains(connection.clientPort)
        {
            change(slot, last) { $0.unsolicited += Int64(client.packets) * weight }
        }
        let hasFlags = client.transport == .tcp && client.hasFlags
        // What is denied without flags is an event of its own.
        guard hasFlags ? client.flags.hasAny(of: .syn) : isDenied || !continues(connection, first, last)
        else {
            return (false, isKnown)
        }
        let isSynOnly = hasFlags && client.flags.isSynOnly
        change(slot, first) {
            $0.newConnections += weight
            if !isKnown { $0.newFromUnknown += weight }
            if isSynOnly { $0.synOnly += weight }
            if isDenied {
                $0.denied += weight
                $0.ended += weight
            }
        }
        return (true, isKnown)
    }

    // MARK: Answers

    private mutating func bookAnswers(
        _ record: FlowRecord, _ half: Half, _ slot: Int, first: Int64, last: Int64, isClients: Bool
    ) {
        guard record.presence.contains(.answers) else { return }
        let failed =
            record.httpStatus != 0
            ? record.httpStatus >= 499 && record.httpStatus < 600
            : record.presence.contains(.dns) && [2, 5].contains(record.dnsResponseCode)
        if record.httpStatus != 0 || record.presence.contains(.dns), record.httpStatus != 408 {
            change(slot, last) {
                $0.answers += 1
                $0.failedAnswers += failed ? 1 : 0
            }
        }
        guard record.samplingInterval == 1 else { return }
        let isTCP = record.transport == .tcp
        let isUsual = !failed && record.httpStatus != 408 && record.httpStatus != 429
        if record.serverMilliseconds > 0 {
            bookServerTime(Int64(record.serverMilliseconds), slot, last, isUsual: isUsual)
        }
        let begins =
            isClients ? half.isNew : !isTCP || !half.hasFlags || record.tcpFlags.hasAny(of: .syn)
        guard record.handshakeMilliseconds > 0 || record.presence.contains(.reverse), begins else { return }
        let delay = Int64(record.handshakeMilliseconds)
        if isTCP {
            bookHandshake(delay, slot, first)
        } else if record.serverMilliseconds == 0, delay > 0 {
            bookServerTime(delay, slot, last, isUsual: isUsual)
        }
    }

    private mutating func bookServerTime(
        _ milliseconds: Int64, _ slot: Int, _ second: Int64, isUsual: Bool
    ) {
        if isUsual { note(delay: milliseconds, slot, isTCP: false) }
        change(slot, second) {
            $0.timedAnswers += 1
            $0.slowAnswers += milliseconds > WindowTerms.slowAnswer ? 1 : 0
        }
    }

    private mutating func bookHandshake(_ milliseconds: Int64, _ slot: Int, _ second: Int64) {
        note(delay: milliseconds, slot, isTCP: true)
        change(slot, second) {
            $0.handshakes += 1
            $0.slowHandshakes += milliseconds > WindowTerms.slowHandshake ? 1 : 0
        }
    }

    /// The delays of a service are those of its protocol.
    private mutating func note(delay: Int64, _ slot: Int, isTCP: Bool) {
        guard isTCP == (services[slot].transport == .tcp) else { return }
        delays[slot].all += 1
        delays[slot].differing += delay > 0 ? 1 : 0
    }

    /// How long the server's first packet took, by the starts of the two halves.
    private mutating func bookDelay(_ client: Half, _ server: Half, _ slot: Int, last: Int64) {
        let isTCP = client.transport == .tcp
        guard client.hasExactStart, server.hasExactStart, client.exporter == server.exporter, client.isNew,
            !isTCP || client.hasFlags && server.flags.hasAny(of: .syn)
        else { return }
        let delay = server.start.microseconds - client.start.microseconds
        guard delay >= 0, delay <= WindowTerms.longestDelay else { return }
        let milliseconds = delay / 1000 + (delay % 1000 == 0 ? 0 : 1)
        guard delays[slot].isMeasure else { return note(delay: milliseconds, slot, isTCP: isTCP) }
        let first = min(last, max(client.start.seconds, now - WindowTerms.span + 1))
        if isTCP {
            bookHandshake(milliseconds, slot, first)
        } else {
            bookServerTime(milliseconds, slot, last, isUsual: true)
        }
    }

    /// Where no flags tell: whether a flow goes on that was seen a minute ago at most.
    private mutating func continues(_ connection: Connection, _ first: Int64, _ last: Int64) -> Bool {
        let end = ends[connection]
        ends[connection] = max(end ?? last, last)
        return end.map { first - $0 <= WindowTerms.continuation } ?? false
    }

    private mutating func recognise(_ client: IPAddress, slot: Int) -> Bool {
        let prefix = Prefix(
            slot: slot, prefix: IPPrefix(client, mappedLength: client.isIPv4 ? 96 + 24 : 48))
        guard let since = met[prefix] else {
            met[prefix] = now
            return false
        }
        return since <= now - WindowTerms.newcomer
    }

    // MARK: Connections

    private mutating func pair(_ half: Half, _ connection: Connection, _ slot: Int, isClient: Bool) {
        let present = waiting.removeValue(forKey: connection)
        if let present, present.isClient != isClient {
            conclude(isClient ? half : present.half, isClient ? present.half : half, slot: slot)
            return
        }
        waiting[connection] = WaitingHalf(half: half, slot: slot, isClient: isClient, since: now)
        if let present, present.isClient { conclude(present.half, nil, slot: slot) }
    }

    private mutating func conclude(_ client: Half, _ server: Half?, slot: Int) {
        guard let last = secondToBook(max(client.end, server?.end ?? client.end)) else { return }
        if client.transport != .tcp {
            // Each packet of the client asks for one of the server.
            let unanswered = max(0, Int64(client.packets) - Int64(server?.packets ?? 0))
            change(slot, last) {
                $0.ended += Int64(client.packets)
                $0.unanswered += unanswered
            }
            if let server, min(client.packets, server.packets) > 0 {
                bookDelay(client, server, slot, last: last)
            }
            return
        }
        guard !isUnsolicited(client, server, slot) else {
            let isFailure = (server?.packets ?? 0) > 0 && client.payload > 0
            return change(slot, last) {
                $0.unsolicited += Int64(client.packets)
                $0.ended += isFailure ? 1 : 0
                $0.refused += isFailure ? 1 : 0
            }
        }
        if let server, server.packets > 0 { delays[slot].answered += 1 }
        bookSlow(client, server, slot, last: last)
        if let server { bookDelay(client, server, slot, last: last) }
        guard let result = Self.result(client, server) else { return }
        change(slot, last) {
            $0.ended += 1
            if result == .unanswered { $0.unanswered += 1 }
            if result == .refused { $0.refused += 1 }
        }
        guard let server, result == .endedWell || result == .reset, client.packets <= 10 else { return }
        let kind = services[slot].kind
        let isHandshake =
            (kind == .https || kind == .tls) && client.payload <= 700 && server.octets <= 6000
        change(slot, last) {
            $0.short += 1
            if isHandshake { $0.handshakeOnly += 1 }
        }
    }

    /// Without a SYN, or a SYN-ACK alone, of a newcomer; answered by resets that acknowledge nothing, or not at all.
    private func isUnsolicited(_ client: Half, _ server: Half?, _ slot: Int) -> Bool {
        guard client.hasFlags, !client.isKnown else { return false }
        let isAnswer = client.flags == [.syn, .ack] && client.isBare
        guard !client.flags.hasAny(of: .syn) || isAnswer else { return false }
        guard let server, server.packets > 0 else {
            return delays[slot].answered >= WindowTerms.leastAnswered && !client.isOver
        }
        return server.flags == .rst
    }

    private enum Result { case endedWell, unanswered, refused, reset }

    /// Nil: nothing can be said.
    private static func result(_ client: Half, _ server: Half?) -> Result? {
        let answered = (server?.packets ?? 0) > 0
        if !client.hasFlags { return nil }
        guard let server, answered else { return client.flags.isSynOnly ? .unanswered : nil }
        if server.isBare, server.flags.hasAny(of: .rst) { return .refused }
        let isOver = client.isOver || server.isOver
        let asked = client.flags.hasAny(of: .psh) || client.flags.isSynOnly
        if server.isBare, asked, isOver || client.endReason == 1 { return .unanswered }
        guard isOver else { return nil }
        return server.flags.hasAny(of: .rst) && !server.flags.hasAny(of: .fin) ? .reset : .endedWell
    }

    /// Long, or the continuation of a connection, with under 50 octets of payload a second and no answer.
    private mutating func bookSlow(_ client: Half, _ server: Half?, _ slot: Int, last: Int64) {
        guard client.hasFlags, !client.flags.isSynOnly else { return }
        if let server, !server.isBare { return }
        let duration = (client.end.microseconds - client.start.microseconds) / 1_000_000
        if client.isOver || (server.map { $0.flags.hasAny(of: .fin) } ?? false) {
            // One that is over was slow if it asked for less than a request takes, or in many pieces.
            guard server != nil, duration >= 8, client.payload < 40 || client.packets >= 7 else { return }
        } else {
            let continues = !client.flags.hasAny(of: .syn)
            guard continues || (duration >= 8 && (client.payload < 40 || client.packets >= 4)) else { return }
        }
        guard client.payload <= UInt64(50 * max(duration, 10)) else { return }
        let first = min(last, max(client.start.seconds, now - WindowTerms.span + 1))
        // What an inactive timeout cut goes on until the next piece.
        for second in first...(client.endReason == 1 ? last + 10 : last) {
            change(slot, second) { $0.slow += 1 }
        }
    }

    // MARK: Outcomes

    mutating func add(_ outcome: Outcome) {
        let over = Int64(outcome.overSeconds)
        var isBooked = false
        for age in 0..<over {
            let count = Int64(outcome.count) / over + (age < Int64(outcome.count) % over ? 1 : 0)
            guard count > 0, let second = secondToBook(outcome.time - .seconds(age)) else { continue }
            book(outcome, count, second)
            bookBeginning(outcome, count, outcome.time - .seconds(age), second)
            isBooked = true
        }
        if !isBooked { ignoredOutcomes += 1 }
    }

    private mutating func book(_ outcome: Outcome, _ count: Int64, _ second: Int64) {
        let slot = Int(outcome.service.index)
        if outcome.event == .handshakeFailure { change(slot, second) { $0.handshakeFailures += count } }
        let isConnection =
            outcome.failure == .slowRequest || [.handshakeFailure, .accepted].contains(outcome.event)
        let isRequest = outcome.event == .none || outcome.status != 0 || outcome.failure != .none
        guard isConnection || isRequest else { return }
        let isKnown = outcome.client == .unspecified || recognise(outcome.client, slot: slot)
        if isConnection {
            change(slot, second) {
                $0.attempts += count
                $0.attemptsFromUnknown += isKnown ? 0 : count
            }
        }
        guard isRequest else { return }
        change(slot, second) {
            let isSlowRequest = outcome.failure == .slowRequest
            if outcome.latencyMilliseconds != Outcome.noLatency, !isSlowRequest { $0.timed += count }
            if outcome.part == .time { return }
            if isSlowRequest {
                $0.slowRequests += count
                return
            }
            if outcome.failure.isFailure { $0.failures += count }
            if outcome.part == .failure { return }
            $0.requests += count
            if outcome.client == .unspecified { $0.requestsOfUnnamed += count }
        }
    }

    /// A request that was counted is booked once more where it began, if that is still kept.
    private mutating func bookBeginning(_ outcome: Outcome, _ count: Int64, _ end: Instant, _ second: Int64) {
        let isRequest = outcome.event == .none || outcome.status != 0 || outcome.failure != .none
        guard isRequest, outcome.part == .whole, outcome.failure != .slowRequest else { return }
        var began: Int64? = second
        if outcome.totalMilliseconds != Outcome.noLatency {
            began = secondToBook(end - .milliseconds(Int64(outcome.totalMilliseconds)))
        }
        if let began { change(Int(outcome.service.index), began) { $0.begun += count } }
    }

    private mutating func change(_ slot: Int, _ second: Int64, _ body: (inout SecondNumbers) -> Void) {
        body(&seconds[slot][second, default: SecondNumbers()])
    }
}
