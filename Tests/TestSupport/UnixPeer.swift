// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A program that logs to a Unix datagram socket. It waits while there is no room, as logger(1) does.
package final class UnixPeer {
    /// What could not be done, with its errno.
    package struct Failure: Error {
        let call: String
        let reason: Int32
    }

    private let descriptor: Int32

    /// - Parameter path: of the socket, which must be there.
    package init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", reason: errno) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // SAFETY: the bytes are copied into a buffer of known size, and its last byte stays 0.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { buffer in
            for (index, byte) in path.utf8.prefix(buffer.count - 1).enumerated() {
                unsafe buffer[index] = byte
            }
        }
        // SAFETY: the kernel reads an address that lives through the call.
        let connected = unsafe withUnsafeBytes(of: &address) {
            unsafe connect(
                descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
        guard connected == 0 else {
            let reason = errno
            close(descriptor)
            throw Failure(call: "connect", reason: reason)
        }
    }

    deinit { close(descriptor) }

    /// Sends one datagram.
    package func send(_ text: String) throws {
        let octets = Array(text.utf8)
        // SAFETY: the array is as long as it says, and the kernel only reads.
        guard unsafe Glibc.send(descriptor, octets, octets.count, Int32(MSG_NOSIGNAL)) == octets.count else {
            throw Failure(call: "send", reason: errno)
        }
    }
}
