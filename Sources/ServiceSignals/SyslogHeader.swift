// SPDX-License-Identifier: Apache-2.0

/// Where the parts of a syslog message lie in its datagram (RFC 3164 as programs really send it, RFC 5424).
struct SyslogHeader: Equatable {
    /// HOSTNAME, empty when the sender gave none.
    var host: Range<Int>
    /// TAG without process id, or APP-NAME; empty when there is none.
    var program: Range<Int>
    /// TIMESTAMP when it is RFC 3339; nil for the RFC 3164 form, which has neither year nor zone.
    var timestamp: Range<Int>?
    /// MSG, without the line end, and without spaces in front: rsyslog passes on the one behind the tag as its beginning.
    var message: Range<Int>
}

extension SyslogHeader {
    /// - Returns: nil when there is no message or `<PRI>` is broken. A message without `<PRI>`, as in a log file, is read.
    init?(_ bytes: Span<UInt8>) {
        var end = bytes.count
        while end > 0,
            bytes[end - 1] == ASCII.newline || bytes[end - 1] == ASCII.carriageReturn || bytes[end - 1] == 0
        {
            end -= 1
        }
        var scanner = ByteScanner(0..<end)
        var isPrioritized = false
        if scanner.skip(ASCII.less, in: bytes) {
            guard let priority = scanner.number(in: bytes), priority <= 191, scanner.position <= 4,
                scanner.skip(ASCII.greater, in: bytes)
            else { return nil }
            isPrioritized = true
        }
        guard !scanner.isAtEnd else { return nil }
        if isPrioritized, bytes.starts(scanner.rest, with: "1 ") {
            guard let header = Self.rfc5424(scanner.position + 2..<end, bytes) else { return nil }
            self = header
        } else {
            self = Self.rfc3164(scanner.rest, bytes)
        }
        var start = message.lowerBound
        while start < message.upperBound, bytes[start] == ASCII.space { start &+= 1 }
        message = start..<message.upperBound
    }

    /// RFC 5424 §6: `TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]`.
    private static func rfc5424(_ range: Range<Int>, _ bytes: Span<UInt8>) -> SyslogHeader? {
        var scanner = ByteScanner(range)
        guard let timestamp = scanner.token(in: bytes), let host = scanner.token(in: bytes),
            let program = scanner.token(in: bytes), scanner.token(in: bytes) != nil,
            scanner.token(in: bytes) != nil,
            skipStructuredData(&scanner, bytes)
        else { return nil }
        // rsyslog puts two spaces before the text.
        while scanner.skip(ASCII.space, in: bytes) {}
        _ = scanner.skip("\u{FEFF}", in: bytes)
        return SyslogHeader(
            host: unlessNil(host, bytes), program: unlessNil(program, bytes), timestamp: timestamp,
            message: scanner.rest)
    }

    /// NILVALUE counts as empty.
    private static func unlessNil(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int> {
        bytes.equals(range, "-") ? range.lowerBound..<range.lowerBound : range
    }

    /// `-` or a row of `[id name="value" …]`, in which `\` guards `"`, `\` and `]` (RFC 5424 §6.3).
    private static func skipStructuredData(_ scanner: inout ByteScanner, _ bytes: Span<UInt8>) -> Bool {
        if scanner.skip(ASCII.minus, in: bytes) { return true }
        guard scanner.peek(in: bytes) == ASCII.opening else { return false }
        while scanner.skip(ASCII.opening, in: bytes) {
            var isQuoted = false
            var isClosed = false
            while !isClosed, let byte = scanner.peek(in: bytes) {
                if byte == ASCII.backslash, isQuoted { scanner.move(to: scanner.position + 1) }
                if byte == ASCII.quote { isQuoted.toggle() }
                isClosed = byte == ASCII.closing && !isQuoted
                scanner.move(to: scanner.position + 1)
            }
            guard isClosed else { return false }
        }
        return true
    }

    /// RFC 3164 §4.1, with what programs leave out: the time stamp, the host name or both. rsyslog's RFC 3339 stamp is
    /// read too. The first word that ends like a tag is the tag; a word before it is the host.
    private static func rfc3164(_ range: Range<Int>, _ bytes: Span<UInt8>) -> SyslogHeader {
        var scanner = ByteScanner(range)
        let timestamp = skipTimestamp(&scanner, bytes)
        // nginx sends an empty host name until it has read its own.
        while scanner.skip(ASCII.space, in: bytes) {}
        let none = scanner.position..<scanner.position
        let start = scanner
        guard let first = scanner.token(in: bytes) else {
            return SyslogHeader(host: none, program: none, timestamp: timestamp, message: scanner.rest)
        }
        if let program = tag(first, bytes) {
            return SyslogHeader(host: none, program: program, timestamp: timestamp, message: scanner.rest)
        }
        if let second = scanner.token(in: bytes), let program = tag(second, bytes) {
            return SyslogHeader(host: first, program: program, timestamp: timestamp, message: scanner.rest)
        }
        return SyslogHeader(host: none, program: none, timestamp: timestamp, message: start.rest)
    }

    /// Passes `Nov 21 02:02:43 ` or an RFC 3339 stamp; returns the latter.
    private static func skipTimestamp(_ scanner: inout ByteScanner, _ bytes: Span<UInt8>) -> Range<Int>? {
        let (start, end) = (scanner.position, scanner.end)
        guard end - start >= 15 else { return nil }
        if bytes.month(at: start) != nil, bytes[start + 3] == ASCII.space {
            if end - start >= 16, bytes[start + 6] == ASCII.space, bytes[start + 9] == ASCII.colon,
                bytes[start + 12] == ASCII.colon, bytes[start + 15] == ASCII.space
            {
                scanner.move(to: start + 16)
            } else if let behind = endOfClock(start + 4, bytes, end) {
                scanner.move(to: behind)
            }
            return nil
        }
        guard bytes[start + 4] == ASCII.minus, bytes[start + 10] == 0x54,
            bytes.digits(4, at: start, end: end) != nil
        else { return nil }
        return scanner.token(in: bytes)
    }

    /// Where `21 02:02:43.123456 ` at `start` ends, nil when something else stands there: with a fraction of the second, and
    /// a day of one digit that is not filled up.
    private static func endOfClock(_ start: Int, _ bytes: Span<UInt8>, _ end: Int) -> Int? {
        var scanner = ByteScanner(start..<end)
        _ = scanner.skip(ASCII.space, in: bytes)
        guard let day = scanner.number(in: bytes), day >= 1, day <= 31, scanner.skip(ASCII.space, in: bytes),
            let clock = scanner.token(in: bytes), clock.count >= 8,
            bytes[clock.lowerBound + 2] == ASCII.colon, bytes[clock.lowerBound + 5] == ASCII.colon
        else { return nil }
        var seconds = ByteScanner(clock.lowerBound + 6..<clock.upperBound)
        guard seconds.number(in: bytes) != nil else { return nil }
        if seconds.skip(ASCII.dot, in: bytes) { _ = seconds.number(in: bytes) }
        return seconds.isAtEnd ? scanner.position : nil
    }

    /// The name in `haproxy[16131]:` or `nginx:`; nil for a word of another form.
    private static func tag(_ word: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int>? {
        guard word.count >= 2, word.count <= 64, bytes[word.upperBound - 1] == ASCII.colon else { return nil }
        let name = word.lowerBound..<(bytes.first(ASCII.opening, in: word) ?? word.upperBound - 1)
        guard !name.isEmpty, isName(name, bytes) else { return nil }
        if name.upperBound < word.upperBound - 1, bytes[word.upperBound - 2] != ASCII.closing { return nil }
        return name
    }

    /// Whether a program can be called so. A message without a tag may begin with JSON, an address or a quotation.
    private static func isName(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        for index in range {
            switch bytes[index] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: continue
            // # ( ) + - . / @ _ ~
            case 0x23, 0x28, 0x29, 0x2B, 0x2D...0x2F, 0x40, 0x5F, 0x7E: continue
            default: return false
            }
        }
        return true
    }
}
