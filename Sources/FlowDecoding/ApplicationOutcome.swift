// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// What application-aware exporters say of the requests in a flow: the status of HTTP answers, the response code of DNS
/// answers. In records themselves, or in lists in them.
struct ApplicationOutcome: Equatable, Sendable {
    /// The highest status, that is the worst; 0 when there is none.
    private(set) var httpStatus: UInt16 = 0
    /// The first that is not 0 (no error); nil when there is none at all.
    private(set) var dnsResponseCode: UInt8?

    /// httpStatusCode (457); NetScaler, Procera, Masaryk University, Flowmon; ntop, in v9 without an enterprise number;
    /// YAF, as text.
    static let httpElements: [InformationElement] = [
        InformationElement(457), InformationElement(144, enterprise: 5951),
        InformationElement(24, enterprise: 15397), InformationElement(106, enterprise: 16982),
        InformationElement(506, enterprise: 16982), InformationElement(12, enterprise: 39499),
        InformationElement(181, enterprise: 35632), InformationElement(57653),
        InformationElement(123, enterprise: 6871),
    ]

    /// YAF; CESNET; Ixia; ntop, in v9 without an enterprise number.
    static let dnsElements: [InformationElement] = [
        InformationElement(177, enterprise: 6871), InformationElement(1, enterprise: 8057),
        InformationElement(257, enterprise: 3054), InformationElement(208, enterprise: 35632),
        InformationElement(57680),
    ]

    /// - Parameter raw: the field as a number, its text as the octets of one.
    mutating func add(http raw: UInt64) {
        let status = (100...599).contains(raw) ? raw : Self.number(inText: raw)
        guard (100...599).contains(status) else { return }
        httpStatus = max(httpStatus, UInt16(truncatingIfNeeded: status))
    }

    mutating func add(dns raw: UInt64) {
        // RFC 6895 §2.3: 12 bits with EDNS, of which the basic four are what a flow record tells.
        guard raw < 24 else { return }
        if dnsResponseCode ?? 0 == 0 { dnsResponseCode = UInt8(truncatingIfNeeded: raw) }
    }

    /// The number that a text of up to eight octets begins with; 0 when it begins otherwise.
    private static func number(inText raw: UInt64) -> UInt64 {
        var number: UInt64 = 0
        var hasBegun = false
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            let octet = raw &>> shift & 0xFF
            if octet == 0, !hasBegun { continue }
            guard (0x30...0x39).contains(octet) else { break }
            hasBegun = true
            number = number &* 10 &+ (octet &- 0x30)
        }
        return number
    }
}

extension FlowRecord {
    /// Keeps the worse of what is known and `outcome`.
    mutating func note(_ outcome: ApplicationOutcome) {
        httpStatus = max(httpStatus, outcome.httpStatus)
        var told: UInt8 = outcome.httpStatus != 0 ? FlowPresence.answers.rawValue : 0
        if let code = outcome.dnsResponseCode {
            if dnsResponseCode == 0 { dnsResponseCode = code }
            told = FlowPresence.dns.rawValue | FlowPresence.answers.rawValue
        }
        presence = FlowPresence(rawValue: presence.rawValue | told)
    }
}

/// Finds the outcomes in the lists of a record.
struct OutcomeFinder: ListVisitor, ~Copyable {
    private(set) var outcome = ApplicationOutcome()

    mutating func beginList() {}
    mutating func beginListedRecord() {}
    mutating func endList() {}

    mutating func visit(value: borrowing Span<UInt8>, of element: InformationElement) {
        if ApplicationOutcome.httpElements.contains(element) {
            outcome.add(http: Self.leading(value))
        } else if ApplicationOutcome.dnsElements.contains(element) {
            outcome.add(dns: Self.leading(value))
        }
    }

    /// Up to eight octets as a number: of a longer text, its beginning.
    private static func leading(_ value: borrowing Span<UInt8>) -> UInt64 {
        var number: UInt64 = 0
        for index in 0..<min(8, value.count) { number = number << 8 | UInt64(value[index]) }
        return number
    }
}
