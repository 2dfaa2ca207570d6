// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FlowModel
import Glibc
import Intake
import LockFree
import Synchronization
import Testing

private let loopback = IPAddress(ipv4: 0x7F00_0001)

/// Real sockets over loopback.
@Suite struct DatagramListenerTests {
    private let collector = DatagramCollector()

    private func listener(
        _ address: IPAddress = loopback, receiveBufferOctets: Int = 1 << 20, gather: Int64 = 5,
        datagramOctets: Int = IntakeLimits.datagramOctets
    ) throws -> DatagramListener<DatagramCollector.Handler> {
        let socket = try UDPSocket.open(
            SocketAddress(address: address, port: 0), receiveBufferOctets: receiveBufferOctets)
        return DatagramListener(
            socket: socket, handler: collector.handler, gatherInterval: .milliseconds(gather),
            datagramOctets: datagramOctets)
    }

    private func sender(
        to listener: DatagramListener<DatagramCollector.Handler>, at address: IPAddress = loopback
    ) -> DatagramSender {
        DatagramSender(.udp(address: address, port: listener.network.port))
    }

    /// Sends `count` datagrams that begin with their number.
    private func send(_ count: Int, from first: Int = 0, octets: Int = 100, by sender: DatagramSender) {
        for number in first..<first + count {
            var payload = [UInt8](repeating: 0, count: octets)
            (payload[0], payload[1]) = (UInt8(number >> 8), UInt8(number & 255))
            while !sender.send(payload) {}
        }
    }

    private var numbers: [Int] { collector.received.map { Int($0.payload[0]) << 8 | Int($0.payload[1]) } }

    @Test(arguments: [0, 1, 5] as [Int64])
    func everyDatagramArrivesOnceInOrder(gather: Int64) throws {
        let listener = try listener(gather: gather)
        let sender = sender(to: listener)
        listener.start()
        // In rounds that any receive buffer holds.
        for round in 0..<40 {
            send(50, from: round * 50, by: sender)
            #expect(collector.wait(for: (round + 1) * 50))
        }
        #expect(listener.stopAndWait())
        #expect(numbers == Array(0..<2000))
        #expect(listener.counters.datagrams.value == 2000)
        #expect(listener.counters.octets.value == 200_000)
        #expect(listener.counters.kernelDrops.value == 0)
        #expect(listener.counters.receiveErrors.value == 0)
    }

    @Test(arguments: [0, 5] as [Int64])
    func datagramsStayInTheKernelWhileThereIsNoRoom(gather: Int64) throws {
        let listener = try listener(gather: gather)
        collector.hasRoom = false
        send(50, by: sender(to: listener))
        listener.start()
        while listener.counters.heldTurns.value < 3 { sched_yield() }
        #expect(listener.counters.datagrams.value == 0)
        collector.hasRoom = true
        #expect(collector.wait(for: 50))
        #expect(listener.stopAndWait())
        #expect(numbers == Array(0..<50))
        #expect(listener.counters.kernelDrops.value == 0)
    }

    @Test func receivedAndDroppedAreExactlyWhatWasSent() throws {
        let listener = try listener(receiveBufferOctets: 8192)
        send(500, octets: 1000, by: sender(to: listener))
        listener.start()
        #expect(listener.stopAndWait())
        let counters = listener.counters
        #expect(counters.kernelDrops.value > 0)
        #expect(counters.datagrams.value > 0)
        #expect(counters.datagrams.value + counters.kernelDrops.value == 500)
        #expect(UInt64(collector.received.count) == counters.datagrams.value)
    }

    @Test func dropsAreKnownWithTheNextDatagram() throws {
        let listener = try listener(receiveBufferOctets: 8192)
        let sender = sender(to: listener)
        send(500, octets: 1000, by: sender)
        listener.start()
        #expect(collector.wait(for: 1))
        let before = collector.received.count
        send(1, octets: 1000, by: sender)
        #expect(collector.wait(for: before + 1))
        #expect(listener.counters.kernelDrops.value == UInt64(500 - before))
        #expect(listener.stopAndWait())
    }

    @Test func dropsOfASilentSocketAreKnownOnRequest() throws {
        let listener = try listener(receiveBufferOctets: 8192)
        send(500, octets: 1000, by: sender(to: listener))
        listener.start()
        #expect(collector.wait(for: 1))
        listener.refreshKernelDrops()
        let refreshed = DispatchSemaphore(value: 0)
        listener.withHandler { _ in refreshed.signal() }
        #expect(refreshed.wait(timeout: .now() + 30) == .success)
        #expect(listener.counters.kernelDrops.value == UInt64(500 - collector.received.count))
        #expect(listener.stopAndWait())
    }

    @Test func aSocketForEveryAddressTakesIPv4InMappedForm() throws {
        let listener = try listener(.unspecified)
        listener.start()
        send(1, by: sender(to: listener))
        #expect(collector.wait(for: 1))
        send(1, by: sender(to: listener, at: IPAddress(high: 0, low: 1)))
        #expect(collector.wait(for: 2))
        #expect(listener.stopAndWait())
        #expect(collector.received.map(\.address.description) == ["127.0.0.1", "::1"])
        #expect(collector.received.allSatisfy { $0.port > 0 })
    }

    @Test func theLongestDatagramIsTakenWhole() throws {
        let listener = try listener()
        listener.start()
        send(1, octets: 65_507, by: sender(to: listener))
        #expect(collector.wait(for: 1))
        #expect(listener.stopAndWait())
        #expect(collector.received.map(\.payload.count) == [65_507])
        #expect(listener.counters.truncatedDatagrams.value == 0)
    }

    @Test func aDatagramLongerThanTheBufferIsCutAndCounted() throws {
        let listener = try listener(datagramOctets: 100)
        listener.start()
        let sender = sender(to: listener)
        send(1, octets: 100, by: sender)
        send(1, octets: 150, by: sender)
        #expect(collector.wait(for: 2))
        #expect(listener.stopAndWait())
        #expect(collector.received.map(\.payload.count) == [100, 100])
        #expect(listener.counters.truncatedDatagrams.value == 1)
    }

    @Test func anEmptyDatagramIsOne() throws {
        let listener = try listener()
        listener.start()
        #expect(sender(to: listener).send([]))
        #expect(collector.wait(for: 1))
        #expect(listener.stopAndWait())
        #expect(collector.received.map(\.payload) == [[]])
    }

    @Test func aBatchHasOneTimeAndOneEnd() throws {
        let listener = try listener()
        send(100, by: sender(to: listener))
        listener.start()
        #expect(collector.wait(for: 100))
        #expect(listener.stopAndWait())
        #expect(collector.batches == [64, 36])
        #expect(Set(collector.received.prefix(64).map(\.time)).count == 1)
    }
}

@Suite struct DatagramListenerStopTests {
    private let collector = DatagramCollector()

    private func listener() throws -> DatagramListener<DatagramCollector.Handler> {
        let socket = try UDPSocket.open(
            SocketAddress(address: loopback, port: 0), receiveBufferOctets: 1 << 20)
        return DatagramListener(socket: socket, handler: collector.handler)
    }

    private func send(_ count: Int, to address: SocketAddress) {
        let sender = DatagramSender(.udp(address: address.address, port: address.port))
        for _ in 0..<count { while !sender.send([1, 2, 3]) {} }
    }

    @Test(arguments: [false, true])
    func stoppingDrainsTheSocketFirst(isStarted: Bool) throws {
        let listener = try listener()
        send(150, to: listener.network)
        if isStarted { listener.start() }
        #expect(listener.stopAndWait())
        #expect(collector.received.count == 150)
    }

    /// What the stage behind does not take in time is handed over all the same: there it is counted.
    @Test func stoppingEndsWithoutRoom() throws {
        let listener = try listener()
        collector.hasRoom = false
        send(150, to: listener.network)
        listener.start()
        #expect(listener.stopAndWait())
        #expect(collector.received.count == 150)
        #expect(listener.counters.heldTurns.value > 0)
    }

    @Test func aStoppedListenerHasClosedItsSocket() throws {
        let listener = try listener()
        listener.start()
        #expect(listener.stopAndWait())
        #expect(throws: Never.self) { _ = try UDPSocket.open(listener.network) }
    }

    @Test func stoppingTwiceEndsTwice() throws {
        let listener = try listener()
        listener.start()
        let ended = DispatchSemaphore(value: 0)
        listener.stop { ended.signal() }
        listener.stop { ended.signal() }
        #expect(ended.wait(timeout: .now() + 30) == .success)
        #expect(ended.wait(timeout: .now() + 30) == .success)
        #expect(listener.stopAndWait())
    }

    @Test func anExporterThatGoesOnSendingDoesNotKeepItFromStopping() throws {
        let listener = try listener()
        let address = listener.network
        let hasEnded = Flag()
        let group = DispatchGroup()
        DispatchQueue(label: "exporter").async(group: group) {
            let sender = DatagramSender(.udp(address: address.address, port: address.port))
            while !hasEnded.isSet.load(ordering: .relaxed) { _ = sender.send([1, 2, 3]) }
        }
        listener.start()
        #expect(collector.wait(for: 1000))
        #expect(listener.stopAndWait())
        hasEnded.isSet.store(true, ordering: .relaxed)
        group.wait()
    }

    private final class Flag: Sendable {
        let isSet = Atomic<Bool>(false)
    }
}
