// SPDX-License-Identifier: Apache-2.0

import FlowModel

extension Span<UInt8> {
    /// The IPv4 or IPv6 address (RFC 4291 §2.2) that fills `range`, with or without brackets; nil for anything else.
    func address(_ range: Range<Int>) -> IPAddress? {
        var range = range
        if range.count > 2, self[range.lowerBound] == ASCII.opening,
            self[range.upperBound &- 1] == ASCII.closing
        {
            range = range.lowerBound &+ 1..<range.upperBound &- 1
        }
        if let value = ipv4(range) { return IPAddress(ipv4: value) }
        return ipv6(range)
    }

    /// `ADDRESS:PORT`; the last colon divides, so an IPv6 address needs no brackets.
    func endpoint(_ range: Range<Int>) -> (address: IPAddress, port: UInt16)? {
        guard let colon = last(ASCII.colon, in: range), let address = address(range.lowerBound..<colon),
            let number = number(colon &+ 1..<range.upperBound), let port = UInt16(exactly: number)
        else { return nil }
        return (address, port)
    }

    private func ipv4(_ range: Range<Int>) -> UInt32? {
        guard range.count >= 7, range.count <= 15 else { return nil }
        var scanner = ByteScanner(range)
        var value: UInt32 = 0
        for part in 0..<4 {
            if part > 0, !scanner.skip(ASCII.dot, in: self) { return nil }
            let start = scanner.position
            guard let number = scanner.number(in: self), number <= 255 else { return nil }
            if self[start] == 0x30, scanner.position &- start > 1 { return nil }
            value = value << 8 | UInt32(truncatingIfNeeded: number)
        }
        return scanner.isAtEnd ? value : nil
    }

    private func ipv6(_ range: Range<Int>) -> IPAddress? {
        guard range.count >= 2, range.count <= 45 else { return nil }
        var groups = AddressGroups()
        var position = range.lowerBound
        if self[position] == ASCII.colon {
            guard self[position &+ 1] == ASCII.colon else { return nil }
            groups.markGap()
            position &+= 2
        }
        while position < range.upperBound {
            let end = first(ASCII.colon, in: position..<range.upperBound) ?? range.upperBound
            if end == range.upperBound, let value = ipv4(position..<end) {
                groups.append(value >> 16)
                groups.append(value & 0xFFFF)
                break
            }
            guard let group = hexadecimal(position..<end) else { return nil }
            groups.append(group)
            if end == range.upperBound { break }
            position = end &+ 1
            guard position < range.upperBound else { return nil }
            if self[position] == ASCII.colon {
                guard groups.markGap() else { return nil }
                position &+= 1
            }
        }
        return groups.address
    }

    private func hexadecimal(_ range: Range<Int>) -> UInt32? {
        guard range.count >= 1, range.count <= 4 else { return nil }
        var value: UInt32 = 0
        for index in range {
            switch self[index] {
            case 0x30...0x39: value = value << 4 | UInt32(self[index] &- 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(self[index] &- 0x37)
            case 0x61...0x66: value = value << 4 | UInt32(self[index] &- 0x57)
            default: return nil
            }
        }
        return value
    }
}

/// The groups of an IPv6 address as they are read: those before `::` and those behind it, each right-aligned.
private struct AddressGroups {
    private var head: (high: UInt64, low: UInt64) = (0, 0)
    private var tail: (high: UInt64, low: UInt64) = (0, 0)
    private var headCount = 0
    private var tailCount = 0
    private var hasGap = false

    /// False when there was a gap already.
    @discardableResult
    mutating func markGap() -> Bool {
        defer { hasGap = true }
        return !hasGap
    }

    mutating func append(_ group: UInt32) {
        if hasGap {
            tail = Self.push(group, onto: tail)
            tailCount &+= 1
        } else {
            head = Self.push(group, onto: head)
            headCount &+= 1
        }
    }

    var address: IPAddress? {
        guard hasGap else { return headCount == 8 ? IPAddress(high: head.high, low: head.low) : nil }
        guard headCount &+ tailCount <= 7 else { return nil }
        var aligned = head
        for _ in headCount..<8 { aligned = Self.push(0, onto: aligned) }
        return IPAddress(high: aligned.high | tail.high, low: aligned.low | tail.low)
    }

    private static func push(
        _ group: UInt32, onto value: (high: UInt64, low: UInt64)
    ) -> (high: UInt64, low: UInt64) {
        (value.high << 16 | value.low >> 48, value.low << 16 | UInt64(group))
    }
}
