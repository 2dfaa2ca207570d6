// SPDX-License-Identifier: Apache-2.0

/// What a socket of ours is bound to, as messages and metrics name it.
package enum ListenAddress: Hashable, Sendable {
    case udp(SocketAddress)
    case tcp(SocketAddress)
    /// A Unix datagram socket.
    case unix(path: String)

    /// Address and port; nil for a Unix socket.
    package var network: SocketAddress? {
        switch self {
        case .udp(let address), .tcp(let address): address
        case .unix: nil
        }
    }
}

extension ListenAddress: CustomStringConvertible {
    /// `[::]:5140`, `tcp:[::]:5140`, `unix:/run/spate/log.sock`.
    package var description: String {
        switch self {
        case .udp(let address): "\(address)"
        case .tcp(let address): "tcp:\(address)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
