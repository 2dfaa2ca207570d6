// SPDX-License-Identifier: Apache-2.0

/// What a service said of itself, in its log or in metrics, in one second of event time or in a block of eight.
package struct OutcomeCell: Sendable, WindowCell {
    /// The first second of the cell.
    package internal(set) var second: Int64 = .min
    /// Requests that the service logged, failed ones included; those of declared sources left out.
    package internal(set) var requests: Int32 = 0
    /// Of these, from unknown prefixes.
    package internal(set) var requestsFromUnknown: Int32 = 0
    /// Of these, of clients who are not named: nobody can say whether they are known.
    package internal(set) var requestsOfUnnamed: Int32 = 0
    /// Those of `requests` that began in this second rather than ended in it, as far as they have ended.
    package internal(set) var begun: Int32 = 0
    /// Requests that failed (see `FailureClass.isFailure`), slow requests left out.
    package internal(set) var failures: Int32 = 0
    /// Failures that a limiter decided (429); harm only to those who were known.
    package internal(set) var limited: Int32 = 0
    /// Requests of known prefixes.
    package internal(set) var requestsKnown: Int32 = 0
    /// Of these, failed.
    package internal(set) var failuresKnown: Int32 = 0
    /// Requests that never came in time (408): slow clients.
    package internal(set) var slowRequests: Int32 = 0
    /// Answers whose time is known. Where metrics tell it, they need not be as many as the requests.
    package internal(set) var timed: Int32 = 0
    /// Of these, slower than the service's own limit.
    package internal(set) var slowAnswers: Int32 = 0
    /// Of the answers whose time is known, those to known clients, or to clients who are not named.
    package internal(set) var timedKnown: Int32 = 0
    /// Of these, slower than the service's own limit.
    package internal(set) var slowKnown: Int32 = 0
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
    /// Connections that the log tells of without a request: accepted, failed in the handshake, timed out before they asked,
    /// or dropped; those of declared sources left out.
    package internal(set) var attempts: Int32 = 0
    /// Of these, from unknown prefixes.
    package internal(set) var attemptsFromUnknown: Int32 = 0
    /// Of these, of clients who are not named.
    package internal(set) var attemptsOfUnnamed: Int32 = 0

    /// Most requests that waited in the service's queues.
    package internal(set) var queued: Int32 = 0
    /// Most workers in use, in thousandths of all.
    package internal(set) var workers: Int32 = 0
    /// Most processor time in use, in thousandths of all.
    package internal(set) var processor: Int32 = 0

    package init() {}

    /// Requests of everybody, declared sources included: harm is harm, whoever asks. A failure is one of them, even where
    /// the metric that counts requests comes a second after the one that counts failures.
    @inlinable package var requestsAll: Int64 {
        max(Int64(requestsKnown) + Int64(requestsFromUnknown), Int64(failures))
    }

    mutating func fold(_ fine: OutcomeCell) { add(fine) }

    mutating func add(_ other: OutcomeCell) {
        requests.add(other.requests)
        requestsFromUnknown.add(other.requestsFromUnknown)
        requestsOfUnnamed.add(other.requestsOfUnnamed)
        begun.add(other.begun)
        failures.add(other.failures)
        limited.add(other.limited)
        requestsKnown.add(other.requestsKnown)
        failuresKnown.add(other.failuresKnown)
        slowRequests.add(other.slowRequests)
        timed.add(other.timed)
        slowAnswers.add(other.slowAnswers)
        timedKnown.add(other.timedKnown)
        slowKnown.add(other.slowKnown)
        noSuchName.add(other.noSuchName)
        nameOctets.add(other.nameOctets)
        saturated.add(other.saturated)
        handshakeFailures.add(other.handshakeFailures)
        accepted.add(other.accepted)
        attempts.add(other.attempts)
        attemptsFromUnknown.add(other.attemptsFromUnknown)
        attemptsOfUnnamed.add(other.attemptsOfUnnamed)
        queued = max(queued, other.queued)
        workers = max(workers, other.workers)
        processor = max(processor, other.processor)
    }

    func share(_ offset: Int64) -> OutcomeCell {
        var part = OutcomeCell()
        part.second = second &+ offset
        part.requests = requests.share(offset)
        part.requestsFromUnknown = requestsFromUnknown.share(offset)
        part.requestsOfUnnamed = requestsOfUnnamed.share(offset)
        part.begun = begun.share(offset)
        part.failures = failures.share(offset)
        part.limited = limited.share(offset)
        part.requestsKnown = requestsKnown.share(offset)
        part.failuresKnown = failuresKnown.share(offset)
        part.slowRequests = slowRequests.share(offset)
        part.timed = timed.share(offset)
        part.slowAnswers = slowAnswers.share(offset)
        part.timedKnown = timedKnown.share(offset)
        part.slowKnown = slowKnown.share(offset)
        part.noSuchName = noSuchName.share(offset)
        part.nameOctets = nameOctets.share(offset)
        part.saturated = saturated.share(offset)
        part.handshakeFailures = handshakeFailures.share(offset)
        part.accepted = accepted.share(offset)
        part.attempts = attempts.share(offset)
        part.attemptsFromUnknown = attemptsFromUnknown.share(offset)
        part.attemptsOfUnnamed = attemptsOfUnnamed.share(offset)
        (part.queued, part.workers, part.processor) = (queued, workers, processor)
        return part
    }
}
