// SPDX-License-Identifier: Apache-2.0

import Alerting
import Control
import Detection
import Dispatch
import FlowDecoding
import FlowModel
import History
import Intake
import LockFree
import Logging
import Pipeline
import Settings
import Synchronization

/// The running collector: sockets, rings, evaluation and writers, wired as the configuration says.
///
/// Opened by `init`, set going by `start`, ended by `stop`; `reconfigure` goes over to another configuration meanwhile.
/// These four come from one task; metrics and health may be asked from anywhere.
final class Daemon: Sendable {
    /// What a new configuration may replace.
    struct Parts: Sendable {
        var configuration: Configuration
        var routing: Routing
        var flows: [FlowSocket]
        var signals: [SignalSocket]
        var metrics: [MetricSocket]
        var dispatcher: AlertDispatcher
        /// Of sockets that were closed by a change of the configuration.
        var closedFlows: [FlowSocketCounters] = []
        var closedSignals: [SignalSocketCounters] = []
        var closedMetrics: [MetricSocketCounters] = []

        /// Of every flow socket there has been.
        var flowCounters: [FlowSocketCounters] { flows.map(\.counters) + closedFlows }
        /// Of every syslog socket there has been.
        var signalCounters: [SignalSocketCounters] { signals.map(\.allCounters) + closedSignals }
        /// Of every StatsD socket there has been.
        var metricCounters: [MetricSocketCounters] { metrics.map(\.allCounters) + closedMetrics }

        /// What all of them have dropped.
        var drops: IntakeDrops {
            let (flows, signals, metrics) = (flowCounters, signalCounters, metricCounters)
            let intakes = flows.map(\.intake) + signals.map(\.intake) + metrics.map(\.intake)
            let rings = flows.map(\.dropped) + signals.map(\.dropped) + metrics.map(\.dropped)
            return IntakeDrops(
                kernel: intakes.reduce(0) { $0 &+ $1.kernelDrops.value }, ring: rings.reduce(0, &+))
        }
    }

    let exporters = ExporterTable()
    let started = ContinuousClock.now
    let evaluation: EvaluationShards
    private let parts: Mutex<Parts>
    private let manager: ServiceManager
    private let logger: Logger
    private let writers = Mutex(WriterWatch())
    private let intake = Mutex(IntakeWatch())
    /// Nil when nothing is to outlive the process.
    private let keeper: StateKeeper?
    private let baselines: BaselineKeeper?
    private let saved = Mutex(Instant.distantPast)
    /// Of incidents; nil likewise.
    let history: HistoryWriter?

    /// Longest wait for messages that a writer has not taken at stop.
    private static let flushTime = DispatchTimeInterval.seconds(2)

    /// Opens every socket of the configuration.
    ///
    /// - Throws: the first socket's error; nothing stays open then.
    init(_ configuration: Configuration, manager: ServiceManager, logger: Logger) throws(SocketError) {
        let evaluation = EvaluationShards(configuration, exporters: exporters, logger: logger)
        let routing = evaluation.first
        let opener = SocketOpener(configuration, exporters: exporters, routing: routing, logger: logger)
        let flows = try opener.flows(configuration.listen)
        let signals = try opener.signals(configuration.signals.syslog)
        let metrics = try opener.metrics(configuration.signals.statsd)
        let history = configuration.historyWriter(logger)
        self.history = history
        parts = Mutex(
            Parts(
                configuration: configuration, routing: routing, flows: flows, signals: signals,
                metrics: metrics,
                dispatcher: AlertDispatcher(Self.writers(configuration, history))))
        (self.evaluation, self.manager, self.logger) = (evaluation, manager, logger)
        keeper = configuration.state.directory.map { StateKeeper(directory: $0, logger: logger) }
        keeper?.prepare()
        history?.prepare()
        if let state = keeper?.load() {
            Self.restore(state, flows, of: configuration)
        }
        baselines = configuration.state.directory.map { BaselineKeeper(directory: $0, logger: logger) }
        let now = WallClock.now()
        if let learned = baselines?.load(at: now) { evaluation.restore(learned, at: now) }
    }

    /// The parts in use.
    var current: Parts { parts.withLock { $0 } }

    func start() {
        let current = current
        for flow in current.flows { evaluation.attach(flow.rings) }
        for signal in current.signals { evaluation.attach(signal.rings) }
        for metric in current.metrics { evaluation.attach(metric.rings) }
        evaluation.start(
            say: { [self] verdict in self.current.dispatcher.enqueue(verdict) },
            explain: { [self] explanations in self.history?.record(explanations) },
            ticked: { [self] now in ticked(now) })
        for flow in current.flows { flow.listener.start() }
        for signal in current.signals { signal.listener.start() }
        for metric in current.metrics { metric.listener.start() }
        let places = current.flows.filter { $0.number == 1 }.map { first in
            let count = first.configuration.sockets
            return "\(first.listener.address)" + (count > 1 ? " (\(count) sockets)" : "")
        }.joined(separator: ", ")
        logger.info("listening for NetFlow and IPFIX on \(places)")
        if !current.signals.isEmpty {
            let places = current.signals.map { "\($0.listener.address)" }.joined(separator: ", ")
            logger.info("taking log lines on \(places)")
        }
        if !current.metrics.isEmpty {
            let places = current.metrics.map { "\($0.listener.address)" }.joined(separator: ", ")
            logger.info("taking metrics on \(places)")
        }
        if current.configuration.exporters.allow.isEmpty {
            logger.info("exporters.allow is not set: flow records are taken from everyone")
        }
        for output in current.configuration.alerts { output.obstacle.map { logger.warning("\($0)") } }
        manager.ready()
    }

    /// Takes what the kernel still holds, judges it, hands out the last messages. Ends within the seconds of
    /// `flushTime` and a moment.
    func stop() {
        manager.stopping()
        let current = current
        current.flows.forEach { $0.stop() }
        current.signals.forEach { $0.stop() }
        current.metrics.forEach { $0.stop() }
        keeper?.saveFinally(at: WallClock.now(), current.flows.map(\.stateSection))
        evaluation.stop()
        baselines?.saveFinally(at: WallClock.now(), evaluation.learned)
        current.dispatcher.finish(at: WallClock.now())
        let lost = current.dispatcher.flush(until: .now() + Self.flushTime)
        if lost > 0 { logger.error("\(lost) messages could not be delivered before the end") }
        if history?.close(until: .now() + Self.flushTime) == false {
            logger.error("the history could not be written to its end")
        }
        logger.info("stopped")
    }

    /// Goes over to `next`. On an error nothing has changed.
    ///
    /// - Throws: the error of a socket that could not be opened.
    func reconfigure(_ next: Configuration) throws(SocketError) {
        manager.reloading()
        defer { manager.ready() }
        let old = current
        let change = SocketChange(from: old, to: next)
        let routing = evaluation.routing(for: next, after: old.routing)
        let opener = SocketOpener(next, exporters: exporters, routing: routing, logger: logger)
        let newSignals = try opener.signals(change.syslogAdded)
        let newMetrics = try opener.metrics(change.statsdAdded)
        let newFlows = try opener.flows(next.listen, beside: old.flows)

        for flow in change.flowsKept { flow.reconfigure(next.decoding, routing) }
        let settings = next.signalSettings(routing.plan)
        let metricSettings = next.metricSettings(routing.plan)
        change.signalsGone.forEach { $0.stop() }
        change.signalsGone.forEach { evaluation.detach($0.rings) }
        change.metricsGone.forEach { $0.stop() }
        change.metricsGone.forEach { evaluation.detach($0.rings) }
        evaluation.reconfigure(next, routing) {
            change.signalsKept.forEach { $0.replace(settings) }
            change.metricsKept.forEach { $0.replace(metricSettings) }
        }
        change.flowsGone.forEach { $0.stop() }
        change.flowsGone.forEach { evaluation.detach($0.rings) }
        hand(
            (change.flowsGone + change.flowsRegrouped).map(\.stateSection),
            to: newFlows + change.flowsRegrouped, of: next)

        let sameOutputs = next.alerts == old.configuration.alerts
        let dispatcher =
            sameOutputs
            ? old.dispatcher
            : AlertDispatcher(Self.writers(next, history), continuing: old.dispatcher)
        parts.withLock {
            $0 = Parts(
                configuration: next, routing: routing, flows: change.flowsKept + newFlows,
                signals: change.signalsKept + newSignals, metrics: change.metricsKept + newMetrics,
                dispatcher: dispatcher, closedFlows: old.closedFlows + change.flowsGone.map(\.counters),
                closedSignals: old.closedSignals + change.signalsGone.map(\.allCounters),
                closedMetrics: old.closedMetrics + change.metricsGone.map(\.allCounters))
        }
        if !sameOutputs {
            for output in next.alerts { output.obstacle.map { logger.warning("\($0)") } }
            let lost = old.dispatcher.flush(until: .now() + Self.flushTime)
            if lost > 0 {
                logger.error("\(lost) messages could not be delivered to the outputs as they were")
            }
        }
        for flow in newFlows { evaluation.attach(flow.rings) }
        for signal in newSignals { evaluation.attach(signal.rings) }
        for metric in newMetrics { evaluation.attach(metric.rings) }
        newFlows.forEach { $0.listener.start() }
        newSignals.forEach { $0.listener.start() }
        newMetrics.forEach { $0.listener.start() }
        for key in change.needsRestart {
            logger.warning("'\(key)' has changed: that takes effect at the next start")
        }
    }

    // MARK: Every second

    private func ticked(_ now: Instant) {
        let current = current
        current.dispatcher.tick(now)
        history?.tick(now)
        for flow in current.flows { flow.listener.refreshKernelDrops() }
        for signal in current.signals { signal.listener.refreshKernelDrops() }
        for metric in current.metrics { metric.listener.refreshKernelDrops() }
        let news = intake.withLock { $0.evaluate(current.drops, now: now.seconds) }
        for verdict in news { current.dispatcher.enqueue(verdict) }
        save(current.flows, now)
        baselines?.tick(now) { [evaluation] in evaluation.learned }
        writers.withLock { $0.news(current.dispatcher.snapshots) }.forEach { logger.error("\($0)") }
        // The first shard ticks for all of them: no heartbeat while another one hangs.
        guard health(at: now).isGood else { return }
        let snapshot = evaluation.snapshot
        manager.alive(
            status: "\(exporters.exporters.count) exporters, \(snapshot.services) services, "
                + "\(snapshot.openIncidents) open incidents")
    }
}

extension Daemon {
    /// A socket at another address goes on with what those knew that it replaces, and sockets at one address with what each
    /// other knew when their number changes.
    private func hand(_ sections: [StateSection], to flows: [FlowSocket], of configuration: Configuration) {
        let now = WallClock.now()
        let archive = StateArchive.archive(sections, savedAt: now, isFinal: true)
        guard let state = try? StateArchive.read(archive.span, limits: DecodingLimits()) else { return }
        Self.restore(state, flows, of: configuration)
    }

    private static func restore(
        _ state: ArchivedState, _ flows: [FlowSocket], of configuration: Configuration
    ) {
        let now = WallClock.now()
        for flow in flows {
            let place = configuration.listen.first { $0.place == flow.configuration.place }
            flow.restore(state, among: place?.sockets ?? 1, now: now)
        }
    }

    /// The history takes messages as every output does.
    private static func writers(_ configuration: Configuration, _ history: HistoryWriter?) -> [VerdictWriter]
    {
        configuration.alerts.map(\.writer) + (history.map { [$0.verdictWriter] } ?? [])
    }

    /// The sockets answer between two batches, so nobody waits for them here.
    private func save(_ flows: [FlowSocket], _ now: Instant) {
        guard let keeper else { return }
        let isDue = saved.withLock { saved in
            // The clock may have been set back.
            guard now < saved || now - saved >= StateKeeper.interval else { return false }
            defer { saved = now }
            return saved != .distantPast
        }
        if isDue { keeper.save(at: now) { flows.map(\.stateSection) } }
    }
}
