// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Settings
import TestSupport

/// All that arrives, by the second of its arrival.
struct ScenarioFeed {
    /// A record or an outcome. Times are microseconds of the scenario.
    struct Arrival<Event> {
        /// When it arrives.
        let time: Int64
        /// When it happened; for records, it is in the record.
        let happened: Instant
        let event: Event
    }

    private var records: [[Arrival<FlowRecord>]]
    private var outcomes: [[Arrival<Outcome>]]
    private let disturbances: [Disturbance]

    init(_ scenario: Scenario) {
        disturbances = scenario.disturbances
        let seconds = Int(scenario.end)
        records = .init(repeating: [], count: seconds)
        outcomes = .init(repeating: [], count: seconds)
        let seed = scenario.seed
        var exports = scenario.exporters.enumerated().map { number, exporter in
            FlowExport(
                exporter, number: number, samplings: scenario.samplings(of: number, exporter),
                seed: seed &+ UInt64(number) &+ 1000)
        }
        for (number, traffic) in scenario.traffic.enumerated() {
            let service = scenario.configuration.services[traffic.service]
            var maker = ConnectionMaker(
                traffic, isTCP: service.transport == .tcp, seed: seed &+ UInt64(number))
            for second in traffic.seconds {
                for connection in maker.connections(in: second) {
                    if traffic.isSeen {
                        addRecords(connection, scenario.endpoint(of: service, for: connection), &exports)
                    }
                    if traffic.isLogged { addOutcomes(connection, scenario.logs[traffic.service]) }
                }
            }
        }
        for second in records.indices { records[second].sort { $0.time < $1.time } }
        for second in outcomes.indices { outcomes[second].sort { $0.time < $1.time } }
    }

    mutating func takeRecords(of second: Int64) -> [Arrival<FlowRecord>] {
        defer { records[Int(second)] = [] }
        return records[Int(second)]
    }

    mutating func takeOutcomes(of second: Int64) -> [Arrival<Outcome>] {
        defer { outcomes[Int(second)] = [] }
        return outcomes[Int(second)]
    }

    /// For each datagram that comes, how many are lost.
    func lossOdds(of exporter: Int, in second: Int64) -> Double {
        for disturbance in disturbances where disturbance.seconds.contains(second) {
            if case .loss(exporter, let share) = disturbance.kind { return share / max(0.01, 1 - share) }
        }
        return 0
    }

    private mutating func addRecords(
        _ connection: Connection, _ endpoint: ServiceKey, _ exports: inout [FlowExport]
    ) {
        for number in exports.indices {
            let made = exports[number].records(connection, to: endpoint)
            // Both halves share a datagram, and its fate.
            for (time, record) in made {
                guard let time = arrival(time, of: number, lot: UInt64(connection.port) &+ UInt64(time))
                else { continue }
                let second = Int(time / 1_000_000)
                guard second < records.count else { continue }
                records[second].append(
                    Arrival(time: time, happened: record.end, event: record))
            }
        }
    }

    /// When what an exporter sends arrives; nil if never.
    private func arrival(_ time: Int64, of exporter: Int, lot: UInt64) -> Int64? {
        var time = time
        for disturbance in disturbances where disturbance.seconds.contains(time / 1_000_000) {
            switch disturbance.kind {
            case .stall(exporter): time = max(time, disturbance.seconds.upperBound * 1_000_000)
            case .silence(exporter): return nil
            case .loss(exporter, let share):
                var random = SeededRandom(seed: lot)
                if Double.random(in: 0..<1, using: &random) < share { return nil }
            default: break
            }
        }
        return time
    }

    private mutating func addOutcomes(_ connection: Connection, _ lag: Int64?) {
        guard let lag else { return }
        for (happened, outcome) in connection.outcomes {
            var time = happened + lag
            var isLost = false
            for disturbance in disturbances where disturbance.seconds.contains(time / 1_000_000) {
                if disturbance.kind == .stallLog(service: connection.service) {
                    time = max(time, disturbance.seconds.upperBound * 1_000_000)
                }
                if disturbance.kind == .silenceLog(service: connection.service) { isLost = true }
            }
            let second = Int(time / 1_000_000)
            guard !isLost, second < outcomes.count else { continue }
            outcomes[second].append(
                Arrival(time: time, happened: Instant(microseconds: happened), event: outcome))
        }
    }
}

extension Scenario {
    fileprivate func samplings(of number: Int, _ exporter: Exporter) -> [(since: Int64, interval: UInt32)] {
        var samplings = [(since: Int64(0), interval: exporter.sampling)]
        for disturbance in disturbances.sorted(by: { $0.seconds.lowerBound < $1.seconds.lowerBound }) {
            if case .sampling(number, let interval) = disturbance.kind {
                samplings.append((disturbance.seconds.lowerBound * 1_000_000, interval))
            }
        }
        return samplings
    }

    /// The service's address of the client's family, the first where there is none.
    fileprivate func endpoint(of service: ConfiguredService, for connection: Connection) -> ServiceKey {
        let own = service.addresses.first { $0.address.isIPv4 == connection.source.isIPv4 }
        return ServiceKey(
            address: (own ?? service.addresses[0]).address, port: service.ports[0].lowerBound,
            transport: service.transport)
    }
}
