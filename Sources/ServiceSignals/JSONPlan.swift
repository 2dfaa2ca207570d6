// SPDX-License-Identifier: Apache-2.0

/// How a program writes its access lines as JSON (RFC 8259): which key holds what.
package struct JSONPlan: Equatable, Sendable {
    /// A key and what stands under it.
    struct Key: Equatable, Sendable {
        /// The names from the outermost object on.
        var path: [[UInt8]]
        var field: LogField
    }

    let keys: [Key]
    let serverTime: LinePlan.ServerTime

    /// Keys of one format: as many as a mask has bits.
    private static let most = 64

    /// - Parameter keys: what, in the words of ``roles``, and under which key; dots lead into objects: `request.remote_ip`.
    /// - Throws: ``FormatError`` with the number of the wrong pair as its position.
    package init(_ keys: [(role: String, key: String)]) throws(FormatError) {
        var found: [Key] = []
        for (index, pair) in keys.prefix(Self.most + 1).enumerated() {
            guard index < Self.most else {
                throw FormatError(position: index, message: "more than \(Self.most) keys")
            }
            guard let field = Self.roles[pair.role] else {
                throw FormatError(
                    position: index,
                    message:
                        "'\(pair.role)' is unknown, expected \(Self.roles.keys.sorted().joined(separator: ", "))"
                )
            }
            let path = pair.key.utf8.split(separator: ASCII.dot, omittingEmptySubsequences: false).map(
                Array.init)
            guard path.allSatisfy({ !$0.isEmpty }), path.count <= Self.deepest else {
                throw FormatError(
                    position: index, message: "'\(pair.key)' is no key: expected names with dots between them"
                )
            }
            found.append(Key(path: path, field: field))
        }
        guard found.contains(where: { $0.field == .status || $0.field == .termination }) else {
            throw FormatError(
                position: 0, message: "it names no status, without which nothing can be told from a line")
        }
        let isTimed = found.contains { if case .time(.response, _) = $0.field { true } else { false } }
        (self.keys, serverTime) = (found, .timer(isTimed ? .response : .total))
    }

    /// Objects within each other in which keys are looked for.
    private static let deepest = 8

    /// What a key can hold, by the words of the configuration.
    static let roles: [String: LogField] = [
        "status": .status, "client": .client, "time": .date(.any, .end), "start_time": .date(.any, .request),
        "request": .request, "target": .target, "site": .site, "frontend": .frontend, "backend": .backend,
        "termination": .termination, "queue": .queue,
        "server": .server, "server_address": .serverAddress, "server_port": .serverPort,
        "server_time_s": .time(.response, .seconds), "server_time_ms": .time(.response, .milliseconds),
        "server_time_us": .time(.response, .microseconds), "server_time_ns": .time(.response, .nanoseconds),
        "total_time_s": .time(.total, .seconds), "total_time_ms": .time(.total, .milliseconds),
        "total_time_us": .time(.total, .microseconds), "total_time_ns": .time(.total, .nanoseconds),
    ]
}

extension JSONPlan {
    /// - Returns: nil when the line is no object, ends before its end, or tells of no request.
    func read(_ message: Range<Int>, _ bytes: Span<UInt8>) -> AccessLine? {
        var reader = JSONReader(ByteScanner(message), keys: keys.count)
        guard reader.object(bytes, self) else { return nil }
        return reader.line.hasResult ? reader.line : nil
    }
}

/// Walks through one object. Of what no key asks for only the end is looked for.
private struct JSONReader {
    private var scanner: ByteScanner
    private(set) var line = AccessLine()
    /// For each depth, the keys whose names so far are those of the objects that are open.
    private var masks: InlineArray<9, UInt64>
    private var depth = 0

    init(_ scanner: ByteScanner, keys: Int) {
        self.scanner = scanner
        masks = InlineArray(repeating: keys >= 64 ? .max : 1 << UInt64(keys) &- 1)
    }

    /// The whole object; false when it is none, or a value cannot be what its key says.
    mutating func object(_ bytes: Span<UInt8>, _ plan: JSONPlan) -> Bool {
        skipSpace(bytes)
        // rsyslog's and others' mark of structured lines.
        if scanner.skip("@cee:", in: bytes) { skipSpace(bytes) }
        guard scanner.skip(ASCII.brace, in: bytes) else { return false }
        while true {
            skipSpace(bytes)
            if scanner.skip(ASCII.closingBrace, in: bytes) {
                if depth == 0 { return true }
                depth -= 1
            } else if !member(bytes, plan) {
                return false
            }
            skipSpace(bytes)
            _ = scanner.skip(ASCII.comma, in: bytes)
        }
    }

    private mutating func member(_ bytes: Span<UInt8>, _ plan: JSONPlan) -> Bool {
        guard let name = string(bytes) else { return false }
        skipSpace(bytes)
        guard scanner.skip(ASCII.colon, in: bytes) else { return false }
        skipSpace(bytes)
        let wanted = keys(named: name, bytes, plan)
        switch scanner.peek(in: bytes) {
        case ASCII.brace where wanted != 0 && depth < 7:
            _ = scanner.skip(ASCII.brace, in: bytes)
            depth += 1
            masks[depth] = wanted
            return true
        case ASCII.brace, ASCII.opening: return skipNested(bytes)
        case ASCII.quote:
            guard let value = string(bytes) else { return false }
            return take(value, wanted, bytes, plan)
        default:
            let value = word(bytes)
            if value.isEmpty { return false }
            return bytes.equals(value, "null") || take(value, wanted, bytes, plan)
        }
    }

    /// Of the keys that may still be meant, those with this name at this depth.
    private func keys(named name: Range<Int>, _ bytes: Span<UInt8>, _ plan: JSONPlan) -> UInt64 {
        var found: UInt64 = 0
        var left = masks[depth]
        while left != 0 {
            let index = left.trailingZeroBitCount
            left &= left &- 1
            if plan.keys[index].path.count > depth, bytes.equals(name, plan.keys[index].path[depth]) {
                found |= 1 << UInt64(index)
            }
        }
        return found
    }

    private mutating func take(
        _ value: Range<Int>, _ wanted: UInt64, _ bytes: Span<UInt8>, _ plan: JSONPlan
    ) -> Bool {
        var left = wanted
        while left != 0 {
            let index = left.trailingZeroBitCount
            left &= left &- 1
            guard plan.keys[index].path.count == depth + 1 else { continue }
            if !line.take(plan.keys[index].field, value, bytes) { return false }
        }
        return true
    }

    /// What stands between two quotes, escapes as they are.
    private mutating func string(_ bytes: Span<UInt8>) -> Range<Int>? {
        guard scanner.skip(ASCII.quote, in: bytes),
            let end = bytes.firstUnguarded(ASCII.quote, in: scanner.rest)
        else { return nil }
        let value = scanner.position..<end
        scanner.move(to: end + 1)
        return value
    }

    /// A number, `true`, `false` or `null`.
    private mutating func word(_ bytes: Span<UInt8>) -> Range<Int> {
        let start = scanner.position
        while let byte = scanner.peek(in: bytes), byte != ASCII.comma, byte != ASCII.closingBrace,
            byte > ASCII.space
        {
            scanner.move(to: scanner.position + 1)
        }
        return start..<scanner.position
    }

    /// Passes an object or a list that nobody asks for.
    private mutating func skipNested(_ bytes: Span<UInt8>) -> Bool {
        var open = 0
        while let byte = scanner.peek(in: bytes) {
            if byte == ASCII.quote {
                guard string(bytes) != nil else { return false }
                continue
            }
            scanner.move(to: scanner.position + 1)
            if byte == ASCII.brace || byte == ASCII.opening { open += 1 }
            if byte == ASCII.closingBrace || byte == ASCII.closing { open -= 1 }
            if open == 0 { return true }
        }
        return false
    }

    private mutating func skipSpace(_ bytes: Span<UInt8>) {
        while let byte = scanner.peek(in: bytes), byte == ASCII.space || byte == 0x09 {
            scanner.move(to: scanner.position + 1)
        }
    }
}
