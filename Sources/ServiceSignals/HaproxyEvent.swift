// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// What a line of haproxy says that is no line of its access log.
enum HaproxyEvent {
    /// A connection that ended before its session began: no request will be logged for it.
    case handshakeFailure(HaproxyHandshake)
    /// Something happened to a backend.
    case backend(Range<Int>, ServiceEvent)
    /// A frontend ran out of file descriptors or memory.
    case saturated(frontend: Range<Int>)
    /// A notice of another kind.
    case notice
    /// It begins like a session, or as nothing that haproxy says of itself: a line of another format.
    case unreadable
}

/// `10.66.0.7:41822 [21/Nov/2026:02:10:11.001] web/3: SSL handshake failure`.
struct HaproxyHandshake {
    var client: IPAddress
    /// Without the name of the listener, and always without `~`.
    var frontend: Range<Int>
}

extension HaproxyEvent {
    init(_ message: Range<Int>, _ bytes: Span<UInt8>) {
        var scanner = ByteScanner(message)
        guard let client = Self.client(&scanner, bytes) else {
            self = Self.notice(message, bytes)
            return
        }
        if scanner.field(before: ASCII.closing, in: bytes) != nil, scanner.skip(ASCII.space, in: bytes),
            let frontend = Self.listener(scanner.rest, bytes)
        {
            self = .handshakeFailure(HaproxyHandshake(client: client, frontend: frontend))
        } else {
            self = .unreadable
        }
    }

    /// Passes `10.20.1.110:59171 [`; nil when the line does not begin so. A Unix socket has no address.
    private static func client(_ scanner: inout ByteScanner, _ bytes: Span<UInt8>) -> IPAddress? {
        guard let word = scanner.token(in: bytes), scanner.skip(ASCII.opening, in: bytes),
            bytes.first(ASCII.colon, in: word) != nil
        else { return nil }
        return bytes.endpoint(word)?.address ?? .unspecified
    }

    /// The frontend of `web/3: SSL handshake failure`. A session has a space where this has a colon.
    private static func listener(_ rest: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int>? {
        var scanner = ByteScanner(rest)
        guard let word = scanner.token(in: bytes), bytes[word.upperBound - 1] == ASCII.colon,
            let slash = bytes.first(ASCII.slash, in: word)
        else { return nil }
        return word.lowerBound..<slash
    }

    /// What haproxy says of itself begins with one of a few words.
    private static func isNotice(_ message: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        var scanner = ByteScanner(message)
        guard let word = scanner.token(in: bytes) else { return false }
        return noticeWords.contains { bytes.equals(word, $0) }
    }

    private static let noticeWords = [
        "Backend", "Backup", "Connect", "Current", "Disabling", "Enabling", "Exiting", "Former", "Frontend",
        "Health",
        "Initializing", "Listener", "Loading", "New", "Paused", "Pausing", "Peers", "Process", "Proxy",
        "Reexecuting",
        "Reloading", "Resuming", "Server", "Started", "Stopped", "Stopping", "[ALERT]", "[NOTICE]",
        "[WARNING]", "backend",
    ]

    private static func notice(_ message: Range<Int>, _ bytes: Span<UInt8>) -> HaproxyEvent {
        var scanner = ByteScanner(message)
        if scanner.skip("backend ", in: bytes) || scanner.skip("Backend ", in: bytes) {
            guard let name = scanner.token(in: bytes),
                bytes.starts(scanner.rest, with: "has no server available")
            else { return .notice }
            return .backend(name, .noServerAvailable)
        }
        if scanner.skip("Proxy ", in: bytes) {
            guard let name = scanner.token(in: bytes), bytes.starts(scanner.rest, with: "reached ") else {
                return .notice
            }
            return .saturated(frontend: name)
        }
        guard isNotice(message, bytes) else { return .unreadable }
        _ = scanner.skip("Backup ", in: bytes)
        guard scanner.skip("Server ", in: bytes), let name = scanner.token(in: bytes),
            let slash = bytes.first(ASCII.slash, in: name)
        else { return .notice }
        let backend = name.lowerBound..<slash
        if bytes.starts(scanner.rest, with: "is DOWN") || bytes.starts(scanner.rest, with: "is going DOWN") {
            return .backend(backend, .serverDown)
        }
        return bytes.starts(scanner.rest, with: "is UP") ? .backend(backend, .serverUp) : .notice
    }
}
