// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Intake
import LockFree
import Testing

/// Several sockets at one address of this machine.
@Suite struct SocketSpreadTests {
    private static let senders = [IPAddress(ipv4: 0x7F00_0001), IPAddress(high: 0, low: 1)]

    private static func place(_ port: UInt16) -> SocketAddress {
        SocketAddress(address: .unspecified, port: port)
    }

    /// The kernel computes what we do: from any port a datagram comes to the one socket.
    @Test(arguments: 2...9) func theKernelFollows(count: Int) throws {
        let collectors = (0..<count).map { _ in DatagramCollector() }
        let first = DatagramListener(
            socket: try UDPSocket.open(Self.place(0), receiveBufferOctets: 1 << 20),
            handler: collectors[0].handler)
        try first.share()
        let address = first.network
        let others = try collectors.dropFirst().map { collector in
            DatagramListener(
                socket: try UDPSocket.open(address, receiveBufferOctets: 1 << 20, joins: true),
                handler: collector.handler)
        }
        try first.spread(over: count)
        for listener in [first] + others { listener.start() }
        for sender in Self.senders {
            for _ in 0..<8 {
                let source = DatagramSender(.udp(address: sender, port: address.port))
                while !source.send([1, 2, 3]) {}
            }
        }
        for listener in [first] + others { #expect(listener.stopAndWait()) }
        var wanted = [Int](repeating: 0, count: count)
        for sender in Self.senders { wanted[SocketSpread.socket(of: sender, among: count)] += 8 }
        #expect(collectors.map(\.received.count) == wanted)
        #expect(Set(collectors.flatMap { $0.received.map(\.port) }).count > 1)
    }

    @Test func exportersAreSpreadEvenly() {
        var shares = [Int](repeating: 0, count: 4)
        for host in 0..<1000 {
            shares[SocketSpread.socket(of: IPAddress(ipv4: 0x0A00_0001 + UInt32(host)), among: 4)] += 1
        }
        #expect(shares.allSatisfy { (200...300).contains($0) }, "\(shares)")
        #expect(SocketSpread.socket(of: .unspecified, among: 1) == 0)
    }

    @Test func anAddressIsSharedOnlyWithThoseThatJoin() throws {
        let collector = DatagramCollector()
        let first = DatagramListener(socket: try UDPSocket.open(Self.place(0)), handler: collector.handler)
        let address = first.network
        #expect(throws: SocketError.self) { _ = try UDPSocket.open(address, joins: true) }
        try first.share()
        #expect(throws: SocketError.self) { _ = try UDPSocket.open(address) }
        let second = try UDPSocket.open(address, joins: true)
        #expect(second.address == address)
        #expect(first.stopAndWait())
        #expect(throws: SocketError.self) { try first.spread(over: 2) }
    }
}
