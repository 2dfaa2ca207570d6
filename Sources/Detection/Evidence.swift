// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

private typealias Classes = DetectionPolicy.Classes
private typealias Statistics = DetectionPolicy.Statistics

/// What all tests say about one service at one tick: the input of every decision.
package struct Evidence: Sendable {
    /// The second that was judged.
    package var now: Int64
    /// The metrics that are up, strongest first.
    package var pressures: [PressureFinding] = []
    /// The channels that show harm, strongest first.
    package var harms: [OutcomeFinding] = []
    /// The metrics whose evidence has come half way, those that are up among them.
    package var risingPressures: [PressureFinding] = []
    /// The channels whose evidence has come half way, those that show harm among them.
    package var risingHarms: [OutcomeFinding] = []
    /// A planned event is on, and without it some metric would be up.
    package var isMoreThanUsual = false
    /// Largest evidence of late of any pressure metric, up or not, in nats.
    package var pressureNow = 0.0
    /// Largest evidence of late of any outcome channel, up or not, in nats.
    package var outcomeNow = 0.0
    /// Last second in which any pressure metric was loud; nil when none was within the look back.
    package var lastPressed: Int64?
    /// The same of any outcome channel.
    package var lastHarmed: Int64?
    /// Seconds until all channels of the service have told of a second.
    package var lag: Int64 = 0
    /// Failures of newcomers alone that known clients do not share.
    package var harmsOnlyNewcomers = false
    /// Harm began neither before the pressure nor after its end.
    package var isInOrder = false
    /// New prefixes, or many more sources.
    package var sourcesChanged = false
    /// Of these, not many more of the usual ones: newcomers, or somebody who is not seen.
    package var newcomersPress = false
    /// A sign of an attack, or arrivals beyond what the service has ever carried in good health: a service that fails under
    /// less than that has a trouble of its own.
    package var hasCause = false
    /// Records and log lines since the onset.
    package var rawEvidence = 0
    /// The service's flow records are sampled.
    package var samplingInterval = 1
    /// So much of what its exporter sent in the last minute never arrived that it cannot be told what is missing.
    package var isLossy = false
    /// The warm-up is not over.
    package var isCold = true
    /// Figures since the onset.
    package var facts = EvidenceFacts()
    /// What each test saw, found something or not; nil unless an explanation is wanted.
    package var observations: Observations?

    /// The strongest metric that is up.
    package var pressure: PressureFinding? { pressures.first }
    /// The strongest channel that shows harm.
    package var harm: OutcomeFinding? { harms.first }

    /// When the trouble began: the pressure's onset, else the harm's.
    package var onset: Int64 {
        (pressures.isEmpty ? risingPressures : pressures).map(\.onset).min() ?? harm?.onset ?? now
    }

    /// How far the telemetry behind it is as good as can be, 0…1: sure classes are less sure on it.
    package var trust: Double {
        (samplingInterval > Statistics.wideSampling ? Statistics.leastTrust : 1)
            * (isLossy ? Statistics.leastTrust : 1)
    }

    package init(now: Int64) { self.now = now }

    /// The strongest metric that is up and brought more in a minute than was ever carried of it.
    package var unprecedented: PressureFinding? { pressures.first { $0.rateOfMinute > $0.capacity } }

    /// Whether a pressure and a harm, as far as they are asked for, stood for so many seconds of event time: two bad seconds
    /// are still seen in the third.
    package func hasLasted(_ seconds: Double, _ policy: DetectionPolicy) -> Bool {
        (policy.disabledRules.contains(.pressure)
            || pressures.contains { Double($0.end - $0.onset + 1) >= seconds })
            && (policy.disabledRules.contains(.harm)
                || harms.contains { Double($0.end - $0.onset + 1) >= seconds })
    }

    /// Pressure and harm have been there of late, as opposed to within the time that is looked at.
    package func goesOn(_ policy: DetectionPolicy) -> Bool {
        pressureNow >= policy.pressureThreshold / 2 && outcomeNow >= policy.outcomeThreshold / 2
    }

    /// Says whether it has a cause, when it looks like `kind`.
    package mutating func judgeCause(of kind: VerdictKind) {
        hasCause =
            kind != .demandOverload || pressures.contains { $0.metric.isArrival && $0.exceedsCapacity }
            || (pressures.isEmpty && !risingPressures.isEmpty)
    }

    /// Whether there are records and lines enough to say anything.
    package func hasEnough(_ policy: DetectionPolicy) -> Bool {
        Double(rawEvidence) >= policy.minimumEvidence
    }
}

/// Figures over the time since the onset, for the class of an incident and for its message.
package struct EvidenceFacts: Sendable {
    /// Connections that began, scaled by sampling.
    package var newConnections = 0
    /// Of these, from unknown prefixes.
    package var newFromUnknown = 0
    /// Of these, SYN and nothing more.
    package var synOnly = 0
    /// Connections whose end was seen.
    package var ended = 0
    /// Of these, with a single request.
    package var short = 0
    /// Of these, a TLS handshake and no request.
    package var handshakeOnly = 0
    /// Packets of clients in records that ended since the onset.
    package var packets = 0
    /// Of these, from unknown prefixes.
    package var packetsFromUnknown = 0
    /// Of these, asked for by nobody: segments of no connection, and what comes from ports that reflect.
    package var unsolicited = 0
    /// Requests in the log.
    package var requests = 0
    /// Of these, from unknown prefixes.
    package var requestsFromUnknown = 0
    /// Of these, of clients who are not named.
    package var requestsOfUnnamed = 0
    /// Connections in the log without a request.
    package var attempts = 0
    /// Of these, from unknown prefixes.
    package var attemptsFromUnknown = 0
    /// Of these, of clients who are not named.
    package var attemptsOfUnnamed = 0
    /// Requests that never came in time (408).
    package var slowRequests = 0
    /// Lines that tell of dropped work.
    package var saturated = 0
    /// Failed TLS handshakes in the log.
    package var handshakeFailures = 0
    /// NXDOMAIN answers in the log.
    package var noSuchName = 0
    /// Answers whose time is known, to clients who were not.
    package var timedUnknown = 0
    /// Of these, slow ones.
    package var slowUnknown = 0
    /// The same of known clients.
    package var timedKnown = 0
    /// Of these, slow ones.
    package var slowKnown = 0
    /// Failed requests in the log.
    package var failures = 0
    /// Most connections open at once in the last minute and a half.
    package var open = 0
    /// Most slow connections open at once in the last minute and a half.
    package var slowOpen = 0
    /// Of these, about how many are newcomers'.
    package var slowOfNew = 0
    /// Distinct sources within half a minute.
    package var sources = 0
    /// Lines in the log for each new connection.
    package var lines = LineVolume()
    /// Seconds since the onset, at least 1.
    package var duration: Int64 = 1

    package init() {}

    /// Share (0…1) of the pressure that came from unknown prefixes, of that whose source is told.
    package var newShare: Double {
        let all = newConnections + requests - requestsOfUnnamed + attempts - attemptsOfUnnamed
        return all > 0 ? Double(newFromUnknown + requestsFromUnknown + attemptsFromUnknown) / Double(all) : 0
    }

    /// The service ran out of places though nobody had asked for more and all was well until then, and its log cannot say who
    /// has them: somebody holds them. An outage fails before it is full, and a crowd asks.
    package var isHeld = false

    /// Newcomers hold far more connections open than is usual, with next to nothing sent, and these are a part of all that is
    /// open at a time.
    package var newcomersHold = false

    /// Most of what newcomers send was asked for by nobody: it belongs to no connection, or comes from ports that reflect.
    package var isUnsolicited: Bool {
        unsolicited >= Classes.leastEvents
            && Double(unsolicited) >= Classes.unsolicitedShare * Double(packetsFromUnknown)
    }

    /// Share (0…1) of the clients' packets that came from unknown prefixes.
    package var newPacketShare: Double { packets > 0 ? Double(packetsFromUnknown) / Double(packets) : 0 }

    /// Newcomers' connections carry dozens of packets, twice as many as those of known clients at the same time.
    package var packetsSitInFewConnections: Bool {
        let ofNew = Double(packetsFromUnknown) / Double(max(1, newFromUnknown))
        let ofKnown = Double(packets - packetsFromUnknown) / Double(max(1, newConnections - newFromUnknown))
        return ofNew >= Classes.packetsOfFew.least && ofNew >= Classes.packetsOfFew.ratio * ofKnown
    }

    /// Share (0…1) of the new connections that never got beyond SYN.
    package var synShare: Double { newConnections > 0 ? Double(synOnly) / Double(newConnections) : 0 }

    /// Share of the clients' packets that open a connection, at most 1: what tells of a sampled exporter's records, in which
    /// the SYN of any connection is often alone.
    package var synPacketShare: Double { packets > 0 ? min(1, Double(newConnections) / Double(packets)) : 0 }
}
