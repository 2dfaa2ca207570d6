// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// What a line of BIND 9 says, with or without the category and severity before it:
/// `client @0x7f2c 10.20.1.188#48021 (www.corp.test): query: www.corp.test IN A +E(0)K (10.2.0.53)`.
enum BINDLine {
    /// The query log: a question, of which nothing more is known.
    case query(BINDQuestion)
    /// `query-errors` and `security`: a question that failed.
    case failure(BINDQuestion, FailureClass)
    /// Another line of BIND.
    case notice
    /// Not a line of BIND.
    case unreadable
}

/// Who asked for what.
struct BINDQuestion {
    var client: IPAddress
    /// Without the dot at its end.
    var name: Range<Int>
}

extension BINDLine {
    init(_ message: Range<Int>, _ bytes: Span<UInt8>) {
        var scanner = ByteScanner(message)
        let start = scanner.position
        guard let client = bytes.find("client ", in: message), client - start <= 80 else {
            // Everything that BIND says has a category, a severity or a plain sentence: none of it tells of requests.
            self = .notice
            return
        }
        scanner.move(to: client + 7)
        if scanner.peek(in: bytes) == 0x40 { _ = scanner.token(in: bytes) }
        guard let peer = scanner.token(in: bytes), let mark = bytes.first(0x23, in: peer),
            let address = bytes.address(peer.lowerBound..<mark)
        else {
            self = .notice
            return
        }
        Self.skipContext(&scanner, bytes)
        self = Self.event(&scanner, bytes, client: address)
    }

    /// Passes `(www.corp.test): ` and `view internal: `.
    private static func skipContext(_ scanner: inout ByteScanner, _ bytes: Span<UInt8>) {
        if scanner.peek(in: bytes) == 0x28 { _ = scanner.token(in: bytes) }
        if scanner.skip("view ", in: bytes) { _ = scanner.token(in: bytes) }
    }

    private static func event(
        _ scanner: inout ByteScanner, _ bytes: Span<UInt8>, client: IPAddress
    ) -> BINDLine {
        if scanner.skip("query: ", in: bytes) {
            guard let name = scanner.token(in: bytes) else { return .notice }
            return .query(BINDQuestion(client: client, name: bytes.withoutDot(name)))
        }
        // query failed (SERVFAIL) for www.corp.test/IN/A at query.c:7102
        if scanner.skip("query failed (", in: bytes) {
            guard let code = scanner.field(before: 0x29, in: bytes), scanner.skip(" for ", in: bytes),
                let question = scanner.token(in: bytes)
            else { return .notice }
            return failure(named: code, question, bytes, client)
        }
        // query (cache) 'www.corp.test/A/IN' denied
        guard scanner.skip("query ", in: bytes) else { return .notice }
        _ = scanner.skip("(cache) ", in: bytes)
        guard scanner.skip(0x27, in: bytes), let question = scanner.field(before: 0x27, in: bytes),
            scanner.skip(" denied", in: bytes)
        else { return .notice }
        return .failure(BINDQuestion(client: client, name: name(of: question, bytes)), .refused)
    }

    private static func failure(
        named code: Range<Int>, _ question: Range<Int>, _ bytes: Span<UInt8>, _ client: IPAddress
    ) -> BINDLine {
        let asked = BINDQuestion(client: client, name: name(of: question, bytes))
        // BIND's own words for what went wrong in it; the rest is what it answered.
        let isOwn = bytes.equals(code, "timed out") || bytes.equals(code, "failure")
        let failure = isOwn ? .serverFailure : FailureClass(dnsResponseCode: code, bytes)
        return .failure(asked, failure == .none ? .serverFailure : failure)
    }

    /// `www.corp.test` of `www.corp.test/IN/A`.
    private static func name(of question: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int> {
        bytes.withoutDot(
            question.lowerBound..<(bytes.first(ASCII.slash, in: question) ?? question.upperBound))
    }
}

extension Span<UInt8> {
    /// A DNS name without the dot of the root.
    func withoutDot(_ name: Range<Int>) -> Range<Int> {
        !name.isEmpty && self[name.upperBound &- 1] == ASCII.dot
            ? name.lowerBound..<name.upperBound &- 1 : name
    }
}
