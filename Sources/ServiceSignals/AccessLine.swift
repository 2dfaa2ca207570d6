// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// What an access line says, whichever program wrote it. Times are microseconds.
struct AccessLine {
    var client: IPAddress = .unspecified
    /// 0 when no answer was sent.
    var status: UInt16 = 0
    var date: LoggedDate?
    var dateMeaning = DateMeaning.end
    var path: Range<Int>?
    /// The request could not be read: haproxy's `<BADREQ>`.
    var isBadRequest = false
    /// haproxy's frontend, with `~` when it ended TLS.
    var frontend: Range<Int>?
    var backend: Range<Int>?
    var site: Range<Int>?
    /// The first two letters of haproxy's termination state.
    var state: (UInt8, UInt8) = (ASCII.minus, ASCII.minus)
    /// The connection failed before there was a request, for 0 because of the request; nil when the line is about others.
    var connectionError: UInt64?
    /// A `limit_req` or `limit_conn` turned the request away.
    var isLimited = false
    var serverAddress: IPAddress?
    var serverPort: UInt16?
    /// Requests that waited in the queues before it; nil when the line does not say.
    var queued: UInt64?
    /// Whether the line has said how the request ended.
    private(set) var hasResult = false
    /// By `TimerKind`; nil as `none`.
    private var timers: InlineArray<8, UInt64> = InlineArray(repeating: AccessLine.none)
    private var parts = DateParts()

    /// Stands for a timer that the line does not have. What is as large as this is cut.
    private static let none = UInt64.max
}

extension AccessLine {
    /// Microseconds; nil when the line does not say.
    func timer(_ kind: TimerKind) -> UInt64? {
        timers[kind.rawValue] == Self.none ? nil : timers[kind.rawValue]
    }

    /// Takes one field; false when it cannot be what the format says.
    mutating func take(_ field: LogField, _ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        switch field {
        case .other: break
        case .client: client = bytes.address(range) ?? Self.withoutPort(range, bytes) ?? .unspecified
        case .status: return takeStatus(range, bytes, isFinal: true)
        case .originalStatus: return takeStatus(range, bytes, isFinal: false)
        case .request: takeRequest(range, bytes)
        case .target: path = HTTPRequest.pathOfTarget(range, bytes) ?? path
        case .frontend: frontend = range
        case .backend: backend = range
        case .site: site = range
        case .termination: return takeState(range, bytes)
        case .connectionError:
            connectionError = bytes.number(range)
            hasResult = connectionError != nil
            return hasResult
        case .limitStatus: isLimited = isLimited || bytes.equals(range, "REJECTED")
        case .serverAddress: serverAddress = bytes.address(range)
        case .serverPort: serverPort = bytes.number(range).flatMap { UInt16(exactly: $0) }
        case .server:
            if let endpoint = bytes.endpoint(range) { (serverAddress, serverPort) = endpoint }
        case .queue: queued = bytes.number(range).map { max($0, queued ?? 0) } ?? queued
        case .time(let kind, let unit): return takeTime(kind, unit, range, bytes)
        case .date(let form, let meaning):
            // A second date tells less than the first, unless it is finer.
            guard let found = bytes.date(range, form), date?.isWholeSecond ?? true else { break }
            if date == nil || !found.isWholeSecond { (date, dateMeaning) = (found, meaning) }
        case .datePart(let part, let meaning):
            dateMeaning = meaning
            guard parts.take(part, range, bytes) else { return false }
            date = parts.date
        }
        return true
    }

    private mutating func takeStatus(_ range: Range<Int>, _ bytes: Span<UInt8>, isFinal: Bool) -> Bool {
        if bytes.equals(range, "-1") || bytes.equals(range, "-") {
            hasResult = true
            return true
        }
        guard range.count == 3, let number = bytes.number(range) else { return false }
        if isFinal || status == 0 { status = UInt16(truncatingIfNeeded: number) }
        hasResult = true
        return true
    }

    /// Envoy logs the client with its port. Of IPv6 without brackets nobody knows which is which.
    private static func withoutPort(_ range: Range<Int>, _ bytes: Span<UInt8>) -> IPAddress? {
        guard let colon = bytes.last(ASCII.colon, in: range),
            bytes.first(ASCII.colon, in: range) == colon || bytes[range.lowerBound] == ASCII.opening
        else { return nil }
        return bytes.endpoint(range)?.address
    }

    private mutating func takeRequest(_ range: Range<Int>, _ bytes: Span<UInt8>) {
        isBadRequest = bytes.equals(range, "<BADREQ>")
        if !isBadRequest { path = HTTPRequest.path(range, bytes) ?? path }
    }

    private mutating func takeState(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        guard range.count == 2 || range.count == 4 else { return false }
        state = (bytes[range.lowerBound], bytes[range.lowerBound + 1])
        hasResult = true
        return true
    }

    /// A number, a list of numbers, or `-`, `-1` for a phase that was never reached. haproxy puts `+` before one that
    /// was still growing (`option logasap`).
    private mutating func takeTime(
        _ kind: TimerKind, _ unit: TimeUnit, _ range: Range<Int>, _ bytes: Span<UInt8>
    ) -> Bool {
        var total: UInt64?
        var start = range.lowerBound
        if start < range.upperBound, bytes[start] == 0x2B { start += 1 }
        for index in start...range.upperBound {
            let isEnd = index == range.upperBound
            guard isEnd || bytes[index] == ASCII.comma || bytes[index] == ASCII.space else { continue }
            if let time = bytes.microseconds(start..<index) {
                let (sum, overflow) = (total ?? 0).addingReportingOverflow(
                    unit.microseconds(millionths: time))
                total = overflow ? Self.none - 1 : min(sum, Self.none - 1)
            } else if unit == .milliseconds, start < index, bytes[start] != ASCII.minus {
                // haproxy's timers are numbers and nothing else: another format is meant.
                return false
            }
            start = index + 1
        }
        timers[kind.rawValue] = total ?? Self.none
        return true
    }

    /// Looks for ` dst=ADDRESS:PORT` outside quotes, in what stands behind the format.
    mutating func findDestination(_ tail: Range<Int>, _ bytes: Span<UInt8>) {
        var isQuoted = false
        for index in tail {
            if bytes[index] == ASCII.quote { isQuoted.toggle() }
            guard !isQuoted, bytes[index] == ASCII.space, bytes.starts(index..<tail.upperBound, with: " dst=")
            else { continue }
            var scanner = ByteScanner(index + 5..<tail.upperBound)
            guard let field = scanner.token(in: bytes), let endpoint = bytes.endpoint(field) else { return }
            (serverAddress, serverPort) = (endpoint.address, endpoint.port)
            return
        }
    }
}

extension AccessLine {
    /// How long the server took, as the format lets it be known; nil when the line does not say.
    func serverTime(_ rule: LinePlan.ServerTime) -> UInt64? {
        switch rule {
        case .timer(let kind): return timer(kind)
        case .connection:
            guard let queue = timer(.queue), let connect = timer(.connect) else { return total }
            return queue.addingClamped(connect)
        case .phases:
            if let response = timer(.response) {
                return response.addingClamped(timer(.queue) ?? 0).addingClamped(timer(.connect) ?? 0)
            }
            // No answer came: all of the wait since the request was there, if it ever was.
            guard let request = timer(.request), let total, total >= request else { return nil }
            return total - request
        }
    }

    /// From beginning to end.
    var total: UInt64? { timer(.active) ?? timer(.total) }

    /// What passed between the line's date and the end of the request.
    var elapsedSinceDate: UInt64 {
        switch dateMeaning {
        case .end: 0
        case .accept: timer(.total) ?? timer(.active) ?? 0
        case .request: timer(.active) ?? timer(.total) ?? 0
        }
    }
}

extension UInt64 {
    /// The sum, or the largest value.
    func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

extension TimeUnit {
    /// A number of this unit, given in millionths of it, in microseconds.
    func microseconds(millionths: UInt64) -> UInt64 {
        switch self {
        case .seconds: millionths
        case .milliseconds: millionths / 1000
        case .microseconds: millionths / 1_000_000
        case .nanoseconds: millionths / 1_000_000_000
        }
    }
}
