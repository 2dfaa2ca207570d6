// SPDX-License-Identifier: Apache-2.0

package import Detection

/// What an attacker may do.
package enum AttackKind: String, CaseIterable, Sendable {
    case httpFlood = "HTTP flood, new connections"
    case keepAliveFlood = "HTTP flood, keep-alive"
    case handshakeFlood = "TLS handshake flood"
    case renegotiation = "TLS renegotiation"
    case slowloris
    case slowPost = "slow POST"
    case slowRead = "slow read"
    case dnsFlood = "DNS flood"
    case randomSubdomain = "DNS random subdomain"
    case synFlood = "SYN flood"
    case connectionExhaustion = "connection exhaustion"
    case expensiveRequests = "expensive requests"

    /// Classes that name it rightly.
    package var classes: Set<VerdictKind> {
        switch self {
        case .httpFlood, .keepAliveFlood: [.httpFlood]
        case .handshakeFlood: [.tlsHandshakeFlood]
        case .renegotiation: [.tlsRenegotiation]
        case .slowloris, .slowPost, .slowRead: [.slowConnection, .connectionExhaustion]
        case .dnsFlood: [.dnsFlood]
        case .randomSubdomain: [.dnsRandomSubdomain, .dnsFlood]
        case .synFlood: [.synFlood]
        case .connectionExhaustion: [.connectionExhaustion, .slowConnection]
        case .expensiveRequests: [.applicationExhaustion, .httpFlood]
        }
    }

    /// Whether it holds what the server has little of, rather than asking for too much.
    package var isSlow: Bool {
        switch self {
        case .slowloris, .slowPost, .slowRead, .connectionExhaustion: true
        default: false
        }
    }

    var isDNS: Bool { self == .dnsFlood || self == .randomSubdomain }
    var usesTLS: Bool { self == .handshakeFlood || self == .renegotiation }
}

/// One attack of the grid.
package struct AttackCase: Sendable {
    package var kind: AttackKind
    /// Multiple of what the server can bear.
    package var intensity: Double
    package var ramp: Ramp
    package var sampling: Int
    package var hasLog: Bool
    package var seed: UInt64

    package init(
        _ kind: AttackKind, intensity: Double = 2, ramp: Ramp = .step, sampling: Int = 1, hasLog: Bool = true,
        seed: UInt64 = 1
    ) {
        (self.kind, self.intensity, self.ramp) = (kind, intensity, ramp)
        (self.sampling, self.hasLog, self.seed) = (sampling, hasLog, seed)
    }

    /// Seconds of ordinary use before it.
    static let quiet = 180.0
    /// Seconds after it, in which an incident must be cleared.
    static let recovery = 240.0

    /// Seconds from the beginning between which it happens.
    package var span: Range<Double> {
        let lasting = (kind.isSlow ? 180 : 120) + ramp.rise + (ramp == .pulses ? 90 : 0)
        return Self.quiet..<(Self.quiet + lasting)
    }

    /// The world in which it happens.
    package var model: WorldModel {
        var model = WorldModel()
        var draws = Draws(seed: seed &* 0x9E37)
        Background.watch(&model, &draws, sampling: sampling, hasLog: hasLog)
        if kind.isDNS { model.resolver = ResolverModel() }
        model.server.usesTLS = kind.usesTLS
        model.server.program = draws.chance(0.5) && !kind.usesTLS ? .nginx : .haproxy
        if kind == .slowPost { (model.server.workers, model.server.queueLimit) = (150, 511) }
        if kind == .synFlood { model.server.halfOpen = 1024 }
        let span = span
        let (ramp, full) = (ramp, intensity * kind.capacity(model))
        let strength = Load { ramp.strength($0 - span.lowerBound) * full }.only(in: span)
        model.streams = [Background.users(model, &draws), kind.stream(model, strength, full: full)]
        (model.event, model.duration) = (span, span.upperBound + Self.recovery)
        return model
    }
}

extension AttackKind {
    /// Of what it takes away: requests or queries a second, or connections.
    fileprivate func capacity(_ model: WorldModel) -> Double {
        let server = model.server
        let resolver = model.resolver ?? ResolverModel()
        switch self {
        case .httpFlood, .keepAliveFlood: return server.capacity
        case .expensiveRequests: return server.capacity / Self.expense
        case .handshakeFlood, .renegotiation: return server.handshakes
        case .slowloris, .slowRead, .connectionExhaustion: return Double(server.places)
        case .slowPost: return Double(server.workers)
        case .dnsFlood: return resolver.queries
        case .randomSubdomain: return Double(resolver.outstanding) / resolver.slowRecursion
        case .synFlood: return Double(server.halfOpen) / server.halfOpenSeconds
        }
    }

    /// How many ordinary requests an expensive one is worth.
    private static let expense = 25.0
    /// Connections over which a keep-alive flood and renegotiations are spread.
    private static let lasting = (flood: 300.0, renegotiation: 200.0)

    fileprivate func stream(_ model: WorldModel, _ strength: Load, full: Double) -> Stream {
        var bots = Behaviour()
        (bots.clients, bots.areUsers, bots.parallel, bots.retries) = (.bots, false, 1, 0)
        (bots.dynamicShare, bots.requests, bots.newcomers) = (1, 1, 0)
        switch self {
        case .httpFlood: break
        case .dnsFlood: break
        case .randomSubdomain: bots.manner = .randomNames
        case .expensiveRequests: bots.weight = Self.expense
        case .handshakeFlood: bots.manner = .handshakeOnly
        case .synFlood: (bots.manner, bots.clients) = (.forgedSYN, .forged)
        case .keepAliveFlood, .renegotiation:
            let isFlood = self == .keepAliveFlood
            let count = isFlood ? Self.lasting.flood : Self.lasting.renegotiation
            bots.manner = isFlood ? .browse : .renegotiate
            (bots.requests, bots.think) = (1e6, count / max(full, 1e-9))
            return Stream(bots, .held(strength * (count / max(full, 1e-9))))
        case .slowloris: bots.manner = .slowHead
        case .slowPost: bots.manner = .slowBody
        case .slowRead:
            (bots.manner, bots.dynamicShare, bots.fileOctets) = (.slowRead, 0, 400_000)
        case .connectionExhaustion: bots.manner = .idle
        }
        bots.patience = isSlow ? 20 : 10
        return Stream(bots, isSlow ? .held(strength) : .rate(strength))
    }
}

/// What is the same in all worlds: ordinary users, and who watches.
enum Background {
    /// Requests a second.
    static let requests = 20.0

    /// Users with sessions.
    static func users(_ model: WorldModel, _ draws: inout Draws) -> Stream {
        var users = Behaviour.users
        guard model.resolver == nil else {
            users.parallel = 1
            return Stream(users, .rate(.constant(draws.uniform(12...18))))
        }
        return Stream(users, .rate(visits(users, .constant(requests * draws.uniform(0.8...1.2)))))
    }

    /// Visits a second that make so many requests a second.
    static func visits(_ behaviour: Behaviour, _ requests: Load) -> Load {
        requests * (1 / (behaviour.requests * (1 + Double(behaviour.parallel)) / 2))
    }

    /// An exporter as they are found, and a log.
    static func watch(_ model: inout WorldModel, _ draws: inout Draws, sampling: Int, hasLog: Bool) {
        model.exporter = draws.chance(0.5) ? .quick : ExporterModel()
        model.exporter.form = ExportForm.allCases[draws.below(3)]
        model.exporter.sampling = sampling
        model.exporter.skew = draws.uniform(-1...1)
        if draws.chance(0.25) { (model.exporter.loss, model.exporter.reordering) = (0.005, 0.02) }
        guard hasLog else { return model.log = nil }
        var log = LogModel()
        log.lag = draws.uniform(0.02...0.4)
        log.burst = draws.chance(0.25) ? 1 : 0
        model.log = log
    }
}
