// SPDX-License-Identifier: Apache-2.0

package import FlowModel
import Storage

extension ServiceAggregator {
    /// Books flow records, in their order.
    ///
    /// In passes over some records at a time: the memory of all of them is asked for at once, since what a record touches is
    /// spread over more than the nearest caches hold, and each pass is small enough for the registers.
    package mutating func add(contentsOf records: borrowing Span<FlowRecord>) {
        var next = 0
        while next < records.count {
            let part = next..<min(records.count, next &+ Self.together)
            announce(records, part)
            resolve(records, part)
            approach(records, part)
            recognise(records, part)
            book(records, part)
            pair(records, part)
            if !admissible.isEmpty { admitAll() }
            next = part.upperBound
        }
    }

    /// Books one flow record.
    package mutating func add(_ record: FlowRecord) {
        let one: InlineArray<1, FlowRecord> = [record]
        add(contentsOf: one.span)
    }

    /// Records of a pass: with more, the first are out of the nearest cache when the last has come.
    static var together: Int { 32 }

    /// The place of a record within its pass; the mask says to the compiler what is so anyway.
    @inline(__always)
    static func place(_ index: Int, _ part: Range<Int>) -> Int {
        (index &- part.lowerBound) & (together &- 1)
    }

    // MARK: Which service, and in which direction

    // A record is named by its index here: handed over whole it would be copied each time.

    /// Asks for the places where the search for the services will begin.
    @inline(never)
    private mutating func announce(_ records: borrowing Span<FlowRecord>, _ part: Range<Int>) {
        for index in part {
            let (destination, source) = (records[index].destinationKey, records[index].sourceKey)
            let (destinationHash, sourceHash) = (destination.mixed, source.mixed)
            endpoints.prefetch(destination, destinationHash)
            endpoints.prefetch(source, sourceHash)
            prepared[Self.place(index, part)].begin(destination: destinationHash, source: sourceHash)
        }
    }

    /// Finds the service of each record, decides whether the record counts, and asks for what leads to the service's memory.
    @inline(never)
    private mutating func resolve(_ records: borrowing Span<FlowRecord>, _ part: Range<Int>) {
        for index in part {
            note(watermark: records[index].end, of: records[index].exporter)
            let here = Self.place(index, part)
            let (destination, source) = (records[index].destinationKey, records[index].sourceKey)
            let destinationPlace = endpoints.find(destination, prepared[here].client)
            let sourcePlace = endpoints.find(source, prepared[here].fingerprint)
            var toServer = destinationPlace >= 0
            if sourcePlace >= 0 {
                if toServer { toServer = isRequest(records[index], sourcePlace, destinationPlace) }
            } else if !toServer {
                continue
            }
            let place = endpoints.confirm(
                toServer ? destinationPlace : sourcePlace, toServer ? destination : source)
            let slot = endpoints[place].slot
            guard slot < configuredCount || !contradicts(records[index], toServer) else {
                refuse(here, .noService)
                continue
            }
            guard accepts(records[index].exporter, place, toServer: toServer) else {
                refuse(here, .alsoSeen)
                continue
            }
            guard let last = clamp(records[index].end.seconds) else {
                refuse(here, .tooLate)
                continue
            }
            let first = firstSecond(records[index].start, last)
            let client = (toServer ? source.address : destination.address).mixed
            let fingerprint = ConnectionPairing.fingerprint(
                client: client, clientPort: toServer ? source.port : destination.port,
                server: toServer ? prepared[here].client : prepared[here].fingerprint)
            prepared[here].resolve(
                client: client, fingerprint: fingerprint, slot: slot, toServer: toServer, first: first,
                last: last)
            pulses.prefetch(Int(slot))
            cells.announce(slot: Int(slot), second: last)
            if toServer { distinct.announce(slot: Int(slot), second: first) }
            pairing.prefetch(fingerprint)
            if destination.transport != .tcp { continuations.prefetch(fingerprint) }
        }
    }

    /// Asks for the memory that booking the records will touch.
    @inline(never)
    private mutating func approach(_ records: borrowing Span<FlowRecord>, _ part: Range<Int>) {
        for index in part {
            let here = Self.place(index, part)
            let record = prepared[here]
            guard record.state == .counts else { continue }
            let slot = Int(record.slot)
            cells.prefetch(slot: slot, second: record.last)
            if record.first != record.last { cells.prefetch(slot: slot, second: record.first) }
            let key = KnownClients.key(
                service: pulses[slot].identity,
                client: record.toServer ? records[index].source : records[index].destination)
            known.prefetch(key)
            if record.toServer { distinct.prefetch(record.client, slot: slot, second: record.first) }
            prepared[here].known = key
        }
    }

    /// A record of a service that does not count.
    @inline(never)
    mutating func refuse(_ here: Int, _ reason: UnbookedReason) {
        prepared[here].state = .over
        booked.ignore(reason)
    }

    /// Between two services: the one that the operator named, else by the record itself.
    @inline(never)
    private mutating func isRequest(_ record: FlowRecord, _ source: Int, _ destination: Int) -> Bool {
        let sourceIsNamed = Int(endpoints[source].slot) < configuredCount
        let destinationIsNamed = Int(endpoints[destination].slot) < configuredCount
        return sourceIsNamed == destinationIsNamed ? record.looksLikeRequest : destinationIsNamed
    }

    /// What a record says of its direction goes before what was learned of its ends.
    @inline(never)
    private func contradicts(_ record: FlowRecord, _ toServer: Bool) -> Bool {
        record.statedDirection.map { $0 != toServer } ?? false
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
}

/// What is found out about a record before it is booked.
struct PreparedRecord: BitwiseCopyable {
    enum State: UInt8 {
        /// Neither end is a service.
        case ofNone
        case counts
        /// Nothing more is to be done.
        case over
    }

    /// Hash of the client's address; until the service is found, of the destination's endpoint.
    private(set) var client: UInt64 = 0
    /// Hash of the connection, the same from both ends; until the service is found, of the source's endpoint.
    private(set) var fingerprint: UInt64 = 0
    /// Key of the client's prefix among those that the service knows.
    var known: UInt64 = 0
    /// Seconds in which the flow began and ended, as far as the windows reach.
    private(set) var first: Int64 = 0
    private(set) var last: Int64 = 0
    /// Of the service.
    private(set) var slot: Int32 = -1
    /// What it tells of its client.
    var share = Share()
    var state = State.ofNone
    private(set) var toServer = false

    @inline(__always)
    mutating func begin(destination: UInt64, source: UInt64) {
        (client, fingerprint, state) = (destination, source, .ofNone)
    }

    @inline(__always)
    mutating func resolve(
        client: UInt64, fingerprint: UInt64, slot: Int32, toServer: Bool, first: Int64, last: Int64
    ) {
        (self.client, self.fingerprint, self.first, self.last) = (client, fingerprint, first, last)
        (self.slot, self.toServer, state) = (slot, toServer, .counts)
    }
}

extension FlowRecord {
    @inline(__always)
    var destinationKey: ServiceKey {
        ServiceKey(address: destination, port: destinationPort, transport: transport)
    }

    @inline(__always)
    var sourceKey: ServiceKey {
        ServiceKey(address: source, port: sourcePort, transport: transport)
    }
}
