// SPDX-License-Identifier: Apache-2.0

import CLinux
import FlowModel
import Glibc

/// A bound UDP socket that receives. Closes when it is gone.
package struct UDPSocket: ~Copyable, Sendable {
    /// What it is bound to, with the port that the kernel chose if none was asked for.
    package let address: SocketAddress
    /// What was asked for and what the kernel gave.
    package let receiveBuffer: ReceiveBufferGrant
    let bound: BoundSocket

    /// Opens a socket and asks for a receive buffer of so many octets. `[::]` also takes IPv4 traffic, from addresses in
    /// IPv4-mapped form, and is `0.0.0.0` on a machine without IPv6.
    ///
    /// - Parameter joins: to be bound beside sockets that share this address (``DatagramListener/share()``); otherwise the
    ///   address must be free.
    package static func open(
        _ address: SocketAddress, receiveBufferOctets: Int = IntakeLimits.receiveBufferOctets,
        joins: Bool = false
    ) throws(SocketError) -> UDPSocket {
        let place = ListenAddress.udp(address)
        let descriptor = spate_in_socket(address.isIPv6 ? 1 : 0)
        if descriptor == -EAFNOSUPPORT, address.address == .unspecified {
            let everyIPv4 = SocketAddress(address: IPAddress(ipv4: 0), port: address.port)
            return try open(everyIPv4, receiveBufferOctets: receiveBufferOctets, joins: joins)
        }
        let socket = BoundSocket(try SocketError.check(descriptor, place))
        let granted = try SocketError.check(
            spate_in_receive_buffer(descriptor, Int32(clamping: receiveBufferOctets)), place)
        if joins { _ = try SocketError.check(spate_in_share(descriptor), place) }
        _ = try SocketError.check(socket.bind(address), place)
        let local = socket.local ?? address
        return UDPSocket(
            address: local,
            receiveBuffer: ReceiveBufferGrant(requested: receiveBufferOctets, granted: Int(granted)),
            bound: socket)
    }

    private init(address: SocketAddress, receiveBuffer: ReceiveBufferGrant, bound: consuming BoundSocket) {
        (self.address, self.receiveBuffer) = (address, receiveBuffer)
        self.bound = bound
    }
}
