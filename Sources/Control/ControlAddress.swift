// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Where the daemon can be asked.
package enum ControlAddress: Hashable, Sendable {
    /// An IP address, IPv6 without brackets, and a TCP port; port 0 lets the kernel choose.
    case tcp(host: String, port: Int)
    /// Path of a Unix socket.
    case unix(path: String)

    /// For the network library.
    ///
    /// - Throws: an error of the library, when the path is too long or the host is no IP address.
    func resolved() throws -> SocketAddress {
        switch self {
        case .tcp(let host, let port): try SocketAddress(ipAddress: host, port: port)
        case .unix(let path): try SocketAddress(unixDomainSocketPath: path)
        }
    }
}

extension ControlAddress: CustomStringConvertible {
    /// `ADDRESS:PORT` as URLs write it, or the path.
    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): path
        }
    }
}
