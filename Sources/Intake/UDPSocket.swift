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
    let descriptor: Int32

    /// Opens a socket and asks for a receive buffer of so many octets. `[::]` also takes IPv4 traffic, from addresses in
    /// IPv4-mapped form, and is `0.0.0.0` on a machine without IPv6.
    ///
    /// - Parameter joins: to be bound beside sockets that share this address (``DatagramListener/share()``); otherwise the
    ///   address must be free.
    package static func open(
        _ address: SocketAddress, receiveBufferOctets: Int = IntakeLimits.receiveBufferOctets,
        joins: Bool = false
    ) throws(SocketError) -> UDPSocket {
        let descriptor = spate_in_socket(address.isIPv6 ? 1 : 0)
        if descriptor == -EAFNOSUPPORT, address.address == .unspecified {
            let everyIPv4 = SocketAddress(address: IPAddress(ipv4: 0), port: address.port)
            return try open(everyIPv4, receiveBufferOctets: receiveBufferOctets, joins: joins)
        }
        guard descriptor >= 0 else { throw SocketError(address, code: -descriptor) }
        do {
            let granted = try check(
                spate_in_receive_buffer(descriptor, Int32(clamping: receiveBufferOctets)), address)
            if joins { _ = try check(spate_in_share(descriptor), address) }
            try bind(descriptor, address)
            return UDPSocket(
                address: try local(descriptor, address),
                receiveBuffer: ReceiveBufferGrant(requested: receiveBufferOctets, granted: Int(granted)),
                descriptor: descriptor)
        } catch {
            close(descriptor)
            throw error
        }
    }

    private init(address: SocketAddress, receiveBuffer: ReceiveBufferGrant, descriptor: Int32) {
        (self.address, self.receiveBuffer, self.descriptor) = (address, receiveBuffer, descriptor)
    }

    deinit { close(descriptor) }

    /// What the kernel dropped for want of room since the socket was opened, modulo 2^32; nil if it does not say.
    var kernelDrops: UInt32? {
        var drops: UInt32 = 0
        // SAFETY: the function writes one number and keeps no pointer.
        return unsafe spate_in_drops(descriptor, &drops) == 0 ? drops : nil
    }

    private static func bind(_ descriptor: Int32, _ address: SocketAddress) throws(SocketError) {
        var endpoint = spate_in_endpoint(
            high: address.address.high, low: address.address.low, port: address.port)
        let isDualStack: Int32 = address.address == .unspecified ? 1 : 0
        // SAFETY: the function reads the endpoint and keeps no pointer.
        let status = unsafe spate_in_bind(descriptor, address.isIPv6 ? 1 : 0, isDualStack, &endpoint)
        _ = try check(status, address)
    }

    private static func local(
        _ descriptor: Int32, _ address: SocketAddress
    ) throws(SocketError) -> SocketAddress {
        var endpoint = spate_in_endpoint()
        // SAFETY: the function writes one endpoint and keeps no pointer.
        _ = try check(unsafe spate_in_local(descriptor, &endpoint), address)
        return SocketAddress(
            address: IPAddress(high: endpoint.high, low: endpoint.low), port: endpoint.port)
    }

    /// The status of a call, or the error that it means.
    private static func check(_ status: Int32, _ address: SocketAddress) throws(SocketError) -> Int32 {
        guard status >= 0 else { throw SocketError(address, code: -status) }
        return status
    }
}
