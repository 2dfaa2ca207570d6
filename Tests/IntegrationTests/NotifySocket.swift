// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The socket that a service manager passes in `NOTIFY_SOCKET`: a path, or an abstract name behind `@`.
final class NotifySocket {
    private let descriptor: Int32
    private let name: String

    init(_ name: String) throws {
        self.name = name
        descriptor = socket(
            AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw LoopbackSocket.Failure(call: "socket", reason: errno) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // SAFETY: the octets are copied into a buffer of known size.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { buffer in
            for (index, octet) in name.utf8.prefix(buffer.count - 1).enumerated() {
                unsafe buffer[index] = index == 0 && octet == UInt8(ascii: "@") ? 0 : octet
            }
        }
        // An abstract name has no NUL at its end: its length ends it.
        let length = socklen_t(
            MemoryLayout<sa_family_t>.size + name.utf8.count + (name.hasPrefix("@") ? 0 : 1))
        // SAFETY: the kernel reads `length` octets of an address that lives through the call.
        let result = unsafe withUnsafeBytes(of: &address) {
            unsafe bind(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), length)
        }
        guard result == 0 else { throw LoopbackSocket.Failure(call: "bind", reason: errno) }
    }

    deinit {
        close(descriptor)
        // SAFETY: the string is NUL-terminated for the call.
        if !name.hasPrefix("@") { _ = unsafe unlink(name) }
    }

    /// The lines of the messages that have come since the last call.
    func lines() -> [String] {
        var lines: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            // SAFETY: the array is as long as it says.
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return lines }
            lines += String(decoding: buffer.prefix(count), as: UTF8.self).split(separator: "\n").map(
                String.init)
        }
    }
}
