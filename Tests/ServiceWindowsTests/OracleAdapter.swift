// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

/// What happened to a service in one second, or in several together.
struct SecondNumbers: Equatable {
    var rawRecords: Int64 = 0
    var newConnections: Int64 = 0
    var newFromUnknown: Int64 = 0
    var synOnly: Int64 = 0
    var open: Int64 = 0
    var slow: Int64 = 0
    var packetsIn: Int64 = 0
    var packetsOut: Int64 = 0
    var octetsIn: Int64 = 0
    var octetsOut: Int64 = 0
    var ended: Int64 = 0
    var unanswered: Int64 = 0
    var refused: Int64 = 0
    var denied: Int64 = 0
    var unsolicited: Int64 = 0
    var short: Int64 = 0
    var handshakeOnly: Int64 = 0
    var answers: Int64 = 0
    var failedAnswers: Int64 = 0
    var timedAnswers: Int64 = 0
    var slowAnswers: Int64 = 0
    var handshakes: Int64 = 0
    var slowHandshakes: Int64 = 0
    var requests: Int64 = 0
    var requestsOfUnnamed: Int64 = 0
    var begun: Int64 = 0
    var timed: Int64 = 0
    var failures: Int64 = 0
    var slowRequests: Int64 = 0
    var handshakeFailures: Int64 = 0
    var attempts: Int64 = 0
    var attemptsFromUnknown: Int64 = 0

    static func + (left: Self, right: Self) -> Self {
        guard left != SecondNumbers() else { return right }
        guard right != SecondNumbers() else { return left }
        var sum = left
        for field in fields.map(\.path) { sum[keyPath: field] += right[keyPath: field] }
        return sum
    }

    /// Every number under its name.
    static var fields: [(name: String, path: WritableKeyPath<SecondNumbers, Int64>)] {
        [
            ("raw records", \.rawRecords), ("new connections", \.newConnections),
            ("of unknown", \.newFromUnknown), ("SYN only", \.synOnly), ("open", \.open), ("slow", \.slow),
            ("packets in", \.packetsIn), ("packets out", \.packetsOut), ("octets in", \.octetsIn),
            ("octets out", \.octetsOut), ("ended", \.ended), ("unanswered", \.unanswered),
            ("refused", \.refused), ("denied", \.denied), ("unsolicited", \.unsolicited), ("short", \.short),
            ("handshake only", \.handshakeOnly), ("answers", \.answers), ("failed answers", \.failedAnswers),
            ("timed answers", \.timedAnswers), ("slow answers", \.slowAnswers),
            ("handshakes", \.handshakes), ("slow handshakes", \.slowHandshakes),
            ("requests", \.requests), ("requests of unnamed", \.requestsOfUnnamed), ("begun", \.begun),
            ("timed", \.timed),
            ("failures", \.failures), ("slow requests", \.slowRequests),
            ("handshake failures", \.handshakeFailures), ("attempts", \.attempts),
            ("attempts of unknown", \.attemptsFromUnknown),
        ]
    }
}

/// The one place that knows how the windows name what the oracle computes.
extension SecondNumbers {
    init(_ second: ServiceSecond) {
        let (cell, log) = (second.cell, second.log)
        (rawRecords, newConnections) = (Int64(cell.rawRecords), Int64(cell.newConnections))
        (newFromUnknown, synOnly) = (Int64(cell.newConnectionsFromUnknown), Int64(cell.synOnly))
        (open, slow) = (second.open, second.slow)
        (packetsIn, packetsOut) = (second.packetsIn, second.packetsOut)
        (octetsIn, octetsOut) = (second.octetsIn, second.octetsOut)
        (ended, unanswered, denied) = (Int64(cell.ended), Int64(cell.unanswered), Int64(cell.denied))
        (refused, unsolicited) = (Int64(cell.refused), Int64(cell.unsolicited))
        (answers, failedAnswers) = (Int64(cell.answers), Int64(cell.failedAnswers))
        (timedAnswers, slowAnswers) = (Int64(cell.timedAnswers), Int64(cell.slowAnswers))
        (handshakes, slowHandshakes) = (Int64(cell.handshakes), Int64(cell.slowHandshakes))
        (short, handshakeOnly) = (Int64(cell.short), Int64(cell.handshakeOnly))
        (requests, failures) = (Int64(log.requests), Int64(log.failures))
        (requestsOfUnnamed, timed) = (Int64(log.requestsOfUnnamed), Int64(log.timed))
        begun = Int64(log.begun)
        (slowRequests, handshakeFailures) = (Int64(log.slowRequests), Int64(log.handshakeFailures))
        (attempts, attemptsFromUnknown) = (Int64(log.attempts), Int64(log.attemptsFromUnknown))
    }
}

/// What the windows promise and the oracle takes as given.
enum WindowTerms {
    /// Records that ended within so many seconds are booked.
    static let span = WindowLimits.span
    /// Older seconds are kept in blocks of so many, aligned to it.
    static let block: Int64 = 8
    /// The first second that is kept by itself.
    static func firstFine(now: Int64) -> Int64 { (now - WindowLimits.fineSpan) / block * block }
    /// Silence after which a flow without TCP flags is another one.
    static let continuation: Int64 = 120
    /// An end ahead of now by more than this is taken as now.
    static let ahead: Int64 = 5
    /// A half waits so long for the other.
    static let pairing = WindowLimits().pairingSeconds
    /// A prefix is new for so long.
    static let newcomer = WindowLimits().newcomerSeconds
    /// After such a silence another exporter takes over.
    static let silence = WindowLimits().exporterSilenceSeconds

    /// A longer delay of the server's first packet is a pair that does not belong together, in microseconds.
    static let longestDelay: Int64 = 30_000_000
    /// Starts that differ less often are no measure: of so many one must, and so many must have been seen.
    static let delayShare: Int64 = 64
    static let leastDelays: Int64 = 20
    /// What a service sends is told when so many connections were seen from both ends.
    static let leastAnswered: Int64 = 20
    /// From these UDP ports newcomers send what was asked for in another's name.
    static let reflectors: Set<UInt16> = [
        17, 19, 53, 69, 111, 123, 137, 161, 389, 520, 1900, 3283, 3702, 5353, 5683, 10_074, 11_211, 37_810,
    ]
    /// Whether they do is asked anew every so many seconds.
    static let slice: Int64 = 10
    /// Least times that are slow, in milliseconds; the random traffic keeps medians below a ninth of them.
    static let slowAnswer: Int64 = 1000
    static let slowHandshake: Int64 = 500

    /// Distinct sources are known for the last ten minutes.
    static let sourcesWindow: Int64 = 600
    /// Seconds of a slice of time in which sources are counted.
    static func slice(of window: Int64) -> Int64 { window > 104 ? 64 : 8 }
    /// Whoever has this share of what a service gets is among its top prefixes.
    static let topShare = 1.0 / 64
    /// A median is off by this factor at most: half octaves, from their middle.
    static let medianFactor = 1.25

    /// Enough places that halves do not push each other out.
    static var limits: WindowLimits {
        var limits = WindowLimits()
        limits.pendingHalves = 1 << 15
        limits.continuations = 1 << 20
        return limits
    }

    /// What one exporter is authoritative for.
    static func authority(endpoint: ServiceKey, toServer: Bool) -> Authority {
        Authority(endpoint: endpoint, toServer: toServer)
    }

    struct Authority: Hashable {
        var endpoint: ServiceKey
        var toServer: Bool
    }
}
