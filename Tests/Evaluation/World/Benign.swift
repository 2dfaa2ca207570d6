// SPDX-License-Identifier: Apache-2.0

package import Detection

/// What must stay silent.
package enum BenignKind: String, CaseIterable, Sendable {
    case crowdWithin = "flash crowd within capacity"
    case crowdOver = "flash crowd over capacity"
    case crawler
    case loadTest = "declared load test"
    case egress = "CDN or NAT egress"
    case monitors
    case restart = "deploy restart"
    case slowDeploy = "slow deploy"
    case failover
    case outage = "backend outage"
    case outageWithRetries = "outage with retries"
    case bulk = "bulk transfers and slow clients"
    case lossyNetwork = "lossy network"
    case clockChange = "change of the clocks"
    case exporterTrouble = "exporter restart, stall, loss, sampling"
    case growth = "slow growth"
    case absorbedSYNFlood = "SYN flood that cookies absorb"

    /// Classes of incidents that are right: there is harm, and nobody means it.
    package var allowed: Set<VerdictKind> { self == .crowdOver ? [.demandOverload] : [] }

    /// Names that the configuration needs to know are declared by this prefix.
    static let declared = ClientPool(0x0A1E_0000, 200)
}

/// One harmless run of the grid.
package struct BenignCase: Sendable {
    package var kind: BenignKind
    /// How large the crowd, the test, the trouble is: 1 is as described.
    package var size: Double
    package var sampling: Int
    package var hasLog: Bool
    package var seed: UInt64

    package init(
        _ kind: BenignKind, size: Double = 1, sampling: Int = 1, hasLog: Bool = true, seed: UInt64 = 1
    ) {
        (self.kind, self.size, self.sampling) = (kind, size, sampling)
        (self.hasLog, self.seed) = (hasLog, seed)
    }

    /// Seconds from the beginning between which it happens.
    package var span: Range<Double> {
        switch kind {
        case .growth: AttackCase.quiet..<(AttackCase.quiet + 1800)
        case .clockChange: 600..<1200
        default: AttackCase.quiet..<(AttackCase.quiet + 120)
        }
    }

    /// The world in which it happens.
    package var model: WorldModel {
        var model = WorldModel()
        var draws = Draws(seed: seed &* 0x51ED)
        Background.watch(&model, &draws, sampling: sampling, hasLog: hasLog)
        model.server.program = draws.chance(0.5) ? .nginx : .haproxy
        model.streams = [Background.users(model, &draws)]
        (model.event, model.duration) = (span, span.upperBound + 180)
        addVisitors(&model)
        addTrouble(&model, &draws)
        return model
    }

    /// Those who come besides the ordinary users.
    private func addVisitors(_ model: inout WorldModel) {
        var guests = Behaviour.users
        let base = Background.requests
        let capacity = model.server.capacity / guests.dynamicShare
        func come(_ guests: Behaviour, _ requests: Double) {
            let load = Load.constant(requests * size).only(in: span)
            model.streams.append(Stream(guests, .rate(Background.visits(guests, load))))
        }
        switch kind {
        case .crowdWithin:
            guests.clients = .crowd
            come(guests, capacity * 0.6 - base)
        case .crowdOver:
            guests.clients = .crowd
            come(guests, capacity * 1.8 - base)
        case .crawler:
            guests.clients = ClientPool(0x0B07_0001, 3)
            (guests.requests, guests.parallel, guests.think, guests.missing) = (200, 1, 0.05, 0.15)
            (guests.newcomers, guests.areUsers, guests.retries) = (0, false, 0)
            come(guests, 50)
        case .loadTest:
            (guests.clients, guests.areUsers, guests.retries) = (BenignKind.declared, false, 0)
            (guests.requests, guests.think, guests.newcomers) = (50, 0.01, 0)
            come(guests, capacity * 1.2)
        case .egress:
            (guests.clients, guests.newcomers) = (ClientPool(0x0B09_0001, 12), 0)
            come(guests, 40)
        case .monitors:
            (guests.clients, guests.areUsers, guests.retries) = (ClientPool(0x0B0A_0001, 30), false, 0)
            (guests.requests, guests.parallel, guests.missing, guests.newcomers) = (1, 1, 0.22, 0)
            come(guests, 15)
        case .bulk:
            (guests.clients, guests.dynamicShare, guests.fileOctets) = (.crowd, 0, 3e6)
            (guests.bandwidth, guests.requests, guests.patience) = (1e5, 1, 300)
            come(guests, 2)
            (guests.fileOctets, guests.bandwidth, guests.requests) = (12_000, 3000, 3)
            come(guests, 10)
        case .lossyNetwork:
            (guests.clients, guests.loss) = (.crowd, 0.06)
            come(guests, 30)
        case .absorbedSYNFlood:
            model.server.usesCookies = true
            (guests.manner, guests.clients, guests.areUsers) = (.forgedSYN, .forged, false)
            (guests.requests, guests.parallel, guests.newcomers) = (1, 1, 0)
            come(guests, 300)
        case .clockChange:
            come(guests, base)
        case .growth:
            let span = span
            let rise = Load { base * 2 * ($0 - span.lowerBound) / 1800 }.only(in: span)
            model.streams.append(Stream(guests, .rate(Background.visits(guests, rise))))
        case .restart, .slowDeploy, .failover, .outage, .outageWithRetries, .exporterTrouble: break
        }
    }

    /// What happens to the server and to the exporter.
    private func addTrouble(_ model: inout WorldModel, _ draws: inout Draws) {
        let (start, end) = (span.lowerBound, span.upperBound)
        switch kind {
        case .restart:
            model.changes = [
                (start, .health(.refusing)), (start + 4 * size, .health(.up)),
                (start + 4 * size, .slowdown(3)),
                (start + 30, .slowdown(1)),
            ]
        case .slowDeploy: model.changes = [(start, .slowdown(8 * size)), (end, .slowdown(1))]
        case .failover: model.changes = [(start, .health(.silent)), (start + 20 * size, .health(.up))]
        case .outage: model.changes = [(start, .health(.failing)), (start + 70 * size, .health(.up))]
        case .outageWithRetries:
            model.changes = [
                (start, .health(draws.chance(0.5) ? .failing : .hanging)), (start + 70 * size, .health(.up)),
            ]
            (model.streams[0].behaviour.retries, model.streams[0].behaviour.attempts) = (0.9, 8)
        case .exporterTrouble:
            let troubles: [[(Double, Change)]] = [
                [(start, .exporterRestart(seconds: 8))], [(start, .exporterStall(seconds: 60))],
                [(start, .exporterLoss(0.2)), (end, .exporterLoss(0))],
                [(start, .exporterSampling(sampling == 1 ? 10 : sampling * 10))],
            ]
            model.changes = troubles[draws.below(4)].map { (time: $0.0, change: $0.1) }
        default: break
        }
    }
}
