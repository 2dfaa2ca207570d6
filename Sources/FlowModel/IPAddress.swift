// SPDX-License-Identifier: Apache-2.0

/// An IPv4 or IPv6 address in 128 bits; IPv4 is kept in its IPv4-mapped form (RFC 4291 §2.5.5.2), so that an exporter
/// that a dual-stack socket reports as `::ffff:192.0.2.1` is the same as `192.0.2.1`.
public struct IPAddress: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Bits 127…64 in host order.
    public var high: UInt64
    /// Bits 63…0 in host order.
    public var low: UInt64

    /// An address of these 128 bits.
    public init(high: UInt64, low: UInt64) {
        (self.high, self.low) = (high, low)
    }

    /// An IPv4 address, first octet in the highest bits.
    public init(ipv4: UInt32) {
        (high, low) = (0, 0xFFFF_0000_0000 | UInt64(ipv4))
    }

    /// `::`, which stands for "none".
    public static var unspecified: IPAddress { IPAddress(high: 0, low: 0) }

    /// Whether it is an IPv4 address in its mapped form.
    public var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// The low 32 bits: the IPv4 address when `isIPv4`.
    public var ipv4: UInt32 { UInt32(truncatingIfNeeded: low) }

    /// The address with all but the first `length` bits of the 128 cleared.
    public func masked(_ length: Int) -> IPAddress {
        switch length {
        case ..<1: .unspecified
        case 1..<64: IPAddress(high: high & ~(UInt64.max >> UInt64(length)), low: 0)
        case 64: IPAddress(high: high, low: 0)
        case 65..<128: IPAddress(high: high, low: low & ~(UInt64.max >> UInt64(length - 64)))
        default: self
        }
    }

    /// In numerical order; IPv4 is ordered among itself.
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

/// A network: an address and the number of its leading bits that count.
public struct IPPrefix: Hashable, Sendable, BitwiseCopyable {
    /// First address of the network, host bits cleared.
    public let address: IPAddress
    /// 0…128; an IPv4 `/24` is kept as 120.
    public let length: Int

    /// - Parameter length: in the 128-bit space; clamped to 0…128.
    public init(_ address: IPAddress, mappedLength length: Int) {
        self.length = min(128, max(0, length))
        self.address = address.masked(self.length)
    }

    /// Whether an address lies in the network.
    public func contains(_ other: IPAddress) -> Bool { other.masked(length) == address }
}

extension IPAddress: CustomStringConvertible, LosslessStringConvertible {
    /// Dotted decimal for IPv4, RFC 5952 for IPv6.
    public var description: String {
        if isIPv4 {
            let value = ipv4
            return "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
        }
        let groups = (0..<8).map { index in
            UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index % 4)))
        }
        guard let gap = Self.longestZeroRun(groups) else {
            return groups.map { String($0, radix: 16) }.joined(separator: ":")
        }
        let head = groups[..<gap.lowerBound].map { String($0, radix: 16) }.joined(separator: ":")
        let tail = groups[gap.upperBound...].map { String($0, radix: 16) }.joined(separator: ":")
        return head + "::" + tail
    }

    /// The first longest run of at least two zero groups (RFC 5952 §4.2).
    private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int>? {
        var best = 0..<0
        var start = 0
        for index in 0...8 where index == 8 || groups[index] != 0 {
            if index - start > best.count { best = start..<index }
            start = index + 1
        }
        return best.count >= 2 ? best : nil
    }

    /// Reads dotted decimal or any RFC 4291 §2.2 form; nil for anything else, zone ids included.
    public init?(_ description: String) {
        let bytes = Array(description.utf8)
        if let value = Self.parseIPv4(bytes[...]) {
            self.init(ipv4: value)
        } else if let address = Self.parseIPv6(bytes) {
            self = address
        } else {
            return nil
        }
    }

    /// Reads the same forms from UTF-8 bytes.
    public init?(utf8 bytes: ArraySlice<UInt8>) {
        if let value = Self.parseIPv4(bytes) {
            self.init(ipv4: value)
        } else if let address = Self.parseIPv6(Array(bytes)) {
            self = address
        } else {
            return nil
        }
    }

    /// Four decimal numbers 0…255 without leading zeros.
    private static func parseIPv4(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        guard bytes.count >= 7, bytes.count <= 15 else { return nil }
        var value: UInt32 = 0
        var parts = 0
        var part: UInt32 = 0
        var digits = 0
        for byte in bytes {
            switch byte {
            case 0x30...0x39:
                if digits > 0, part == 0 { return nil }
                part = part * 10 + UInt32(byte - 0x30)
                digits += 1
                if part > 255 { return nil }
            case 0x2E:
                if digits == 0 || parts == 3 { return nil }
                value = value << 8 | part
                (parts, part, digits) = (parts + 1, 0, 0)
            default: return nil
            }
        }
        return parts == 3 && digits > 0 ? value << 8 | part : nil
    }

    private static func parseIPv6(_ bytes: [UInt8]) -> IPAddress? {
        guard bytes.count >= 2, bytes.count <= 45 else { return nil }
        var groups: [UInt16] = []
        var gap: Int?
        var index = 0
        if bytes[0] == 0x3A {
            guard bytes[1] == 0x3A else { return nil }
            (gap, index) = (0, 2)
        }
        while index < bytes.count {
            let end = bytes[index...].firstIndex(of: 0x3A) ?? bytes.count
            if end == bytes.count, let value = parseIPv4(bytes[index...]) {
                groups += [UInt16(truncatingIfNeeded: value >> 16), UInt16(truncatingIfNeeded: value)]
                break
            }
            guard let group = hexGroup(bytes[index..<end]) else { return nil }
            groups.append(group)
            if groups.count > 8 { return nil }
            if end == bytes.count { break }
            index = end + 1
            if index == bytes.count { return nil }
            if bytes[index] == 0x3A {
                guard gap == nil else { return nil }
                gap = groups.count
                index += 1
            }
        }
        return assemble(groups, gap: gap)
    }

    private static func hexGroup(_ bytes: ArraySlice<UInt8>) -> UInt16? {
        guard bytes.count >= 1, bytes.count <= 4 else { return nil }
        var value: UInt16 = 0
        for byte in bytes {
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt16(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt16(byte - 0x37)
            case 0x61...0x66: value = value << 4 | UInt16(byte - 0x57)
            default: return nil
            }
        }
        return value
    }

    private static func assemble(_ groups: [UInt16], gap: Int?) -> IPAddress? {
        guard gap == nil ? groups.count == 8 : groups.count <= 7 else { return nil }
        let zeros = Array(repeating: UInt16(0), count: 8 - groups.count)
        let all = gap.map { Array(groups[..<$0]) + zeros + Array(groups[$0...]) } ?? groups
        let high = all[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let low = all[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        return IPAddress(high: high, low: low)
    }
}

extension IPPrefix: CustomStringConvertible, LosslessStringConvertible {
    /// `10.0.0.0/8` or `fd00::/8`.
    public var description: String {
        address.isIPv4 && length >= 96 ? "\(address)/\(length - 96)" : "\(address)/\(length)"
    }

    /// Reads `ADDRESS/LENGTH`, or an address alone as a host; nil when either part is wrong.
    public init?(_ description: String) {
        let parts = description.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { return nil }
        let most = address.isIPv4 ? 32 : 128
        guard parts.count == 2 else {
            self.init(address, mappedLength: 128)
            return
        }
        guard let length = Int(parts[1]), (0...most).contains(length),
            parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
        else { return nil }
        self.init(address, mappedLength: length + 128 - most)
    }
}
