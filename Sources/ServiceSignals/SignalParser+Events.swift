// SPDX-License-Identifier: Apache-2.0

import FlowModel

extension SignalParser {
    /// Reads a line that is not in the format of the access log: a program's event and error lines come with it.
    mutating func readEvent(_ line: LogLine, _ bytes: Span<UInt8>, rule: Int) -> SignalResult {
        switch rules[rule].format.language {
        case .haproxy: readHaproxyEvent(line, bytes, rule: rule)
        case .nginx: readNginxError(line, bytes, rule: rule)
        case .apache: readApacheError(line, bytes, rule: rule)
        case .json, nil: .ignored(.unreadable, rule: rule)
        }
    }

    private mutating func readNginxError(_ line: LogLine, _ bytes: Span<UInt8>, rule: Int) -> SignalResult {
        guard let error = NginxErrorLine(line.message, bytes) else {
            return .ignored(.unreadable, rule: rule)
        }
        guard error.event != .none else {
            return .ignored(error.isToldElsewhere ? .toldElsewhere : .noOutcome, rule: rule)
        }
        return event(
            error.event, client: error.client, at: time(error.date, line, bytes), line: line, bytes,
            rule: rule
        ) { $0.format.language == .nginx }
    }

    private mutating func readApacheError(_ line: LogLine, _ bytes: Span<UInt8>, rule: Int) -> SignalResult {
        guard let error = ApacheErrorLine(line.message, bytes) else {
            return .ignored(.unreadable, rule: rule)
        }
        guard error.event != .none else {
            return .ignored(error.isToldElsewhere ? .toldElsewhere : .noOutcome, rule: rule)
        }
        return event(
            error.event, client: error.client, at: time(nil, line, bytes), line: line, bytes, rule: rule
        ) { $0.format.language == .apache }
    }

    private mutating func readHaproxyEvent(_ line: LogLine, _ bytes: Span<UInt8>, rule: Int) -> SignalResult {
        switch HaproxyEvent(line.message, bytes) {
        case .unreadable: return .ignored(.unreadable, rule: rule)
        case .notice: return .ignored(.noOutcome, rule: rule)
        case .handshakeFailure(let handshake): return read(handshake, line, bytes, rule: rule)
        case .backend(let name, let event):
            return self.event(
                event, at: time(nil, line, bytes), line: line, bytes, backend: FNV1a.hash(name, bytes),
                rule: rule
            ) { $0.readsHaproxy }
        case .saturated(let frontend):
            return event(.saturated, at: time(nil, line, bytes), line: line, bytes, rule: rule) {
                $0.readsHaproxy && $0.preference(forListenerOf: frontend, bytes) > 0
            }
        }
    }

    /// The line names the frontend without `~`. Of its rules, the one for TLS is meant: without TLS there is no
    /// handshake that could fail. Its date is that of the accept; the failure is as old as the line.
    private mutating func read(
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
        var outcome = Outcome(service: service, time: time(nil, line, bytes), arrival: line.arrival)
        (outcome.event, outcome.client) = (.handshakeFailure, handshake.client)
        return .outcome(outcome, rule: best.rule)
    }

    /// An event of all that the rules of one kind read from this sender.
    ///
    /// - Parameters:
    ///   - backend: FNV-1a of a backend's name, to narrow it down to those that use it.
    ///   - rule: the rule that is counted.
    ///   - isMeant: whether a rule is of that kind.
    private func event(
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
        var outcome = Outcome(service: first, time: time, arrival: line.arrival)
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

extension LogRule {
    fileprivate var readsHaproxy: Bool { format.language == .haproxy }

    /// How well the rule suits a line about a listener of this frontend: 0 not at all, 3 best.
    fileprivate func preference(forListenerOf frontend: Range<Int>, _ bytes: Span<UInt8>) -> Int {
        guard let own = self.frontend else { return 1 }
        if bytes.equals(frontend, own) { return 2 }
        let isTLS = own.utf8.last == 0x7E && own.utf8.count == frontend.count + 1
        return isTLS && bytes.begins(own.utf8, with: frontend) ? 3 : 0
    }
}

extension Span<UInt8> {
    /// Whether `text`, which is no shorter, begins with the bytes of `range`.
    fileprivate func begins(_ text: String.UTF8View, with range: Range<Int>) -> Bool {
        for (index, byte) in zip(range, text) where self[index] != byte { return false }
        return true
    }
}
