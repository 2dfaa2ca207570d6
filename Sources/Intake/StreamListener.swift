// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FlowModel
import Glibc
import LockFree

/// Takes the connections of one TCP socket on a queue of its own, and hands the frames that they bring to its handler, each
/// as a datagram would be.
///
/// Once started it keeps itself alive until it is stopped.
package final class StreamListener<Handler: DatagramHandler & ~Copyable>: @unchecked Sendable {
    /// What the socket is bound to.
    package let address: ListenAddress
    /// What came, where a frame counts as a datagram; to be read from any thread.
    package let counters = IntakeCounters()
    /// What became of the connections; to be read from any thread.
    package let connections = ConnectionCounters()

    private let queue: DispatchQueue
    private let frameOctets: Int

    // Everything below belongs to the queue.
    private var socket: TCPSocket?
    private var handler: Handler
    private var buffer = StreamBuffer()
    private var table: ConnectionTable
    private var open: [Int: Connection] = [:]
    private var source: (any DispatchSourceRead)?
    /// The kernel's word about new connections reaches us; false while there is no descriptor for another.
    private var isArmed = false
    private var isStopped = false
    /// Descriptors of connections that are not closed yet: their source has to end first.
    private var descriptors = 0
    private var stopCompletions: [@Sendable () -> Void] = []

    /// - Parameters:
    ///   - handler: belongs to the listener's queue from here on. It is not asked for room: a connection that is not read
    ///     would make the program that logs wait.
    ///   - frameOctets: the longest frame that is handed over whole.
    package init(
        socket: consuming TCPSocket, handler: consuming sending Handler,
        frameOctets: Int = IntakeLimits.frameOctets, table: ConnectionTable = ConnectionTable()
    ) {
        address = .tcp(socket.address)
        queue = DispatchQueue(label: "spate.intake.\(address)")
        (self.frameOctets, self.table) = (frameOctets, table)
        self.socket = consume socket
        self.handler = handler
    }

    /// Begins to take connections; those that came since the socket was opened are the first. Once.
    package func start() {
        queue.async { [self] in
            guard source == nil, !isStopped, let descriptor = socket?.bound.descriptor else { return }
            let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
            source.setEventHandler { [self] in accept() }
            source.setCancelHandler { [self] in close() }
            self.source = source
            isArmed = true
            source.activate()
        }
    }

    /// Hands over what waits in all connections, closes them and the socket, then calls `completion` on the listener's queue.
    package func stop(_ completion: @escaping @Sendable () -> Void) {
        queue.async { [self] in
            stopCompletions.append(completion)
            if isStopped { return finishStopping() }
            accept()
            isStopped = true
            drainRest()
            guard let source else { return close() }
            source.cancel()
            // A source that is suspended would never come to its cancel handler.
            if !isArmed { source.resume() }
        }
    }

    /// Runs `body` with the handler on the listener's queue, between two pieces of a connection.
    package func withHandler(_ body: @escaping @Sendable (inout Handler) -> Void) {
        queue.async { [self] in body(&handler) }
    }
}

/// A connection that is open. Belongs to the queue of its listener.
private final class Connection {
    let number: Int
    let descriptor: Int32
    let peer: SocketAddress
    let source: any DispatchSourceRead
    var framing: SyslogFraming

    init(
        _ number: Int, _ descriptor: Int32, peer: SocketAddress, source: any DispatchSourceRead,
        frameOctets: Int
    ) {
        (self.number, self.descriptor, self.peer, self.source) = (number, descriptor, peer, source)
        framing = SyslogFraming(frameOctets: frameOctets)
    }
}

extension StreamListener where Handler: ~Copyable {
    // MARK: Connections

    private func accept() {
        guard !isStopped, socket != nil else { return }
        for _ in 0..<IntakeLimits.waitingConnections {
            guard let acceptance = socket?.accept() else { return }
            switch acceptance {
            case .connection(let descriptor, let peer): admit(descriptor, peer)
            case .noneWaits: return
            case .failed: return pause()
            }
        }
    }

    private func admit(_ descriptor: Int32, _ peer: SocketAddress) {
        connections.accepted.add()
        switch table.admit(peer.address, at: WallClock.now()) {
        case .refused:
            connections.refused.add()
            connections.ended.add()
            Glibc.close(descriptor)
        case .admitted(let number, let other):
            if let idle = other.flatMap({ open[$0] }) {
                connections.idle.add()
                end(idle)
            }
            begin(number, descriptor, peer)
        }
    }

    private func begin(_ number: Int, _ descriptor: Int32, _ peer: SocketAddress) {
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { [self] in
            if let connection = open[number] { _ = read(connection) }
        }
        source.setCancelHandler { [self] in
            Glibc.close(descriptor)
            descriptors &-= 1
            finishStopping()
        }
        descriptors &+= 1
        open[number] = Connection(number, descriptor, peer: peer, source: source, frameOctets: frameOctets)
        source.activate()
    }

    private func end(_ connection: Connection) {
        if connection.framing.isWithinFrame { connections.cutFrames.add() }
        connections.ended.add()
        open[connection.number] = nil
        table.leave(connection.number)
        connection.source.cancel()
    }

    /// Leaves connections waiting: to be woken for one that cannot be taken would be a loop without end.
    private func pause() {
        counters.receiveErrors.add()
        guard isArmed, let source else { return }
        isArmed = false
        source.suspend()
        let pause = DispatchTimeInterval.microseconds(Int(IntakeLimits.acceptInterval.microseconds))
        queue.asyncAfter(deadline: .now() + pause) { [self] in
            guard !isStopped, !isArmed, let source = self.source else { return }
            isArmed = true
            source.resume()
        }
    }

    // MARK: Octets

    /// Takes one piece of what waits in a connection, so that the others have their turn; how much, 0 when nothing waits or
    /// the connection is over.
    private func read(_ connection: Connection) -> Int {
        switch buffer.receive(from: connection.descriptor) {
        case .nothingWaits: return 0
        case .ended:
            end(connection)
            return 0
        case .octets(let count):
            deliver(connection)
            counters.octets.add(UInt64(count))
            handler.batchEnded()
            guard connection.framing.isLost else { return count }
            connections.lostFraming.add()
            end(connection)
            return 0
        }
    }

    private func deliver(_ connection: Connection) {
        let time = WallClock.now()
        var frames: UInt64 = 0
        var truncated: UInt64 = 0
        buffer.withOctets { octets in
            connection.framing.take(octets) { frame in
                handler.received(
                    payload: frame, from: connection.peer.address, port: connection.peer.port, at: time)
                frames &+= 1
                if frame.count > frameOctets { truncated &+= 1 }
            }
        }
        guard frames > 0 else { return }
        table.heard(connection.number, at: time)
        counters.datagrams.add(frames)
        if truncated > 0 { counters.truncatedDatagrams.add(truncated) }
    }

    // MARK: The end

    private func drainRest() {
        var left = IntakeLimits.octetsAtStop
        for connection in open.values {
            var share = min(left, IntakeLimits.octetsHeldForConnection)
            while share > 0 {
                let count = read(connection)
                if count == 0 { break }
                (share, left) = (share &- count, left &- count)
            }
            if open[connection.number] != nil { end(connection) }
        }
    }

    private func close() {
        source = nil
        socket = nil
        finishStopping()
    }

    private func finishStopping() {
        guard isStopped, socket == nil, descriptors == 0 else { return }
        let completions = stopCompletions
        stopCompletions = []
        for completion in completions { completion() }
    }
}
