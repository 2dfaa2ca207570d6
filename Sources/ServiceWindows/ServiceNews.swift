// SPDX-License-Identifier: Apache-2.0

import Storage

/// What of a service is bad, by the channel that tells it.
package enum HarmKind: Int, CaseIterable, Sendable {
    /// Requests that failed and work that was dropped, by the log.
    case failures
    /// Connections that were not answered, refused or denied, by the flows.
    case connections
    /// Answers slower than the service's own limit, by the log.
    case slowAnswers
    /// Connections of a single request that took too long.
    case slowFlows
    /// TLS handshakes that failed, by the log.
    case handshakes
    /// Words about how full the host or the workers are, whatever they say.
    case levels
    /// Failed answers by their status in flow records.
    case statuses
    /// Slow answers as exporters timed them.
    case latencies
    /// Connections that were taken late.
    case slowHandshakes
    /// Known clients that were served too little.
    case truncated
}

/// How much bad was told of a service since it was asked last, and how much at all: for whoever wants to know whether to look
/// at its seconds.
package struct ServiceNews: Sendable, BitwiseCopyable {
    /// Flow records and outcomes, at most 65,535.
    package internal(set) var heard: UInt16 = 0
    /// Of all that is bad, how much was told of seconds that were settled.
    package private(set) var late: UInt16 = 0
    /// Something bad was told of a second that has not come.
    package private(set) var isAhead = false
    private var counts = InlineArray<10, UInt16>(repeating: 0)

    /// Seconds after which most of what is bad in a second has been told: a log is a second or two late, an exporter's
    /// inactive timeout mostly 15 s.
    package static let settling: Int64 = 20

    package init() {}

    /// How many, at most 65,535: a packet, a connection or a request each.
    package subscript(kind: HarmKind) -> UInt16 {
        get { counts[kind.rawValue] }
        set { counts[kind.rawValue] = newValue }
    }

    /// Anything bad was told.
    package var hasHarm: Bool {
        for place in counts.indices where counts[place] > 0 { return true }
        return false
    }

    /// Whether more of a kind is bad than in `allowance`.
    package func exceeds(_ allowance: ServiceNews) -> Bool {
        for place in counts.indices where counts[place] > allowance.counts[place] { return true }
        return false
    }

    /// Notes so many more; negative ones are none.
    package mutating func note(
        _ kind: HarmKind, _ more: Int32 = 1, isLate: Bool = false, isAhead: Bool = false
    ) {
        let more = UInt16(clamping: more)
        counts[kind.rawValue].add(more)
        if isLate { late.add(more) }
        if isAhead { self.isAhead = true }
    }

    /// Adds what came later.
    package mutating func add(_ later: ServiceNews) {
        heard.add(later.heard)
        late.add(later.late)
        isAhead = isAhead || later.isAhead
        for place in counts.indices { counts[place].add(later.counts[place]) }
    }
}

extension UInt16 {
    /// Adds up to the largest value.
    @inline(__always)
    mutating func add(_ amount: UInt16) {
        let (sum, overflow) = addingReportingOverflow(amount)
        self = overflow ? .max : sum
    }
}

extension ServiceAggregator {
    /// Something bad was told of a second.
    mutating func note(_ kind: HarmKind, _ more: Int32, _ slot: Int, _ second: Int64) {
        news[slot].note(
            kind, more, isLate: second <= now &- ServiceNews.settling, isAhead: second > now)
    }

    /// What was told of a service since this was asked last.
    package mutating func takeNews(_ slot: Int) -> ServiceNews {
        var taken = news[slot]
        taken.heard = pulses[slot].heard
        guard taken.heard > 0 || taken.hasHarm else { return taken }
        news[slot] = ServiceNews()
        pulses[slot].heard = 0
        return taken
    }
}
