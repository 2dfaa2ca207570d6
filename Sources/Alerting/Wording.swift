// SPDX-License-Identifier: Apache-2.0

import Detection

extension VerdictKind {
    /// What is going on, as a person would say it; stands after the service and before `since`.
    var phrase: String {
        switch self {
        case .httpFlood: "HTTP flood"
        case .tlsHandshakeFlood: "TLS handshake flood"
        case .tlsRenegotiation: "TLS renegotiation flood"
        case .slowConnection: "slow-connection flood"
        case .dnsFlood: "DNS query flood"
        case .dnsRandomSubdomain: "DNS random-subdomain flood"
        case .connectionExhaustion: "connections exhausted"
        case .synFlood: "SYN flood"
        case .applicationExhaustion: "exhausted by few costly requests"
        case .networkFlood: "network flood"
        case .reflection: "reflection flood"
        case .demandOverload: "more demand than it can serve, no sign of an attack,"
        case .unclear: "overload of unclear cause"
        case .surge: "busy but healthy"
        case .degradation: "failing without extra load"
        case .outageRetryStorm: "outage first, then retries of its own clients, no attack,"
        case .absorbedAttack: "attack absorbed, known clients are served,"
        case .telemetry: "telemetry"
        }
    }

    /// The phrase where no `since` follows.
    var name: String { phrase.hasSuffix(",") ? String(phrase.dropLast()) : phrase }

    /// The harm is the news, and the pressure only the setting.
    var leadsWithHarm: Bool { self == .degradation || self == .outageRetryStorm }
}

extension PressureFigures {
    /// `398 slow connections`, `52,300 client packets/s`.
    var amount: String {
        let noun =
            switch metric {
            case .newConnections: "new connections/s"
            case .concurrentConnections: "open connections"
            case .slowConnections: "slow connections"
            case .clientPackets: "client packets/s"
            case .requests: "requests/s"
            case .handshakes: "TLS handshakes/s"
            case .loggedConnections: "connections/s in the log"
            case .queries: "queries/s"
            }
        return "\(Readable.number(value)) \(noun)"
    }

    /// `398 slow connections (normal 12)`, with `was 120` when that is worth saying.
    func text(before: PressureFigures? = nil) -> String {
        var normal = "normal \(Readable.number(baseline))"
        if let before, before.metric == metric, abs(before.value - value) > 0.2 * abs(before.value) {
            normal += ", was \(Readable.number(before.value))"
        }
        return "\(amount) (\(normal))"
    }
}

extension SourceFigures {
    /// `567 sources (normal 118, 79% new)`.
    var text: String {
        "\(Readable.number(Double(count))) \(count == 1 ? "source" : "sources") "
            + "(normal \(Readable.number(Double(baseline))), \(Readable.percent(newShare)) new)"
    }
}

extension OutcomeFigures {
    /// Latency is worth a word when it is this many times the normal.
    private static let slowerThanNormal = 1.5
    /// Milliseconds that nobody waits for: a name server that needs one where it needed a half is no news.
    private static let unnoticed = 10.0

    /// `55% of requests fail (normal 0%); answers take 60 s (normal 82 ms)`, nil when the channel has no figures.
    func text(past: Bool) -> String? {
        let phrases = [failureText(past: past), latencyText(past: past)].compactMap { $0 }
        return phrases.isEmpty ? nil : phrases.joined(separator: "; ")
    }

    private func failureText(past: Bool) -> String? {
        guard let failureRatio else { return nil }
        let normal = failureBaseline.map { " (normal \(Readable.percent($0)))" } ?? ""
        return "\(Readable.percent(failureRatio)) of \(failing(past: past))\(normal)"
    }

    private func failing(past: Bool) -> String {
        switch channel {
        case "flow": past ? "connections were unanswered or reset" : "connections are unanswered or reset"
        case "slow_flows": past ? "short connections were slow" : "short connections are slow"
        case "fewer_answers":
            past ? "the usual answers did not come" : "the usual answers do not come"
        case "slow_answers", "flow_latency": past ? "answers were slow" : "answers are slow"
        case "flow_handshakes":
            past ? "connections were taken late" : "connections are taken late"
        case "flow_replies": past ? "packets had no reply" : "packets have no reply"
        case "flow_truncated": past ? "answers were cut short" : "answers are cut short"
        case "dns": past ? "queries failed" : "queries fail"
        case "saturation": past ? "the time its host was full" : "the time its host is full"
        case "tls": past ? "TLS handshakes failed" : "TLS handshakes fail"
        default: past ? "requests failed" : "requests fail"
        }
    }

    private func latencyText(past: Bool) -> String? {
        guard let latencyMilliseconds, latencyMilliseconds >= Self.unnoticed else { return nil }
        if let latencyBaselineMilliseconds,
            latencyMilliseconds < Self.slowerThanNormal * latencyBaselineMilliseconds
        {
            return nil
        }
        let normal =
            latencyBaselineMilliseconds.map { " (normal \(Readable.latency(milliseconds: $0)))" } ?? ""
        return
            "answers \(past ? "took" : "take") \(Readable.latency(milliseconds: latencyMilliseconds))\(normal)"
    }
}
