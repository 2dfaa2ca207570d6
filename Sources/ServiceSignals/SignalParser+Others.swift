// SPDX-License-Identifier: Apache-2.0

import FlowModel

extension SignalParser {
    mutating func readUnbound(_ line: LogLine, _ bytes: Span<UInt8>, rule: Int) -> SignalResult {
        guard case .fixed(let service) = rules[rule].service else {
            return .ignored(.unknownService, rule: rule)
        }
        var outcome = Outcome(service: service, time: time(nil, line, bytes), arrival: line.arrival)
        let name: Range<Int>
        switch UnboundLine(line.message, bytes) {
        case .reply(let reply):
            name = reply.name
            (outcome.client, outcome.failure) = (reply.client, reply.failure)
            outcome.latencyMilliseconds = Outcome.milliseconds(reply.elapsed)
            outcome.totalMilliseconds = outcome.latencyMilliseconds
        case .serverFailure(let unresolved):
            name = unresolved
            outcome.failure = .serverFailure
        case .notice: return .ignored(.noOutcome, rule: rule)
        case .unreadable: return .ignored(.unreadable, rule: rule)
        }
        outcome.pathHash = FNV1a.hashOfName(name, bytes)
        outcome.nameLength = UInt16(clamping: name.count)
        if outcome.client == .unspecified {
            unresolvedName = outcome.pathHash
        } else if outcome.failure == .serverFailure, unresolvedName == outcome.pathHash {
            unresolvedName = nil
            return .ignored(.toldElsewhere, rule: rule)
        }
        return .outcome(outcome, rule: rule)
    }

    /// A failure is told by a line of its own behind the question's: it is none of another question.
    mutating func readBIND(_ line: LogLine, _ bytes: Span<UInt8>, rule: Int) -> SignalResult {
        guard case .fixed(let service) = rules[rule].service else {
            return .ignored(.unknownService, rule: rule)
        }
        var outcome = Outcome(service: service, time: time(nil, line, bytes), arrival: line.arrival)
        let question: BINDQuestion
        switch BINDLine(line.message, bytes) {
        case .query(let asked): question = asked
        case .failure(let asked, let failure):
            (question, outcome.failure, outcome.part) = (asked, failure, .failure)
        case .notice: return .ignored(.noOutcome, rule: rule)
        case .unreadable: return .ignored(.unreadable, rule: rule)
        }
        outcome.client = question.client
        outcome.pathHash = FNV1a.hashOfName(question.name, bytes)
        outcome.nameLength = UInt16(clamping: question.name.count)
        return .outcome(outcome, rule: rule)
    }

    mutating func readStunnel(_ line: LogLine, _ bytes: Span<UInt8>, rule: Int) -> SignalResult {
        guard let stunnel = StunnelLine(line.message, bytes) else { return .ignored(.unreadable, rule: rule) }
        guard let number = stunnel.connection else { return .ignored(.noOutcome, rule: rule) }
        if case .accepted(let service, let client) = stunnel.step {
            if let frontend = rules[rule].frontend, !bytes.equals(service, frontend) {
                return .ignored(.unknownFrontend, rule: rule)
            }
            connections.insert(
                .init(
                    sender: line.sender, number: number, client: client, accepted: line.arrival,
                    rule: rule))
        }
        let connection = connections.find(line.sender, number)
        // Without the line of the accept, only a rule for every service of this stunnel knows which one is meant.
        guard connection != nil || rules[rule].frontend == nil else {
            return .ignored(.noOutcome, rule: rule)
        }
        if case .closed = stunnel.step { connections.remove(line.sender, number) }
        let owner = connection?.rule ?? rule
        guard case .fixed(let service) = rules[owner].service else {
            return .ignored(.unknownService, rule: owner)
        }
        var outcome = Outcome(
            service: service, time: time(stunnel.date, line, bytes), arrival: line.arrival)
        outcome.client = connection?.client ?? .unspecified
        let age = connection.map {
            Outcome.milliseconds(UInt64(max(0, (line.arrival - $0.accepted).microseconds)))
        }
        return outcome.take(stunnel.step, age: age ?? Outcome.noLatency)
            ? .outcome(outcome, rule: owner) : .ignored(.noOutcome, rule: owner)
    }
}

extension Outcome {
    /// Says what happened to a connection of stunnel; false when that is no outcome.
    ///
    /// - Parameter age: milliseconds since the accept.
    fileprivate mutating func take(_ step: StunnelLine.Step, age: UInt32) -> Bool {
        switch step {
        case .accepted: event = .accepted
        case .negotiated: (event, latencyMilliseconds) = (.negotiated, age)
        case .handshakeFailed: event = .handshakeFailure
        case .noServer: (failure, totalMilliseconds) = (.noServer, age)
        case .closed(sent: 0), .other: return false
        case .closed: totalMilliseconds = age
        }
        return true
    }
}
