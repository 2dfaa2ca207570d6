// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// What the windows keep about a tracked service besides its cells.
package struct ServiceState: Sendable {
    /// The configured name, or the endpoint.
    package let name: String
    /// What it speaks, or is guessed to.
    package let kind: ServiceKind
    /// Named by the operator, as opposed to discovered.
    package let isConfigured: Bool
    /// Hash of the name: what is known of a service's clients stays with it when slots change.
    let identity: UInt64
    /// The endpoint that most new connections went to of late (majority vote), for services with several.
    package internal(set) var endpoint: ServiceKey
    private var endpointVotes: Int32 = 0

    /// The exporter whose records count; others are also seen.
    package internal(set) var exporter: ExporterID?
    /// Second in which its last record arrived.
    package internal(set) var exporterSeen: Int64 = .min
    /// Largest sampling interval that records of the service came with; 1 = unsampled.
    package private(set) var samplingInterval: UInt32 = 1
    /// The same in this slice of ten seconds; 0 before its first record.
    private var samplingOfSlice: UInt32 = 0

    /// Set by the detector: while true nothing is learned, no newcomer becomes known.
    package var isSuspicious = false

    /// How late flow records end up in their cells, in seconds: decayed maximum of arrival − flow end.
    package internal(set) var flowLag: Int64 = 0
    /// The same for arrival − flow start of new connections.
    package internal(set) var startLag: Int64 = 0

    /// Server time of answers by the log, learned while nothing is suspicious.
    package internal(set) var latencies = DurationHistogram()
    /// Duration of single-request connections by the flows, likewise.
    package internal(set) var shortDurations = DurationHistogram()
    /// Answers slower than this are slow: max(1 s, 9 × median) in milliseconds.
    package internal(set) var slowAnswerMilliseconds: Double = 1000
    /// The same for single-request connections.
    package internal(set) var slowShortMilliseconds: Double = 1000
    /// Server time of answers in this slice of ten seconds, and in the one before.
    var recentLatencies = DurationHistogram()
    private var previousLatencies = DurationHistogram()

    /// Requested paths (or query names) of prefixes that were known, and of those that were not.
    package internal(set) var knownPaths = Concentration()
    /// The same for newcomers.
    package internal(set) var unknownPaths = Concentration()
    /// Shape of connections (octets each way in octaves), likewise.
    package internal(set) var knownShapes = Concentration()
    /// The same for newcomers.
    package internal(set) var unknownShapes = Concentration()

    init(name: String, kind: ServiceKind, isConfigured: Bool, endpoint: ServiceKey) {
        (self.name, self.kind, self.isConfigured, self.endpoint) = (name, kind, isConfigured, endpoint)
        identity = mix(name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    }

    /// A record with this sampling interval came.
    mutating func note(sampling interval: UInt32) {
        samplingOfSlice = max(samplingOfSlice, interval)
        samplingInterval = max(samplingInterval, interval)
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

    /// Ten seconds have gone: fades the recent, recomputes the limits.
    mutating func fade() {
        if samplingOfSlice > 0 { (samplingInterval, samplingOfSlice) = (samplingOfSlice, 0) }
        knownPaths.halve()
        unknownPaths.halve()
        knownShapes.halve()
        unknownShapes.halve()
        previousLatencies = recentLatencies
        recentLatencies = DurationHistogram()
        slowAnswerMilliseconds = max(1000, 9 * (latencies.median() ?? 0))
        slowShortMilliseconds = max(1000, 9 * (shortDurations.median() ?? 0))
        flowLag = max(0, flowLag - flowLag / 8)
        startLag = max(0, startLag - startLag / 8)
    }

    /// Median server time of answers in the last ten to twenty seconds, in milliseconds.
    package var latencyOfLate: Double? {
        recentLatencies.median(least: 5) ?? previousLatencies.median(least: 5)
    }

    /// Some of the service's records are sampled: flags, durations and single flows are no evidence then.
    package var sampled: Bool { samplingInterval > 1 }
}
