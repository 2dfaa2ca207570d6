// SPDX-License-Identifier: Apache-2.0

/// The abstract data type of an element (RFC 7012 §3.1), as far as showing a value goes. The raw value is its letter in
/// the tables of `.ci/elements`.
enum ElementType: UInt8, Sendable, CaseIterable {
    case unsigned = 0x75
    case signed = 0x69
    case float = 0x66
    case boolean = 0x62
    case ipv4Address = 0x34
    case ipv6Address = 0x36
    case macAddress = 0x6D
    case octets = 0x6F
    case text = 0x74
    case seconds = 0x73
    case milliseconds = 0x4D
    case ntp = 0x4E
    case basicList = 0x4C
    case subTemplateList = 0x53
    case subTemplateMultiList = 0x50

    /// From the words of RFC 7012 or from the short ones that other tools use (`uint32`, `ip4_addr`, or the number of
    /// octets alone); case does not matter. Nil when the word is no type.
    init?(word: String) {
        let word = word.lowercased()
        let digits = word.utf8.reversed().prefix { 0x30...0x39 ~= $0 }.count
        switch word.dropLast(digits) {
        case "unsigned", "uint", "proto", "forwarding_status": self = .unsigned
        case "" where digits > 0: self = .unsigned
        case "signed", "int": self = .signed
        case "float", "double": self = .float
        case "boolean": self = .boolean
        case "ipv4address", "ip4_addr", "ip": self = .ipv4Address
        case "ipv6address", "ip6_addr": self = .ipv6Address
        case "macaddress", "mac_addr": self = .macAddress
        case "octetarray", "hex", "skip", "acl_id_asa", "application_id", "mpls_label_stack_octets":
            self = .octets
        case "string": self = .text
        case "datetimeseconds": self = .seconds
        case "datetimemilliseconds": self = .milliseconds
        case "datetimemicroseconds", "datetimenanoseconds": self = .ntp
        case "basiclist": self = .basicList
        case "subtemplatelist": self = .subTemplateList
        case "subtemplatemultilist": self = .subTemplateMultiList
        default: return nil
        }
    }

    /// Whether a value of so many octets can be read as a number; reduced-size encoding makes them fewer (RFC 7011 §6.2).
    func fits(width: Int) -> Bool {
        switch self {
        case .float: width == 4 || width == 8
        default: (1...8).contains(width)
        }
    }

    /// Whether its units belong behind a value of so many octets: it is shown as a number then, and not as a time or in
    /// hexadecimal.
    func hasUnits(width: Int) -> Bool {
        switch self {
        case .unsigned, .signed, .float: fits(width: width)
        default: false
        }
    }
}
