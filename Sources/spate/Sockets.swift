// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import Intake
import LockFree
import Logging
import ServiceSignals
import ServiceWindows
import Settings
import Synchronization

/// A socket that flows come in on: listener, decoder and rings.
final class FlowSocket: Sendable {
    /// Records between a socket and the evaluation: exporters send 4,489 datagrams within 100 ms after a pause (measured),
    /// about 120,000 records. While half of it is taken, datagrams stay in the kernel's buffer. 6.5 MiB. Shared out among
    /// the shards.
    private static let ringRecords = 65_536
    /// Least for each shard: half of it is for one batch of datagrams.
    private static let shardRecords = 16_384

    let configuration: ListenConfiguration
    /// Among the sockets at the same address, from 1, in the order in which they were bound.
    let number: Int
    let listener: DatagramListener<FlowHandler>
    let rings: ShardRings<FlowRecord>

    /// Opens the socket; nothing is received before ``start()``.
    ///
    /// - Parameter number: the first one wants the address for itself; then it may be shared.
    init(
        _ configuration: ListenConfiguration, number: Int, decoding: DecodingConfiguration, gather: Interval,
        exporters: ExporterTable, routing: Routing, logger: Logger
    ) throws(SocketError) {
        let socket = try UDPSocket.open(configuration, joins: number > 1)
        rings = ShardRings(
            routing.shards, capacity: Self.ringRecords, least: Self.shardRecords, filler: FlowRecord())
        let decoder = DatagramDecoder(configuration: decoding, exporters: exporters)
        (self.configuration, self.number) = (configuration, number)
        listener = DatagramListener(
            socket: socket,
            handler: FlowHandler(
                decoder: decoder, rings: rings.feeds.map(\.ring), routing: routing, logger: logger),
            gatherInterval: gather)
        guard number == 1 else { return }
        listener.receiveBuffer?.warning(for: listener.address).map { logger.warning("\($0)") }
    }

    func reconfigure(_ decoding: DecodingConfiguration, _ routing: Routing) {
        listener.withHandler { $0.reconfigure(decoding, routing) }
    }

    /// Takes over what is known of the exporters whose datagrams it gets. Before the first datagram when it is called before
    /// the start.
    ///
    /// - Parameter count: sockets at its address.
    func restore(_ state: ArchivedState, among count: Int, now: Instant) {
        let index = number - 1
        listener.withHandler { handler in
            handler.restore(state, now: now) { SocketSpread.socket(of: $0, among: count) == index }
        }
    }

    /// What its decoder knows of exporters; waits for the socket's queue.
    var stateSection: StateSection {
        let section = Mutex(StateSection.empty)
        QueueWait.until { done in
            listener.withHandler { handler in
                section.withLock { $0 = handler.stateSection }
                done()
            }
        }
        return section.withLock { $0 }
    }
}

/// What a flow socket has counted, kept when the socket is closed: counters only rise.
struct FlowSocketCounters: Sendable {
    let address: ListenAddress
    let number: Int
    let intake: IntakeCounters
    let pushed: UInt64
    let dropped: UInt64
}

extension FlowSocket {
    var counters: FlowSocketCounters {
        FlowSocketCounters(
            address: listener.address, number: number, intake: listener.counters, pushed: rings.pushed,
            dropped: rings.dropped)
    }
}

/// What a syslog socket has counted, likewise.
struct SignalSocketCounters: Sendable {
    let address: ListenAddress
    let intake: IntakeCounters
    /// Nil for datagrams.
    let connections: ConnectionCounters?
    let lines: SignalCounters
    let dropped: UInt64
}

extension SignalSocket {
    var allCounters: SignalSocketCounters {
        SignalSocketCounters(
            address: listener.address, intake: listener.counters, connections: listener.connections,
            lines: counters, dropped: rings.dropped)
    }
}

/// A socket that log lines come in on.
final class SignalSocket: Sendable {
    let configuration: SyslogSocket
    let listener: SignalListener
    let rings: ShardRings<Outcome>
    let counters = SignalCounters()

    /// Opens the socket; nothing is received before it is started.
    init(
        _ configuration: SyslogSocket, settings: SignalSettings, gather: Interval, logger: Logger
    ) throws(SocketError) {
        rings = .ofOutcomes(settings.plan.count)
        self.configuration = configuration
        listener = try SignalListener.open(
            configuration,
            handler: SignalHandler(settings: settings, rings: rings.feeds.map(\.ring), counters: counters),
            gather: gather, lineOctets: SignalLimits().datagramOctets)
        listener.receiveBuffer?.warning(for: listener.address).map { logger.warning("\($0)") }
    }

    /// Returns when the socket reads lines as `settings` says.
    func replace(_ settings: SignalSettings) {
        QueueWait.until { done in
            listener.withHandler { handler in
                handler.replace(settings)
                done()
            }
        }
    }
}

extension UDPSocket {
    static func open(
        _ configuration: ListenConfiguration, joins: Bool = false
    ) throws(SocketError) -> UDPSocket {
        try open(
            SocketAddress(address: configuration.address, port: configuration.port),
            receiveBufferOctets: configuration.receiveBufferBytes, joins: joins)
    }
}

extension FlowSocket {
    /// Hands over what the kernel holds and closes the socket.
    func stop() { QueueWait.until { listener.stop($0) } }
}

extension SignalSocket {
    /// Hands over what the kernel holds and closes the socket.
    func stop() { QueueWait.until { listener.stop($0) } }
}
