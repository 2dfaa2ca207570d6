// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FlowModel
import Glibc
import Intake
import LockFree
import TestSupport
import Testing

/// Real connections over loopback.
@Suite struct StreamListenerTests {
    private let collector = DatagramCollector()

    private func listener(
        frameOctets: Int = 8192, table: ConnectionTable = ConnectionTable()
    ) throws -> StreamListener<DatagramCollector.Handler> {
        let socket = try TCPSocket.open(SocketAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 0))
        return StreamListener(
            socket: socket, handler: collector.handler, frameOctets: frameOctets, table: table)
    }

    private var texts: [String] { collector.received.map { String(decoding: $0.payload, as: UTF8.self) } }

    @Test func framesComeInOrderWithTheirSender() throws {
        let listener = try listener()
        #expect("\(listener.address)" == "tcp:127.0.0.1:\(listener.network.port)")
        listener.start()
        let peer = try TCPPeer(port: listener.network.port, host: 7)
        try peer.send("<13>one\n9 <13>two\n\n<13>th")
        #expect(collector.wait(for: 2))
        try peer.send("ree\r\n")
        #expect(collector.wait(for: 3))
        #expect(listener.stopAndWait())
        #expect(texts == ["<13>one", "<13>two\n\n", "<13>three"])
        #expect(collector.received.allSatisfy { $0.address == IPAddress(ipv4: 0x7F00_0007) && $0.port > 0 })
        #expect(listener.counters.datagrams.value == 3)
        #expect(listener.connections.accepted.value == 1)
        #expect(listener.connections.cutFrames.value == 0)
    }

    @Test func severalConnectionsDoNotMix() throws {
        let listener = try listener()
        listener.start()
        let peers = try (1...20).map { try TCPPeer(port: listener.network.port, host: UInt8($0)) }
        for round in 0..<50 {
            for (index, peer) in peers.enumerated() { try peer.send("<1>\(index) ") }
            for peer in peers { try peer.send("\(round)\n") }
        }
        #expect(collector.wait(for: 1000))
        #expect(listener.stopAndWait())
        for index in peers.indices {
            let own = collector.received.filter { $0.address == IPAddress(ipv4: 0x7F00_0001 + UInt32(index)) }
            #expect(
                own.map { String(decoding: $0.payload, as: UTF8.self) }
                    == (0..<50).map { "<1>\(index) \($0)" })
        }
        #expect(listener.connections.open == 0)
    }

    @Test(arguments: [false, true])
    func stoppingTakesWhatWaits(isStarted: Bool) throws {
        let listener = try listener()
        let peer = try TCPPeer(port: listener.network.port)
        let line = "<13>" + String(repeating: "x", count: 96) + "\n"
        try peer.send(String(repeating: line, count: 1000) + "<13>half a li")
        if isStarted { listener.start() }
        #expect(listener.stopAndWait())
        #expect(collector.received.count == 1000)
        #expect(listener.connections.cutFrames.value == 1)
        #expect(listener.connections.open == 0)
        #expect(throws: Never.self) { _ = try TCPSocket.open(listener.network) }
        #expect(listener.stopAndWait())
    }

    @Test func aConnectionThatEndsInAFrameIsCounted() throws {
        let listener = try listener()
        listener.start()
        for text in ["<13>whole\n<13>half", "100 <13>not a hundred", "12"] {
            let peer = try TCPPeer(port: listener.network.port)
            try peer.send(text)
        }
        while listener.connections.ended.value < 3 { sched_yield() }
        #expect(texts == ["<13>whole"])
        #expect(listener.connections.cutFrames.value == 3)
        #expect(listener.stopAndWait())
    }

    @Test func aFrameThatIsTooLongIsHandedOverCutAndTheConnectionGoesOn() throws {
        let listener = try listener(frameOctets: 100)
        listener.start()
        let peer = try TCPPeer(port: listener.network.port)
        try peer.send("200000 <13>" + String(repeating: "x", count: 199_996) + "<1>a\n")
        try peer.send("<13>" + String(repeating: "y", count: 200_000) + "\n<1>b\n")
        #expect(collector.wait(for: 4))
        #expect(listener.stopAndWait())
        #expect(collector.received.map(\.payload.count) == [102, 4, 102, 4])
        #expect(listener.counters.truncatedDatagrams.value == 2)
    }

    @Test func aSenderThatHasLostCountIsToldToBeginAnew() throws {
        let listener = try listener(frameOctets: 100)
        listener.start()
        let peer = try TCPPeer(port: listener.network.port)
        let piece = [UInt8](repeating: 0x78, count: 1 << 20)
        // It may be closed before all of it is sent.
        for _ in 0..<16 { try? peer.send(piece) }
        #expect(peer.isClosedByOther)
        while listener.connections.ended.value < 1 { sched_yield() }
        #expect(listener.connections.lostFraming.value == 1)
        #expect(collector.received.count == 1)
        #expect(listener.stopAndWait())
    }

    @Test func oneConnectionTooManyIsRefused() throws {
        let listener = try listener(table: ConnectionTable(limit: 3, limitPerAddress: 2))
        listener.start()
        let first = try TCPPeer(port: listener.network.port, host: 1)
        let second = try TCPPeer(port: listener.network.port, host: 1)
        try first.send("<1>a\n")
        try second.send("<1>b\n")
        #expect(collector.wait(for: 2))
        #expect(try TCPPeer(port: listener.network.port, host: 1).isClosedByOther)
        let third = try TCPPeer(port: listener.network.port, host: 2)
        try third.send("<1>c\n")
        #expect(collector.wait(for: 3))
        #expect(try TCPPeer(port: listener.network.port, host: 3).isClosedByOther)
        #expect(listener.connections.refused.value == 2)
        #expect(listener.connections.open == 3)
        // The others were not touched.
        try first.send("<1>d\n")
        #expect(collector.wait(for: 4))
        #expect(listener.stopAndWait())
    }

    @Test func anIdleConnectionMakesPlaceForAnother() throws {
        let listener = try listener(
            table: ConnectionTable(limit: 1, limitPerAddress: 1, idleInterval: .seconds(0)))
        listener.start()
        let first = try TCPPeer(port: listener.network.port, host: 1)
        try first.send("<1>half")
        let second = try TCPPeer(port: listener.network.port, host: 2)
        try second.send("<1>whole\n")
        #expect(collector.wait(for: 1))
        #expect(first.isClosedByOther)
        #expect(listener.connections.idle.value == 1)
        #expect(listener.connections.open == 1)
        #expect(listener.stopAndWait())
        #expect(texts == ["<1>whole"])
    }

    @Test func aSenderThatGoesOnDoesNotKeepItFromStopping() throws {
        let listener = try listener()
        listener.start()
        let peer = try TCPPeer(port: listener.network.port)
        let group = DispatchGroup()
        let sending = Sending(peer)
        DispatchQueue(label: "sender").async(group: group) { sending.untilItFails() }
        #expect(collector.wait(for: 10_000))
        #expect(listener.stopAndWait())
        group.wait()
    }

    /// The peer belongs to the queue that calls.
    private final class Sending: @unchecked Sendable {
        private let peer: TCPPeer

        init(_ peer: TCPPeer) { self.peer = peer }

        func untilItFails() {
            let lines = Array(String(repeating: "<13>line\n", count: 1000).utf8)
            while (try? peer.send(lines)) != nil {}
        }
    }

    @Test func aPortInUseIsSaid() throws {
        let listener = try listener()
        let address = listener.network
        do throws(SocketError) {
            _ = try TCPSocket.open(address)
            Issue.record("it was opened twice")
        } catch {
            #expect(
                "\(error)" == "tcp:\(address): address already in use: another collector is running there?")
        }
        #expect(listener.stopAndWait())
    }

    @Test func aSocketForEveryAddressTakesIPv4InMappedForm() throws {
        let socket = try TCPSocket.open(SocketAddress(address: .unspecified, port: 0))
        let listener = StreamListener(socket: socket, handler: collector.handler)
        listener.start()
        try TCPPeer(port: listener.network.port, host: 9).send("<1>x\n")
        #expect(collector.wait(for: 1))
        #expect(listener.stopAndWait())
        #expect(collector.received.map(\.address.description) == ["127.0.0.9"])
    }
}
