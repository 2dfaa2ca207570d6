// SPDX-License-Identifier: Apache-2.0

import FlowModel

extension SignalParser {
    /// - Parameter format: of the access log; nil when the rule reads the error log alone.
    mutating func readNginx(
        _ line: LogLine, _ bytes: Span<UInt8>, format: NginxFormat?, rule: Int
    ) -> SignalResult {
        if let format, let access = NginxAccessLine(line.message, bytes, format: format) {
            return read(access, line, bytes, namesUpstreamTime: format.namesUpstreamTime, rule: rule)
        }
        guard let error = NginxErrorLine(line.message, bytes) else {
            return .ignored(.unreadable, rule: rule)
        }
        guard error.event != .none else {
            return .ignored(error.isToldElsewhere ? .toldElsewhere : .noOutcome, rule: rule)
        }
        return event(
            error.event, client: error.client, at: line.time(error.date, bytes), line: line, bytes,
            rule: rule,
            of: \.readsNginx)
    }

    private mutating func read(
        _ access: NginxAccessLine, _ line: LogLine, _ bytes: Span<UInt8>, namesUpstreamTime: Bool, rule: Int
    ) -> SignalResult {
        let service: ServiceID
        switch rules[rule].service {
        case .fixed(let fixed): service = fixed
        case .destination:
            guard let address = access.serverAddress, let port = access.serverPort,
                let found = directory.service(at: ServiceKey(address: address, port: port, transport: .tcp))
            else { return .ignored(.unknownService, rule: rule) }
            service = found
            associations.note(service, for: .init(rule: rule, sender: line.sender))
        }
        var outcome = Outcome(service: service, time: line.time(access.date, bytes))
        (outcome.client, outcome.status) = (access.client, access.status)
        outcome.failure = access.isLimited ? .limited : FailureClass(httpStatus: access.status)
        // Without a server behind nginx, the time of a request is the time that the client took to fetch the file.
        let serverTime = namesUpstreamTime ? access.upstreamTime : access.requestTime
        if let serverTime, outcome.failure != .slowRequest {
            outcome.latencyMilliseconds = Outcome.milliseconds(serverTime)
        }
        if let total = access.requestTime { outcome.totalMilliseconds = Outcome.milliseconds(total) }
        if let path = access.path { outcome.pathHash = FNV1a.hash(path, bytes) }
        return .outcome(outcome, rule: rule)
    }
}

extension LogRule {
    fileprivate var readsNginx: Bool {
        switch format {
        case .nginx, .nginxError: true
        case .haproxyHTTP, .haproxyTCP, .unbound, .stunnel: false
        }
    }
}
