// SPDX-License-Identifier: Apache-2.0

import CLinux
import Dispatch
package import FlowModel
import Glibc
import LockFree

/// Receives the datagrams of one socket on a queue of its own and hands them to its handler.
///
/// Once started it keeps itself alive until it is stopped.
package final class DatagramListener<Handler: DatagramHandler & ~Copyable>: @unchecked Sendable {
    /// What the socket is bound to.
    package let address: ListenAddress
    /// What receive buffer the kernel gave, for a warning; nil for a Unix socket, where senders have the buffer.
    package let receiveBuffer: ReceiveBufferGrant?
    /// What came and what was lost; to be read from any thread.
    package let counters = IntakeCounters()

    private let queue: DispatchQueue
    private let policy: GatherPolicy
    /// What the kernel may hold for the socket.
    private let heldOctets: Int

    // Everything below belongs to the queue.
    private var socket: BoundSocket?
    private var batch: DatagramBatch
    private var handler: Handler
    private var drops = KernelDropTracker()
    private var source: (any DispatchSourceRead)?
    /// The kernel's word about the socket reaches us; false while datagrams gather.
    private var isArmed = false
    private var isStopped = false
    private var stopCompletions: [@Sendable () -> Void] = []

    /// - Parameters:
    ///   - handler: belongs to the listener's queue from here on.
    ///   - datagramOctets: what of a datagram is taken at most; the rest is cut off and counted.
    ///   - gatherInterval: how long datagrams gather in the kernel; 0 to be woken for each.
    package convenience init(
        socket: consuming UDPSocket, handler: consuming sending Handler,
        gatherInterval: Interval = IntakeLimits.gatherInterval,
        datagramOctets: Int = IntakeLimits.datagramOctets
    ) {
        let (address, receiveBuffer) = (ListenAddress.udp(socket.address), socket.receiveBuffer)
        self.init(
            address, socket.bound, receiveBuffer, handler: handler, gatherInterval: gatherInterval,
            datagramOctets: datagramOctets)
    }

    /// Datagrams of a Unix socket do not gather: a program that writes faster than the kernel lets them wait would have to
    /// wait itself, or lose its lines.
    ///
    /// - Parameters:
    ///   - handler: belongs to the listener's queue from here on; the sender of every datagram is `.unspecified`.
    ///   - datagramOctets: as above.
    package convenience init(
        socket: consuming UnixDatagramSocket, handler: consuming sending Handler,
        datagramOctets: Int = IntakeLimits.datagramOctets
    ) {
        let address = ListenAddress.unix(path: socket.path)
        self.init(
            address, socket.bound, nil, handler: handler, gatherInterval: .milliseconds(0),
            datagramOctets: datagramOctets)
    }

    private init(
        _ address: ListenAddress, _ socket: consuming BoundSocket, _ receiveBuffer: ReceiveBufferGrant?,
        handler: consuming sending Handler, gatherInterval: Interval, datagramOctets: Int
    ) {
        (self.address, self.receiveBuffer) = (address, receiveBuffer)
        heldOctets = receiveBuffer?.granted ?? IntakeLimits.unixQueueOctets
        policy = GatherPolicy(interval: gatherInterval, receiveBuffer: heldOctets)
        queue = DispatchQueue(label: "spate.intake.\(address)")
        batch = DatagramBatch(datagramOctets: datagramOctets)
        self.socket = consume socket
        self.handler = handler
    }

    /// Begins to receive; datagrams that came since the socket was opened are the first. Once.
    package func start() {
        queue.async { [self] in
            guard source == nil, !isStopped, let descriptor = socket?.descriptor else { return }
            let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
            source.setEventHandler { [self] in look() }
            source.setCancelHandler { [self] in close() }
            self.source = source
            isArmed = true
            source.activate()
        }
    }

    /// Hands over what waits in the socket, closes it, then calls `completion` on the listener's queue.
    package func stop(_ completion: @escaping @Sendable () -> Void) {
        queue.async { [self] in
            stopCompletions.append(completion)
            if isStopped {
                if socket == nil { finishStopping() }
                return
            }
            isStopped = true
            drainRest()
            guard let source else { return close() }
            source.cancel()
            // A source that is suspended would never come to its cancel handler.
            if !isArmed { source.resume() }
        }
    }

    /// Lets further sockets be bound to its address. Waits for the queue.
    ///
    /// - Throws: the kernel's refusal.
    package func share() throws(SocketError) { try onSocket { spate_in_share($0) } }

    /// Has the kernel hand out the datagrams for its address as ``SocketSpread`` says: among the first `count` sockets that
    /// were bound to it. Waits for the queue.
    ///
    /// - Throws: the kernel's refusal.
    package func spread(over count: Int) throws(SocketError) {
        try onSocket { spate_in_spread($0, UInt32(clamping: count)) }
    }

    private func onSocket(_ call: (Int32) -> Int32) throws(SocketError) {
        let status = queue.sync {
            guard let descriptor = socket?.descriptor else { return -EBADF }
            return call(descriptor)
        }
        guard status >= 0 else { throw SocketError(address, code: -status) }
    }

    /// Brings `counters.kernelDrops` up to date. Without it drops show with the next datagram, and what was dropped last
    /// never shows on a socket that falls silent: to be called about each second.
    package func refreshKernelDrops() {
        queue.async { [self] in countKernelDrops() }
    }

    /// Runs `body` with the handler on the listener's queue, between two batches.
    package func withHandler(_ body: @escaping @Sendable (inout Handler) -> Void) {
        queue.async { [self] in body(&handler) }
    }
}

extension DatagramListener where Handler: ~Copyable {
    /// Takes what is there and decides when to look again.
    private func look() {
        guard !isStopped, let source else { return }
        switch policy.action(after: drain()) {
        case .awaitReadable:
            guard !isArmed else { return }
            isArmed = true
            source.resume()
        case .look(let interval):
            if isArmed {
                isArmed = false
                source.suspend()
            }
            // The queue has a thread to itself: to sleep here is one wake-up per interval. A timer is three, since
            // Dispatch's own thread comes first: 1.5 against 2.0 microseconds per datagram at 10,000 a second.
            if interval > .milliseconds(0) { usleep(UInt32(clamping: interval.microseconds)) }
            // Other work of the queue comes in between.
            queue.async { [self] in look() }
        }
    }

    /// Receives until the socket is empty, within a bound.
    ///
    /// - Parameter isPatient: leaves datagrams in the kernel when the handler has no room.
    private func drain(isPatient: Bool = true) -> DrainResult {
        var result = DrainResult()
        guard let descriptor = socket?.descriptor else { return result }
        for _ in 0..<IntakeLimits.batchesPerTurn {
            if isPatient, !handler.hasRoom {
                counters.heldTurns.add()
                (result.isComplete, result.isHeldBack) = (false, true)
                return result
            }
            let count = batch.receive(from: descriptor)
            if count < 0 {
                counters.receiveErrors.add()
                result.hasFailed = true
                return result
            }
            if count > 0 { deliver(count, into: &result) }
            // A batch that is not full has emptied the socket: asking again would be a call for nothing.
            if count < batch.capacity { return result }
        }
        result.isComplete = false
        return result
    }

    /// Hands a batch to the handler and counts it.
    private func deliver(_ count: Int, into result: inout DrainResult) {
        let time = WallClock.now()
        var octets = 0
        var truncated: UInt64 = 0
        var drops: UInt32?
        for index in 0..<count {
            batch.withDatagram(index) { payload, header in
                handler.received(payload: payload, from: header.source, port: header.port, at: time)
                octets &+= payload.count
                if header.isTruncated { truncated &+= 1 }
                if let count = header.drops { drops = count }
            }
        }
        // Before the records are published: at no moment is more decoded than received.
        counters.datagrams.add(UInt64(count))
        counters.octets.add(UInt64(octets))
        if truncated > 0 { counters.truncatedDatagrams.add(truncated) }
        if let drops { counters.kernelDrops.add(self.drops.advance(to: drops)) }
        handler.batchEnded()
        result.datagrams &+= count
        result.octets &+= octets
    }

    /// Receives what is in the socket now; an exporter that goes on sending does not keep it from ending.
    private func drainRest() {
        var left = IntakeLimits.datagramsHeld(byReceiveBuffer: heldOctets)
        var holds = IntakeLimits.holdsAtStop
        while left > 0 {
            let result = drain(isPatient: holds > 0)
            if result.isComplete { break }
            if result.isHeldBack {
                holds &-= 1
                usleep(UInt32(clamping: IntakeLimits.holdInterval.microseconds))
            }
            left &-= result.datagrams
        }
        countKernelDrops()
    }

    private func countKernelDrops() {
        guard let count = socket?.kernelDrops else { return }
        counters.kernelDrops.add(drops.advance(to: count))
    }

    private func close() {
        source = nil
        socket = nil
        finishStopping()
    }

    private func finishStopping() {
        let completions = stopCompletions
        stopCompletions = []
        for completion in completions { completion() }
    }
}
