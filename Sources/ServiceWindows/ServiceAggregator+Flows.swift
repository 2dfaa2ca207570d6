// SPDX-License-Identifier: Apache-2.0

package import FlowModel
import Storage

extension ServiceAggregator {
    /// Books flow records, in their order.
    ///
    /// In passes over some records at a time, so that the memory of all of them is asked for at once: what a record touches is
    /// spread over more than the nearest caches hold.
    package mutating func add(contentsOf records: borrowing Span<FlowRecord>) {
        var next = 0
        while next < records.count {
            let end = min(records.count, next &+ Self.together)
            if endpoints.isLarge {
                for index in next..<end { announceEndpoints(records, index) }
                for index in next..<end { announceService(records, index) }
            }
            for index in next..<end { prepared[index &- next] = prepare(records, index) }
            for index in next..<end { book(records, index, prepared[index &- next]) }
            if !admissible.isEmpty { admitAll() }
            next = end
        }
    }

    /// Books one flow record.
    package mutating func add(_ record: FlowRecord) {
        let one: InlineArray<1, FlowRecord> = [record]
        add(contentsOf: one.span)
    }

    /// Records of a pass: with more, the first are out of the nearest cache when the last has come.
    static var together: Int { 32 }

    // MARK: Which service, and in which direction

    // A record is named by its index here: handed over whole it would be copied each time.

    /// Asks for the places where the search for the service will begin.
    @inline(__always)
    private func announceEndpoints(_ records: borrowing Span<FlowRecord>, _ index: Int) {
        let destination = Self.destination(records, index)
        let source = Self.source(records, index)
        endpoints.prefetch(destination, destination.mixed)
        endpoints.prefetch(source, source.mixed)
    }

    /// Asks for what leads to the service's memory.
    @inline(__always)
    private mutating func announceService(_ records: borrowing Span<FlowRecord>, _ index: Int) {
        let destination = Self.destination(records, index)
        var place = endpoints.find(destination, destination.mixed)
        if place < 0 {
            let source = Self.source(records, index)
            place = endpoints.find(source, source.mixed)
        }
        guard place >= 0 else { return }
        let (slot, second) = (Int(endpoints[place].slot), records[index].end.seconds)
        pulses.prefetch(slot)
        cells.announce(slot: slot, second: second)
        distinct.announce(slot: slot, second: second)
    }

    @inline(__always)
    private static func destination(_ records: borrowing Span<FlowRecord>, _ index: Int) -> ServiceKey {
        ServiceKey(
            address: records[index].destination, port: records[index].destinationPort,
            transport: records[index].transport)
    }

    @inline(__always)
    private static func source(_ records: borrowing Span<FlowRecord>, _ index: Int) -> ServiceKey {
        ServiceKey(
            address: records[index].source, port: records[index].sourcePort,
            transport: records[index].transport)
    }

    /// Finds the service of a record, and asks for the memory that booking it will touch.
    @inline(__always)
    private mutating func prepare(_ records: borrowing Span<FlowRecord>, _ index: Int) -> PreparedRecord {
        let (destination, source) = (Self.destination(records, index), Self.source(records, index))
        let (destinationHash, sourceHash) = (destination.mixed, source.mixed)
        let destinationPlace = endpoints.find(destination, destinationHash)
        let sourcePlace = endpoints.find(source, sourceHash)
        var toServer = destinationPlace >= 0
        if sourcePlace >= 0 {
            if toServer { toServer = isRequest(records[index], sourcePlace, destinationPlace) }
        } else if !toServer {
            return PreparedRecord()
        }
        let place = endpoints.confirm(
            toServer ? destinationPlace : sourcePlace, toServer ? destination : source)
        let slot = endpoints[place].slot
        let last = records[index].end.seconds
        let client = toServer ? source.address : destination.address
        let hash = client.mixed
        let fingerprint = ConnectionPairing.fingerprint(
            client: hash, clientPort: toServer ? source.port : destination.port,
            server: toServer ? destinationHash : sourceHash)
        pairing.prefetch(fingerprint)
        let key = KnownClients.key(service: pulses[Int(slot)].identity, client: client)
        known.prefetch(key)
        distinct.prefetch(hash, slot: Int(slot), second: last)
        if endpoints.isLarge { cells.prefetch(slot: Int(slot), second: last) }
        if destination.transport != .tcp { continuations.prefetch(fingerprint) }
        return PreparedRecord(
            client: hash, fingerprint: fingerprint, known: key, last: last,
            place: Int32(truncatingIfNeeded: place), slot: slot, toServer: toServer)
    }

    /// Between two services: the one that the operator named, else by the record itself.
    @inline(never)
    private mutating func isRequest(_ record: FlowRecord, _ source: Int, _ destination: Int) -> Bool {
        let sourceIsNamed = Int(endpoints[source].slot) < directory.services.count
        let destinationIsNamed = Int(endpoints[destination].slot) < directory.services.count
        return sourceIsNamed == destinationIsNamed ? record.looksLikeRequest : destinationIsNamed
    }

    // MARK: One record of one service

    @inline(__always)
    private mutating func book(
        _ records: borrowing Span<FlowRecord>, _ index: Int, _ prepared: PreparedRecord
    ) {
        note(watermark: records[index].end, of: records[index].exporter)
        let slot = Int(prepared.slot)
        guard slot >= 0 else { return consider(records[index]) }
        if slot >= configuredCount, contradicts(records[index], prepared) {
            return booked.ignore(.noService)
        }
        let place = endpoints.confirm(
            Int(prepared.place),
            prepared.toServer ? Self.destination(records, index) : Self.source(records, index))
        guard accepts(records[index].exporter, place, toServer: prepared.toServer) else {
            return booked.ignore(.alsoSeen)
        }
        guard let last = clamp(prepared.last) else { return booked.ignore(.tooLate) }
        guard let cell = cells.place(slot: slot, second: last) else { return booked.ignore(.noRoom) }
        booked.records &+= 1
        pulses[slot].beat(
            sampling: records[index].samplingInterval, exporter: records[index].exporter, now: now, last: last
        )
        let first = firstSecond(records[index].start, last)
        let end = FlowEnd(
            address: records[index].source, port: records[index].sourcePort, packets: records[index].packets,
            octets: records[index].octets, flags: records[index].tcpFlags)
        let traits = FlowTraits(
            start: records[index].start, end: records[index].end,
            samplingInterval: records[index].samplingInterval, transport: records[index].transport,
            presence: records[index].presence, endReason: records[index].endReason,
            firewallEvent: records[index].firewallEvent)
        if traits.presence.has(.reverse) {
            bookBiflow(records[index], end, traits, prepared, first, last)
        } else if prepared.toServer {
            let share = recognise(end, traits, prepared, first: first, last: last)
            book(
                Amount(end, weight: traits.samplingInterval), share, slot, cell, first, last, toServer: true)
            if traits.isEvidence { pair(end, traits, prepared, isClient: true, isKnown: share.isKnown) }
        } else {
            book(
                Amount(end, weight: traits.samplingInterval), Share(), slot, cell, first, last,
                toServer: false)
            if traits.isEvidence { pair(end, traits, prepared, isClient: false, isKnown: false) }
        }
    }

    /// What a record says of its direction goes before what was learned of its ends.
    @inline(never)
    private mutating func contradicts(_ record: FlowRecord, _ prepared: PreparedRecord) -> Bool {
        record.statedDirection.map { $0 != prepared.toServer } ?? false
    }

    /// Both directions in one record (RFC 5103): nothing has to be paired.
    @inline(never)
    private mutating func bookBiflow(
        _ record: FlowRecord, _ source: FlowEnd, _ traits: FlowTraits, _ prepared: PreparedRecord,
        _ first: Int64, _ last: Int64
    ) {
        let slot = Int(prepared.slot)
        let destination = FlowEnd(reverseOf: record)
        let (client, server) = prepared.toServer ? (source, destination) : (destination, source)
        let share = recognise(client, traits, prepared, first: first, last: last)
        if let cell = cells.place(slot: slot, second: last) {
            let amount = Amount(client, weight: traits.samplingInterval)
            book(amount, share, slot, cell, first, last, toServer: true)
        }
        if let cell = cells.place(slot: slot, second: last) {
            // One record, though both directions are booked.
            cells[cell.index].rawRecords.add(-1)
            let amount = Amount(server, weight: traits.samplingInterval)
            book(amount, Share(), slot, cell, first, last, toServer: false)
        }
        guard traits.isEvidence else { return }
        let half = ConnectionHalf(client, traits, prepared, isKnown: share.isKnown, now: now)
        conclude(half, ConnectionHalf(server, half))
    }

    @inline(__always)
    private mutating func note(watermark end: Instant, of exporter: ExporterID) {
        let index = Int(exporter.index)
        guard index < watermarks.count, end.microseconds > watermarks[index] else { return }
        watermarks[index] = max(watermarks[index], min(end.microseconds, nowMicroseconds))
    }

    @inline(__always)
    private mutating func accepts(_ exporter: ExporterID, _ place: Int, toServer: Bool) -> Bool {
        let silence = limits.exporterSilenceSeconds
        return toServer
            ? endpoints[place].requests.accepts(exporter, now: now, silence: silence)
            : endpoints[place].replies.accepts(exporter, now: now, silence: silence)
    }

    /// The second in which a flow began, within the windows.
    @inline(__always)
    private func firstSecond(_ start: Instant, _ last: Int64) -> Int64 {
        // Most flows are short: no second division for them.
        if start.microseconds >= last &* 1_000_000 { return last }
        return max(start.seconds, now &- WindowLimits.span &+ 1)
    }

    // MARK: What is booked

    /// Books packets and octets evenly over [first, last], in integers and in O(1), and with them who sent them: what lasts
    /// longer than a second as a level, the rest in the last second.
    @inline(__always)
    private mutating func book(
        _ amount: Amount, _ share: Share, _ slot: Int, _ cell: CellStore<FlowCell>.Place, _ first: Int64,
        _ last: Int64, toServer: Bool
    ) {
        guard first == last, cell.remaining == 1 else {
            return bookLong(amount, share, slot, first, last, toServer: toServer)
        }
        cells.change(cell.index) { cell in
            cell.rawRecords.add(1)
            cell.traffic.add(packets: amount.packets, octets: amount.octets, toServer: toServer)
            cell.open &+= share.open
            cell.count(share, amount)
            cell.countNew(share)
        }
    }

    @inline(never)
    private mutating func bookLong(
        _ amount: Amount, _ share: Share, _ slot: Int, _ first: Int64, _ last: Int64, toServer: Bool
    ) {
        let seconds = last - first + 1
        var step = FlowLevels(open: share.open)
        let even = Amount(packets: amount.packets / seconds, octets: amount.octets / seconds)
        step.traffic.add(packets: even.packets, octets: even.octets, toServer: toServer)
        let hasLevel = raise(slot, first, last, step)
        let begin = cells.place(slot: slot, second: first)
        if let begin { cells.change(begin.index) { $0.countNew(share) } }
        guard let end = cells.place(slot: slot, second: last) else { return }
        cells.change(end.index) { cell in
            cell.rawRecords.add(1)
            cell.count(share, amount)
            cell.traffic.add(packets: amount.packets, octets: amount.octets, toServer: toServer)
            if hasLevel { cell.traffic.add(step.traffic, times: 0 &- seconds) }
        }
    }

    /// Raises the levels from `first` to `last`. False, and nothing has changed, when there is no memory for both ends.
    private mutating func raise(_ slot: Int, _ first: Int64, _ last: Int64, _ step: FlowLevels) -> Bool {
        guard cells.place(slot: slot, second: first) != nil,
            let end = cells.place(slot: slot, second: last + 1),
            // The search for the end may have taken the page of the beginning.
            let begin = cells.place(slot: slot, second: first)
        else { return false }
        cells.change(begin.index) { $0.begin(step, remaining: begin.remaining) }
        cells.change(end.index) { $0.end(step, remaining: end.remaining) }
        return true
    }

    /// Counts a connection as open and slow from `first` to `last`.
    mutating func slow(_ slot: Int, _ first: Int64, _ last: Int64) {
        _ = raise(slot, first, last, FlowLevels(slow: 1))
    }

    // MARK: What clients send

    /// Finds out what a client's half tells when it comes: a new connection, an open one, who it is.
    @inline(__always)
    private mutating func recognise(
        _ end: FlowEnd, _ traits: FlowTraits, _ prepared: PreparedRecord, first: Int64, last: Int64
    ) -> Share {
        let slot = Int(prepared.slot)
        var share = Share()
        share.isKnown = known.contains(prepared.known) || egress.contains(end.address)
        guard !declared.contains(end.address) else {
            booked.declared &+= 1
            return share
        }
        if !share.isKnown, !pulses[slot].isSuspicious {
            known.meet(prepared.known, slot: slot, now: now, limit: limits.newcomers)
        }
        let weight = Int32(clamping: traits.samplingInterval)
        share.isClients = true
        if traits.isTold { share.open = weight }
        guard begins(end, traits, prepared, first, last) else { return share }
        share.new = weight
        if traits.hasFlags, end.flags.isSynOnly { share.synOnly = weight }
        if traits.firewallEvent == 3 { share.denied = weight }
        pulses[slot].begin(now: now, first: first)
        distinct.insert(prepared.client, slot: slot, second: first)
        if pulses[slot].hasManyEndpoints { states[slot].vote(endpoints[Int(prepared.place)].key) }
        if pulses[slot].isSuspicious {
            rank(end.address, weight: UInt32(clamping: weight), slot: slot, second: max(now, first))
        }
        return share
    }

    /// Whether a client's half is the first of its connection.
    @inline(__always)
    private mutating func begins(
        _ end: FlowEnd, _ traits: FlowTraits, _ prepared: PreparedRecord, _ first: Int64, _ last: Int64
    ) -> Bool {
        if traits.firewallEvent != 0 {
            return firewalled.isFirst(prepared.fingerprint, traits.firewallEvent)
        }
        return traits.hasFlags
            ? end.flags.hasAny(of: .syn)
            : !continuations.continues(prepared.fingerprint, first: first, last: last)
    }

    mutating func rank(_ client: IPAddress, weight: UInt32, slot: Int, second: Int64) {
        let place = Int(pulses[slot].ranking)
        if place >= 0 { rankings[place].insert(client, weight: weight, second: second) }
    }

    @inline(__always)
    private mutating func pair(
        _ end: FlowEnd, _ traits: FlowTraits, _ prepared: PreparedRecord, isClient: Bool,
        isKnown: Bool
    ) {
        let place = pairing.place(prepared.fingerprint)
        if pairing.takeCounterpart(prepared.fingerprint, isClient: isClient, at: place) {
            let half = ConnectionHalf(end, traits, prepared, isKnown: isKnown, now: now)
            return isClient ? conclude(half, pairing[place]) : conclude(pairing[place], half)
        }
        if pairing.hasNews(at: place) { conclude(pairing[place], nil) }
        pairing.put(
            end, traits, prepared, isClient: isClient, isKnown: isKnown, now: now, at: place)
    }
}

/// Packets and octets, scaled by the sampling interval.
struct Amount {
    var packets: Int64
    var octets: Int64

    init(packets: Int64, octets: Int64) { (self.packets, self.octets) = (packets, octets) }

    @inline(__always)
    init(_ end: FlowEnd, weight: UInt32) {
        // Nearly always, and without a check of each step.
        if weight == 1, (end.packets | end.octets) >> 62 == 0 {
            (packets, octets) = (
                Int64(truncatingIfNeeded: end.packets), Int64(truncatingIfNeeded: end.octets)
            )
        } else {
            packets = Int64(clamping: end.packets).multipliedSaturating(by: Int64(weight))
            octets = Int64(clamping: end.octets).multipliedSaturating(by: Int64(weight))
        }
    }
}

/// What a record tells of its client; of a server's record, nothing.
struct Share {
    /// Connections that are open while the flow lasts.
    var open: Int32 = 0
    /// Connections that began.
    var new: Int32 = 0
    var synOnly: Int32 = 0
    var denied: Int32 = 0
    /// Packets count as a client's.
    var isClients = false
    /// The service knows the client.
    var isKnown = false
}

/// What is found out about a record before it is booked.
struct PreparedRecord: BitwiseCopyable {
    /// Hash of the client's address.
    var client: UInt64 = 0
    /// Hash of the connection, the same from both ends.
    var fingerprint: UInt64 = 0
    /// Key of the client's prefix among those that the service knows.
    var known: UInt64 = 0
    /// Second in which the flow ended.
    var last: Int64 = 0
    /// Of the endpoint.
    var place: Int32 = -1
    /// Of the service; -1 for a record of none.
    var slot: Int32 = -1
    var toServer = false
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

    @inline(__always)
    init(address: IPAddress, port: UInt16, packets: UInt64, octets: UInt64, flags: TCPFlags) {
        (self.address, self.port) = (address, port)
        (self.packets, self.octets, self.flags) = (packets, octets, flags)
    }

    /// The destination, with the reverse half of a biflow (RFC 5103).
    init(reverseOf record: FlowRecord) {
        (address, port) = (record.destination, record.destinationPort)
        (packets, octets, flags) = (record.reversePackets, record.reverseOctets, record.reverseTCPFlags)
    }
}

extension FlowCell {
    /// A level rises with a second of the cell, the first of `remaining`.
    @inline(__always)
    fileprivate mutating func begin(_ step: FlowLevels, remaining: Int64) {
        levels.open &+= step.open
        levels.slow &+= step.slow
        levels.traffic.add(step.traffic, times: 1)
        open &+= step.open &* Int32(truncatingIfNeeded: remaining)
        slow &+= step.slow &* Int32(truncatingIfNeeded: remaining)
        traffic.add(step.traffic, times: remaining)
    }

    /// It falls again.
    @inline(__always)
    fileprivate mutating func end(_ step: FlowLevels, remaining: Int64) {
        levels.open &-= step.open
        levels.slow &-= step.slow
        levels.traffic.add(step.traffic, times: -1)
        open &-= step.open &* Int32(truncatingIfNeeded: remaining)
        slow &-= step.slow &* Int32(truncatingIfNeeded: remaining)
        traffic.add(step.traffic, times: 0 &- remaining)
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
    fileprivate mutating func countNew(_ share: Share) {
        guard share.new != 0 else { return }
        newConnections.add(share.new)
        if !share.isKnown { newConnectionsFromUnknown.add(share.new) }
        if share.synOnly != 0 { synOnly.add(share.synOnly) }
        if share.denied != 0 { denied.add(share.denied) }
    }
}
