// SPDX-License-Identifier: Apache-2.0

/// What happened to one service in one second of event time.
///
/// Counts of connections and packets are scaled by the sampling interval; `rawRecords` is not. The `…Delta` fields are
/// differences: their running sum from the oldest cell is the value in a second, which makes booking a flow over its
/// whole duration O(1).
package struct ServiceCell: Sendable, BitwiseCopyable {
    /// The second since the epoch that the cell holds; a cell is reused for `second + WindowLimits.cells`.
    package internal(set) var second: Int64 = .min

    /// Flow records that touch the service, as received.
    package internal(set) var rawRecords: Int32 = 0
    /// Connections that began.
    package internal(set) var newConnections: Int32 = 0
    /// Of these, from prefixes that the service did not know.
    package internal(set) var newConnectionsFromUnknown: Int32 = 0
    /// Of the new connections, those whose client sent nothing but SYN.
    package internal(set) var synOnly: Int32 = 0
    /// Change of the number of open connections.
    package internal(set) var openDelta: Int32 = 0
    /// Change of the number of open connections that are slow: long, with next to nothing sent.
    package internal(set) var slowDelta: Int32 = 0

    /// Connections whose end was seen in this second.
    package internal(set) var ended: Int32 = 0
    /// Of these, never answered.
    package internal(set) var unanswered: Int32 = 0
    /// Of these, reset by the server with nothing served.
    package internal(set) var reset: Int32 = 0
    /// Connections from known prefixes whose end was seen.
    package internal(set) var endedKnown: Int32 = 0
    /// Of these, unanswered or reset.
    package internal(set) var failedKnown: Int32 = 0
    /// Answered connections of a single request (few packets) that ended.
    package internal(set) var short: Int32 = 0
    /// Of these, slower than the service's own limit.
    package internal(set) var shortSlow: Int32 = 0
    /// Connections that ended after a TLS handshake without a request: only on services that speak TLS.
    package internal(set) var handshakeOnly: Int32 = 0

    /// Packets of clients, booked whole where their record ends; declared sources are left out.
    package internal(set) var packetsByClients: Int64 = 0
    /// Of these, from unknown prefixes.
    package internal(set) var packetsByUnknown: Int64 = 0
    /// Change of packets a second from clients.
    package internal(set) var packetsInDelta: Int64 = 0
    /// Packets from clients beyond the even spread.
    package internal(set) var packetsInRest: Int64 = 0
    /// Change of packets a second to clients.
    package internal(set) var packetsOutDelta: Int64 = 0
    /// Packets to clients beyond the even spread.
    package internal(set) var packetsOutRest: Int64 = 0
    /// Change of octets a second from clients.
    package internal(set) var octetsInDelta: Int64 = 0
    /// Octets from clients beyond the even spread.
    package internal(set) var octetsInRest: Int64 = 0
    /// Change of octets a second to clients.
    package internal(set) var octetsOutDelta: Int64 = 0
    /// Octets to clients beyond the even spread.
    package internal(set) var octetsOutRest: Int64 = 0

    /// Requests that the service logged, failed ones included.
    package internal(set) var requests: Int32 = 0
    /// Of these, from unknown prefixes.
    package internal(set) var requestsFromUnknown: Int32 = 0
    /// Of these, failed (see `FailureClass.isFailure`), slow requests left out.
    package internal(set) var failures: Int32 = 0
    /// Failures that a limiter decided (429); harm only to those who were known.
    package internal(set) var limited: Int32 = 0
    /// Requests of known prefixes.
    package internal(set) var requestsKnown: Int32 = 0
    /// Of these, failed.
    package internal(set) var failuresKnown: Int32 = 0
    /// Requests that never came in time (408): slow clients.
    package internal(set) var slowRequests: Int32 = 0
    /// Requests with a latency.
    package internal(set) var timed: Int32 = 0
    /// Of these, slower than the service's own limit.
    package internal(set) var slowAnswers: Int32 = 0
    /// NXDOMAIN answers.
    package internal(set) var noSuchName: Int32 = 0
    /// Sum of query name lengths in octets.
    package internal(set) var nameOctets: Int32 = 0
    /// Pool-full and no-server lines: work that was dropped without an access line.
    package internal(set) var saturated: Int32 = 0
    /// TLS handshakes that failed, by the log.
    package internal(set) var handshakeFailures: Int32 = 0
    /// Connections accepted, by the log.
    package internal(set) var accepted: Int32 = 0

    package init() {}
}

extension Int32 {
    /// Adds without wrapping: counts from the network may be absurd.
    mutating func add(_ amount: Int32) {
        let (sum, overflow) = addingReportingOverflow(amount)
        self = overflow ? (amount < 0 ? .min : .max) : sum
    }
}
