// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// What a line of Apache's `ErrorLog` says:
/// `[Sat Nov 21 02:15:02.123456 2026] [mpm_event:error] [pid 311:tid 1] AH00484: server reached MaxRequestWorkers setting`.
struct ApacheErrorLine {
    /// `none` for lines that tell of nothing here.
    var event: ServiceEvent = .none
    /// An access line tells of the same request.
    var isToldElsewhere = false
    var client: IPAddress = .unspecified
}

extension ApacheErrorLine {
    /// - Returns: nil when this is no line of an error log.
    init?(_ message: Range<Int>, _ bytes: Span<UInt8>) {
        var scanner = ByteScanner(message)
        var brackets = 0
        while scanner.skip(ASCII.opening, in: bytes) {
            guard let part = scanner.field(before: ASCII.closing, in: bytes) else { return nil }
            brackets += 1
            if bytes.starts(part, with: "client ") {
                client = bytes.endpoint(part.lowerBound + 7..<part.upperBound)?.address ?? .unspecified
            }
            _ = scanner.skip(ASCII.space, in: bytes)
        }
        guard brackets >= 2 else { return nil }
        let text = scanner.rest
        event = Self.event(text, bytes)
        isToldElsewhere = event == .none && client != .unspecified
    }

    /// By the numbers that Apache gives to its messages.
    private static func event(_ text: Range<Int>, _ bytes: Span<UInt8>) -> ServiceEvent {
        // "server reached MaxRequestWorkers", "scoreboard is full", of the three MPMs.
        for number in ["AH00161", "AH00484", "AH00485", "AH00286", "AH00288", "AH03490"]
        where bytes.starts(text, with: number) { return .saturated }
        // "SSL library error 1 in handshake", "interrupted by system", "rejecting client initiated renegotiation".
        for number in ["AH02008", "AH02007", "AH02042"] where bytes.starts(text, with: number) {
            return .handshakeFailure
        }
        // "All workers are in error state", of mod_proxy_balancer.
        for number in ["AH01167", "AH01170"] where bytes.starts(text, with: number) {
            return .noServerAvailable
        }
        return bytes.find("(24)Too many open files", in: text) != nil ? .saturated : .none
    }
}
