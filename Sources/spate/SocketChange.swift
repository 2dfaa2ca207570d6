// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import Intake
import Logging
import Pipeline
import Settings

/// Opens the sockets of a configuration.
struct SocketOpener {
    private let configuration: Configuration
    private let exporters: ExporterTable
    private let routing: Routing
    private let logger: Logger

    init(_ configuration: Configuration, exporters: ExporterTable, routing: Routing, logger: Logger) {
        (self.configuration, self.exporters, self.routing, self.logger) = (
            configuration, exporters, routing, logger
        )
    }

    /// Opens the sockets that are not among `present`, and has the kernel spread datagrams over all that are to share an
    /// address; those that are to go get none from then on.
    func flows(
        _ listen: [ListenConfiguration], beside present: [FlowSocket] = []
    ) throws(SocketError) -> [FlowSocket] {
        var opened: [FlowSocket] = []
        for place in listen {
            var group = present.filter { $0.configuration.place == place.place }
            while group.count < place.sockets {
                if group.count == 1 { try group[0].listener.share() }
                let socket = try FlowSocket(
                    place, number: group.count + 1, decoding: configuration.decoding,
                    gather: configuration.gather, exporters: exporters, routing: routing, logger: logger)
                group.append(socket)
                opened.append(socket)
            }
        }
        for place in listen {
            let group = (present + opened).filter { $0.configuration.place == place.place }
            if group.count > 1 { try group[0].listener.spread(over: place.sockets) }
        }
        return opened
    }

    func signals(_ listen: [SyslogSocket]) throws(SocketError) -> [SignalSocket] {
        var sockets: [SignalSocket] = []
        for socket in listen {
            sockets.append(
                try SignalSocket(
                    socket, settings: configuration.signalSettings(routing.plan),
                    gather: configuration.gather,
                    logger: logger))
        }
        return sockets
    }

    func metrics(_ listen: [StatsdSocket]) throws(SocketError) -> [MetricSocket] {
        var sockets: [MetricSocket] = []
        for socket in listen {
            sockets.append(
                try MetricSocket(
                    socket, settings: configuration.metricSettings(routing.plan),
                    gather: configuration.gather, logger: logger))
        }
        return sockets
    }
}

/// Which sockets stay, come and go between two configurations. A socket is the same when its address, port and number
/// are: its decoder keeps the templates.
struct SocketChange {
    var flowsKept: [FlowSocket]
    var flowsGone: [FlowSocket]
    var signalsKept: [SignalSocket]
    var signalsGone: [SignalSocket]
    var syslogAdded: [SyslogSocket]
    var metricsKept: [MetricSocket]
    var metricsGone: [MetricSocket]
    var statsdAdded: [StatsdSocket]
    /// Keys whose change a running daemon does not follow.
    var needsRestart: [String] = []
    /// Those that stay at an address where others come or go: they hear of exporters of which these knew.
    var flowsRegrouped: [FlowSocket]

    init(from old: Daemon.Parts, to next: Configuration) {
        let wanted = Dictionary(next.listen.map { ($0.place, $0.sockets) }) { first, _ in first }
        let wantedSyslog = Set(next.signals.syslog.map(\.place))
        let presentSyslog = Set(old.signals.map(\.configuration.place))
        flowsKept = old.flows.filter { $0.number <= wanted[$0.configuration.place] ?? 0 }
        flowsGone = old.flows.filter { $0.number > wanted[$0.configuration.place] ?? 0 }
        flowsRegrouped = flowsKept.filter { socket in
            let place = socket.configuration.place
            return old.flows.count { $0.configuration.place == place } != wanted[place]
        }
        signalsKept = old.signals.filter { wantedSyslog.contains($0.configuration.place) }
        signalsGone = old.signals.filter { !wantedSyslog.contains($0.configuration.place) }
        syslogAdded = next.signals.syslog.filter { !presentSyslog.contains($0.place) }
        let wantedStatsd = Set(next.signals.statsd.map(\.place))
        let presentStatsd = Set(old.metrics.map(\.configuration.place))
        metricsKept = old.metrics.filter { wantedStatsd.contains($0.configuration.place) }
        metricsGone = old.metrics.filter { !wantedStatsd.contains($0.configuration.place) }
        statsdAdded = next.signals.statsd.filter { !presentStatsd.contains($0.place) }

        let all =
            next.listen + next.signals.syslog.compactMap(\.datagrams)
            + next.signals.statsd.compactMap(\.datagrams)
        let asked = Dictionary(all.map { ($0.place, $0.receiveBufferBytes) }) { first, _ in first }
        let kept =
            flowsKept.map(\.configuration) + signalsKept.compactMap(\.configuration.datagrams)
            + metricsKept.compactMap(\.configuration.datagrams)
        if kept.contains(where: { asked[$0.place] != $0.receiveBufferBytes }) {
            needsRestart.append("receive_buffer")
        }
        let files = next.signals.syslog.filter { $0.datagrams == nil }
        let isOther = metricsKept.contains { socket in
            socket.configuration.datagrams == nil && !next.signals.statsd.contains(socket.configuration)
        }
        if isOther
            || signalsKept.contains(where: {
                $0.configuration.datagrams == nil && !files.contains($0.configuration)
            })
        {
            needsRestart.append("mode")
        }
        if next.gather != old.configuration.gather { needsRestart.append("gather") }
        if next.evaluation != old.configuration.evaluation { needsRestart.append("evaluation") }
        if next.control != old.configuration.control { needsRestart.append("control") }
        if next.state != old.configuration.state { needsRestart.append("state") }
    }
}

extension SyslogSocket {
    /// Of a UDP socket.
    fileprivate var datagrams: ListenConfiguration? {
        guard case .udp(let configuration) = self else { return nil }
        return configuration
    }
}

extension ListenConfiguration {
    /// What it is bound to.
    var place: SocketAddress { SocketAddress(address: address, port: port) }
}
