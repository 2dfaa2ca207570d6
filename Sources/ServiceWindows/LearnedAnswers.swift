// SPDX-License-Identifier: Apache-2.0

package import FlowModel
import Storage

/// How a service usually answers, as far as it outlives the process: what "slow" and "cut short" are measured by.
package struct LearnedAnswers: Sendable {
    /// Server time by the log, in milliseconds.
    private var latencies = UsualCounts()
    private var serverTimes = UsualCounts()
    private var handshakes = UsualCounts()
    private var octets = UsualCounts()
    private var durations = UsualCounts()

    /// Nothing learned.
    package init() {}

    init(_ state: ServiceState, _ history: AnswerHistory) {
        (latencies, serverTimes) = (state.latencies, history.serverTimes)
        (handshakes, octets, durations) = (history.handshakes, history.octets, history.durations)
    }

    /// Octets in an archive.
    package static let archivedLength = 5 * OctaveCounts.archivedLength

    /// To or from an archive.
    package mutating func code(_ codec: inout StateCodec) {
        latencies.code(&codec)
        serverTimes.code(&codec)
        handshakes.code(&codec)
        octets.code(&codec)
        durations.code(&codec)
    }

    func hand(to state: inout ServiceState, _ history: inout AnswerHistory) {
        (state.latencies, history.serverTimes) = (latencies, serverTimes)
        (history.handshakes, history.octets, history.durations) = (handshakes, octets, durations)
    }
}

extension ServiceAggregator {
    /// Hash of the name of the service in a slot: another number in the same slot is another service.
    package func identity(_ slot: Int) -> UInt64 { pulses[slot].identity }

    /// The same as of ``service(_:)``, which copies more.
    package func startLag(_ slot: Int) -> Int64 { Int64(pulses[slot].startLag) }

    /// Which exporter told of the service last, and its sampling interval; nil when none did.
    package func teller(_ slot: Int) -> (exporter: ExporterID, samplingInterval: UInt32)? {
        let pulse = pulses[slot]
        return pulse.hasExporter ? (ExporterID(pulse.exporter), pulse.samplingInterval) : nil
    }

    /// What a list of services says of one.
    package func outline(_ slot: Int) -> ServiceOutline {
        ServiceOutline(
            name: states[slot].name, endpoint: states[slot].endpoint, kind: states[slot].kind,
            isConfigured: states[slot].isConfigured, samplingInterval: pulses[slot].samplingInterval,
            flowLag: Int64(pulses[slot].flowLag), startLag: Int64(pulses[slot].startLag),
            logLag: states[slot].logLag)
    }

    /// How a service usually answers, to be kept.
    package func learnedAnswers(_ slot: Int) -> LearnedAnswers {
        LearnedAnswers(states[slot], histories[slot])
    }

    /// Goes on with how a service answered when it was saved. Its limits hold at once.
    package mutating func restore(_ answers: LearnedAnswers, slot: Int) {
        answers.hand(to: &states[slot], &histories[slot])
        states[slot].applyLimits()
        histories[slot].applyLimits()
        pulses[slot].apply(histories[slot])
    }

    /// Which clients are known, to be kept: a mebibyte, less where they are few.
    package func archivedClients() -> ArchivedClients { known.archived(at: now) }

    /// Adds the clients that were known when it was saved.
    ///
    /// - Parameter second: the present.
    package mutating func restore(_ clients: ArchivedClients, at second: Int64) {
        known.restore(clients, at: second)
    }
}

/// What a list of services says of one.
package struct ServiceOutline: Sendable {
    /// As of ``ServiceState``.
    package let name: String
    /// As of ``ServiceState``.
    package let endpoint: ServiceKey
    /// As of ``ServiceState``.
    package let kind: ServiceKind
    /// As of ``ServiceState``.
    package let isConfigured: Bool
    /// As of ``ServiceState``.
    package let samplingInterval: UInt32
    /// As of ``ServiceState``, in seconds.
    package let flowLag: Int64
    /// As of ``ServiceState``, in seconds.
    package let startLag: Int64
    /// As of ``ServiceState``, in seconds.
    package let logLag: Int64
}
