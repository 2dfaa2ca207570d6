// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// A session as haproxy's `httplog`, `httpslog` or `tcplog` tells it (Configuration Manual, "Log formats"). Timers are
/// milliseconds, -1 for a phase that was never reached.
struct HaproxySession {
    var client: IPAddress
    /// When the request, or with `tcplog` the connection, began.
    var date: LoggedDate?
    /// With `~` when the frontend ended TLS.
    var frontend: Range<Int>
    var backend: Range<Int>
    /// TR/Tw/Tc/Tr/Ta, or Tw/Tc/Tt with `tcplog`.
    var timers: Timers
    /// 0 with `tcplog` and when no answer was sent.
    var status: UInt16 = 0
    /// The first two letters of the termination state.
    var state: (UInt8, UInt8)
    var path: Range<Int>?
    /// haproxy could not read the request.
    var isBadRequest = false

    /// The timers of a line, and how many there were.
    struct Timers {
        var values: (Int64, Int64, Int64, Int64, Int64) = (-1, -1, -1, -1, -1)
        var count = 0
    }
}

extension HaproxySession {
    var isHTTP: Bool { timers.count == 5 }

    /// - Parameter scanner: behind the date.
    init?(_ scanner: inout ByteScanner, _ bytes: Span<UInt8>, client: IPAddress, date: LoggedDate?) {
        guard let frontend = scanner.token(in: bytes), let server = scanner.token(in: bytes),
            let slash = bytes.first(ASCII.slash, in: server), let timerField = scanner.token(in: bytes),
            let timers = Timers(timerField, bytes)
        else { return nil }
        (self.client, self.date, self.frontend, self.timers) = (client, date, frontend, timers)
        backend = server.lowerBound..<slash
        state = (ASCII.minus, ASCII.minus)
        if isHTTP {
            guard let field = scanner.token(in: bytes), let status = Self.status(field, bytes) else {
                return nil
            }
            self.status = status
        }
        guard let octets = scanner.token(in: bytes), Timers.value(octets, bytes) != nil else { return nil }
        if isHTTP {
            guard scanner.token(in: bytes) != nil, scanner.token(in: bytes) != nil else { return nil }
        }
        guard let state = scanner.token(in: bytes), state.count == (isHTTP ? 4 : 2) else { return nil }
        self.state = (bytes[state.lowerBound], bytes[state.lowerBound + 1])
        if isHTTP { readRequest(scanner.rest, bytes) }
    }

    /// A status of three digits; `-1` when no answer was sent.
    private static func status(_ field: Range<Int>, _ bytes: Span<UInt8>) -> UInt16? {
        if bytes.equals(field, "-1") { return 0 }
        guard field.count <= 3, let number = bytes.number(field) else { return nil }
        return UInt16(truncatingIfNeeded: number)
    }

    /// The quoted request; a line that was cut off lacks the closing quote.
    private mutating func readRequest(_ rest: Range<Int>, _ bytes: Span<UInt8>) {
        guard let quote = bytes.first(ASCII.quote, in: rest) else { return }
        let start = quote + 1
        let end = bytes.first(ASCII.quote, in: start..<rest.upperBound) ?? rest.upperBound
        isBadRequest = bytes.equals(start..<end, "<BADREQ>")
        if !isBadRequest { path = HTTPRequest.path(start..<end, bytes) }
    }

    /// Milliseconds from the end of the request to the first octet of the answer, or to the end where no answer came:
    /// queue, connection and response. Nil when the request never came whole.
    var serverTime: UInt64? {
        let (first, second, third, fourth, total) = timers.values
        guard isHTTP else {
            if first >= 0, second >= 0 { return UInt64(first) &+ UInt64(second) }
            return third >= 0 ? UInt64(third) : nil
        }
        guard first >= 0 else { return nil }
        if second >= 0, third >= 0, fourth >= 0 { return UInt64(second) &+ UInt64(third) &+ UInt64(fourth) }
        return total >= first ? UInt64(total - first) : nil
    }

    /// Milliseconds from beginning to end.
    var totalTime: UInt64? {
        let total = isHTTP ? timers.values.4 : timers.values.2
        return total >= 0 ? UInt64(total) : nil
    }
}

extension HaproxySession.Timers {
    /// Three or five numbers with slashes between them.
    fileprivate init?(_ field: Range<Int>, _ bytes: Span<UInt8>) {
        var start = field.lowerBound
        while count < 5 {
            let end = bytes.first(ASCII.slash, in: start..<field.upperBound) ?? field.upperBound
            guard let value = Self.value(start..<end, bytes) else { return nil }
            set(value)
            if end == field.upperBound { break }
            start = end + 1
            if count == 5 { return nil }
        }
        guard count == 3 || count == 5 else { return nil }
    }

    private mutating func set(_ value: Int64) {
        switch count {
        case 0: values.0 = value
        case 1: values.1 = value
        case 2: values.2 = value
        case 3: values.3 = value
        default: values.4 = value
        }
        count += 1
    }

    /// A number; `-1` for none, `+` before one that was still growing when the line was written (`option logasap`).
    /// At most 32 bits: what is larger counts as that.
    fileprivate static func value(_ field: Range<Int>, _ bytes: Span<UInt8>) -> Int64? {
        if bytes.equals(field, "-1") { return -1 }
        let isGrowing = bytes.starts(field, with: "+")
        guard let number = bytes.number(field.lowerBound + (isGrowing ? 1 : 0)..<field.upperBound) else {
            return nil
        }
        return Int64(min(number, UInt64(UInt32.max)))
    }
}
