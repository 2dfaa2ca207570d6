// SPDX-License-Identifier: Apache-2.0

import Glibc

/// `GET` from 127.0.0.1, one connection a request.
enum HTTPRequest {
    struct Answer {
        let status: Int
        let body: String
    }

    /// So that a server that hangs fails the test and does not hang it.
    private static let patienceSeconds = 20

    /// Nil when nobody listens or the answer is not whole.
    static func get(_ path: String, port: UInt16) -> Answer? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var patience = timeval(tv_sec: patienceSeconds, tv_usec: 0)
        // SAFETY: the option value is the structure that the option wants, alive for the call.
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in(host: 1, port: port)
        // SAFETY: the kernel reads an address that lives through the call.
        let result = unsafe withUnsafeBytes(of: &address) {
            unsafe connect(
                descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
        guard result == 0 else { return nil }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        // SAFETY: the array lives through the call and is as long as it says.
        guard unsafe write(descriptor, request, request.count) == request.count else { return nil }
        return parse(readAll(descriptor))
    }

    private static func readAll(_ descriptor: Int32) -> String {
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            // SAFETY: the array is as long as it says.
            let count = unsafe read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: octets, as: UTF8.self) }
            octets += buffer.prefix(count)
        }
    }

    private static func parse(_ text: String) -> Answer? {
        guard let head = text.firstRange(of: "\r\n\r\n"), let status = Int(text.dropFirst(9).prefix(3)) else {
            return nil
        }
        return Answer(status: status, body: String(text[head.upperBound...]))
    }
}
