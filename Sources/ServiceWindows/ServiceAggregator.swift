// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Sliding windows per destination service: flow records and outcomes in, one-second cells of event time out.
///
/// Owned by one serial queue. Reads no clock: `advance(to:)` says what time it is. Memory is bounded by `WindowLimits`.
package struct ServiceAggregator: ~Copyable {
    /// The bounds.
    package let limits: WindowLimits
    /// What became of records and outcomes.
    package internal(set) var counters = WindowCounters()
    /// One per tracked service, by slot.
    package internal(set) var services: [ServiceState] = []
    /// Declared sources: no pressure, no newcomers (load tests, monitors).
    private let declared: [IPPrefix]
    /// Shared egress (CDN, NAT): volume counts, per-source tests do not.
    private let egress: [IPPrefix]
    let discovers: Bool

    /// The second that it is, by `advance(to:)`.
    package internal(set) var now: Int64 = 0
    var cells: [ServiceCell] = []
    /// Sums of the deltas of cells that were reused, by slot.
    var bases: [DeltaBase] = []
    var table: ServiceTable
    let directory: ServiceDirectory
    private let hasRanges: Bool
    private var rangeCache = RangeCache()
    private var candidates: CandidateTable
    private var pairing: ConnectionPairing
    private var firewalled = FirewallConnections()
    var known = KnownClients()
    var distinct = DistinctSources()
    var heavy = HeavyPrefixes()

    /// Slots of the configured services come first, in their order. Call ``advance(to:)`` before the first record.
    package init(
        directory: ServiceDirectory, limits: WindowLimits = WindowLimits(), discovers: Bool = true,
        declared: [IPPrefix] = [], egress: [IPPrefix] = []
    ) {
        self.limits = limits
        (self.declared, self.egress, self.discovers) = (declared, egress, discovers)
        table = ServiceTable(
            endpoints: limits.services &+ directory.services.reduce(0) { $0 &+ $1.endpoints })
        self.directory = directory
        hasRanges = directory.services.contains(where: \.hasRanges)
        candidates = CandidateTable(capacity: limits.candidates)
        pairing = ConnectionPairing(capacity: limits.pendingHalves)
        cells.reserveCapacity(min(limits.services, 1024) &* WindowLimits.cells)
        for service in directory.services { admitConfigured(service) }
    }

    /// The slot of a configured service is its `ServiceID`.
    private mutating func admitConfigured(_ service: ConfiguredService) {
        let first = ServiceKey(
            address: service.addresses.first?.address ?? .unspecified,
            port: service.ports.first?.lowerBound ?? 0,
            transport: service.transport)
        let slot = addSlot(
            ServiceState(name: service.name, kind: service.kind, isConfigured: true, endpoint: first))
        for prefix in service.addresses where prefix.length == 128 {
            for port in service.ports.joined().prefix(ConfiguredService.listedPorts) {
                let key = ServiceKey(address: prefix.address, port: port, transport: service.transport)
                if table.slot(of: key) < 0 { _ = table.insert(key, slot: slot) }
            }
        }
    }

    mutating func addSlot(_ state: ServiceState) -> Int {
        services.append(state)
        cells.append(contentsOf: repeatElement(ServiceCell(), count: WindowLimits.cells))
        bases.append(DeltaBase())
        distinct.addService()
        heavy.addService()
        known.addService()
        return services.count - 1
    }

    // MARK: Time

    /// Says what time it is; call about once a second, never backwards (a step back is ignored).
    package mutating func advance(to instant: Instant) {
        let second = instant.seconds
        guard second > now else { return }
        let fades = now / 10 != second / 10
        let previous = now
        now = second
        var alone: [ConnectionHalf] = []
        pairing.expire(since: second - limits.pairingSeconds) { alone.append($0) }
        for client in alone { conclude(client, nil) }
        if second / 604_800 != previous / 604_800, previous > 0 { known.rotate() }
        known.promote(now: second, delay: limits.newcomerSeconds) { services[$0].isSuspicious }
        if fades {
            for slot in services.indices { services[slot].fade() }
        }
    }

    // MARK: Flow records

    /// Books one flow record.
    package mutating func add(_ record: FlowRecord) {
        let forward = ServiceKey(
            address: record.destination, port: record.destinationPort, transport: record.transport)
        var slot = find(forward)
        if slot >= 0 {
            book(record, slot: slot, key: forward, toServer: true)
            return
        }
        let backward = ServiceKey(
            address: record.source, port: record.sourcePort, transport: record.transport)
        slot = find(backward)
        if slot >= 0 {
            book(record, slot: slot, key: backward, toServer: false)
            return
        }
        if discovers { consider(record, forward, backward) }
        counters.ignore(.noService)
    }

    private mutating func find(_ key: ServiceKey) -> Int {
        let slot = table.slot(of: key)
        guard slot < 0, hasRanges else { return slot }
        return rangeCache.slot(of: key) { directory.service(at: key).map { Int($0.index) } ?? -1 }
    }

    private mutating func book(_ record: FlowRecord, slot: Int, key: ServiceKey, toServer: Bool) {
        guard isAuthoritative(record.exporter, slot: slot) else {
            counters.ignore(.alsoSeen)
            return
        }
        guard let last = clamp(record.end.seconds, slot: slot) else {
            counters.ignore(.tooLate)
            return
        }
        counters.records &+= 1
        let first = max(min(record.start.seconds, last), now - WindowLimits.span)
        touch(slot, last) { $0.rawRecords.add(1) }
        services[slot].note(sampling: record.samplingInterval)
        let lag = min(120, max(0, now - last))
        if lag > services[slot].flowLag { services[slot].flowLag = lag }

        let isBiflow = record.presence.has(.reverse)
        let weight = Int64(record.samplingInterval)
        if toServer {
            spread(
                slot, first, last, packets: record.packets, octets: record.octets, weight: weight,
                toServer: true)
            if isBiflow {
                spread(
                    slot, first, last, packets: record.reversePackets, octets: record.reverseOctets,
                    weight: weight, toServer: false)
            }
            bookClient(record, slot: slot, key: key, first: first, last: last)
        } else {
            spread(
                slot, first, last, packets: record.packets, octets: record.octets, weight: weight,
                toServer: false)
            if isBiflow {
                spread(
                    slot, first, last, packets: record.reversePackets, octets: record.reverseOctets,
                    weight: weight, toServer: true)
                bookClient(record.reversed, slot: slot, key: key, first: first, last: last)
            }
        }
        guard record.samplingInterval == 1 else { return }
        pair(record, slot: slot, toServer: toServer, isBiflow: isBiflow)
    }

    private mutating func pair(_ record: FlowRecord, slot: Int, toServer: Bool, isBiflow: Bool) {
        // Before its end a firewall says nothing of how a connection went.
        guard record.firewallEvent == 0 || record.firewallEvent == 2 else { return }
        let half = ConnectionHalf(record, slot: slot, toServer: toServer, now: now)
        if isBiflow {
            let reverse = ConnectionHalf(reverseOf: record, slot: slot, toServer: toServer, now: now)
            return toServer ? conclude(half, reverse) : conclude(reverse, half)
        }
        switch pairing.add(half, isClient: toServer) {
        case .waits: break
        case .pairs: toServer ? conclude(half, pairing.other) : conclude(pairing.other, half)
        case .displaces: conclude(pairing.other, nil)
        }
    }

    /// What a client's half tells when it comes: a new connection, an open one, who it is.
    private mutating func bookClient(
        _ record: FlowRecord, slot: Int, key: ServiceKey, first: Int64, last: Int64
    ) {
        if isDeclared(record.source) {
            counters.declared &+= 1
            return
        }
        let weight = Int32(clamping: record.samplingInterval)
        if record.firewallEvent == 0 || record.firewallEvent == 2 {
            touch(slot, first) { $0.openDelta.add(weight) }
            touch(slot, last + 1) { $0.openDelta.add(-weight) }
        }
        let packets = Int64(clamping: record.packets).multipliedSaturating(by: Int64(weight))
        let isUnknown = !recognise(record.source, slot: slot)
        touch(slot, last) { cell in
            cell.packetsByClients = cell.packetsByClients.addingSaturating(packets)
            if isUnknown { cell.packetsByUnknown = cell.packetsByUnknown.addingSaturating(packets) }
        }
        let hasFlags = record.presence.has(.tcpFlags)
        let begins = record.transport != .tcp || !hasFlags || record.tcpFlags.hasAny(of: .syn)
        guard begins, record.firewallEvent == 0 || firewalled.isFirst(record) else { return }
        let synOnly = record.transport == .tcp && hasFlags && record.tcpFlags.isSynOnly
        touch(slot, first) { cell in
            cell.newConnections.add(weight)
            if isUnknown { cell.newConnectionsFromUnknown.add(weight) }
            if synOnly { cell.synOnly.add(weight) }
        }
        services[slot].vote(key)
        let lag = min(120, max(0, now - first))
        if lag > services[slot].startLag { services[slot].startLag = lag }
        distinct.insert(record.source.mixed, slot: slot, second: first)
        // Who does most is asked only in trouble, and the trouble's own traffic is the answer.
        guard services[slot].isSuspicious else { return }
        heavy.insert(record.source, weight: UInt32(clamping: weight), slot: slot, second: max(now, first))
    }

    /// Whether the service has met the client's prefix; a newcomer goes into the waiting room.
    private mutating func recognise(_ client: IPAddress, slot: Int) -> Bool {
        let key = KnownClients.key(service: services[slot].identity, prefixHash: client.prefixMixed)
        if known.contains(key) || isEgress(client) { return true }
        if !services[slot].isSuspicious { known.meet(key, slot: slot, now: now, limit: limits.newcomers) }
        return false
    }

    /// Books how a connection went, once no more of it is expected.
    private mutating func conclude(_ client: ConnectionHalf, _ server: ConnectionHalf?) {
        let slot = Int(client.slot)
        guard let last = clamp(max(client.end, server?.end ?? client.end).seconds, slot: slot) else { return }
        bookSlow(client, server, slot: slot, last: last)
        let result = ConnectionResult(client, server)
        guard result != .unknown else { return }
        let isKnown = isKnown(client.client, slot: slot)
        let failed = result != .endedWell
        touch(slot, last) { cell in
            cell.ended.add(1)
            if result == .unanswered { cell.unanswered.add(1) }
            if result == .reset { cell.reset.add(1) }
            if isKnown {
                cell.endedKnown.add(1)
                if failed { cell.failedKnown.add(1) }
            }
        }
        if let server, !failed {
            bookShape(client, server, slot: slot, last: last, isKnown: isKnown)
        }
    }

    /// Longer than this with next to nothing sent is slow; shorter pieces are slow when they continue a connection.
    private static let slowSeconds: Int64 = 8

    private mutating func bookSlow(
        _ client: ConnectionHalf, _ server: ConnectionHalf?, slot: Int, last: Int64
    ) {
        guard client.transport == .tcp, client.hasFlags, !client.flags.hasAny(of: .ending),
            server.map({ $0.isBare && !$0.flags.hasAny(of: .fin) }) ?? true
        else { return }
        let seconds = (client.end - client.start).microseconds / 1_000_000
        let continues = !client.flags.hasAny(of: .syn)
        guard continues || seconds >= Self.slowSeconds, !client.flags.isSynOnly else { return }
        // 50 octets a second of payload (signals.md), counted above bare headers.
        let payload = client.octets &- min(client.octets, client.packets &* 52)
        guard payload <= UInt64(50 * max(seconds, 10)) else { return }
        let first = max(client.start.seconds, now - WindowLimits.span)
        // A piece that an inactive timeout cut is followed by silence: the connection is open until the next piece.
        let until = client.endReason == 1 ? last + 10 : last
        touch(slot, min(first, last)) { $0.slowDelta.add(1) }
        touch(slot, until + 1) { $0.slowDelta.add(-1) }
    }

    /// Most packets of a connection that carried a single request: handshake, request, acknowledgements, end.
    private static let shortPackets: UInt64 = 10

    private mutating func bookShape(
        _ client: ConnectionHalf, _ server: ConnectionHalf, slot: Int, last: Int64, isKnown: Bool
    ) {
        let shape = UInt32(halfOctave(client.octets)) << 8 | UInt32(halfOctave(server.octets)) | 1 << 16
        if isKnown { services[slot].knownShapes.add(shape) } else { services[slot].unknownShapes.add(shape) }
        guard client.transport == .tcp, client.packets <= Self.shortPackets else { return }
        let duration = UInt32(clamping: (client.end - client.start).microseconds / 1000)
        let isSlow = Double(duration) > services[slot].slowShortMilliseconds
        let payload = client.octets &- min(client.octets, client.packets &* 52)
        let speaksTLS = services[slot].kind == .https || services[slot].kind == .tls
        let handshakeOnly = speaksTLS && payload <= 700 && server.octets <= 6000
        touch(slot, last) { cell in
            cell.short.add(1)
            if isSlow { cell.shortSlow.add(1) }
            if handshakeOnly { cell.handshakeOnly.add(1) }
        }
        if !services[slot].isSuspicious { services[slot].shortDurations.add(milliseconds: duration) }
    }

    // MARK: Outcomes

    /// Books what the service said about one request.
    package mutating func add(_ outcome: Outcome) {
        let slot = Int(outcome.service.index)
        guard slot < services.count, let second = clamp(outcome.time.seconds, slot: slot) else {
            counters.ignoredOutcomes &+= 1
            return
        }
        counters.outcomes &+= 1
        if outcome.event != .none { bookEvent(outcome, slot: slot, second: second) }
        guard outcome.status != 0 || outcome.failure != .none || outcome.event == .none else { return }
        let hasClient = outcome.client != .unspecified
        let isDeclared = hasClient && isDeclared(outcome.client)
        let isKnown = !hasClient || isDeclared || recognise(outcome.client, slot: slot)
        bookRequest(outcome, slot: slot, second: second, isKnown: isKnown, isDeclared: isDeclared)
        guard hasClient, !isDeclared else { return }
        distinct.insert(outcome.client.mixed, slot: slot, second: second)
        if outcome.failure != .slowRequest, services[slot].isSuspicious {
            heavy.insert(outcome.client, weight: 1, slot: slot, second: max(now, second))
        }
        guard outcome.pathHash != 0 else { return }
        if isKnown {
            services[slot].knownPaths.add(outcome.pathHash)
        } else {
            services[slot].unknownPaths.add(outcome.pathHash)
        }
    }

    private mutating func bookEvent(_ outcome: Outcome, slot: Int, second: Int64) {
        touch(slot, second) { cell in
            switch outcome.event {
            case .handshakeFailure: cell.handshakeFailures.add(1)
            case .saturated, .noServerAvailable: cell.saturated.add(1)
            case .accepted: cell.accepted.add(1)
            case .none, .serverDown, .serverUp, .negotiated: break
            }
        }
    }

    private mutating func bookRequest(
        _ outcome: Outcome, slot: Int, second: Int64, isKnown: Bool, isDeclared: Bool
    ) {
        let latency = outcome.latencyMilliseconds
        let isTimed = latency != Outcome.noLatency && outcome.failure != .slowRequest
        let isSlow = isTimed && Double(latency) > services[slot].slowAnswerMilliseconds
        let failed = outcome.failure.isFailure && outcome.failure != .slowRequest
        touch(slot, second) { cell in
            if outcome.failure == .slowRequest { cell.slowRequests.add(1) }
            if outcome.failure == .noSuchName { cell.noSuchName.add(1) }
            if failed { cell.failures.add(1) }
            if outcome.failure == .limited { cell.limited.add(1) }
            if isTimed { cell.timed.add(1) }
            if isSlow { cell.slowAnswers.add(1) }
            cell.nameOctets.add(Int32(outcome.nameLength))
            guard outcome.failure != .slowRequest else { return }
            if !isDeclared {
                cell.requests.add(1)
                if !isKnown { cell.requestsFromUnknown.add(1) }
            }
            if isKnown {
                cell.requestsKnown.add(1)
                if failed { cell.failuresKnown.add(1) }
            }
        }
        guard isTimed else { return }
        services[slot].recentLatencies.add(milliseconds: latency)
        if !failed, !services[slot].isSuspicious { services[slot].latencies.add(milliseconds: latency) }
    }

    // MARK: Who counts

    /// Whether the service has met the client's prefix, or the client stands for many.
    func isKnown(_ client: IPAddress, slot: Int) -> Bool {
        known.contains(KnownClients.key(service: services[slot].identity, prefixHash: client.prefixMixed))
            || isEgress(client)
    }

    func isDeclared(_ client: IPAddress) -> Bool { declared.contains { $0.contains(client) } }

    func isEgress(_ client: IPAddress) -> Bool { egress.contains { $0.contains(client) } }

    /// Several routers see the same flow: per service one exporter counts, until it falls silent.
    private mutating func isAuthoritative(_ exporter: ExporterID, slot: Int) -> Bool {
        if services[slot].exporter != exporter {
            guard
                services[slot].exporter == nil
                    || now - services[slot].exporterSeen > limits.exporterSilenceSeconds
            else { return false }
            services[slot].exporter = exporter
        }
        services[slot].exporterSeen = now
        return true
    }

    // MARK: Discovery

    private mutating func consider(_ record: FlowRecord, _ forward: ServiceKey, _ backward: ServiceKey) {
        guard record.transport == .tcp || record.transport == .udp else { return }
        let clientIsSource = record.looksLikeRequest
        let key = clientIsSource ? forward : backward
        let client = clientIsSource ? record.source : record.destination
        guard record.provesAnswer(fromClient: clientIsSource) else { return }
        guard candidates.answered(key, client: client.mixed, second: now, limits: limits) else { return }
        guard services.count < limits.services else {
            counters.refusedServices &+= 1
            return
        }
        let state = ServiceState(
            name: "\(key)", kind: ServiceKind(guessedFrom: key), isConfigured: false, endpoint: key)
        guard table.insert(key, slot: services.count) else {
            counters.refusedServices &+= 1
            return
        }
        _ = addSlot(state)
        counters.discovered &+= 1
    }
}
