// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

private typealias Classes = DetectionPolicy.Classes
private typealias Learning = DetectionPolicy.Learning

/// Evidence → class (detection.md §6). An attack class needs a positive sign; without one, too many users are too many
/// users.
package enum Classifier {
    /// A class and how sure it is, 0…1.
    package struct Judgement: Equatable, Sendable {
        /// The class.
        package var kind: VerdictKind
        /// 0…1.
        package var confidence: Double

        package init(kind: VerdictKind, confidence: Double) {
            (self.kind, self.confidence) = (kind, confidence)
        }
    }

    static func classify(_ evidence: Evidence, _ service: ServiceState, _ baseline: ServiceBaseline)
        -> Judgement
    {
        let facts = evidence.facts
        if facts.isUnsolicited {
            return service.endpoint.transport == .udp
                ? Judgement(kind: .reflection, confidence: 0.85)
                : Judgement(kind: .networkFlood, confidence: 0.8)
        }
        if service.endpoint.transport == .udp || service.kind == .dns {
            return classifyQueries(facts, service, baseline)
        }
        let slow = slowConnections(evidence, baseline)
        if isSYNFlood(evidence), slow == nil || sourcesAreForged(evidence) {
            return placesAreHeld(evidence)
                ? Judgement(kind: .connectionExhaustion, confidence: 0.65)
                : Judgement(kind: .synFlood, confidence: 0.9)
        }
        if let slow { return slow }
        if service.kind == .https || service.kind == .tls, let tls = handshakes(evidence, service, baseline) {
            return tls
        }
        if connectionsWithoutRequests(evidence) {
            return Judgement(kind: .connectionExhaustion, confidence: 0.6)
        }
        if let expensive = expensiveRequests(facts) { return expensive }
        let signs = attackSigns(facts, service)
        guard signs > 0 else { return Judgement(kind: .demandOverload, confidence: 0.55) }
        let confidence = min(0.95, 0.6 + 0.12 * Double(signs))
        let speaksHTTP = service.kind == .http || service.kind == .https || facts.requests > 0
        return Judgement(kind: speaksHTTP ? .httpFlood : .connectionExhaustion, confidence: confidence)
    }

    /// Six of ten connections are a SYN and nothing more. Where the queue of a service that is held is full, its clients
    /// send SYN after SYN as well: those of a flood are of more sources, or far more than anybody repeats.
    private static func isSYNFlood(_ evidence: Evidence) -> Bool {
        let facts = evidence.facts
        let share = evidence.samplingInterval == 1 ? facts.synShare : facts.synPacketShare
        guard facts.newConnections >= Classes.leastEvents, share >= Classes.synShare else { return false }
        let ratio = evidence.pressures.first { $0.metric == .newConnections }?.surprise ?? 1
        return sourcesAreForged(evidence) || ratio >= Classes.synRatio
    }

    /// About one SYN a source.
    private static func sourcesAreForged(_ evidence: Evidence) -> Bool {
        let seconds = Double(min(Learning.sourceSeconds, evidence.facts.duration))
        let syns = Double(evidence.facts.synOnly) * seconds / Double(evidence.facts.duration)
        // Of a sampled exporter's connections as many sources are seen as records.
        return Double(evidence.facts.sources) * Classes.synsPerSource >= syns
            / Double(evidence.samplingInterval)
    }

    /// Few requests of newcomers that each take long, while those of known clients, who wait for them, are slow less often.
    private static func expensiveRequests(_ facts: EvidenceFacts) -> Judgement? {
        let (ofNew, ofKnown) = (Double(facts.timedUnknown), Double(facts.timedKnown))
        guard facts.slowUnknown >= Classes.leastEvents, ofKnown >= Classes.leastKnown, ofNew < ofKnown
        else { return nil }
        let (newShare, knownShare) = (Double(facts.slowUnknown) / ofNew, Double(facts.slowKnown) / ofKnown)
        guard newShare >= Classes.costly.share, newShare >= Classes.costly.ratio * knownShare else {
            return nil
        }
        // Of a dozen answers such a difference comes by chance, where a hanging server keeps everybody waiting.
        let all = Double(facts.slowUnknown + facts.slowKnown) / (ofNew + ofKnown)
        let variance = all * (1 - all) * (1 / ofNew + 1 / ofKnown)
        let difference = newShare - knownShare
        guard difference * difference >= Classes.deviations * Classes.deviations * variance else {
            return nil
        }
        return Judgement(kind: .applicationExhaustion, confidence: 0.65)
    }

    /// Many more connections were open before more came: who finds no place sends SYN after SYN.
    private static func placesAreHeld(_ evidence: Evidence) -> Bool {
        func found(_ metric: PressureMetric) -> PressureFinding? {
            evidence.pressures.first { $0.metric == metric }
        }
        guard let open = found(.concurrentConnections), open.surprise >= Classes.floodRatio else {
            return false
        }
        return found(.newConnections).map { $0.onset > open.onset + Classes.heldBefore } ?? true
    }

    /// Open connections that send next to nothing hold the pool.
    private static func slowConnections(_ evidence: Evidence, _ baseline: ServiceBaseline) -> Judgement? {
        let facts = evidence.facts
        let usual = baseline.metric(.slowConnections).mean
        let manySlow =
            facts.newcomersHold
            || Double(facts.slowOpen) >= Classes.slowOpen.ratio * usual + Classes.slowOpen.more
        let manyTimeouts =
            facts.slowRequests >= Classes.leastEvents
            && Double(facts.slowRequests) >= Classes.timeoutShare * Double(facts.requests)
        // Refused requests that are tried again are more requests, but most of what is open is slow.
        let requestsUp =
            evidence.pressures.contains { $0.metric == .requests } && facts.slowOpen * 2 < facts.open
        // The pool is full, the requests are not more: connections hold it that ask for nothing.
        let poolHeld = facts.saturated >= Classes.leastEvents && !requestsUp
        // So they are where newcomers hold what there is: bots that find no place come again as users do.
        guard facts.newcomersHold || !requestsUp, manySlow || manyTimeouts || poolHeld else { return nil }
        let signs = [manySlow, manyTimeouts, poolHeld].filter { $0 }.count
        return Judgement(kind: .slowConnection, confidence: min(0.97, 0.62 + 0.15 * Double(signs)))
    }

    /// Many new connections without a request are a flood of handshakes; handshakes that go bad while few connections
    /// come are being asked for again within the connections that are there.
    private static func handshakes(
        _ evidence: Evidence, _ service: ServiceState, _ baseline: ServiceBaseline
    ) -> Judgement? {
        let facts = evidence.facts
        let requestsUp = evidence.pressures.contains { $0.metric == .requests }
        let ratio = evidence.pressures.first { $0.metric == .newConnections }?.surprise ?? 1
        // Before the exporter has told of the newcomers' connections, failing handshakes could be either.
        let flowsAreIn = facts.duration >= service.startLag + Classes.settled
        let failingPerSecond = Double(facts.handshakeFailures) / Double(facts.duration)
        let usualConnections = max(1, baseline.metric(.newConnections).mean)
        let mostOnly =
            facts.handshakeOnly >= Classes.leastEvents
            && Double(facts.handshakeOnly) >= Classes.handshakeOnlyShare * Double(facts.ended)
        let failing =
            facts.handshakeFailures >= Classes.leastEvents
            && Double(facts.handshakeFailures) >= Classes.failingShare * Double(facts.requests)
        let packetsUp = evidence.pressures.contains { $0.metric == .clientPackets }
        // Who asks again within a connection makes no new ones, however many of the first handshakes fail.
        if ratio < Classes.floodRatio, packetsUp, facts.newPacketShare >= Classes.newPacketShare,
            facts.packetsSitInFewConnections, !requestsUp
        {
            return Judgement(kind: .tlsRenegotiation, confidence: 0.8)
        }
        // More handshakes fail than there are usually connections: they are new ones, whatever the flows will say.
        if failing, failingPerSecond >= Classes.failingRatio * usualConnections {
            return Judgement(kind: .tlsHandshakeFlood, confidence: 0.75)
        }
        // So do accepted ones that bring no request.
        let logged = evidence.pressures.first { $0.metric == .loggedConnections }?.surprise ?? 1
        if logged >= 2 * Classes.floodRatio, facts.attempts >= Classes.leastAttempts, !requestsUp {
            return Judgement(kind: .tlsHandshakeFlood, confidence: 0.65)
        }
        if ratio >= Classes.floodRatio {
            guard mostOnly || failing || connectionsWithoutRequests(evidence) else { return nil }
            return Judgement(kind: .tlsHandshakeFlood, confidence: mostOnly || failing ? 0.85 : 0.65)
        }
        guard !requestsUp, failing, flowsAreIn else { return nil }
        return Judgement(kind: .tlsRenegotiation, confidence: 0.6)
    }

    /// The service writes a log, and far fewer lines come out of a connection than usual.
    private static func connectionsWithoutRequests(_ evidence: Evidence) -> Bool {
        let lines = evidence.facts.lines
        guard lines.change == .fewer, let ratio = lines.ratio, let usual = lines.usual else { return false }
        return ratio < Classes.fewLines * usual && !evidence.pressures.contains { $0.metric == .requests }
    }

    /// How many signs say that the newcomers are not users: compared with the known clients of the same time, never with
    /// the past, since an overload makes everybody's connections look alike.
    private static func attackSigns(_ facts: EvidenceFacts, _ service: ServiceState) -> Int {
        var signs = 0
        if stands(service.unknownPaths, outFrom: service.knownPaths) { signs += 1 }
        if scatter(service.unknownPaths, unlike: service.knownPaths) { signs += 1 }
        // Where the log tells what newcomers and known clients ask for, what their connections look like says no more: an
        // overload makes all of them look otherwise.
        if !areTold(service.unknownPaths, service.knownPaths),
            stands(service.unknownShapes, outFrom: service.knownShapes)
        {
            signs += 1
        }
        // Of newcomers: a CDN or a NAT is known, and asks for many.
        let perSource =
            Double(facts.newFromUnknown + facts.requestsFromUnknown) / Double(max(1, facts.sources))
        let ten = Double(facts.duration) / 10
        // A person makes a request in a few seconds, a tool several a second.
        if perSource / max(1, ten) >= Classes.toolRate { signs += 1 }
        return signs
    }

    /// Whether there are values enough of both to hold one against the other.
    private static func areTold(_ newcomers: Concentration, _ known: Concentration) -> Bool {
        newcomers.total >= Classes.leastValues.newcomers && known.total >= Classes.leastValues.known
    }

    private static func stands(_ newcomers: Concentration, outFrom known: Concentration) -> Bool {
        guard newcomers.total >= Classes.leastValues.newcomers else { return false }
        // A crowd comes for one thing as well: it must be much more one thing than what the others come for.
        guard known.total >= Classes.leastValues.known else {
            return newcomers.topShare >= Classes.aloneShare
        }
        return [Classes.standsOut, Classes.nearlyAll].contains {
            newcomers.topShare >= $0.share && newcomers.topShare >= $0.ratio * known.topShare
        }
    }

    /// Nobody asks twice for the same, where the others do: paths that are made up to pass the cache.
    private static func scatter(_ newcomers: Concentration, unlike known: Concentration) -> Bool {
        isScattered(newcomers) && known.total >= Classes.leastValues.known
            && known.topShare >= Classes.scatter.knownShare
    }

    private static func isScattered(_ values: Concentration) -> Bool {
        values.total >= Classes.scatter.least && values.topShare < Classes.scatter.share
    }

    private static func classifyQueries(
        _ facts: EvidenceFacts, _ service: ServiceState, _ baseline: ServiceBaseline
    ) -> Judgement {
        let usual = baseline.metric(.queries).mean
        // Names that nobody has asked for have no answer, or none in time.
        let misses = Double(facts.noSuchName + facts.failures) / Double(max(1, facts.requests))
        let scattered = isScattered(service.unknownPaths)
        if service.kind == .dns, usual > 0,
            misses >= Classes.misses.alone || (scattered && misses >= Classes.misses.scattered)
        {
            return Judgement(kind: .dnsRandomSubdomain, confidence: 0.75)
        }
        return Judgement(kind: service.kind == .dns ? .dnsFlood : .networkFlood, confidence: 0.75)
    }
}

extension VerdictKind {
    /// How much a class says: an incident is refined only upward.
    var specificity: Int {
        switch self {
        case .unclear: 0
        case .demandOverload: 1
        case .httpFlood, .dnsFlood, .connectionExhaustion, .applicationExhaustion: 2
        case .slowConnection, .synFlood, .tlsHandshakeFlood, .dnsRandomSubdomain: 3
        // That many packets sit in few connections is known when flows have told of them, some time after handshakes fail.
        case .tlsRenegotiation: 4
        // That a segment belongs to no connection is known some seconds after it has come; then it is nothing else.
        case .networkFlood: 5
        case .reflection: 6
        case .surge, .degradation, .outageRetryStorm, .absorbedAttack, .telemetry: 0
        }
    }
}
