// SPDX-License-Identifier: Apache-2.0

import CLinux
import FlowModel
import Glibc

/// The descriptor of a socket that is bound. Closes when it is gone, and the file that it was bound to goes with it.
struct BoundSocket: ~Copyable, Sendable {
    let descriptor: Int32
    private let file: SocketFile?

    /// The file of a Unix socket.
    struct SocketFile: Sendable {
        let path: String
        let identity: spate_unix_file
    }

    init(_ descriptor: Int32, file: SocketFile? = nil) { (self.descriptor, self.file) = (descriptor, file) }

    deinit {
        if let file {
            var identity = file.identity
            // SAFETY: the string is NUL-terminated for the call, and C keeps no pointer.
            unsafe spate_unix_remove(file.path, &identity)
        }
        close(descriptor)
    }

    /// What the kernel dropped for want of room since the socket was opened, modulo 2^32; nil if it does not say.
    var kernelDrops: UInt32? {
        var drops: UInt32 = 0
        // SAFETY: the function writes one number and keeps no pointer.
        return unsafe spate_in_drops(descriptor, &drops) == 0 ? drops : nil
    }

    /// Binds it to an address.
    func bind(_ address: SocketAddress) -> Int32 {
        var endpoint = spate_in_endpoint(
            high: address.address.high, low: address.address.low, port: address.port)
        let isDualStack: Int32 = address.address == .unspecified ? 1 : 0
        // SAFETY: the function reads the endpoint and keeps no pointer.
        return unsafe spate_in_bind(descriptor, address.isIPv6 ? 1 : 0, isDualStack, &endpoint)
    }

    /// What it is bound to: with the port that the kernel chose if none was asked for; nil when the kernel does not say.
    var local: SocketAddress? {
        var endpoint = spate_in_endpoint()
        // SAFETY: the function writes one endpoint and keeps no pointer.
        return unsafe spate_in_local(descriptor, &endpoint) == 0 ? SocketAddress(endpoint) : nil
    }
}

extension SocketAddress {
    init(_ endpoint: spate_in_endpoint) {
        self.init(address: IPAddress(high: endpoint.high, low: endpoint.low), port: endpoint.port)
    }
}
