// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// What nearly every record of a service looks at or changes: within one cache line.
struct ServicePulse: BitwiseCopyable {
    /// Hash of the name: what is known of a service's clients stays with it when slots change.
    let identity: UInt64
    /// Second of the latest record or outcome.
    var lastSeen: Int64 = .min
    /// How late flow records end up in their cells, in seconds: decayed maximum of arrival − flow end.
    var flowLag: Int32 = 0
    /// The same for arrival − flow start of new connections.
    var startLag: Int32 = 0
    /// Largest sampling interval that records of the service came with; 1 = unsampled.
    var samplingInterval: UInt32 = 1
    /// The same in this slice of time; 0 before its first record.
    var samplingOfSlice: UInt32 = 0
    /// The exporter whose record was booked last.
    var exporter: UInt32 = 0
    /// Place of the service's ranking of sources; -1 without one.
    var ranking: Int32 = -1
    /// Single-request connections that last longer are slow, in milliseconds.
    var slowShortMilliseconds: UInt32 = 1000
    /// Connections that got no answer, halved every ten seconds.
    var unansweredOfLate: UInt32 = 0
    /// Handshakes that last longer are slow, in milliseconds.
    var slowHandshakeMilliseconds: UInt32 = 500
    /// Single-request connections that were served less payload are cut short, in octets.
    var shortAnswerOctets: UInt32 = 0
    /// The starts of the two halves of a connection differ: some exporters give both the same.
    var measuresDelays = false
    /// Connections of which both halves were told, up to as many as it takes to know that what the service sends is told.
    var answered: UInt8 = 0
    /// Set by the detector: while true nothing is learned, no newcomer becomes known.
    var isSuspicious = false
    var hasExporter = false
    /// Lives at more than one endpoint.
    let hasManyEndpoints: Bool
    /// A connection begins with a TLS handshake.
    let speaksTLS: Bool
    /// Each packet asks for an answer: flows are no connections.
    let isDatagram: Bool
    /// Records and outcomes since the detector asked, up to the largest value.
    var heard: UInt16 = 0

    /// What the service sends is told, and not only what is sent to it.
    @inline(__always)
    var seesAnswers: Bool { answered >= Self.leastAnswered }

    /// Both halves of a connection were told.
    @inline(__always)
    mutating func answer() { if answered < Self.leastAnswered { answered += 1 } }

    /// A client was answered, and the answer was not told: it may take another way, or the halves come too far apart.
    @inline(__always)
    mutating func missAnswer() { answered = 0 }

    private static var leastAnswered: UInt8 { 20 }

    /// More is asked of its new connections than how many they are.
    @inline(__always)
    var isWatched: Bool { isSuspicious || hasManyEndpoints }

    init(_ state: ServiceState, hasManyEndpoints: Bool) {
        identity = state.identity
        self.hasManyEndpoints = hasManyEndpoints
        speaksTLS = state.kind == .https || state.kind == .tls
        isDatagram = state.endpoint.transport == .udp
    }

    /// A record came, at second `now`, of a flow that ended in second `last`.
    @inline(__always)
    mutating func beat(sampling interval: UInt32, exporter: ExporterID, now: Int64, last: Int64) {
        if interval > samplingOfSlice {
            samplingOfSlice = interval
            samplingInterval = max(samplingInterval, interval)
        }
        lastSeen = now
        heard.add(1)
        (self.exporter, hasExporter) = (exporter.index, true)
        if now &- last > Int64(flowLag) { flowLag = Self.lag(now, last) }
    }

    /// A connection is told of that began in second `first`.
    @inline(__always)
    mutating func begin(now: Int64, first: Int64) {
        if now &- first > Int64(startLag) { startLag = Self.lag(now, first) }
    }

    /// Two minutes and more are one: no test waits longer.
    @inline(__always)
    private static func lag(_ now: Int64, _ second: Int64) -> Int32 {
        Int32(truncatingIfNeeded: min(120, max(0, now &- second)))
    }

    /// Ten seconds have gone.
    mutating func fade(_ history: borrowing AnswerHistory) {
        if samplingOfSlice > 0 { (samplingInterval, samplingOfSlice) = (samplingOfSlice, 0) }
        unansweredOfLate /= 2
        apply(history)
        flowLag = max(0, flowLag - flowLag / 8)
        startLag = max(0, startLag - startLag / 8)
    }

    /// Takes the limits that follow from what is usual.
    mutating func apply(_ history: borrowing AnswerHistory) {
        slowShortMilliseconds = history.slowDurationMilliseconds
        slowHandshakeMilliseconds = history.slowHandshakeMilliseconds
        shortAnswerOctets = history.shortAnswerOctets
        measuresDelays = history.measuresDelays(isDatagram: isDatagram)
    }
}

/// What the windows keep about a tracked service besides its cells.
package struct ServiceState: Sendable {
    /// The configured name, or the endpoint.
    package let name: String
    /// What it speaks, or is guessed to.
    package let kind: ServiceKind
    /// Named by the operator, as opposed to discovered.
    package let isConfigured: Bool
    /// Hash of the name. Another number in the same slot is another service.
    package let identity: UInt64
    /// The endpoint that most new connections went to of late (majority vote), for services with several.
    package internal(set) var endpoint: ServiceKey
    private var endpointVotes: Int32 = 0

    /// The exporter whose record was booked last.
    package internal(set) var exporter: ExporterID?
    /// Largest sampling interval that records of the service came with; 1 = unsampled.
    package internal(set) var samplingInterval: UInt32 = 1
    /// Set by the detector: while true nothing is learned, no newcomer becomes known.
    package internal(set) var isSuspicious = false
    /// How late flow records end up in their cells, in seconds: decayed maximum of arrival − flow end.
    package internal(set) var flowLag: Int64 = 0
    /// The same for arrival − flow start of new connections.
    package internal(set) var startLag: Int64 = 0

    /// How late what the service says of itself comes, in seconds: decayed maximum of arrival − event time.
    package internal(set) var logLag: Int64 = 0
    /// Second of the newest arrival of what the service said of itself; nil when it never did.
    package internal(set) var lastLogged: Int64?

    /// Server time of answers by the log, learned while nothing is suspicious.
    package internal(set) var latencies = UsualCounts()
    /// How full it was in the last minute, by its own word.
    package internal(set) var levels = LevelsOfLate()
    /// Answers slower than this are slow: max(1 s, 9 × median) in milliseconds.
    package internal(set) var slowAnswerMilliseconds: Double = 1000
    /// Server time of answers in this slice of ten seconds, and in the one before.
    var recentLatencies = DurationHistogram()
    private var previousLatencies = DurationHistogram()

    /// Second from which answers that are cut short are told from others: before, what is usual was not known.
    package internal(set) var judgesSizesSince: Int64 = .max

    /// Requested paths (or query names) of prefixes that were known, and of those that were not.
    package internal(set) var knownPaths = Concentration()
    /// The same for newcomers.
    package internal(set) var unknownPaths = Concentration()
    /// Shape of connections (octets each way in octaves), likewise.
    package internal(set) var knownShapes = Concentration()
    /// The same for newcomers.
    package internal(set) var unknownShapes = Concentration()
    /// Whose the slow connections are.
    package internal(set) var slowSenders = SlowSenders()

    init(name: String, kind: ServiceKind, isConfigured: Bool, endpoint: ServiceKey) {
        (self.name, self.kind, self.isConfigured, self.endpoint) = (name, kind, isConfigured, endpoint)
        identity = mix(name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }, 0)
    }

    /// Takes what the pulse says.
    mutating func read(_ pulse: ServicePulse) {
        exporter = pulse.hasExporter ? ExporterID(pulse.exporter) : nil
        (samplingInterval, isSuspicious) = (pulse.samplingInterval, pulse.isSuspicious)
        (flowLag, startLag) = (Int64(pulse.flowLag), Int64(pulse.startLag))
    }

    /// Boyer-Moore majority vote.
    mutating func vote(_ key: ServiceKey) {
        if key == endpoint {
            endpointVotes.add(1)
        } else if endpointVotes > 0 {
            endpointVotes &-= 1
        } else {
            (endpoint, endpointVotes) = (key, 1)
        }
    }

    /// The service has said something of itself.
    mutating func hear(_ outcome: Outcome) {
        let arrival = outcome.arrival.seconds
        lastLogged = max(lastLogged ?? arrival, arrival)
        logLag = max(logLag, min(120, (outcome.arrival - outcome.time).microseconds / 1_000_000))
    }

    /// Ten seconds have gone: fades the recent, recomputes the limits.
    mutating func fade() {
        logLag -= logLag / 8
        knownPaths.halve()
        unknownPaths.halve()
        knownShapes.halve()
        unknownShapes.halve()
        slowSenders.fade()
        levels.fade()
        previousLatencies = recentLatencies
        recentLatencies = DurationHistogram()
        latencies.settle()
        applyLimits()
    }

    /// Computes the limit by what is usual.
    mutating func applyLimits() { slowAnswerMilliseconds = max(1000, 9 * (latencies.median() ?? 0)) }

    /// Median server time of answers in the last ten to twenty seconds, in milliseconds.
    package var latencyOfLate: Double? {
        recentLatencies.median(least: 5) ?? previousLatencies.median(least: 5)
    }

    /// Some of the service's records are sampled: flags, durations and single flows are no evidence then.
    package var sampled: Bool { samplingInterval > 1 }
}
