// SPDX-License-Identifier: Apache-2.0

/// The header of a datagram of any version, validated.
struct MessageHeader: Sendable {
    /// How the records come.
    enum Body: Sendable {
        /// NetFlow v1, v5, v7: so many records of one built-in layout.
        case records(Int)
        /// NetFlow v9 and IPFIX: sets.
        case sets
    }

    var version: UInt16
    var domain: UInt32 = 0
    var sequence: UInt32 = 0
    /// Microseconds since 1970 on the exporter's clock.
    var exportTime: Int64 = 0
    /// Milliseconds; nil for IPFIX, which has none.
    var uptime: UInt32?
    /// Low 14 bits of the v5 sampling word; 0 when the version has none.
    var samplingInterval: UInt16 = 0
    /// The count of records that a v9 header claims.
    var claimedRecords: Int?
    var body: Body
    /// Offset of the first record or set.
    var start: Int
    /// Where the message ends, within the datagram.
    var end: Int
    /// The IPFIX message length is larger than the datagram.
    var isCutShort = false

    /// Whether the first set has templates, without a look at the others.
    func beginsWithTemplates(_ datagram: borrowing Span<UInt8>) -> Bool {
        guard case .sets = body, end &- start >= 4 else { return false }
        return datagram.uint16(at: start) < 4
    }

    enum Result {
        case valid(MessageHeader)
        case rejected(RejectionReason)
    }

    static func read(_ datagram: borrowing Span<UInt8>) -> Result {
        guard datagram.count >= 2 else { return .rejected(.tooShort) }
        switch datagram.uint16(at: 0) {
        case 1: return readFixed(datagram, .version1(of: datagram))
        case 5: return readFixed(datagram, .version5)
        case 7: return readFixed(datagram, .version7)
        case 9: return readVersion9(datagram)
        case 10: return readIPFIX(datagram)
        default: return .rejected(.unknownVersion)
        }
    }

    private static func readFixed(_ datagram: borrowing Span<UInt8>, _ format: FixedFormat) -> Result {
        guard datagram.count >= format.headerLength else { return .rejected(.tooShort) }
        let count = Int(datagram.uint16(at: 2))
        guard count > 0, count <= format.largestCount else { return .rejected(.badCount) }
        let end = format.headerLength &+ count &* format.recordLength
        guard datagram.count >= end else { return .rejected(.truncated) }
        var header = MessageHeader(
            version: format.version, body: .records(count), start: format.headerLength, end: end)
        header.uptime = datagram.uint32(at: 4)
        let nanoseconds = Int64(datagram.uint32(at: 12))
        header.exportTime = Int64(datagram.uint32(at: 8)) &* 1_000_000 &+ min(nanoseconds, 999_999_999) / 1000
        if format.version != 1 { header.sequence = datagram.uint32(at: 16) }
        if format.version == 5 {
            header.domain = UInt32(datagram.uint16(at: 20))
            header.samplingInterval = datagram.uint16(at: 22) & 0x3FFF
        }
        return .valid(header)
    }

    /// RFC 3954 §5.1.
    private static func readVersion9(_ datagram: borrowing Span<UInt8>) -> Result {
        guard datagram.count >= 20 else { return .rejected(.tooShort) }
        var header = MessageHeader(version: 9, body: .sets, start: 20, end: datagram.count)
        header.claimedRecords = Int(datagram.uint16(at: 2))
        header.uptime = datagram.uint32(at: 4)
        header.exportTime = Int64(datagram.uint32(at: 8)) &* 1_000_000
        header.sequence = datagram.uint32(at: 12)
        header.domain = datagram.uint32(at: 16)
        return .valid(header)
    }

    /// RFC 7011 §3.1.
    private static func readIPFIX(_ datagram: borrowing Span<UInt8>) -> Result {
        guard datagram.count >= 16 else { return .rejected(.tooShort) }
        let length = Int(datagram.uint16(at: 2))
        guard length >= 16 else { return .rejected(.badLength) }
        var header = MessageHeader(version: 10, body: .sets, start: 16, end: min(length, datagram.count))
        header.isCutShort = length > datagram.count
        header.exportTime = Int64(datagram.uint32(at: 4)) &* 1_000_000
        header.sequence = datagram.uint32(at: 8)
        header.domain = datagram.uint32(at: 12)
        return .valid(header)
    }
}
