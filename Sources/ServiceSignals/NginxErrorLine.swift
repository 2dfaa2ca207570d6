// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// What a line of nginx's `error_log` says:
/// `2026/11/21 02:15:02 [alert] 311#311: *14 256 worker_connections are not enough, client: 10.0.0.1, server: …`.
struct NginxErrorLine {
    var date: LoggedDate?
    /// `none` for lines that tell of nothing here.
    var event: ServiceEvent
    /// An access line tells of the same request.
    var isToldElsewhere: Bool
    var client: IPAddress
}

extension NginxErrorLine {
    /// - Returns: nil when this is no line of an error log.
    init?(_ message: Range<Int>, _ bytes: Span<UInt8>) {
        let start = message.lowerBound
        guard message.count > 22, bytes[start + 4] == ASCII.slash, bytes[start + 7] == ASCII.slash,
            bytes[start + 20] == ASCII.opening, let date = bytes.numericDate(start..<start + 19)
        else { return nil }
        var scanner = ByteScanner(start + 21..<message.upperBound)
        guard scanner.field(before: ASCII.closing, in: bytes) != nil, scanner.skip(ASCII.space, in: bytes),
            let process = scanner.token(in: bytes), bytes[process.upperBound - 1] == ASCII.colon
        else { return nil }
        self.date = date
        client = .unspecified
        let context = bytes.find(", client: ", in: scanner.rest)
        let text = scanner.position..<(context ?? message.upperBound)
        event = Self.event(text, bytes)
        isToldElsewhere = event == .none && Self.hasAccessLine(text, bytes)
        if let context {
            var words = ByteScanner(context + 10..<message.upperBound)
            guard var word = words.token(in: bytes) else { return }
            if bytes[word.upperBound - 1] == ASCII.comma { word = word.lowerBound..<word.upperBound - 1 }
            client = bytes.address(word) ?? .unspecified
        }
    }

    private static func event(_ text: Range<Int>, _ bytes: Span<UInt8>) -> ServiceEvent {
        if bytes.find("worker_connections are not enough", in: text) != nil {
            // It closes connections that nobody uses: no work is dropped yet.
            return bytes.find("reusing connections", in: text) == nil ? .saturated : .none
        }
        if bytes.find("no live upstreams", in: text) != nil { return .noServerAvailable }
        if bytes.find("in SSL handshake", in: text) != nil
            || bytes.find("SSL_do_handshake() failed", in: text) != nil,
            bytes.find("upstream", in: text) == nil
        {
            return .handshakeFailure
        }
        return bytes.find("(24: Too many open files)", in: text) != nil ? .saturated : .none
    }

    /// What went wrong with the server behind, and requests that were limited, stand with their status in the access log.
    private static func hasAccessLine(_ text: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        bytes.find("upstream", in: text) != nil || bytes.find("limiting ", in: text) != nil
    }
}
