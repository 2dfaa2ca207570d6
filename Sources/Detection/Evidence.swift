// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

/// What all tests say about one service at one tick: the input of every decision.
struct Evidence: Sendable {
    var now: Int64
    /// The metrics that are up, strongest first.
    var pressures: [PressureFinding] = []
    /// The channels that show harm, strongest first.
    var harms: [OutcomeFinding] = []
    /// Largest evidence of late of any pressure metric, up or not, in nats.
    var pressureNow = 0.0
    /// Largest evidence of late of any outcome channel, up or not, in nats.
    var outcomeNow = 0.0
    /// Failures of newcomers alone that known clients do not share.
    var harmsOnlyNewcomers = false
    /// Harm began neither before the pressure nor after its end.
    var isInOrder = false
    var sourcesChanged = false
    /// Records and log lines since the onset.
    var rawEvidence = 0
    /// The service's flow records are sampled.
    var samplingInterval = 1
    var isCold = true
    var facts = EvidenceFacts()

    var pressure: PressureFinding? { pressures.first }
    var harm: OutcomeFinding? { harms.first }

    /// When the trouble began: the pressure's onset, else the harm's.
    var onset: Int64 { pressures.map(\.onset).min() ?? harm?.onset ?? now }

    func hasEnough(_ policy: DetectionPolicy) -> Bool { Double(rawEvidence) >= policy.minimumEvidence }
}

/// Figures over the time since the onset, for the class of an incident and for its message.
struct EvidenceFacts: Sendable {
    var newConnections = 0
    var newFromUnknown = 0
    var synOnly = 0
    var ended = 0
    var short = 0
    var handshakeOnly = 0
    var requests = 0
    var requestsFromUnknown = 0
    var slowRequests = 0
    var saturated = 0
    var handshakeFailures = 0
    var noSuchName = 0
    /// Most slow connections open at once in the last minute.
    var slowOpen = 0
    var sources = 0
    /// Seconds since the onset, at least 1.
    var duration: Int64 = 1

    /// Share (0…1) of the pressure that came from unknown prefixes.
    var newShare: Double {
        let all = newConnections + requests
        return all > 0 ? Double(newFromUnknown + requestsFromUnknown) / Double(all) : 0
    }

    /// Share (0…1) of the new connections that never got beyond SYN.
    var synShare: Double { newConnections > 0 ? Double(synOnly) / Double(newConnections) : 0 }
}
