// SPDX-License-Identifier: Apache-2.0

import Detection
import Dispatch
import FlowDecoding
import FlowModel
import Intake
import LockFree
import Logging
import Pipeline
import ServiceWindows
import Settings
import Synchronization

/// An evaluation queue: drains its rings into the windows and judges once a second. Everything that is not atomic belongs
/// to the queue.
final class EvaluationLoop: @unchecked Sendable {
    /// How often the rings are looked at: a twentieth of a second is 14,000 records at 10,000 datagrams/s, a quarter of a
    /// ring. Faster exporters use the wakeup.
    private static let drainInterval = DispatchTimeInterval.milliseconds(50)

    /// Seconds by which the clock may go back: we wait until it has caught up.
    private static let toleratedStep: Int64 = 10

    /// How often others may see the baselines anew: thousands of them cost a millisecond.
    private static let baselineSeconds: Int64 = 5

    let wakeup: Wakeup
    private let queue: DispatchQueue
    private let published = Mutex(EvaluationSnapshot())
    private let exporters: ExporterTable
    private let logger: Logger

    private var configuration: Configuration
    private var share: EvaluationShare?
    private var evaluation: Evaluation
    private var flows: [RingFeed<FlowRecord>] = []
    private var outcomes: [RingFeed<Outcome>] = []
    private var second: Int64
    /// Made at the start: Dispatch traps when a timer that never ran is let go.
    private var timer: (any DispatchSourceTimer)?
    /// Takes verdicts; called on the queue.
    private var say: @Sendable (Verdict) -> Void = { _ in }
    /// Takes explanations of services in trouble; called on the queue.
    private var explain: @Sendable ([Explanation]) -> Void = { _ in }
    /// Called on the queue after every tick.
    private var ticked: @Sendable (Instant) -> Void = { _ in }

    /// - Parameter share: of the services; nil for all of them.
    init(_ configuration: Configuration, share: EvaluationShare?, exporters: ExporterTable, logger: Logger) {
        let now = WallClock.now()
        let name = "spate.evaluation" + (share.map { ".\($0.index + 1)" } ?? "")
        queue = DispatchQueue(label: name)
        evaluation = Self.evaluation(configuration, share, exporters)
        evaluation.start(at: now)
        second = now.seconds
        (self.configuration, self.share) = (configuration, share)
        (self.exporters, self.logger) = (exporters, logger)
        wakeup = Wakeup(on: queue)
    }

    /// With a history, decisions are explained.
    private static func evaluation(
        _ configuration: Configuration, _ share: EvaluationShare?, _ exporters: ExporterTable
    ) -> Evaluation {
        var evaluation = Evaluation(configuration, share: share, exporters: exporters)
        evaluation.demand = configuration.state.directory == nil ? .none : .troubled
        return evaluation
    }

    func start(
        say: @escaping @Sendable (Verdict) -> Void, explain: @escaping @Sendable ([Explanation]) -> Void,
        ticked: @escaping @Sendable (Instant) -> Void
    ) {
        queue.sync {
            (self.say, self.explain, self.ticked) = (say, explain, ticked)
            publishBaselines()
        }
        wakeup.handle { [self] in drain() }
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now(), repeating: Self.drainInterval, leeway: .milliseconds(5))
        timer.setEventHandler { [self] in turn(at: WallClock.now()) }
        timer.activate()
        queue.sync { self.timer = timer }
    }

    /// Takes what is still in the rings, judges it, and ends.
    func stop() {
        queue.sync {
            drain()
            judge(at: Instant(seconds: second + 1))
            timer?.cancel()
            wakeup.cancel()
        }
    }

    /// Takes what was learned before a restart.
    func restore(_ state: LearnedState, at now: Instant) {
        queue.sync { evaluation.restore(state, at: now) }
    }

    /// What is to be kept over a restart.
    var learned: LearnedShard { queue.sync { evaluation.learned } }

    func attach(_ feed: RingFeed<FlowRecord>) { queue.sync { flows.append(feed) } }

    func attach(_ feed: RingFeed<Outcome>) { queue.sync { outcomes.append(feed) } }

    /// Lets go of a ring whose socket has stopped, after what it holds was taken.
    func detach(_ feed: RingFeed<FlowRecord>) {
        queue.sync {
            drain()
            flows.removeAll { $0 === feed }
        }
    }

    /// The same for the ring of a syslog socket.
    func detach(_ feed: RingFeed<Outcome>) {
        queue.sync {
            drain()
            outcomes.removeAll { $0 === feed }
        }
    }

    /// Runs `body`, which may call what is named so, while the queue does nothing else.
    func hold(_ body: () -> Void) { queue.sync(execute: body) }

    /// Takes what is in the rings. Only within ``hold(_:)``.
    func drainWhileHeld() { drain() }

    /// Goes over to another configuration and keeps what was learned of the services that stay. Only within ``hold(_:)``.
    func changeWhileHeld(to configuration: Configuration, share: EvaluationShare?) {
        var next = Self.evaluation(configuration, share, exporters)
        let verdicts = next.adopt(evaluation)
        evaluation = next
        hand(out: verdicts)
        (self.configuration, self.share) = (configuration, share)
        publishBaselines()
    }

    var snapshot: EvaluationSnapshot { published.withLock { $0 } }

    // MARK: On the queue

    private func turn(at now: Instant) {
        drain()
        if now.seconds < second - Self.toleratedStep { startAnew(at: now) }
        guard now.seconds > second else { return }
        second = now.seconds
        judge(at: Instant(seconds: second))
        ticked(now)
    }

    /// The machine's clock was set back: what is booked lies in the future, and waiting for it would be blindness.
    private func startAnew(at now: Instant) {
        if share?.index ?? 0 == 0 {
            logger.error("the clock went back by \(second - now.seconds) s: windows start anew")
        }
        var next = Self.evaluation(configuration, share, exporters)
        next.continueCounting(from: evaluation)
        next.restore(LearnedState([evaluation.learned], savedAt: now), at: now)
        next.start(at: now)
        evaluation = next
        second = now.seconds
    }

    private func judge(at instant: Instant) {
        // Thousands of busy services take a part of the second: the rings are emptied in between, or they would fill.
        let verdicts = evaluation.tick(instant) { windows in
            for feed in flows { _ = feed.drain { windows.add(contentsOf: $0) } }
        }
        if instant.seconds % Self.baselineSeconds == 0 { publishBaselines() }
        published.withLock { snapshot in
            snapshot.lastTick = instant
            snapshot.openIncidents = evaluation.openIncidents
            snapshot.levels = evaluation.levels
            snapshot.suppressions = evaluation.suppressions
        }
        hand(out: verdicts)
    }

    private func hand(out verdicts: [Verdict]) {
        published.withLock { snapshot in
            for verdict in verdicts { snapshot.verdicts[verdict.event, default: 0] += 1 }
        }
        let explanations = evaluation.explanations
        if !explanations.isEmpty { explain(explanations) }
        for verdict in verdicts { say(verdict) }
    }

    private func publishBaselines() {
        let baselines = evaluation.baselines
        published.withLock { $0.baselines = baselines }
    }

    private func drain() {
        var isDone = true
        for feed in flows {
            isDone = feed.drain { evaluation.add($0) } && isDone
        }
        drainOutcomes()
        published.withLock { snapshot in
            snapshot.windows = evaluation.windows.counters
            snapshot.services = evaluation.services
            snapshot.records = [snapshot.windows.allRecords]
        }
        // Other work of the queue comes in between.
        if !isDone { wakeup.signal() }
    }

    private func drainOutcomes() {
        for feed in outcomes {
            _ = feed.drain { batch in
                for index in batch.indices { evaluation.add(batch[index]) }
            }
        }
    }
}

/// The reading end of a ring, for the evaluation queue.
final class RingFeed<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    let ring: SPSCRing<Element>
    private var consumer: RingConsumer<Element>

    /// Elements after which their slots are given back: while the evaluation works on a ring that was full, its socket
    /// finds room.
    private static var batch: Int { 4096 }

    /// Asking twice for one ring traps.
    init(_ ring: SPSCRing<Element>) {
        self.ring = ring
        consumer = ring.takeConsumer()
    }

    /// Takes what waits, at most twice the ring; false when more came meanwhile.
    func drain(_ body: (borrowing Span<Element>) -> Void) -> Bool {
        var left = ring.capacity * 2
        while left > 0 {
            let count = consumer.withBatch(max: min(left, Self.batch), body)
            if count == 0 { return true }
            left -= count
        }
        return false
    }
}
