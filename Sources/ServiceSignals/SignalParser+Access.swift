// SPDX-License-Identifier: Apache-2.0

import FlowModel

extension SignalParser {
    /// Says what became of the request that an access line tells of.
    mutating func read(
        _ access: AccessLine, _ serverTime: LinePlan.ServerTime, _ line: LogLine, _ bytes: Span<UInt8>,
        rule: Int
    ) -> SignalResult {
        if let frontend = rules[rule].frontend, !bytes.equals(access.frontend ?? 0..<0, frontend) {
            return .ignored(.unknownFrontend, rule: rule)
        }
        if let site = rules[rule].site, !bytes.equals(bytes.withoutPort(access.site ?? 0..<0), site) {
            return .ignored(.unknownFrontend, rule: rule)
        }
        guard let service = service(of: access, line, bytes, rule: rule) else {
            return .ignored(.unknownService, rule: rule)
        }
        var outcome = Outcome(
            service: service, time: time(access.date, line, bytes, elapsed: access.elapsedSinceDate),
            arrival: line.arrival)
        (outcome.client, outcome.status) = (access.client, access.status)
        outcome.failure = access.failure
        if access.connectionError ?? 0 > 0 { outcome.event = .handshakeFailure }
        if let time = access.serverTime(serverTime), outcome.failure != .slowRequest {
            outcome.latencyMilliseconds = Outcome.milliseconds(time)
        }
        if let total = access.total { outcome.totalMilliseconds = Outcome.milliseconds(total) }
        if let path = access.path { outcome.pathHash = FNV1a.hash(path, bytes) }
        if let queued = access.queued, queued > 0 {
            (outcome.level, outcome.levelValue) = (.queue, UInt32(clamping: queued))
        }
        return .outcome(outcome, rule: rule)
    }

    /// Remembers which services' lines come this way, for event lines that do not say it.
    private mutating func service(
        of access: AccessLine, _ line: LogLine, _ bytes: Span<UInt8>, rule: Int
    ) -> ServiceID? {
        switch rules[rule].service {
        case .fixed(let service):
            if let backend = access.backend {
                associations.note(
                    service,
                    for: .init(rule: -1, sender: line.sender, backend: FNV1a.hash(backend, bytes)))
            }
            return service
        case .destination:
            guard let address = access.serverAddress, let port = access.serverPort,
                let found = directory.service(at: ServiceKey(address: address, port: port, transport: .tcp))
            else { return nil }
            associations.note(found, for: .init(rule: rule, sender: line.sender))
            return found
        }
    }
}

extension AccessLine {
    /// Why the request failed: by haproxy's termination state where there is one, else by the status.
    var failure: FailureClass {
        if let connectionError, status == 0 { return connectionError == 0 ? .clientError : .none }
        return isLimited
            ? .limited
            : FailureClass(haproxyState: state.0, state.1, status: status, isUnreadable: isBadRequest)
    }
}

extension Span<UInt8> {
    /// `shop.test` of `shop.test:443`.
    fileprivate func withoutPort(_ name: Range<Int>) -> Range<Int> {
        guard let colon = last(ASCII.colon, in: name), number(colon &+ 1..<name.upperBound) != nil else {
            return name
        }
        return name.lowerBound..<colon
    }
}
