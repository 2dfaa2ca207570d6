// SPDX-License-Identifier: Apache-2.0

/// Reading the request line that access logs quote.
enum HTTPRequest {
    /// The path of `GET /app/item?x=1 HTTP/1.1`, without query; an absolute form loses scheme and authority. Nil when
    /// there is no path, as in `<BADREQ>`.
    static func path(_ line: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int>? {
        var scanner = ByteScanner(line)
        guard scanner.token(in: bytes) != nil, let target = scanner.token(in: bytes) else { return nil }
        return pathOfTarget(target, bytes)
    }

    /// The path of a request target such as `/app/item?x=1` or `https://host/app`.
    static func pathOfTarget(_ target: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int>? {
        let end = bytes.first(ASCII.question, in: target) ?? target.upperBound
        var start = target.lowerBound
        guard start < end else { return nil }
        if bytes[start] != ASCII.slash {
            guard let scheme = bytes.find("://", in: start..<end),
                let path = bytes.first(ASCII.slash, in: scheme + 3..<end)
            else { return nil }
            start = path
        }
        return start..<end
    }
}

/// FNV-1a in 32 bits (draft-eastlake-fnv): fast, even, and not meant to withstand an adversary.
enum FNV1a {
    static func hash(_ range: Range<Int>, _ bytes: Span<UInt8>) -> UInt32 {
        var hash: UInt32 = 2_166_136_261
        for index in range { hash = (hash ^ UInt32(bytes[index])) &* 16_777_619 }
        return hash
    }

    /// With A–Z as a–z: DNS names differ in case without meaning (RFC 4343).
    static func hashOfName(_ range: Range<Int>, _ bytes: Span<UInt8>) -> UInt32 {
        var hash: UInt32 = 2_166_136_261
        for index in range {
            let byte = bytes[index]
            let folded = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            hash = (hash ^ UInt32(folded)) &* 16_777_619
        }
        return hash
    }
}
