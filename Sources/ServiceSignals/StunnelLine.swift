// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// What a line of stunnel says: `2026.11.21 02:16:42 LOG5[103]: Service [tls-term] accepted connection from …`, without
/// the date when it goes to the syslog.
struct StunnelLine {
    /// What happened to the connection.
    enum Step {
        case accepted(service: Range<Int>, client: IPAddress)
        /// The TLS handshake ended well.
        case negotiated
        /// The TLS handshake failed.
        case handshakeFailed
        /// No server behind could be reached.
        case noServer
        /// The connection is over, after `sent` octets to the client.
        case closed(sent: UInt64)
        /// A step on the way, or a line of no connection.
        case other
    }

    var date: LoggedDate?
    /// The number of the connection, which stunnel counts from 0 at its start; nil for `[ui]`, `[cron]`.
    var connection: UInt64?
    var step: Step
}

extension StunnelLine {
    /// - Returns: nil when this is no line of stunnel.
    init?(_ message: Range<Int>, _ bytes: Span<UInt8>) {
        var scanner = ByteScanner(message)
        if message.count > 20, let date = bytes.numericDate(message.lowerBound..<message.lowerBound + 19) {
            self.date = date
            scanner.move(to: message.lowerBound + 20)
        }
        guard scanner.skip("LOG", in: bytes), scanner.number(in: bytes) != nil,
            scanner.skip(ASCII.opening, in: bytes),
            let number = scanner.field(before: ASCII.closing, in: bytes),
            scanner.skip(": ", in: bytes)
        else { return nil }
        connection = bytes.number(number)
        step = connection == nil ? .other : Self.step(&scanner, bytes)
    }

    private static func step(_ scanner: inout ByteScanner, _ bytes: Span<UInt8>) -> Step {
        if scanner.skip("Service [", in: bytes) {
            guard let service = scanner.field(before: ASCII.closing, in: bytes),
                scanner.skip(" accepted connection from ", in: bytes), let peer = scanner.token(in: bytes)
            else { return .other }
            return .accepted(service: service, client: bytes.endpoint(peer)?.address ?? .unspecified)
        }
        if scanner.skip("TLS accepted: ", in: bytes) || scanner.skip("SSL accepted: ", in: bytes) {
            return .negotiated
        }
        if scanner.skip("SSL_accept: ", in: bytes) { return .handshakeFailed }
        if scanner.skip("No more addresses to connect", in: bytes) { return .noServer }
        guard scanner.skip("Connection closed: ", in: bytes) || scanner.skip("Connection reset: ", in: bytes),
            let sent = scanner.number(in: bytes)
        else { return .other }
        return .closed(sent: sent)
    }
}
