// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FlowModel
import Intake

/// Keeps what a listener received, and lets a test wait for it. A queue guards the state, not a mutex: the thread
/// sanitizer does not see the locking of Swift's own and would report races that are none.
final class DatagramCollector: @unchecked Sendable {
    struct Received: Sendable {
        var payload: [UInt8]
        var address: IPAddress
        var port: UInt16
        var time: Instant
    }

    private struct State {
        var received: [Received] = []
        var batches: [Int] = []
        var expected: Int?
        var hasRoom = true
    }

    private var state = State()
    private let queue = DispatchQueue(label: "test.collector")
    private let reached = DispatchSemaphore(value: 0)

    /// The handler that a listener gets.
    struct Handler: DatagramHandler {
        let collector: DatagramCollector
        var inBatch: [Received] = []

        var hasRoom: Bool { collector.hasRoom }

        mutating func received(
            payload: borrowing Span<UInt8>, from address: IPAddress, port: UInt16, at time: Instant
        ) {
            let octets = payload.indices.map { payload[$0] }
            inBatch.append(Received(payload: octets, address: address, port: port, time: time))
        }

        mutating func batchEnded() {
            collector.add(inBatch)
            inBatch = []
        }
    }

    var handler: Handler { Handler(collector: self) }
    var received: [Received] { queue.sync { state.received } }
    /// Datagrams in each batch so far.
    var batches: [Int] { queue.sync { state.batches } }

    /// Whether the handler takes more; the queue of the listener asks.
    var hasRoom: Bool {
        get { queue.sync { state.hasRoom } }
        set { queue.sync { state.hasRoom = newValue } }
    }

    private func add(_ batch: [Received]) {
        let isReached = queue.sync {
            state.received += batch
            state.batches.append(batch.count)
            guard let expected = state.expected, state.received.count >= expected else { return false }
            state.expected = nil
            return true
        }
        if isReached { reached.signal() }
    }

    /// Waits until so many datagrams have come in all; false if they do not come.
    func wait(for count: Int) -> Bool {
        let isThere = queue.sync {
            if state.received.count >= count { return true }
            state.expected = count
            return false
        }
        return isThere || reached.wait(timeout: .now() + 30) == .success
    }
}

extension DatagramListener where Handler: ~Copyable {
    /// Address and port of a UDP socket.
    var network: SocketAddress { address.network ?? SocketAddress(address: .unspecified, port: 0) }

    /// Stops and waits for the end; false if it does not come.
    func stopAndWait() -> Bool { IntakeTests.stopAndWait { stop($0) } }
}

extension StreamListener where Handler: ~Copyable {
    /// Address and port of its socket.
    var network: SocketAddress { address.network ?? SocketAddress(address: .unspecified, port: 0) }

    /// Stops and waits for the end; false if it does not come.
    func stopAndWait() -> Bool { IntakeTests.stopAndWait { stop($0) } }
}

private func stopAndWait(_ stop: (@escaping @Sendable () -> Void) -> Void) -> Bool {
    let stopped = DispatchSemaphore(value: 0)
    stop { stopped.signal() }
    return stopped.wait(timeout: .now() + 30) == .success
}
