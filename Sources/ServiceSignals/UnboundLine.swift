// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// What a line of unbound is.
enum UnboundLine {
    case reply(UnboundReply)
    /// `log-servfail`: resolution failed. Replies to waiting clients follow, if any still waits.
    case serverFailure(name: Range<Int>)
    /// A notice of another kind.
    case notice
    /// Not a line of unbound.
    case unreadable
}

/// `[16135:0] info: 10.20.1.188 www.corp.test. A IN NOERROR 0.000000 1 47` (`log-replies`).
struct UnboundReply {
    var client: IPAddress
    /// Without the dot at its end.
    var name: Range<Int>
    var failure: FailureClass
    /// Microseconds that the answer took.
    var elapsed: UInt64
}

extension UnboundLine {
    init(_ message: Range<Int>, _ bytes: Span<UInt8>) {
        var scanner = ByteScanner(message)
        Self.skipOwnHeader(&scanner, bytes)
        guard scanner.skip(ASCII.opening, in: bytes), scanner.field(before: ASCII.closing, in: bytes) != nil,
            scanner.skip(ASCII.space, in: bytes), let level = scanner.token(in: bytes)
        else {
            self = .unreadable
            return
        }
        if bytes.equals(level, "error:"), scanner.skip("SERVFAIL <", in: bytes),
            let name = scanner.token(in: bytes)
        {
            self = .serverFailure(name: bytes.withoutDot(name))
        } else if bytes.equals(level, "info:") || bytes.equals(level, "reply:"),
            let reply = Self.reply(&scanner, bytes)
        {
            self = .reply(reply)
        } else {
            self = .notice
        }
    }

    /// What stands before `[16135:0]` in a file that unbound writes itself: `[1795269294] unbound`, or
    /// `Nov 21 13:54:54 unbound` with `log-time-ascii`.
    private static func skipOwnHeader(_ scanner: inout ByteScanner, _ bytes: Span<UInt8>) {
        let name = "unbound["
        guard let head = scanner.peek(in: bytes), scanner.rest.count > 24 else { return }
        let place =
            head == ASCII.opening
            ? bytes.first(ASCII.space, in: scanner.rest).map { $0 + 1 } : scanner.position + 16
        guard let place, place < scanner.end, bytes.starts(place..<scanner.end, with: name) else { return }
        scanner.move(to: place + name.utf8.count - 1)
    }

    /// Client, name, type, class, response code, seconds; a query (`log-queries`) ends behind the class.
    private static func reply(_ scanner: inout ByteScanner, _ bytes: Span<UInt8>) -> UnboundReply? {
        guard let clientField = scanner.token(in: bytes), let client = bytes.address(clientField),
            let name = scanner.token(in: bytes), scanner.token(in: bytes) != nil,
            scanner.token(in: bytes) != nil,
            let code = scanner.token(in: bytes), let seconds = scanner.token(in: bytes),
            let elapsed = bytes.microseconds(seconds)
        else { return nil }
        return UnboundReply(
            client: client, name: bytes.withoutDot(name),
            failure: FailureClass(dnsResponseCode: code, bytes), elapsed: elapsed)
    }
}
