// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals

/// Reads log lines, one after the other as they come from several senders, and holds what is read against what is
/// promised. The limits are soon reached.
struct LineTrial {
    private var parser: SignalParser
    private let rules: Int
    private var now = Self.start

    /// 2026-11-21T02:02:46Z, a second after the dates of the seeds.
    static let start = Instant(seconds: 1_795_226_566)

    static let services = ServiceDirectory([
        service("web", 80, .tcp, .http), service("secure", 443, .tcp, .https),
        service("dns", 53, .udp, .dns),
    ])

    private static let limits: SignalLimits = {
        var limits = SignalLimits()
        (limits.associations, limits.connections, limits.senderClocks) = (2, 3, 2)
        (limits.datagramOctets, limits.dateTolerance) = (1024, .seconds(120))
        return limits
    }()

    init(_ rules: [LogRule]) {
        self.rules = rules.count
        parser = SignalParser(rules: rules, services: Self.services, limits: Self.limits)
    }

    /// Lets time pass, or sets the clock back.
    mutating func wait(_ step: Interval) { now = now + step }

    /// Reads one line.
    mutating func read(_ line: borrowing Span<UInt8>, from sender: IPAddress) -> String? {
        let result = parser.parse(line, from: sender, arrival: now)
        switch result {
        case .outcome(let outcome, let rule): return check(outcome, rule, octets: line.count)
        case .shared(let outcome, let services, let rule):
            guard Set(services).count == services.count, services.count > 1, services.first == outcome.service
            else {
                return "an event is shared by \(services)"
            }
            guard services.allSatisfy({ $0.index < 3 }) else { return "an event of no service: \(services)" }
            return check(outcome, rule, octets: line.count)
        case .ignored(_, let rule): return checkRule(rule)
        case .unmatched: return nil
        case .malformed(let reason):
            return (reason == .tooLong) == (line.count > Self.limits.datagramOctets)
                ? nil : "called \(reason.name)"
        }
    }

    private func check(_ outcome: Outcome, _ rule: Int, octets: Int) -> String? {
        guard outcome.service.index < 3 else { return "no service: \(outcome)" }
        guard outcome.arrival == now, outcome.time <= now, now - outcome.time <= Self.limits.dateTolerance
        else {
            return "it happened at \(outcome.time), and came at \(now)"
        }
        guard outcome.status <= 999, Int(outcome.nameLength) <= octets, outcome.count == 1 else {
            return "impossible: \(outcome)"
        }
        guard outcome.level != .none || outcome.levelValue == 0 else {
            return "a level of nothing: \(outcome)"
        }
        return checkRule(rule)
    }

    private func checkRule(_ rule: Int) -> String? { rule >= 0 && rule < rules ? nil : "rule \(rule)" }

    private static func service(
        _ name: String, _ port: UInt16, _ transport: TransportProtocol, _ kind: ServiceKind
    ) -> ConfiguredService {
        ConfiguredService(
            name: name, addresses: [IPPrefix(IPAddress(ipv4: 0x0A02_0014), mappedLength: 128)],
            ports: [port...port],
            transport: transport, kind: kind)
    }
}
