// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore

/// Why the server could not serve.
package struct ControlServerError: Error, CustomStringConvertible {
    /// Where it was to listen.
    package let address: ControlAddress
    /// In the words of the operating system, where it was asked.
    package let reason: String
    /// The folder of a Unix socket is not there, or nothing may be made in it.
    let isForWantOfPlace: Bool

    /// - Parameter error: of the network library.
    init(_ address: ControlAddress, _ error: any Error) {
        self.address = address
        reason = systemWords(error)
        isForWantOfPlace =
            if case .unix = address, let code = (error as? IOError)?.errnoCode {
                [ENOENT, ENOTDIR, EACCES, EPERM, EROFS].contains(code)
            } else {
                false
            }
    }

    init(_ address: ControlAddress, reason: String) {
        (self.address, self.reason, isForWantOfPlace) = (address, reason, false)
    }

    package var description: String {
        switch address {
        case .tcp: "cannot serve HTTP on \(address): \(reason)"
        case .unix: "cannot open control.socket \(address): \(reason)"
        }
    }
}

/// The words of the operating system in an error of the network library, which writes
/// `function(labels:): words) (errno: n)`.
func systemWords(_ error: any Error) -> String {
    let text = "\(error)"
    return text.ranges(of: "): ").last.map { String(text[$0.upperBound...].prefix { $0 != ")" }) } ?? text
}
