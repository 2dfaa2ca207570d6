// SPDX-License-Identifier: Apache-2.0

/// The abstract data type of an element (RFC 7012 §3.1), as far as showing a value goes.
enum ElementType: UInt8, Sendable {
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
}

/// Names and types of elements, for people: decoding does not need them.
struct ElementNames: Sendable {
    struct Entry: Sendable {
        var name: String
        var type: ElementType
    }

    private let iana: [UInt16: Entry]

    static let shared = ElementNames()

    private init() {
        var entries: [UInt16: Entry] = [:]
        for line in ElementTable.iana.split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard parts.count == 3, let id = UInt16(parts[0]), let code = parts[1].utf8.first,
                let type = ElementType(rawValue: code)
            else { continue }
            entries[id] = Entry(name: String(parts[2]), type: type)
        }
        iana = entries
    }

    /// Nil for elements that are not in the table.
    func entry(of element: InformationElement) -> Entry? {
        if element.isScopeType { return Self.scope(element.id) }
        switch element.enterprise {
        case 0: return iana[element.id]
        case InformationElement.reverseEnterprise:
            // RFC 5103 §6.1: the name begins with "reverse" and goes on with a capital.
            guard let forward = iana[element.id] else { return nil }
            let name = "reverse" + forward.name.prefix(1).uppercased() + forward.name.dropFirst()
            return Entry(name: name, type: forward.type)
        default: return nil
        }
    }

    /// RFC 3954 §6.1.
    private static func scope(_ type: UInt16) -> Entry? {
        switch type {
        case 1: Entry(name: "scopeSystem", type: .octets)
        case 2: Entry(name: "scopeInterface", type: .unsigned)
        case 3: Entry(name: "scopeLineCard", type: .unsigned)
        case 4: Entry(name: "scopeCache", type: .octets)
        case 5: Entry(name: "scopeTemplate", type: .unsigned)
        default: nil
        }
    }
}
