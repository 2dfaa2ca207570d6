// SPDX-License-Identifier: Apache-2.0

import CLinux
import FlowModel
import Glibc

/// A bound TCP socket that takes connections. Closes when it is gone.
package struct TCPSocket: ~Copyable, Sendable {
    /// What it is bound to, with the port that the kernel chose if none was asked for.
    package let address: SocketAddress
    let bound: BoundSocket

    /// Opens a socket and begins to listen. `[::]` also takes IPv4, and is `0.0.0.0` on a machine without IPv6.
    package static func open(_ address: SocketAddress) throws(SocketError) -> TCPSocket {
        let place = ListenAddress.tcp(address)
        let descriptor = spate_stream_socket(
            address.isIPv6 ? 1 : 0, Int32(clamping: IntakeLimits.connectionBufferOctets))
        if descriptor == -EAFNOSUPPORT, address.address == .unspecified {
            return try open(SocketAddress(address: IPAddress(ipv4: 0), port: address.port))
        }
        let socket = BoundSocket(try SocketError.check(descriptor, place))
        _ = try SocketError.check(socket.bind(address), place)
        _ = try SocketError.check(
            spate_stream_listen(descriptor, Int32(clamping: IntakeLimits.waitingConnections)), place)
        let local = socket.local ?? address
        return TCPSocket(address: local, bound: socket)
    }

    private init(address: SocketAddress, bound: consuming BoundSocket) {
        self.address = address
        self.bound = bound
    }

    /// What a call for the next connection has given.
    enum Acceptance {
        /// The descriptor, which is the caller's to close.
        case connection(Int32, peer: SocketAddress)
        case noneWaits
        /// No descriptor or no memory was left.
        case failed
    }

    /// Takes a connection that waits, without waiting itself.
    func accept() -> Acceptance {
        var peer = spate_in_endpoint()
        let silence = Int32(clamping: IntakeLimits.probedSilence.microseconds / 1_000_000)
        // SAFETY: the function writes one endpoint and keeps no pointer.
        let descriptor = unsafe spate_stream_accept(bound.descriptor, silence, &peer)
        if descriptor == -EAGAIN { return .noneWaits }
        return descriptor < 0 ? .failed : .connection(descriptor, peer: SocketAddress(peer))
    }
}
