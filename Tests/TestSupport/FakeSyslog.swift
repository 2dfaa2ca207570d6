// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A real datagram socket in the place of a syslog daemon: a Unix socket at a path, or a UDP port on loopback.
package final class FakeSyslog {
    private let descriptor: Int32
    /// Nil for UDP.
    private let path: String?

    /// What could not be done, with its errno.
    package struct Failure: Error {
        let call: String
        let reason: Int32
    }

    /// How long ``receive()`` waits for something that must come.
    private static let patienceSeconds = 20

    private init(_ descriptor: Int32, path: String?) throws {
        guard descriptor >= 0 else { throw Failure(call: "socket", reason: errno) }
        (self.descriptor, self.path) = (descriptor, path)
        var patience = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        // SAFETY: the option value is the structure that the option wants, alive for the call.
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Listens at `path`, which must not exist.
    package convenience init(path: String) throws {
        try self.init(socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0), path: path)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // SAFETY: the bytes are copied into a buffer of known size, and its last byte stays 0.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { buffer in
            for (index, byte) in path.utf8.prefix(buffer.count - 1).enumerated() {
                unsafe buffer[index] = byte
            }
        }
        try bind(&address)
    }

    /// Listens on a free UDP port of 127.0.0.1.
    package convenience init() throws {
        try self.init(socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0), path: nil)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        try bind(&address)
    }

    deinit {
        _ = close(descriptor)
        // SAFETY: the string is NUL-terminated for the call.
        if let path { _ = unsafe unlink(path) }
    }

    private func bind<Address>(_ address: inout Address) throws {
        let length = socklen_t(MemoryLayout<Address>.size)
        // SAFETY: the kernel reads `length` bytes of an address that lives through the call.
        let result = unsafe withUnsafeBytes(of: &address) {
            unsafe Glibc.bind(
                descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), length)
        }
        guard result == 0 else { throw Failure(call: "bind", reason: errno) }
    }

    /// The UDP port.
    package var port: UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // SAFETY: the kernel writes at most `length` bytes into an address that lives through the call.
        _ = unsafe withUnsafeMutableBytes(of: &address) {
            unsafe getsockname(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// The next message; nil when none came.
    package func receive() -> String? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        // SAFETY: the array is as long as it says.
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}
