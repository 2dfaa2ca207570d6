// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowDecoding
import FlowModel
import LockFree
import Logging
import Pipeline
import ServiceWindows
import Settings

/// All evaluation of the daemon: one loop, or several that share the services out among them.
final class EvaluationShards: Sendable {
    private let loops: [EvaluationLoop]
    /// Where discovered services live, of whatever shard.
    private let ports = PortSet()

    /// - Parameter first: for the sockets that are opened before the start.
    init(_ configuration: Configuration, exporters: ExporterTable, logger: Logger) {
        let plan = ShardPlan(configuration.services, count: configuration.evaluation.shards)
        let router = Self.router(configuration, plan, ports)
        loops = (0..<plan.count).map { index in
            EvaluationLoop(
                configuration, share: router.map { EvaluationShare(index: index, router: $0) },
                exporters: exporters, logger: logger)
        }
        first = Routing(plan: plan, router: router, wakeups: loops.map(\.wakeup))
    }

    /// For the sockets of the configuration that it began with.
    let first: Routing

    private static func router(_ configuration: Configuration, _ plan: ShardPlan, _ ports: PortSet)
        -> ShardRouter?
    {
        plan.count > 1 ? ShardRouter(configuration.services, plan: plan, ports: ports) : nil
    }

    /// For the sockets of another configuration. The number of shards stays.
    func routing(for next: Configuration, after old: Routing) -> Routing {
        let plan = ShardPlan(next.services, count: loops.count, continuing: old.plan)
        return Routing(plan: plan, router: Self.router(next, plan, ports), wakeups: old.wakeups)
    }

    /// - Parameters:
    ///   - say: takes verdicts, from the queue of any shard.
    ///   - explain: takes what led to them, likewise.
    ///   - ticked: called by the first shard after each of its ticks.
    func start(
        say: @escaping @Sendable (Verdict) -> Void, explain: @escaping @Sendable ([Explanation]) -> Void,
        ticked: @escaping @Sendable (Instant) -> Void
    ) {
        for (index, loop) in loops.enumerated() {
            if index == 0 {
                loop.start(say: say, explain: explain, ticked: ticked)
            } else {
                loop.start(say: say, explain: explain, ticked: { _ in })
            }
        }
    }

    /// Takes what was learned before a restart. Before the start.
    func restore(_ state: LearnedState, at now: Instant) { loops.forEach { $0.restore(state, at: now) } }

    /// What is to be kept over a restart. Waits for the queues of all shards.
    var learned: [LearnedShard] { loops.map(\.learned) }

    /// Takes what is still in the rings, judges it, and ends.
    func stop() { loops.forEach { $0.stop() } }

    func attach(_ rings: ShardRings<FlowRecord>) {
        for (loop, feed) in zip(loops, rings.feeds) { loop.attach(feed) }
    }

    func attach(_ rings: ShardRings<Outcome>) {
        for (loop, feed) in zip(loops, rings.feeds) { loop.attach(feed) }
    }

    /// Lets go of the rings of a socket that has stopped, after what they hold was taken.
    func detach(_ rings: ShardRings<FlowRecord>) {
        for (loop, feed) in zip(loops, rings.feeds) { loop.detach(feed) }
    }

    /// The same for a syslog socket.
    func detach(_ rings: ShardRings<Outcome>) {
        for (loop, feed) in zip(loops, rings.feeds) { loop.detach(feed) }
    }

    /// Goes over to another configuration and keeps what was learned of the services that stay.
    ///
    /// - Parameter changeParsers: makes the syslog sockets speak of the new services; outcomes of the old ones that are
    ///   in the rings when it returns are taken before the change.
    func reconfigure(_ configuration: Configuration, _ routing: Routing, changeParsers: () -> Void) {
        holdAll(from: 0) {
            loops.forEach { $0.drainWhileHeld() }
            changeParsers()
            loops.forEach { $0.drainWhileHeld() }
            for (index, loop) in loops.enumerated() {
                loop.changeWhileHeld(
                    to: configuration,
                    share: routing.router.map { EvaluationShare(index: index, router: $0) })
            }
        }
    }

    /// Runs `body` while no shard does anything.
    private func holdAll(from index: Int, _ body: () -> Void) {
        guard index < loops.count else { return body() }
        loops[index].hold { holdAll(from: index + 1, body) }
    }

    /// The sums, and the tick of the shard that is behind.
    var snapshot: EvaluationSnapshot {
        let all = loops.map(\.snapshot)
        return all.dropFirst().reduce(all[0]) { $0.adding($1) }
    }
}

/// What others may know of the evaluation.
struct EvaluationSnapshot: Sendable {
    var windows = WindowCounters()
    /// Those that are judged.
    var services = 0
    var openIncidents = 0
    var lastTick = Instant.distantPast
    var verdicts: [VerdictEvent: UInt64] = [:]
    /// Flow records that each shard has taken.
    var records: [UInt64] = [0]
    /// Of services that say how full they are.
    var levels: [ServiceLevels] = []
    /// Of the services that are judged, some seconds old.
    var baselines: [BaselineSummary] = []
    /// Entries of `suppress:`, in the order of the configuration.
    var suppressions: [SuppressionUse] = []

    /// Of two shards.
    func adding(_ other: EvaluationSnapshot) -> EvaluationSnapshot {
        var sum = self
        sum.windows.add(other.windows)
        sum.services += other.services
        sum.openIncidents += other.openIncidents
        sum.lastTick = min(lastTick, other.lastTick)
        sum.verdicts.merge(other.verdicts, uniquingKeysWith: &+)
        sum.records += other.records
        sum.levels += other.levels
        sum.baselines += other.baselines
        sum.suppressions = SuppressionUse.adding(suppressions, other.suppressions)
        return sum
    }
}
