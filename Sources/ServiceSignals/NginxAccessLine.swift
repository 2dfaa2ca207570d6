// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// What an nginx access line says. Nothing but the status has to be there.
struct NginxAccessLine {
    var client: IPAddress = .unspecified
    var status: UInt16 = 0
    var date: LoggedDate?
    var path: Range<Int>?
    /// `$request_time` in microseconds.
    var requestTime: UInt64?
    /// The sum of `$upstream_response_time` in microseconds; nil when no server behind was asked.
    var upstreamTime: UInt64?
    /// A `limit_req` or `limit_conn` turned the request away.
    var isLimited = false
    var serverAddress: IPAddress?
    var serverPort: UInt16?
}

extension NginxAccessLine {
    /// - Returns: nil when the line does not have this format. Text behind the format is allowed after a space.
    init?(_ message: Range<Int>, _ bytes: Span<UInt8>, format: NginxFormat) {
        let text = format.text.span
        guard bytes.matches(text, format.prefix, at: message.lowerBound, end: message.upperBound) else {
            return nil
        }
        var position = message.lowerBound + format.prefix.count
        for step in format.steps {
            let rest = position..<message.upperBound
            guard let end = bytes.end(of: step, text, in: rest), read(step.variable, position..<end, bytes)
            else {
                return nil
            }
            position = end + step.text.count
        }
        guard position == message.upperBound || bytes[position] == ASCII.space else { return nil }
        if serverPort == nil { readDestination(position..<message.upperBound, bytes) }
    }

    /// Takes one field; false when it cannot be what the format says.
    private mutating func read(_ variable: NginxVariable, _ field: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        switch variable {
        case .status:
            guard field.count == 3, let number = bytes.number(field) else { return false }
            status = UInt16(truncatingIfNeeded: number)
        case .remoteAddress: client = bytes.address(field) ?? .unspecified
        case .request: path = HTTPRequest.path(field, bytes) ?? path
        case .requestTarget: path = HTTPRequest.pathOfTarget(field, bytes) ?? path
        case .requestTime: requestTime = bytes.microseconds(field)
        case .upstreamResponseTime: upstreamTime = Self.sum(field, bytes)
        case .timeLocal: date = date ?? bytes.commonLogDate(field)
        case .timeISO8601: date = date ?? bytes.numericDate(field)
        case .epoch: date = bytes.epochDate(field) ?? date
        case .serverAddress: serverAddress = bytes.address(field)
        case .serverPort: serverPort = bytes.number(field).flatMap { UInt16(exactly: $0) }
        case .limitStatus: isLimited = isLimited || bytes.starts(field, with: "REJECTED") && field.count == 8
        case .other: break
        }
        return true
    }

    /// `0.001, 0.084 : 0.002`: one time for each server that was asked, `-` for one that never answered.
    private static func sum(_ field: Range<Int>, _ bytes: Span<UInt8>) -> UInt64? {
        var total: UInt64?
        var start = field.lowerBound
        for index in field.lowerBound...field.upperBound {
            let isEnd = index == field.upperBound
            guard isEnd || bytes[index] == ASCII.comma || bytes[index] == ASCII.space else { continue }
            if let time = bytes.microseconds(start..<index) {
                let (sum, overflow) = (total ?? 0).addingReportingOverflow(time)
                total = overflow ? .max : sum
            }
            start = index + 1
        }
        return total
    }

    /// Looks for ` dst=ADDRESS:PORT` outside quotes.
    private mutating func readDestination(_ tail: Range<Int>, _ bytes: Span<UInt8>) {
        var isQuoted = false
        for index in tail {
            if bytes[index] == ASCII.quote { isQuoted.toggle() }
            guard !isQuoted, bytes[index] == ASCII.space, bytes.starts(index..<tail.upperBound, with: " dst=")
            else {
                continue
            }
            var scanner = ByteScanner(index + 5..<tail.upperBound)
            guard let field = scanner.token(in: bytes), let endpoint = bytes.endpoint(field) else { return }
            (serverAddress, serverPort) = (endpoint.address, endpoint.port)
            return
        }
    }
}

extension Span<UInt8> {
    /// Whether `text[range]` stands at `position`.
    fileprivate func matches(_ text: Span<UInt8>, _ range: Range<Int>, at position: Int, end: Int) -> Bool {
        guard position <= end, range.count <= end - position else { return false }
        var place = position
        for index in range {
            if self[place] != text[index] { return false }
            place &+= 1
        }
        return true
    }

    /// Where the field of `step` ends, which begins with `rest`.
    fileprivate func end(of step: NginxFormat.Step, _ text: Span<UInt8>, in rest: Range<Int>) -> Int? {
        if step.text.isEmpty { return first(ASCII.space, in: rest) ?? rest.upperBound }
        let head = text[step.text.lowerBound]
        if head == ASCII.colon, step.variable == .serverAddress {
            guard let end = addressEnd(in: rest), matches(text, step.text, at: end, end: rest.upperBound)
            else {
                return nil
            }
            return end
        }
        var index = rest.lowerBound
        while index < rest.upperBound {
            let byte = self[index]
            if byte == head, matches(text, step.text, at: index, end: rest.upperBound) { return index }
            if byte == ASCII.backslash, head == ASCII.quote { index &+= 1 }
            index &+= 1
        }
        return nil
    }

    /// The last colon in a row of address characters: an IPv6 address has colons of its own.
    private func addressEnd(in rest: Range<Int>) -> Int? {
        var end = rest.lowerBound
        while end < rest.upperBound {
            switch self[end] {
            case 0x2E, 0x30...0x3A, 0x41...0x46, 0x5B, 0x5D, 0x61...0x66: end &+= 1
            default: return last(ASCII.colon, in: rest.lowerBound..<end)
            }
        }
        return last(ASCII.colon, in: rest)
    }
}
