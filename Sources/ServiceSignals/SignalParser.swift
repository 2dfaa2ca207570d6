// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Reads log lines that arrive as syslog datagrams and says how requests to the configured services ended.
///
/// Owned by one queue. Nothing in a line is trusted; a line costs no allocation, save for the first from a sender and
/// events that several services share.
package struct SignalParser: Sendable {
    let rules: [LogRule]
    let directory: ServiceDirectory
    private let limits: SignalLimits
    var associations: ServiceAssociations
    var connections: StunnelConnections
    /// FNV-1a of the name that unbound last said it could not resolve, until the reply that tells the same.
    var unresolvedName: UInt32?

    /// - Parameter rules: tried in order; the first that can read a line decides.
    package init(rules: [LogRule], services: ServiceDirectory, limits: SignalLimits = SignalLimits()) {
        (self.rules, directory, self.limits) = (rules, services, limits)
        associations = ServiceAssociations(limit: limits.associations)
        let readsStunnel = rules.contains { $0.format == .stunnel }
        connections = StunnelConnections(capacity: readsStunnel ? limits.connections : 0)
    }

    /// Reads one datagram.
    ///
    /// - Parameters:
    ///   - datagram: the payload, or a line of a log file.
    ///   - arrival: when it was received. For lines of a file, `Instant(microseconds: .max)` together with
    ///     a ``SignalLimits/dateTolerance`` of `.max` keeps every date as it is.
    package mutating func parse(
        _ datagram: Span<UInt8>, from sender: IPAddress, arrival: Instant
    ) -> SignalResult {
        guard !datagram.isEmpty else { return .malformed(.empty) }
        guard datagram.count <= limits.datagramOctets else { return .malformed(.tooLong) }
        guard let header = SyslogHeader(datagram) else { return .malformed(.header) }
        let line = LogLine(
            header: header, sender: sender,
            clock: EventClock(arrival: arrival, tolerance: limits.dateTolerance))
        var complaint = SignalResult.unmatched
        var haproxy: HaproxyLine?
        for index in rules.indices where line.fits(rules[index], datagram) {
            let result: SignalResult
            switch rules[index].format {
            case .haproxyHTTP, .haproxyTCP:
                let parsed = haproxy ?? HaproxyLine(header.message, datagram)
                haproxy = parsed
                result = read(parsed, line, datagram, rule: index)
            case .nginx(let format): result = readNginx(line, datagram, format: format, rule: index)
            case .nginxError: result = readNginx(line, datagram, format: nil, rule: index)
            case .unbound: result = readUnbound(line, datagram, rule: index)
            case .stunnel: result = readStunnel(line, datagram, rule: index)
            }
            guard case .ignored(let reason, rule: _) = result,
                reason == .unreadable || reason == .unknownFrontend
            else { return result }
            if complaint == .unmatched || reason == .unknownFrontend { complaint = result }
        }
        return complaint
    }
}

/// A syslog message, with what is known of it besides its bytes.
struct LogLine {
    let header: SyslogHeader
    let sender: IPAddress
    let clock: EventClock

    var message: Range<Int> { header.message }

    /// Whether `rule` is meant for lines of this origin.
    func fits(_ rule: LogRule, _ bytes: Span<UInt8>) -> Bool {
        if let program = rule.program, !bytes.equals(header.program, program) { return false }
        if let sender = rule.sender, !sender.contains(self.sender) { return false }
        if let host = rule.host, !bytes.equals(header.host, host) { return false }
        return true
    }

    /// When it happened: by the line's own date, else by the syslog header's, else on arrival.
    func time(_ date: LoggedDate?, _ bytes: Span<UInt8>, elapsed: UInt64 = 0) -> Instant {
        if let date { return clock.time(of: date, elapsed: .milliseconds(Int64(min(elapsed, 1 << 40)))) }
        return clock.time(of: header.timestamp.flatMap { bytes.numericDate($0) })
    }
}

extension SignalParser {
    /// An event of all that the rules of one kind read from this sender.
    ///
    /// - Parameters:
    ///   - backend: FNV-1a of a backend's name, to narrow it down to those that use it.
    ///   - rule: the rule that is counted.
    ///   - isMeant: whether a rule is of that kind.
    func event(
        _ event: ServiceEvent, client: IPAddress = .unspecified, at time: Instant, line: LogLine,
        _ bytes: Span<UInt8>, backend: UInt32? = nil, rule: Int, of isMeant: (LogRule) -> Bool
    ) -> SignalResult {
        var services: [ServiceID] = []
        if let backend {
            services = associations.services(for: .init(rule: -1, sender: line.sender, backend: backend))
        }
        if services.isEmpty {
            for index in rules.indices where isMeant(rules[index]) && line.fits(rules[index], bytes) {
                add(servicesRead(by: index, from: line.sender), to: &services)
            }
        }
        if event == .handshakeFailure { keepThoseWithTLS(&services) }
        guard let first = services.first else { return .ignored(.unknownService, rule: rule) }
        var outcome = Outcome(service: first, time: time)
        (outcome.event, outcome.client) = (event, client)
        return services.count == 1
            ? .outcome(outcome, rule: rule) : .shared(outcome, services: services, rule: rule)
    }

    private func servicesRead(by rule: Int, from sender: IPAddress) -> [ServiceID] {
        switch rules[rule].service {
        case .fixed(let service): [service]
        case .destination: associations.services(for: .init(rule: rule, sender: sender))
        }
    }

    private func add(_ found: [ServiceID], to services: inout [ServiceID]) {
        if services.isEmpty {
            services = found
        } else {
            for service in found where !services.contains(service) { services.append(service) }
        }
    }

    /// A handshake can only fail where there is one; all stay when none is known to have one.
    private func keepThoseWithTLS(_ services: inout [ServiceID]) {
        guard services.count > 1 else { return }
        let encrypted = services.filter { hasTLS($0) }
        if !encrypted.isEmpty { services = encrypted }
    }

    private func hasTLS(_ service: ServiceID) -> Bool {
        guard let index = Int(exactly: service.index), directory.services.indices.contains(index) else {
            return false
        }
        return directory.services[index].kind == .https || directory.services[index].kind == .tls
    }
}
