// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Storage

extension ServiceAggregator {
    // MARK: Who sent it

    /// Finds out what the records tell of clients: a new connection, an open one, who it is.
    @inline(never)
    mutating func recognise(_ records: borrowing Span<FlowRecord>, _ part: Range<Int>) {
        for index in part {
            let here = Self.place(index, part)
            let record = prepared[here]
            guard record.state == .counts else { continue }
            let slot = Int(record.slot)
            pulses[slot].beat(
                sampling: records[index].samplingInterval, exporter: records[index].exporter, now: now,
                last: record.last)
            let isBiflow = records[index].presence.has(.reverse)
            var share = Share(isDeclared: !record.toServer && answersDeclared(records[index], slot))
            if record.toServer || isBiflow {
                let flags = record.toServer ? records[index].tcpFlags : records[index].reverseTCPFlags
                share = recognise(
                    record.toServer ? records[index].source : records[index].destination, flags,
                    FlowTraits(of: records[index]), record)
                if share.isNew ? pulses[slot].isWatched : share.isClients && pulses[slot].isSuspicious {
                    watch(records[index], here, isNew: share.isNew)
                }
            }
            prepared[here].share = share
        }
    }

    /// Whether a server's record goes to a declared source.
    @inline(__always)
    private func answersDeclared(_ record: borrowing FlowRecord, _ slot: Int) -> Bool {
        networks.declared.index(of: record.destination, slot: slot) >= 0
    }

    /// What a client's half tells.
    @inline(__always)
    private mutating func recognise(
        _ client: IPAddress, _ flags: TCPFlags, _ traits: FlowTraits, _ record: PreparedRecord
    ) -> Share {
        let slot = Int(record.slot)
        let egress = networks.egress.index(of: client, slot: slot)
        let isKnown = egress >= 0 || known.contains(record.known)
        let declared = networks.declared.index(of: client, slot: slot)
        let isNew = begins(flags, traits, record)
        let isDenied = isNew && traits.firewallEvent == FlowRecord.denied
        guard declared < 0 else {
            booked.declared &+= 1
            networks.countDeclared(declared, isNew: isNew, now: now)
            return Share(isKnown: isKnown, isDenied: isDenied, isDeclared: true)
        }
        if egress >= 0 { networks.countEgress(egress, isNew: isNew, now: now) }
        if !isKnown, !pulses[slot].isSuspicious {
            known.meet(record.known, slot: slot, now: now, limit: limits.newcomers)
        }
        if isNew { pulses[slot].begin(now: now, first: record.first) }
        return Share(
            isKnown: isKnown, isClients: true, isOpen: traits.isTold, isNew: isNew,
            isSynOnly: isNew && traits.hasFlags && flags.isSynOnly, isDenied: isDenied, isOfMany: egress >= 0)
    }

    /// Whether a client's half is the first of its connection.
    @inline(__always)
    private mutating func begins(_ flags: TCPFlags, _ traits: FlowTraits, _ record: PreparedRecord) -> Bool {
        if traits.firewallEvent != 0 {
            // Of a connection that was let in, a router may drop packets later.
            guard traits.firewallEvent != FlowRecord.denied || !traits.hasFlags else {
                return flags.hasAny(of: .syn)
            }
            return firewalled.isFirst(record.fingerprint, traits.firewallEvent)
        }
        return traits.hasFlags
            ? flags.hasAny(of: .syn)
            : !continuations.continues(record.fingerprint, first: record.first, last: record.last)
    }

    /// A connection began with a service of which more is asked than counts.
    @inline(never)
    private mutating func watch(_ record: FlowRecord, _ here: Int, isNew: Bool) {
        let prepared = prepared[here]
        let slot = Int(prepared.slot)
        if isNew, pulses[slot].hasManyEndpoints {
            states[slot].vote(prepared.toServer ? record.destinationKey : record.sourceKey)
        }
        guard pulses[slot].isSuspicious else { return }
        rank(
            prepared.toServer ? record.source : record.destination,
            weight: UInt32(clamping: Int32(clamping: record.samplingInterval)), slot: slot,
            second: max(now, prepared.first))
    }

    mutating func rank(_ client: IPAddress, weight: UInt32, slot: Int, second: Int64) {
        let place = Int(pulses[slot].ranking)
        if place >= 0 { rankings[place].insert(client, weight: weight, second: second) }
    }

    // MARK: What is booked

    /// Books what the records say of their services' seconds.
    @inline(never)
    mutating func book(_ records: borrowing Span<FlowRecord>, _ part: Range<Int>) {
        for index in part {
            let here = Self.place(index, part)
            let record = prepared[here]
            guard record.state == .counts else { continue }
            let slot = Int(record.slot)
            guard let cell = cells.place(slot: slot, second: record.last) else {
                refuse(here, .noRoom)
                continue
            }
            booked.records &+= 1
            if record.toServer, records[index].transport == .udp {
                noteReflected(records[index], record, cell.index)
            }
            if record.share.isDenied { noteDenied(record, records[index].samplingInterval) }
            if record.share.isNew, !record.share.isOfMany {
                distinct.insert(record.client, slot: slot, second: record.first)
            }
            if records[index].presence.has(.answers) { bookAnswers(records[index], here) }
            if records[index].presence.has(.reverse) {
                bookBiflow(records[index], here)
                continue
            }
            let weight = records[index].samplingInterval
            // A load test is no volume, and neither are the answers to it.
            let amount =
                record.share.isDeclared
                ? .none
                : Amount(packets: records[index].packets, octets: records[index].octets, weight: weight)
            guard record.first == record.last, cell.remaining == 1 else {
                bookLong(amount, weight, here, record.share, toServer: record.toServer)
                continue
            }
            cells.change(cell.index) { $0.book(amount, weight, record.share, toServer: record.toServer) }
        }
    }

    /// What a newcomer sends from a port that reflects was asked for by somebody else.
    @inline(never)
    private mutating func noteReflected(_ record: FlowRecord, _ prepared: PreparedRecord, _ cell: Int) {
        guard prepared.share.isClients, !prepared.share.isKnown,
            ReflectorPort.sends(from: record.sourcePort, to: record.destinationPort)
        else { return }
        let amount = Amount(packets: record.packets, octets: 0, weight: record.samplingInterval)
        cells[cell].unsolicited.add(Int32(clamping: amount.packets))
    }

    /// A firewall turned so many connections away.
    @inline(never)
    private mutating func noteDenied(_ record: PreparedRecord, _ weight: UInt32) {
        note(.connections, Int32(clamping: weight), Int(record.slot), record.first)
    }

    /// Both directions in one record (RFC 5103).
    @inline(never)
    private mutating func bookBiflow(_ record: FlowRecord, _ here: Int) {
        let prepared = prepared[here]
        let weight = record.samplingInterval
        let (client, server) = FlowEnd.ofBiflow(record, toServer: prepared.toServer)
        let isDeclared = prepared.share.isDeclared
        let asked = isDeclared ? .none : Amount(client, weight: weight)
        let answered = isDeclared ? .none : Amount(server, weight: weight)
        bookLong(asked, weight, here, prepared.share, toServer: true)
        if let cell = cells.place(slot: Int(prepared.slot), second: prepared.last) {
            // One record, though both directions are booked.
            cells[cell.index].rawRecords.add(-1)
            bookLong(answered, weight, here, Share(), toServer: false)
        }
    }

    // MARK: Levels

    /// Books packets and octets evenly over [first, last], in integers and in O(1), and with them who sent them: what lasts
    /// longer than a second as a level, the rest in the last second.
    @inline(never)
    private mutating func bookLong(
        _ amount: Amount, _ weight: UInt32, _ here: Int, _ share: Share, toServer: Bool
    ) {
        let (slot, first, last) = (Int(prepared[here].slot), prepared[here].first, prepared[here].last)
        guard let short = cells.place(slot: slot, second: last) else { return }
        guard first != last || short.remaining != 1 else {
            return cells.change(short.index) { $0.book(amount, weight, share, toServer: toServer) }
        }
        let seconds = last - first + 1
        let even = Amount(packets: amount.packets / seconds, octets: amount.octets / seconds)
        let open: Int32 = share.isOpen ? Int32(clamping: weight) : 0
        let step = LevelStep(open: open, slow: 0, amount: even, toServer: toServer)
        let hasLevel = raise(slot, first, last, step)
        if share.isNew || share.isDenied, let begin = cells.place(slot: slot, second: first) {
            cells.change(begin.index) { $0.countNew(share, weight) }
        }
        // The search for the others may have taken its page.
        guard let end = cells.place(slot: slot, second: last) else { return }
        // What is left of an even share; all of it when there is no level.
        let shared = hasLevel ? seconds : 0
        let rest = Amount(
            packets: amount.packets &- even.packets &* shared, octets: amount.octets &- even.octets &* shared)
        cells.change(end.index) { cell in
            cell.rawRecords.add(1)
            cell.count(share, amount)
            cell.traffic.add(packets: rest.packets, octets: rest.octets, toServer: toServer)
        }
    }

    /// Raises the levels from `first` to `last`. False, and nothing has changed, when there is no memory for both ends.
    @inline(__always)
    private mutating func raise(_ slot: Int, _ first: Int64, _ last: Int64, _ step: LevelStep) -> Bool {
        guard cells.place(slot: slot, second: first) != nil,
            let end = cells.place(slot: slot, second: last + 1),
            // The search for the end may have taken the page of the beginning.
            let begin = cells.place(slot: slot, second: first)
        else { return false }
        cells.change(begin.index) { $0.change(step, remaining: begin.remaining) }
        cells.change(end.index) { $0.change(step.reversed, remaining: end.remaining) }
        return true
    }

    /// Counts a connection as open and slow from `first` to `last`.
    @inline(never)
    mutating func slow(_ slot: Int, _ first: Int64, _ last: Int64) {
        let step = LevelStep(open: 0, slow: 1, amount: Amount(packets: 0, octets: 0), toServer: true)
        _ = raise(slot, first, last, step)
    }

    // MARK: How connections went

    /// Brings the halves of connections together, and looks at the records that are of no service.
    @inline(never)
    mutating func pair(_ records: borrowing Span<FlowRecord>, _ part: Range<Int>) {
        for index in part {
            let here = Self.place(index, part)
            let record = prepared[here]
            guard record.state == .counts else {
                if record.state == .ofNone { consider(records[index]) }
                continue
            }
            let traits = FlowTraits(of: records[index])
            guard traits.isEvidence else { continue }
            guard !traits.presence.has(.reverse) else {
                concludeBiflow(records[index], here)
                continue
            }
            let place = pairing.place(record.fingerprint)
            if pairing.takeCounterpart(record.fingerprint, isClient: record.toServer, at: place) {
                conclude(records[index], here, place)
                continue
            }
            if pairing.hasNews(at: place) { conclude(pairing[place], nil) }
            pairing.put(FlowEnd(of: records[index]), traits, record, now: now, at: place)
        }
    }

    /// A half has come whose counterpart waited at a place.
    @inline(never)
    private mutating func conclude(_ record: FlowRecord, _ here: Int, _ place: Int) {
        let prepared = prepared[here]
        let half = ConnectionHalf(FlowEnd(of: record), FlowTraits(of: record), prepared, now: now)
        if prepared.toServer { conclude(half, pairing[place]) } else { conclude(pairing[place], half) }
    }

    /// Both halves came at once.
    @inline(never)
    private mutating func concludeBiflow(_ record: FlowRecord, _ here: Int) {
        let prepared = prepared[here]
        let (client, server) = FlowEnd.ofBiflow(record, toServer: prepared.toServer)
        let half = ConnectionHalf(client, FlowTraits(of: record), prepared, now: now)
        conclude(half, ConnectionHalf(server, half))
    }
}

/// Packets and octets, scaled by the sampling interval.
struct Amount {
    var packets: Int64
    var octets: Int64

    init(packets: Int64, octets: Int64) { (self.packets, self.octets) = (packets, octets) }

    /// Nothing.
    @inline(__always)
    static var none: Amount { Amount(packets: 0, octets: 0) }

    @inline(__always)
    init(packets: UInt64, octets: UInt64, weight: UInt32) {
        // Nearly always, and without a check of each step.
        if weight == 1, (packets | octets) >> 62 == 0 {
            (self.packets, self.octets) = (
                Int64(truncatingIfNeeded: packets), Int64(truncatingIfNeeded: octets)
            )
        } else {
            self.packets = Int64(clamping: packets).multipliedSaturating(by: Int64(weight))
            self.octets = Int64(clamping: octets).multipliedSaturating(by: Int64(weight))
        }
    }

    @inline(__always)
    init(_ end: FlowEnd, weight: UInt32) {
        self.init(packets: end.packets, octets: end.octets, weight: weight)
    }
}

/// By how much the levels rise while a flow lasts.
struct LevelStep {
    var open: Int32
    var slow: Int32
    /// A second.
    var amount: Amount
    var toServer: Bool

    /// The end of the flow.
    @inline(__always)
    var reversed: LevelStep {
        LevelStep(
            open: 0 &- open, slow: 0 &- slow,
            amount: Amount(packets: 0 &- amount.packets, octets: 0 &- amount.octets), toServer: toServer)
    }
}

/// What a record tells of its client; of a server's record, nothing.
struct Share: BitwiseCopyable {
    /// A bit each, so that it travels in a register.
    private var bits: UInt8 = 0

    @inline(__always)
    init(
        isKnown: Bool = false, isClients: Bool = false, isOpen: Bool = false, isNew: Bool = false,
        isSynOnly: Bool = false, isDenied: Bool = false, isDeclared: Bool = false, isOfMany: Bool = false
    ) {
        bits =
            (isKnown ? 1 : 0) | (isClients ? 2 : 0) | (isOpen ? 4 : 0) | (isNew ? 8 : 0)
            | (isSynOnly ? 16 : 0)
            | (isDenied ? 32 : 0) | (isDeclared ? 64 : 0) | (isOfMany ? 128 : 0)
    }

    /// The service knows the client.
    @inline(__always) var isKnown: Bool { bits & 1 != 0 }
    /// Packets count as a client's.
    @inline(__always) var isClients: Bool { bits & 2 != 0 }
    /// A connection is open while the flow lasts.
    @inline(__always) var isOpen: Bool { bits & 4 != 0 }
    /// A connection began.
    @inline(__always) var isNew: Bool { bits & 8 != 0 }
    /// It was nothing but a SYN.
    @inline(__always) var isSynOnly: Bool { bits & 16 != 0 }
    /// A firewall denied it.
    @inline(__always) var isDenied: Bool { bits & 32 != 0 }
    /// The client is a declared source, whose traffic is no pressure. Told of a server's record too.
    @inline(__always) var isDeclared: Bool { bits & 64 != 0 }
    /// The client stands for many.
    @inline(__always) var isOfMany: Bool { bits & 128 != 0 }
}

/// What a record says of its flow besides its ends.
struct FlowTraits {
    var start: Instant
    var end: Instant
    var samplingInterval: UInt32
    var transport: TransportProtocol
    var presence: FlowPresence
    var endReason: UInt8
    var firewallEvent: UInt8
    /// Number of the exporter.
    var exporter: UInt32

    @inline(__always)
    init(of record: borrowing FlowRecord) {
        exporter = record.exporter.index
        (start, end, samplingInterval) = (record.start, record.end, record.samplingInterval)
        (transport, presence) = (record.transport, record.presence)
        (endReason, firewallEvent) = (record.endReason, record.firewallEvent)
    }

    /// Before its end a firewall says nothing of how a connection went.
    @inline(__always)
    var isTold: Bool { firewallEvent == 0 || firewallEvent == 2 }

    /// How a single connection went can be told from it.
    @inline(__always)
    var isEvidence: Bool { samplingInterval == 1 && isTold }

    @inline(__always)
    var hasFlags: Bool { transport == .tcp && presence.has(.tcpFlags) }
}

/// One end of a flow, and what it sent.
struct FlowEnd {
    var address: IPAddress
    var port: UInt16
    var packets: UInt64
    var octets: UInt64
    var flags: TCPFlags

    /// The source, with what it sent.
    @inline(__always)
    init(of record: borrowing FlowRecord) {
        (address, port) = (record.source, record.sourcePort)
        (packets, octets, flags) = (record.packets, record.octets, record.tcpFlags)
    }

    /// The destination, with the reverse half of a biflow (RFC 5103).
    init(reverseOf record: FlowRecord) {
        (address, port) = (record.destination, record.destinationPort)
        (packets, octets, flags) = (record.reversePackets, record.reverseOctets, record.reverseTCPFlags)
    }

    /// Client and server of a biflow.
    static func ofBiflow(_ record: FlowRecord, toServer: Bool) -> (client: FlowEnd, server: FlowEnd) {
        toServer
            ? (FlowEnd(of: record), FlowEnd(reverseOf: record))
            : (FlowEnd(reverseOf: record), FlowEnd(of: record))
    }
}

extension FlowCell {
    /// Levels change with a second of the cell, the first of `remaining`.
    @inline(__always)
    fileprivate mutating func change(_ step: LevelStep, remaining: Int64) {
        levels.open &+= step.open
        levels.slow &+= step.slow
        levels.traffic.add(packets: step.amount.packets, octets: step.amount.octets, toServer: step.toServer)
        open &+= step.open &* Int32(truncatingIfNeeded: remaining)
        slow &+= step.slow &* Int32(truncatingIfNeeded: remaining)
        traffic.add(
            packets: step.amount.packets &* remaining, octets: step.amount.octets &* remaining,
            toServer: step.toServer)
    }

    /// A record of a flow that did not last.
    @inline(__always)
    fileprivate mutating func book(_ amount: Amount, _ weight: UInt32, _ share: Share, toServer: Bool) {
        rawRecords.add(1)
        traffic.add(packets: amount.packets, octets: amount.octets, toServer: toServer)
        if share.isOpen { open &+= Int32(clamping: weight) }
        count(share, amount)
        countNew(share, weight)
    }

    /// Packets of a client.
    @inline(__always)
    fileprivate mutating func count(_ share: Share, _ amount: Amount) {
        guard share.isClients else { return }
        packetsByClients = packetsByClients.addingSaturating(amount.packets)
        if !share.isKnown { packetsByUnknown = packetsByUnknown.addingSaturating(amount.packets) }
    }

    /// Connections that began.
    @inline(__always)
    fileprivate mutating func countNew(_ share: Share, _ weight: UInt32) {
        let connections = Int32(clamping: weight)
        if share.isNew {
            newConnections.add(connections)
            if !share.isKnown { newConnectionsFromUnknown.add(connections) }
            if share.isSynOnly { synOnly.add(connections) }
        }
        guard share.isDenied else { return }
        denied.add(connections)
        ended.add(connections)
        guard share.isKnown else { return }
        endedKnown.add(connections)
        failedKnown.add(connections)
    }
}
