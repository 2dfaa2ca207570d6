// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Why a socket could not be opened. `description` is one line for the operator.
package struct SocketError: Error, Equatable, Sendable {
    /// What the socket was to listen on.
    package let address: ListenAddress
    /// The system's error number.
    package let code: Int32

    init(_ address: ListenAddress, code: Int32) {
        (self.address, self.code) = (address, code)
    }

    /// The status of a call, or the error that it means.
    static func check(_ status: Int32, _ address: ListenAddress) throws(SocketError) -> Int32 {
        guard status >= 0 else { throw SocketError(address, code: -status) }
        return status
    }
}

extension SocketError: CustomStringConvertible {
    package var description: String { "\(address): \(reason)" }

    private var reason: String {
        if case .unix = address, let reason = reasonOfFile { return reason }
        return switch code {
        case EADDRINUSE: "address already in use: another collector is running there?"
        case EADDRNOTAVAIL: "no interface of this machine has this address"
        case EACCES: "permission denied: ports below 1024 need CAP_NET_BIND_SERVICE"
        case EAFNOSUPPORT: "this machine has no IPv6"
        default: systemText
        }
    }

    private var reasonOfFile: String? {
        switch code {
        case EADDRINUSE: "somebody listens there already: another collector is running?"
        case ENOTSOCK: "there is a file of this name already, which is no socket"
        case EACCES: "permission denied: this user may not make a file in its folder"
        case ENOENT: "its folder does not exist"
        default: nil
        }
    }

    private var systemText: String {
        // SAFETY: strerror's text is copied at once.
        unsafe String(cString: strerror(code))
    }
}
