// SPDX-License-Identifier: Apache-2.0

import FlowModel

extension SignalParser {
    mutating func read(
        _ haproxy: HaproxyLine, _ line: LogLine, _ bytes: Span<UInt8>, rule: Int
    ) -> SignalResult {
        switch haproxy {
        case .session(let session): return read(session, line, bytes, rule: rule)
        case .handshakeFailure(let handshake): return read(handshake, line, bytes, rule: rule)
        case .backend(let name, let event):
            return self.event(
                event, at: line.time(nil, bytes), line: line, bytes, backend: FNV1a.hash(name, bytes),
                rule: rule,
                of: \.readsHaproxy)
        case .saturated(let frontend):
            return event(.saturated, at: line.time(nil, bytes), line: line, bytes, rule: rule) {
                $0.readsHaproxy && $0.preference(forListenerOf: frontend, bytes) > 0
            }
        case .notice: return .ignored(.noOutcome, rule: rule)
        case .unreadable: return .ignored(.unreadable, rule: rule)
        }
    }

    private mutating func read(
        _ session: HaproxySession, _ line: LogLine, _ bytes: Span<UInt8>, rule: Int
    ) -> SignalResult {
        guard session.isHTTP == (rules[rule].format == .haproxyHTTP) else {
            return .ignored(.unreadable, rule: rule)
        }
        if let frontend = rules[rule].frontend, !bytes.equals(session.frontend, frontend) {
            return .ignored(.unknownFrontend, rule: rule)
        }
        guard case .fixed(let service) = rules[rule].service else {
            return .ignored(.unknownService, rule: rule)
        }
        let backend = FNV1a.hash(session.backend, bytes)
        associations.note(service, for: .init(rule: -1, sender: line.sender, backend: backend))
        let time = line.time(session.date, bytes, elapsed: session.totalTime ?? 0)
        return .outcome(session.outcome(of: service, at: time, bytes), rule: rule)
    }

    /// The line names the frontend without `~`. Of its rules, the one for TLS is meant: without TLS there is no
    /// handshake that could fail. Its date is that of the accept; the failure is as old as the line.
    private func read(
        _ handshake: HaproxyHandshake, _ line: LogLine, _ bytes: Span<UInt8>, rule: Int
    ) -> SignalResult {
        var best: (rule: Int, preference: Int)?
        for index in rules.indices where rules[index].readsHaproxy && line.fits(rules[index], bytes) {
            let preference = rules[index].preference(forListenerOf: handshake.frontend, bytes)
            if preference > best?.preference ?? 0 { best = (index, preference) }
        }
        guard let best else { return .ignored(.unknownFrontend, rule: rule) }
        guard case .fixed(let service) = rules[best.rule].service else {
            return .ignored(.unknownService, rule: best.rule)
        }
        var outcome = Outcome(service: service, time: line.time(nil, bytes))
        (outcome.event, outcome.client) = (.handshakeFailure, handshake.client)
        return .outcome(outcome, rule: best.rule)
    }
}

extension LogRule {
    fileprivate var readsHaproxy: Bool { format == .haproxyHTTP || format == .haproxyTCP }

    /// How well the rule suits a line about a listener of this frontend: 0 not at all, 3 best.
    fileprivate func preference(forListenerOf frontend: Range<Int>, _ bytes: Span<UInt8>) -> Int {
        guard let own = self.frontend else { return 1 }
        if bytes.equals(frontend, own) { return 2 }
        let isTLS = own.utf8.last == 0x7E && own.utf8.count == frontend.count + 1
        return isTLS && bytes.equals(frontend, String(own.dropLast())) ? 3 : 0
    }
}

extension HaproxySession {
    func outcome(of service: ServiceID, at time: Instant, _ bytes: Span<UInt8>) -> Outcome {
        var outcome = Outcome(service: service, time: time)
        (outcome.client, outcome.status) = (client, status)
        outcome.failure = FailureClass(
            haproxyState: state.0, state.1, status: status, isUnreadable: isBadRequest)
        if let serverTime, outcome.failure != .slowRequest {
            outcome.latencyMilliseconds = Outcome.clamped(serverTime)
        }
        if let totalTime { outcome.totalMilliseconds = Outcome.clamped(totalTime) }
        if let path { outcome.pathHash = FNV1a.hash(path, bytes) }
        return outcome
    }
}
