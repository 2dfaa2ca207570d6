// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Numbers with units, as the configuration writes them.
package enum Quantities {
    private static let timeUnits: [(name: String, factor: Int64)] = [
        ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1000),
        ("us", 1),
    ]
    private static let sizeUnits: [String: Int] = [
        "B": 1, "k": 1 << 10, "K": 1 << 10, "KiB": 1 << 10, "M": 1 << 20, "MiB": 1 << 20, "G": 1 << 30,
        "GiB": 1 << 30,
        "kB": 1000, "MB": 1_000_000, "GB": 1_000_000_000,
    ]

    /// `5ms`, `60s`, `2h30m` (units from large to small, each once), or `0`; nil for anything else.
    package static func duration(_ text: String) -> Interval? {
        if text == "0" { return .seconds(0) }
        var rest = text[...]
        var units = timeUnits[...]
        var total: Int64 = 0
        while !rest.isEmpty {
            guard let (count, unit) = takeNumber(&rest),
                let place = units.firstIndex(where: { $0.name == unit })
            else { return nil }
            let (product, tooLarge) = count.multipliedReportingOverflow(by: units[place].factor)
            let (sum, overflow) = total.addingReportingOverflow(product)
            if tooLarge || overflow { return nil }
            total = sum
            units = units[(place + 1)...]
        }
        return text.isEmpty ? nil : Interval(microseconds: total)
    }

    /// `32MiB`, `64k`, `1500B` in bytes; nil for anything else.
    static func size(_ text: String) -> Int? {
        var rest = text[...]
        guard let (count, unit) = takeNumber(&rest), rest.isEmpty, let factor = sizeUnits[String(unit)] else {
            return nil
        }
        let (product, overflow) = Int(count).multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }

    /// Decimal digits without sign; nil for anything else.
    static func integer(_ text: String) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }

    /// `443` or `8000-8099`; nil for anything else, port 0 included.
    static func portRange(_ text: String) -> ClosedRange<UInt16>? {
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = ends.compactMap { integer(String($0)).flatMap(UInt16.init(exactly:)) }
        guard numbers.count == ends.count, let first = numbers.first, let last = numbers.last, first > 0,
            first <= last
        else { return nil }
        return first...last
    }

    /// Takes digits and the letters after them off the front.
    private static func takeNumber(_ rest: inout Substring) -> (count: Int64, unit: Substring)? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        let unit = rest.dropFirst(digits.count).prefix { $0.isLetter }
        guard let count = Int64(digits), !unit.isEmpty else { return nil }
        rest = rest[unit.endIndex...]
        return (count, unit)
    }
}

/// An address and a port, as sockets are written: `127.0.0.1:8125`, `[::]:2055`.
struct SocketEndpoint: Equatable {
    var address: IPAddress
    var port: UInt16

    /// Nil unless both parts are there and right; a port is 1…65535.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = Quantities.integer(String(text[text.index(after: colon)...])).flatMap(
                UInt16.init(exactly:)), port > 0
        else { return nil }
        var host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(String(host)), isBracketed == host.contains(":") else { return nil }
        (self.address, self.port) = (address, port)
    }
}

extension SocketEndpoint {
    /// Whether both cannot be open at once: the same port, on the same address or on all.
    func collides(with socket: ListenConfiguration) -> Bool {
        collides(withPort: socket.port, at: socket.address)
    }

    /// The same for a socket that was read before.
    func collides(withPort otherPort: UInt16, at otherAddress: IPAddress) -> Bool {
        let everywhere: [IPAddress] = [.unspecified, IPAddress(ipv4: 0)]
        return port == otherPort
            && (address == otherAddress || everywhere.contains(address) || everywhere.contains(otherAddress))
    }
}
