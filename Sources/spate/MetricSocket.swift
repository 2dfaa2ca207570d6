// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Intake
import LockFree
import Logging
import ServiceSignals
import ServiceWindows
import Settings

/// A socket that metrics come in on.
final class MetricSocket: Sendable {
    let configuration: StatsdSocket
    let listener: DatagramListener<MetricHandler>
    let rings: ShardRings<Outcome>
    let counters = MetricCounters()

    /// Opens the socket; nothing is received before it is started.
    init(
        _ configuration: StatsdSocket, settings: MetricSettings, gather: Interval, logger: Logger
    ) throws(SocketError) {
        rings = .ofOutcomes(settings.plan.count)
        self.configuration = configuration
        let handler = MetricHandler(settings: settings, rings: rings.feeds.map(\.ring), counters: counters)
        // One octet more than a datagram may have shows that it has too many.
        let octets = MetricLimits().datagramOctets + 1
        switch configuration {
        case .udp(let place):
            listener = DatagramListener(
                socket: try UDPSocket.open(place), handler: handler, gatherInterval: gather,
                datagramOctets: octets)
        case .unix(let path, let mode):
            listener = DatagramListener(
                socket: try UnixDatagramSocket.open(path: path, mode: mode), handler: handler,
                datagramOctets: octets)
        }
        listener.receiveBuffer?.warning(for: listener.address).map { logger.warning("\($0)") }
    }

    /// Returns when the socket reads metrics as `settings` says.
    func replace(_ settings: MetricSettings) {
        QueueWait.until { done in
            listener.withHandler { handler in
                handler.replace(settings)
                done()
            }
        }
    }

    /// Hands over what the kernel holds and closes the socket.
    func stop() { QueueWait.until { listener.stop($0) } }

    var allCounters: MetricSocketCounters {
        MetricSocketCounters(
            address: listener.address, intake: listener.counters, metrics: counters, dropped: rings.dropped)
    }
}

/// What a StatsD socket has counted, kept when the socket is closed: counters only rise.
struct MetricSocketCounters: Sendable {
    let address: ListenAddress
    let intake: IntakeCounters
    let metrics: MetricCounters
    let dropped: UInt64
}

extension StatsdSocket {
    /// What it is bound to.
    var place: ListenAddress {
        switch self {
        case .udp(let configuration): .udp(configuration.place)
        case .unix(let path, mode: _): .unix(path: path)
        }
    }

    /// Of a UDP socket.
    var datagrams: ListenConfiguration? {
        guard case .udp(let configuration) = self else { return nil }
        return configuration
    }
}
