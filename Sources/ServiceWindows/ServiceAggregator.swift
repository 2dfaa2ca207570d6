// SPDX-License-Identifier: Apache-2.0

package import FlowModel
import Storage

/// Sliding windows per destination service: flow records and outcomes in, cells of event time out.
///
/// Owned by one serial queue. Reads no clock: `advance(to:)` says what time it is. Memory is bounded by `WindowLimits`.
package struct ServiceAggregator: ~Copyable {
    /// The bounds.
    package let limits: WindowLimits
    /// What became of records and outcomes, without what the tables count themselves.
    var booked = WindowCounters()
    /// The second that it is, by `advance(to:)`.
    package internal(set) var now: Int64 = 0
    let directory: ServiceDirectory
    /// Services of the configuration: slots from here on were discovered.
    let configuredCount: Int
    let discovers: Bool
    /// Sources that the operator declared.
    var networks: CountedNetworks

    /// By slot: what records touch, and the rest.
    var pulses: BoundedArray<ServicePulse>
    /// What was bad of late, for the detector.
    var news: BoundedArray<ServiceNews>
    var states: [ServiceState] = []
    var histories: [AnswerHistory] = []
    var cells: CellStore<FlowCell>
    var outcomeCells: CellStore<OutcomeCell>
    var endpoints: EndpointTable
    /// Services by the address of their host, for ICMP errors.
    var hosts: [IPAddress: [Int]] = [:]
    var candidates: CandidateTable
    var pairing: ConnectionPairing
    var continuations: Continuations
    var firewalled = FirewallConnections()
    var known: KnownClients
    var distinct: DistinctSources
    var rankings: BoundedArray<SourceRanking>
    var vacantRankings: [Int32] = []
    /// Newest end of a flow, by exporter, in microseconds.
    var watermarks: BoundedArray<Int64>
    var nowMicroseconds: Int64 = 0
    /// Of the records that are booked together.
    var prepared = InlineArray<32, PreparedRecord>(repeating: PreparedRecord())
    /// The second in which the last search for an idle service found none.
    var fullSince: Int64 = .min
    /// Endpoints that have met the terms of admission.
    var admissible: [ServiceKey] = []
    /// Asked before a discovered service is admitted, for where several share the services; nil admits all.
    package var admits: (@Sendable (ServiceKey) -> Bool)?

    /// Slots of the configured services come first, in their order. Call ``advance(to:)`` before the first record.
    ///
    /// - Parameters:
    ///   - declared: load tests and monitors: they make no pressure and are no newcomers; their outcomes count.
    ///   - egress: CDN, proxies, NAT: their volume counts, how many they are and whether they are new does not.
    package init(
        directory: ServiceDirectory, limits: WindowLimits = WindowLimits(), discovers: Bool = true,
        declared: [DeclaredNetwork] = [], egress: [DeclaredNetwork] = []
    ) {
        let services = max(limits.services, directory.services.count)
        self.limits = limits
        (self.directory, configuredCount, self.discovers) = (directory, directory.services.count, discovers)
        networks = CountedNetworks(declared: declared, egress: egress)
        pulses = BoundedArray(capacity: services)
        news = BoundedArray(capacity: services)
        cells = CellStore(services: services, octets: limits.cellOctets)
        outcomeCells = CellStore(services: services, octets: limits.outcomeOctets)
        endpoints = EndpointTable(
            capacity: services + directory.services.reduce(0) { $0 + $1.endpoints }, directory: directory)
        candidates = CandidateTable(capacity: limits.candidates)
        pairing = ConnectionPairing(capacity: limits.pendingHalves)
        continuations = Continuations(capacity: limits.continuations)
        known = KnownClients(services: services, newcomers: limits.allNewcomers)
        distinct = DistinctSources(services: services, octets: limits.sketchOctets)
        rankings = BoundedArray(capacity: min(services, limits.rankings))
        watermarks = BoundedArray(repeating: .min, count: limits.exporters)
        for service in directory.services { admitConfigured(service) }
    }

    /// The slot of a configured service is its `ServiceID`.
    private mutating func admitConfigured(_ service: ConfiguredService) {
        let first = ServiceKey(
            address: service.addresses.first?.address ?? .unspecified,
            port: service.ports.first?.lowerBound ?? 0,
            transport: service.transport)
        let state = ServiceState(name: service.name, kind: service.kind, isConfigured: true, endpoint: first)
        let slot = addSlot(state, hasManyEndpoints: service.endpoints > 1 || service.hasRanges)
        for prefix in service.addresses where prefix.length == 128 {
            hosts[prefix.address, default: []].append(slot)
            for port in service.ports.joined().prefix(ConfiguredService.listedPorts) {
                let key = ServiceKey(address: prefix.address, port: port, transport: service.transport)
                if endpoints.slot(of: key) < 0 { _ = endpoints.insert(key, slot: slot) }
            }
        }
    }

    mutating func addSlot(_ state: ServiceState, hasManyEndpoints: Bool) -> Int {
        states.append(state)
        histories.append(AnswerHistory())
        news.append(ServiceNews())
        pulses.append(ServicePulse(state, hasManyEndpoints: hasManyEndpoints))
        cells.addService()
        outcomeCells.addService()
        distinct.addService()
        known.addService()
        return states.count - 1
    }

    /// What became of records and outcomes. These only rise, over a change of the configuration too.
    package var counters: WindowCounters {
        var counters = booked
        counters.unpairedHalves &+= pairing.displaced
        counters.forgottenFlows &+= continuations.evicted
        counters.hurriedSweeps &+= hurriedSweeps
        counters.starvedSketches &+= distinct.starved
        return counters
    }

    // MARK: Services

    /// Tracked services; their slots are 0 ..< this.
    package var serviceCount: Int { states.count }

    /// What is kept about a service besides its cells.
    package func service(_ slot: Int) -> ServiceState {
        var state = states[slot]
        state.read(pulses[slot])
        return state
    }

    /// Second of the newest arrival of what the service said of itself; nil when it never did.
    package func lastLogged(_ slot: Int) -> Int64? { states[slot].lastLogged }

    /// Whether some of its records are sampled, as ``service(_:)`` says, which copies more.
    package func isSampled(_ slot: Int) -> Bool { pulses[slot].samplingInterval > 1 }

    /// Times that old seconds of all services became coarse, or were dropped, before their time.
    package var hurriedSweeps: UInt64 { cells.hurried &+ outcomeCells.hurried }

    /// What is usual of a service's answers, by the flows.
    package func history(_ slot: Int) -> AnswerHistory { histories[slot] }

    /// Whether nothing was told of a service for longer than `seconds`.
    package func isIdle(_ slot: Int, for seconds: Int64) -> Bool { pulses[slot].lastSeen < now - seconds }

    /// Whether answers that are cut short were told from others in a second.
    package func judgesSizes(slot: Int, second: Int64) -> Bool { states[slot].judgesSizesSince <= second }

    /// Tells the windows whether the detector suspects something: then nothing is learned, and sources are ranked.
    package mutating func setSuspicious(_ isSuspicious: Bool, slot: Int) {
        guard pulses[slot].isSuspicious != isSuspicious else { return }
        pulses[slot].isSuspicious = isSuspicious
        if isSuspicious {
            states[slot].latencies.discard()
            histories[slot].discard()
        }
        if isSuspicious, pulses[slot].ranking < 0 { pulses[slot].ranking = takeRanking() }
    }

    private mutating func takeRanking() -> Int32 {
        if let place = vacantRankings.popLast() {
            rankings[Int(place)] = SourceRanking()
            return place
        }
        guard rankings.count < rankings.capacity else { return -1 }
        rankings.append(SourceRanking())
        return Int32(rankings.count - 1)
    }

    // MARK: Time

    /// Says what time it is; call about once a second, never backwards (a step back is ignored).
    package mutating func advance(to instant: Instant) {
        let second = instant.seconds
        guard second > now else { return }
        let previous = now
        (now, nowMicroseconds) = (second, instant.microseconds)
        if !cells.isSwept(at: second) {
            cells.sweep(now: second)
            outcomeCells.sweep(now: second)
            distinct.sweep(now: second)
        }
        var alone: [ConnectionHalf] = []
        pairing.expire(now: second, after: limits.pairingSeconds) { alone.append($0) }
        for client in alone { concludeAlone(client) }
        if second / KnownClients.week != previous / KnownClients.week, previous > 0 { known.rotate() }
        known.promote(now: second, delay: limits.newcomerSeconds) { pulses[$0].isSuspicious }
        if second / 10 != previous / 10 { fade() }
    }

    private mutating func fade() {
        for slot in states.indices {
            states[slot].fade()
            histories[slot].fade()
            pulses[slot].fade(histories[slot])
            let judgesSizes = pulses[slot].shortAnswerOctets > 0
            if judgesSizes != (states[slot].judgesSizesSince <= now) {
                states[slot].judgesSizesSince = judgesSizes ? now : .max
            }
            // The last message of an incident still names its sources.
            if pulses[slot].ranking >= 0, !pulses[slot].isSuspicious,
                rankings[Int(pulses[slot].ranking)].isOver(at: now)
            {
                vacantRankings.append(pulses[slot].ranking)
                pulses[slot].ranking = -1
            }
        }
    }

    // MARK: Which seconds count

    /// Ahead of `now` a flow may end (clock offsets) without being refused.
    private static var aheadSeconds: Int64 { 5 }

    /// The second to book on, nil when it is older than the windows. A time ahead of the clock is taken as now.
    @inline(__always)
    func clamp(_ second: Int64) -> Int64? {
        if second > now &+ Self.aheadSeconds { return now }
        return second > now &- WindowLimits.span ? second : nil
    }
}
