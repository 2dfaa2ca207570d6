// SPDX-License-Identifier: Apache-2.0

/// How a service answers when nothing is suspicious, as the flow records tell: what "slow" and "cut short" are measured by.
package struct AnswerHistory: Sendable {
    /// Time that the server took: as exporters measured it, and of datagram services up to the first answer.
    package internal(set) var serverTimes = UsualCounts()
    /// Time from a client's first packet to the server's first.
    package internal(set) var handshakes = UsualCounts()
    /// Octets of payload served to connections of a single request.
    package internal(set) var octets = UsualCounts()
    /// Duration of single-request connections, in milliseconds.
    package internal(set) var durations = UsualCounts()
    /// Answers that took longer are slow: max(1 s, 9 × median), in milliseconds.
    package private(set) var slowMilliseconds: UInt32 = 1000
    /// Server times in this slice of ten seconds, and in the one before.
    private var recent = DurationHistogram()
    private var previous = DurationHistogram()

    /// Answers after which sizes begin to be forgotten: a service that was changed is measured by its new answers within
    /// minutes when it is busy.
    private static let rememberedSizes: UInt64 = 20_000
    /// Below this no page can be told from an error page, in octets.
    private static let leastMedian = 2048.0

    /// - Parameter isUsual: nothing is suspicious, and the answer was none of failure.
    mutating func add(serverTime milliseconds: UInt32, isUsual: Bool) {
        recent.add(milliseconds: milliseconds)
        if isUsual { serverTimes.add(milliseconds: milliseconds) }
    }

    /// Ten seconds have gone.
    mutating func fade() {
        (previous, recent) = (recent, DurationHistogram())
        serverTimes.settle()
        handshakes.settle()
        octets.settle(limit: Self.rememberedSizes)
        durations.settle()
        applyLimits()
    }

    /// Computes the limit by what is usual.
    mutating func applyLimits() { slowMilliseconds = Self.limit(least: 1000, serverTimes.median()) }

    /// Something has become suspicious.
    mutating func discard() {
        serverTimes.discard()
        handshakes.discard()
        octets.discard()
        durations.discard()
    }

    /// Single-request connections that last longer are slow, in milliseconds.
    var slowDurationMilliseconds: UInt32 { Self.limit(least: 1000, durations.median()) }

    /// Handshakes that took longer are slow, in milliseconds: a lost SYN or SYN-ACK is sent again after a second (RFC 6298
    /// §2), so half of that lies between those that were taken at once and those that were not.
    var slowHandshakeMilliseconds: UInt32 { Self.limit(least: 500, handshakes.median()) }

    /// Answers of less payload are cut short, in octets: an eighth of the usual, 0 when that is not known or small itself.
    var shortAnswerOctets: UInt32 {
        guard let median = octets.median(), median >= Self.leastMedian else { return 0 }
        return UInt32(median / 8)
    }

    /// Median server time of the last ten to twenty seconds, in milliseconds.
    package var serverTimeOfLate: Double? { recent.median(least: 5) ?? previous.median(least: 5) }

    /// Whether what lies between the starts of two halves is a time at all. softflowd and its kin give both halves the start
    /// of the connection: a constant zero is absent. Where one in 64 is none, a zero is less than a millisecond.
    func measuresDelays(isDatagram: Bool) -> Bool {
        let delays = isDatagram ? serverTimes : handshakes
        return delays.total >= 20 && delays.shareAboveZero >= 1.0 / 64
    }

    private static func limit(least: Double, _ median: Double?) -> UInt32 {
        UInt32(max(least, min(1e9, 9 * (median ?? 0))))
    }
}
