// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals

/// A small network of services, and lines read against it.
enum TestNetwork {
    static let directory = ServiceDirectory([
        service("lb-http", "10.2.0.10", 80, .http), service("lb-https", "10.2.0.10", 443, .https),
        service("web-http", "10.2.0.20", 80, .http), service("web-https", "10.2.0.20", 443, .https),
        service("web6", "fd00:2::20", 80, .http), service("tls-term", "10.2.0.30", 443, .tls),
        ConfiguredService(
            name: "dns", addresses: [prefix("10.2.0.53")], ports: [53...53], transport: .udp, kind: .dns),
    ])

    /// The format of an operator who logs times and server.
    static let shopText = #"""
        $remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time urt="$upstream_response_time" dst=$server_addr:$server_port tls=$ssl_protocol
        """#

    static let rules = [
        LogRule(program: "haproxy", frontend: "web", format: .lines(.haproxyHTTP), service: fixed("lb-http")),
        LogRule(
            program: "haproxy", frontend: "web~", format: .lines(.haproxyHTTP), service: fixed("lb-https")),
        LogRule(program: "nginx", format: format(shopText), service: .destination),
        LogRule(program: "unbound", format: .unbound, service: fixed("dns")),
        LogRule(program: "stunnel", frontend: "tls-term", format: .stunnel, service: fixed("tls-term")),
    ]

    static let sender = address("10.2.0.2")
    /// 2026-11-21T02:02:46Z.
    static let arrival = Instant(seconds: 1_795_226_566)

    static func service(
        _ name: String, _ address: String, _ port: UInt16, _ kind: ServiceKind
    ) -> ConfiguredService {
        ConfiguredService(
            name: name, addresses: [prefix(address)], ports: [port...port], transport: .tcp, kind: kind)
    }

    static func prefix(_ text: String) -> IPPrefix {
        IPPrefix(text) ?? IPPrefix(.unspecified, mappedLength: 128)
    }

    static func address(_ text: String) -> IPAddress { IPAddress(text) ?? .unspecified }

    static func id(_ name: String) -> ServiceID {
        directory.service(named: name) ?? ServiceID(.max)
    }

    static func fixed(_ name: String) -> ServiceSource { .fixed(id(name)) }

    /// `text` compiled, or the built-in combined when it is wrong, which no test expects.
    static func format(_ text: String) -> LogFormat {
        do { return .lines(try LinePlan(nginx: text)) } catch { return .lines(.nginxCombined) }
    }

    static func parser(
        _ rules: [LogRule] = rules, limits: SignalLimits = SignalLimits()
    ) -> SignalParser {
        SignalParser(rules: rules, services: directory, limits: limits)
    }

    /// Reads `line` with a parser of its own.
    static func read(_ line: String, _ rules: [LogRule] = rules, arrival: Instant = arrival) -> SignalResult {
        var parser = parser(rules)
        return parser.read(line, arrival: arrival)
    }
}

extension SignalParser {
    mutating func read(
        _ line: String, from sender: IPAddress = TestNetwork.sender, arrival: Instant = TestNetwork.arrival
    ) -> SignalResult {
        let bytes = Array(line.utf8)
        return parse(bytes.span, from: sender, arrival: arrival)
    }
}

extension SignalResult {
    /// The outcome of one service, if it is one.
    var single: Outcome? {
        guard case .outcome(let outcome, rule: _) = self else { return nil }
        return outcome
    }

    var rule: Int? {
        switch self {
        case .outcome(_, let rule), .shared(_, _, let rule), .ignored(_, let rule): rule
        case .unmatched, .malformed: nil
        }
    }

    var ignoredReason: IgnoredReason? {
        guard case .ignored(let reason, rule: _) = self else { return nil }
        return reason
    }
}
