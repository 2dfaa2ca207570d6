// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The sending end of a TCP connection over loopback.
package final class TCPPeer {
    /// What could not be done, with its errno.
    package struct Failure: Error {
        let call: String
        let reason: Int32
    }

    private let descriptor: Int32

    /// Connects to a port of 127.0.0.1.
    ///
    /// - Parameter host: the last octet of the address in 127.0.0.0/24 that it comes from.
    package init(port: UInt16, host: UInt8 = 1) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", reason: errno) }
        var own = Self.address(host, port: 0)
        var other = Self.address(1, port: port)
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // SAFETY: the kernel reads `length` octets of addresses that live through the calls.
        let bound = unsafe withUnsafeBytes(of: &own) {
            unsafe bind(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), length)
        }
        // SAFETY: as above.
        let connected = unsafe withUnsafeBytes(of: &other) {
            unsafe connect(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), length)
        }
        guard bound == 0, connected == 0 else {
            let reason = errno
            close(descriptor)
            throw Failure(call: "connect", reason: reason)
        }
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        // SAFETY: the option value is the structure that the option wants, alive for the call.
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    private static func address(_ host: UInt8, port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = (0x7F00_0000 | in_addr_t(host)).bigEndian
        return address
    }

    /// Sends all of it, waiting where it must.
    package func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// The same.
    package func send(_ octets: [UInt8]) throws {
        var left = octets[...]
        while !left.isEmpty {
            let piece = Array(left)
            // SAFETY: the array is as long as it says, and the kernel only reads.
            let sent = unsafe Glibc.send(descriptor, piece, piece.count, Int32(MSG_NOSIGNAL))
            guard sent > 0 else { throw Failure(call: "send", reason: errno) }
            left = left.dropFirst(sent)
        }
    }

    /// Waits until the other end closes; false if it does not.
    package var isClosedByOther: Bool {
        var octet: UInt8 = 0
        // SAFETY: the kernel writes at most one octet.
        let count = unsafe recv(descriptor, &octet, 1, 0)
        return count == 0 || (count < 0 && errno == ECONNRESET)
    }
}
