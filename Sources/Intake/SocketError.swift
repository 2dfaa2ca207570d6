// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Why a socket could not be opened. `description` is one line for the operator.
package struct SocketError: Error, Equatable, Sendable {
    /// What the socket was to listen on.
    package let address: SocketAddress
    /// The system's error number.
    package let code: Int32

    init(_ address: SocketAddress, code: Int32) {
        (self.address, self.code) = (address, code)
    }
}

extension SocketError: CustomStringConvertible {
    package var description: String {
        switch code {
        case EADDRINUSE: "\(address): address already in use: another collector is running there?"
        case EADDRNOTAVAIL: "\(address): no interface of this machine has this address"
        case EACCES: "\(address): permission denied: ports below 1024 need CAP_NET_BIND_SERVICE"
        case EAFNOSUPPORT: "\(address): this machine has no IPv6"
        default: "\(address): \(systemText)"
        }
    }

    private var systemText: String {
        // SAFETY: strerror's text is copied at once.
        unsafe String(cString: strerror(code))
    }
}
