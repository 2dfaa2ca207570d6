// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// A socket bound to an IPv4 loopback address: an exporter, a log sender, or something that holds a port.
final class LoopbackSocket {
    enum Kind { case udp, tcp }

    /// What could not be done, with its errno.
    struct Failure: Error {
        let call: String
        let reason: Int32
    }

    let port: UInt16
    private let descriptor: Int32

    /// - Parameters:
    ///   - host: the last octet of 127.0.0.0/24.
    ///   - port: 0 lets the kernel choose.
    init(_ kind: Kind = .udp, host: UInt8 = 1, port: UInt16 = 0) throws {
        let type = kind == .udp ? SOCK_DGRAM.rawValue : SOCK_STREAM.rawValue
        descriptor = socket(AF_INET, Int32(type | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", reason: errno) }
        do {
            try Self.bind(descriptor, sockaddr_in(host: host, port: port))
            if kind == .tcp, listen(descriptor, 8) != 0 { throw Failure(call: "listen", reason: errno) }
        } catch {
            close(descriptor)
            throw error
        }
        self.port = port != 0 ? port : Self.port(of: descriptor)
    }

    deinit { close(descriptor) }

    /// Sends one datagram to a port of 127.0.0.1.
    func send(_ octets: [UInt8], to port: UInt16) throws {
        var address = sockaddr_in(host: 1, port: port)
        // SAFETY: the array and the address live through the call, with the lengths that it is given.
        let sent = unsafe withUnsafeBytes(of: &address) { address in
            unsafe sendto(
                descriptor, octets, octets.count, 0,
                address.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                socklen_t(address.count))
        }
        guard sent == octets.count else { throw Failure(call: "sendto", reason: errno) }
    }

    func send(_ line: String, to port: UInt16) throws { try send(Array(line.utf8), to: port) }

    private static func bind(_ descriptor: Int32, _ address: sockaddr_in) throws {
        var address = address
        // SAFETY: the kernel reads an address that lives through the call.
        let result = unsafe withUnsafeBytes(of: &address) {
            unsafe Glibc.bind(
                descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
        guard result == 0 else { throw Failure(call: "bind", reason: errno) }
    }

    private static func port(of descriptor: Int32) -> UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // SAFETY: the kernel writes at most `length` octets into an address that lives through the call.
        _ = unsafe withUnsafeMutableBytes(of: &address) {
            unsafe getsockname(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        return UInt16(bigEndian: address.sin_port)
    }
}

extension sockaddr_in {
    /// 127.0.0.`host`.
    init(host: UInt8, port: UInt16) {
        self.init()
        sin_family = sa_family_t(AF_INET)
        sin_port = port.bigEndian
        sin_addr.s_addr = (0x7F00_0000 | in_addr_t(host)).bigEndian
    }
}

/// Ports that nothing listens on. They lie below the range that the kernel gives away by itself, so that none of them is
/// taken in between.
enum FreePort {
    private static let next = Mutex(UInt16.random(in: 20_000...29_999))

    static func take(_ kind: LoopbackSocket.Kind) throws -> UInt16 {
        for _ in 0..<1000 {
            let port = next.withLock { port in
                port = port >= 31_999 ? 20_000 : port + 1
                return port
            }
            if (try? LoopbackSocket(kind, port: port)) != nil { return port }
        }
        throw LoopbackSocket.Failure(call: "bind", reason: EADDRINUSE)
    }
}
