// SPDX-License-Identifier: Apache-2.0

package import Detection
import FlowModel

/// What to do about a verdict: MITRE ATT&CK mitigation M1037 (filter network traffic) where there is something to
/// filter, else what helps the service.
package struct Mitigation: Equatable, Sendable {
    /// `M1037`, nil when the remedy is not in the network.
    package let code: String?
    /// What to do, in the imperative.
    package let action: String

    /// As in the field `mitigation`.
    package var field: String { code.map { "\($0): \(action)" } ?? action }

    /// As in the sentence.
    package var phrase: String { "Do: \(action)" + (code.map { " (\($0))" } ?? "") }

    private init(_ code: String?, _ action: String) { (self.code, self.action) = (code, action) }

    /// Nil when there is nothing to do, or nothing to do it to.
    package init?(_ verdict: Verdict) {
        guard let service = verdict.service, verdict.event != .clear, verdict.maintenance == nil else {
            return nil
        }
        let target = service.key.description
        if Self.canBeLimited(verdict.kind), let prefixes = Origin(verdict.sources?.top ?? []).concentrated {
            let list = prefixes.map(\.description).joined(separator: ", ")
            self.init("M1037", "limit \(list) to \(target)")
            return
        }
        switch verdict.kind {
        case .surge, .telemetry: return nil
        case .demandOverload: self.init(nil, "add capacity or shed the least important requests")
        case .unclear: self.init(nil, "look at the service and its logs first, then at its sources")
        case .degradation: self.init(nil, "look at the service and what it depends on, not at the network")
        case .outageRetryStorm:
            self.init(nil, "repair the service first, and slow the retries down before it returns")
        case .absorbedAttack: self.init(nil, "nothing now; see that the defence holds")
        default: self.init("M1037", Self.spreadAction(verdict.kind, target))
        }
    }

    /// Whether the addresses of the sources are real and hostile, so that limiting them is right. A SYN flood forges
    /// them, a reflection borrows them, and what is no attack comes from customers.
    private static func canBeLimited(_ kind: VerdictKind) -> Bool {
        kind.isAttack && kind != .synFlood && kind != .reflection && kind != .absorbedAttack
    }

    /// Against attacks whose sources are too many, or not real.
    private static func spreadAction(_ kind: VerdictKind, _ target: String) -> String {
        switch kind {
        case .tlsHandshakeFlood: "limit new TLS handshakes per source to \(target), allow session resumption"
        case .tlsRenegotiation: "disable client renegotiation at \(target), cap handshakes per connection"
        case .slowConnection: "shorten header and body timeouts at \(target), cap connections per source"
        case .dnsFlood: "limit queries per source to \(target)"
        case .dnsRandomSubdomain:
            "limit queries per source to \(target), block or serve the zone under attack elsewhere"
        case .connectionExhaustion: "cap connections per source to \(target), shorten idle timeouts"
        case .synFlood: "turn on SYN cookies at \(target), drop forged sources at the border"
        case .applicationExhaustion: "limit the costly requests to \(target) per source, cache their answers"
        case .networkFlood: "filter traffic to \(target) upstream, ask the provider"
        case .reflection: "filter the reflecting source ports to \(target) upstream"
        default: "limit new connections and requests per source to \(target)"
        }
    }
}

extension VerdictKind {
    /// MITRE D3FEND techniques by which it was seen: inbound session volume (ISVA), community deviation (NTCD),
    /// connection attempts (CAA), protocol metadata (PMAD), payload profile (CSPP), DNS (DNSTA).
    package var defences: [String] {
        switch self {
        case .httpFlood, .slowConnection, .connectionExhaustion: ["D3-ISVA", "D3-NTCD"]
        case .applicationExhaustion, .tlsRenegotiation: ["D3-ISVA", "D3-NTCD", "D3-CSPP"]
        case .tlsHandshakeFlood: ["D3-ISVA", "D3-NTCD", "D3-PMAD"]
        case .dnsFlood, .dnsRandomSubdomain: ["D3-ISVA", "D3-NTCD", "D3-DNSTA"]
        case .synFlood, .absorbedAttack: ["D3-ISVA", "D3-NTCD", "D3-CAA"]
        case .networkFlood, .reflection: ["D3-ISVA", "D3-PMAD"]
        case .demandOverload, .unclear, .surge: ["D3-ISVA"]
        case .degradation, .outageRetryStorm, .telemetry: []
        }
    }
}
