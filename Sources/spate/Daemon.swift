// SPDX-License-Identifier: Apache-2.0

import Alerting
import Dispatch
import FlowDecoding
import FlowModel
import Intake
import Logging
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
        var flows: [FlowSocket]
        var signals: [SignalSocket]
        var dispatcher: AlertDispatcher
        /// Of sockets that were closed by a change of the configuration.
        var closedFlows: [FlowSocketCounters] = []
        var closedSignals: [SignalSocketCounters] = []

        /// Of every flow socket there has been.
        var flowCounters: [FlowSocketCounters] { flows.map(\.counters) + closedFlows }
        /// Of every syslog socket there has been.
        var signalCounters: [SignalSocketCounters] { signals.map(\.allCounters) + closedSignals }
    }

    let exporters = ExporterTable()
    let started = ContinuousClock.now
    let loop: EvaluationLoop
    private let parts: Mutex<Parts>
    private let manager: ServiceManager
    private let logger: Logger
    private let writers = Mutex(WriterWatch())
    /// Nil when nothing is to outlive the process.
    private let keeper: StateKeeper?
    private let saved = Mutex(Instant.distantPast)

    /// Longest wait for messages that a writer has not taken at stop.
    private static let flushTime = DispatchTimeInterval.seconds(2)

    /// Opens every socket of the configuration.
    ///
    /// - Throws: the first socket's error; nothing stays open then.
    init(_ configuration: Configuration, manager: ServiceManager, logger: Logger) throws(SocketError) {
        let loop = EvaluationLoop(configuration, exporters: exporters, logger: logger)
        let opener = SocketOpener(configuration, exporters: exporters, wakeup: loop.wakeup, logger: logger)
        let flows = try opener.flows(configuration.listen)
        let signals = try opener.signals(configuration.signals.syslog)
        parts = Mutex(
            Parts(
                configuration: configuration, flows: flows, signals: signals,
                dispatcher: AlertDispatcher(configuration.alerts.map(\.writer))))
        (self.loop, self.manager, self.logger) = (loop, manager, logger)
        keeper = configuration.state.directory.map { StateKeeper(directory: $0, logger: logger) }
        keeper?.prepare()
        if let state = keeper?.load() {
            let now = WallClock.now()
            for flow in flows { flow.restore(state, now: now) }
        }
    }

    /// The parts in use.
    var current: Parts { parts.withLock { $0 } }

    func start() {
        let current = current
        for flow in current.flows { loop.attach(flow.feed) }
        for signal in current.signals { loop.attach(signal.feed) }
        loop.start(
            say: { [self] verdict in self.current.dispatcher.enqueue(verdict) },
            ticked: { [self] now in ticked(now) })
        for flow in current.flows { flow.listener.start() }
        for signal in current.signals { signal.listener.start() }
        let places = current.flows.map { "\($0.listener.address)" }.joined(separator: ", ")
        logger.info("listening for NetFlow and IPFIX on \(places)")
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
        keeper?.saveFinally(at: WallClock.now(), current.flows.map(\.stateSection))
        loop.stop()
        let lost = current.dispatcher.flush(until: .now() + Self.flushTime)
        if lost > 0 { logger.error("\(lost) messages could not be delivered before the end") }
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
        let opener = SocketOpener(next, exporters: exporters, wakeup: loop.wakeup, logger: logger)
        let newFlows = try opener.flows(change.listenAdded)
        let newSignals = try opener.signals(change.syslogAdded)

        for flow in change.flowsKept { flow.reconfigure(next.decoding) }
        let parser = next.signalParser
        change.signalsGone.forEach { $0.stop() }
        change.signalsGone.forEach { loop.detach($0.feed) }
        loop.reconfigure(next) { change.signalsKept.forEach { $0.replace(parser: parser) } }
        change.flowsGone.forEach { $0.stop() }
        change.flowsGone.forEach { loop.detach($0.feed) }
        hand(change.flowsGone.map(\.stateSection), to: newFlows)

        let sameOutputs = next.alerts == old.configuration.alerts
        let dispatcher =
            sameOutputs
            ? old.dispatcher : AlertDispatcher(next.alerts.map(\.writer), continuing: old.dispatcher)
        parts.withLock {
            $0 = Parts(
                configuration: next, flows: change.flowsKept + newFlows,
                signals: change.signalsKept + newSignals,
                dispatcher: dispatcher, closedFlows: old.closedFlows + change.flowsGone.map(\.counters),
                closedSignals: old.closedSignals + change.signalsGone.map(\.allCounters))
        }
        if !sameOutputs {
            for output in next.alerts { output.obstacle.map { logger.warning("\($0)") } }
            let lost = old.dispatcher.flush(until: .now() + Self.flushTime)
            if lost > 0 {
                logger.error("\(lost) messages could not be delivered to the outputs as they were")
            }
        }
        for flow in newFlows { loop.attach(flow.feed) }
        for signal in newSignals { loop.attach(signal.feed) }
        newFlows.forEach { $0.listener.start() }
        newSignals.forEach { $0.listener.start() }
        for key in change.needsRestart {
            logger.warning("'\(key)' has changed: that takes effect at the next start")
        }
    }

    // MARK: Every second

    private func ticked(_ now: Instant) {
        let current = current
        current.dispatcher.tick(now)
        for flow in current.flows { flow.listener.refreshKernelDrops() }
        for signal in current.signals { signal.listener.refreshKernelDrops() }
        save(current.flows, now)
        writers.withLock { $0.news(current.dispatcher.snapshots) }.forEach { logger.error("\($0)") }
        let snapshot = loop.snapshot
        manager.alive(
            status: "\(exporters.exporters.count) exporters, \(snapshot.services) services, "
                + "\(snapshot.openIncidents) open incidents")
    }
}

extension Daemon {
    /// A socket at another address goes on with what those knew that it replaces.
    private func hand(_ sections: [StateSection], to flows: [FlowSocket]) {
        let now = WallClock.now()
        let archive = StateArchive.archive(sections, savedAt: now, isFinal: true)
        guard let state = try? StateArchive.read(archive.span, limits: DecodingLimits()) else { return }
        for flow in flows { flow.restore(state, now: now) }
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

/// Opens the sockets of a configuration.
struct SocketOpener {
    private let configuration: Configuration
    private let exporters: ExporterTable
    private let wakeup: Wakeup
    private let logger: Logger

    init(_ configuration: Configuration, exporters: ExporterTable, wakeup: Wakeup, logger: Logger) {
        (self.configuration, self.exporters, self.wakeup, self.logger) = (
            configuration, exporters, wakeup, logger
        )
    }

    func flows(_ listen: [ListenConfiguration]) throws(SocketError) -> [FlowSocket] {
        var sockets: [FlowSocket] = []
        for place in listen {
            sockets.append(
                try FlowSocket(
                    place, decoding: configuration.decoding, gather: configuration.gather,
                    exporters: exporters,
                    wakeup: wakeup, logger: logger))
        }
        return sockets
    }

    func signals(_ listen: [ListenConfiguration]) throws(SocketError) -> [SignalSocket] {
        var sockets: [SignalSocket] = []
        for place in listen {
            sockets.append(
                try SignalSocket(
                    place, parser: configuration.signalParser, gather: configuration.gather, logger: logger))
        }
        return sockets
    }
}

/// Which sockets stay, come and go between two configurations. A socket is the same when its address and port are: its
/// decoder keeps the templates.
struct SocketChange {
    var flowsKept: [FlowSocket]
    var flowsGone: [FlowSocket]
    var listenAdded: [ListenConfiguration]
    var signalsKept: [SignalSocket]
    var signalsGone: [SignalSocket]
    var syslogAdded: [ListenConfiguration]
    /// Keys whose change a running daemon does not follow.
    var needsRestart: [String] = []

    init(from old: Daemon.Parts, to next: Configuration) {
        let wanted = Set(next.listen.map(\.place))
        let wantedSyslog = Set(next.signals.syslog.map(\.place))
        let present = Set(old.flows.map(\.configuration.place))
        let presentSyslog = Set(old.signals.map(\.configuration.place))
        flowsKept = old.flows.filter { wanted.contains($0.configuration.place) }
        flowsGone = old.flows.filter { !wanted.contains($0.configuration.place) }
        listenAdded = next.listen.filter { !present.contains($0.place) }
        signalsKept = old.signals.filter { wantedSyslog.contains($0.configuration.place) }
        signalsGone = old.signals.filter { !wantedSyslog.contains($0.configuration.place) }
        syslogAdded = next.signals.syslog.filter { !presentSyslog.contains($0.place) }

        let kept = flowsKept.map(\.configuration) + signalsKept.map(\.configuration)
        let asked = next.listen + next.signals.syslog
        if kept.contains(where: { !asked.contains($0) }) { needsRestart.append("receive_buffer") }
        if next.gather != old.configuration.gather { needsRestart.append("gather") }
        if next.control != old.configuration.control { needsRestart.append("control") }
        if next.state != old.configuration.state { needsRestart.append("state") }
    }
}

extension ListenConfiguration {
    fileprivate var place: SocketAddress { SocketAddress(address: address, port: port) }
}
