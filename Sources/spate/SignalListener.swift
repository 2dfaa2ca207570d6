// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Intake
import Settings

/// What takes log lines, one of two kinds; the handler behind them is the same.
enum SignalListener: Sendable {
    case datagrams(DatagramListener<SignalHandler>)
    case connections(StreamListener<SignalHandler>)

    /// Opens the socket; nothing is received before ``start()``.
    static func open(
        _ socket: SyslogSocket, handler: consuming sending SignalHandler, gather: Interval,
        lineOctets: Int
    ) throws(SocketError) -> SignalListener {
        // One octet more than a line may have shows that it has too many.
        let datagramOctets = lineOctets + 1
        switch socket {
        case .udp(let configuration):
            return .datagrams(
                DatagramListener(
                    socket: try UDPSocket.open(configuration), handler: handler, gatherInterval: gather,
                    datagramOctets: datagramOctets))
        case .unix(let path, let mode):
            return .datagrams(
                DatagramListener(
                    socket: try UnixDatagramSocket.open(path: path, mode: mode), handler: handler,
                    datagramOctets: datagramOctets))
        case .tcp(let address, let port):
            return .connections(
                StreamListener(
                    socket: try TCPSocket.open(SocketAddress(address: address, port: port)),
                    handler: handler, frameOctets: lineOctets))
        }
    }

    var address: ListenAddress {
        switch self {
        case .datagrams(let listener): listener.address
        case .connections(let listener): listener.address
        }
    }

    /// Nil for those that have none of their own.
    var receiveBuffer: ReceiveBufferGrant? {
        switch self {
        case .datagrams(let listener): listener.receiveBuffer
        case .connections: nil
        }
    }

    var counters: IntakeCounters {
        switch self {
        case .datagrams(let listener): listener.counters
        case .connections(let listener): listener.counters
        }
    }

    /// Nil where there are none.
    var connections: ConnectionCounters? {
        switch self {
        case .datagrams: nil
        case .connections(let listener): listener.connections
        }
    }

    func start() {
        switch self {
        case .datagrams(let listener): listener.start()
        case .connections(let listener): listener.start()
        }
    }

    func stop(_ completion: @escaping @Sendable () -> Void) {
        switch self {
        case .datagrams(let listener): listener.stop(completion)
        case .connections(let listener): listener.stop(completion)
        }
    }

    func withHandler(_ body: @escaping @Sendable (inout SignalHandler) -> Void) {
        switch self {
        case .datagrams(let listener): listener.withHandler(body)
        case .connections(let listener): listener.withHandler(body)
        }
    }

    /// A connection drops nothing: its sender waits.
    func refreshKernelDrops() {
        if case .datagrams(let listener) = self { listener.refreshKernelDrops() }
    }
}

extension SyslogSocket {
    /// What it is bound to.
    var place: ListenAddress {
        switch self {
        case .udp(let configuration): .udp(configuration.place)
        case .tcp(let address, let port): .tcp(SocketAddress(address: address, port: port))
        case .unix(let path, mode: _): .unix(path: path)
        }
    }
}
