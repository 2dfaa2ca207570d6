// SPDX-License-Identifier: Apache-2.0

/// One metric of a StatsD datagram, taken apart: `name:value|type|@rate|#key:value,key`, with what DogStatsD adds to it:
/// several values with `:` between, and a time stamp `T` in seconds. Other fields that it adds (`c:` the container, `e:`,
/// `card:`) say nothing to us.
struct MetricLine {
    /// In the bytes of the datagram, as all ranges here.
    let name: Range<Int>
    /// One, or several with `:` between; not empty.
    let values: Range<Int>
    let type: MetricType
    /// With `,` between; empty without.
    private(set) var tags: Range<Int>
    /// Share of the values that the sender sends, above 0, at most 1.
    private(set) var rate = 1.0
    /// When it was, since 1970; nil when it was just now.
    private(set) var seconds: UInt64?

    enum Reading {
        case metric(MetricLine)
        /// An event or a service check of DogStatsD.
        case other
        case malformed(MetricMalformedReason)
    }

    /// - Parameter line: without the newline.
    static func read(_ line: Range<Int>, _ bytes: Span<UInt8>) -> Reading {
        if bytes.starts(line, with: "_e{") || bytes.starts(line, with: "_sc|") { return .other }
        var scanner = ByteScanner(line)
        guard let head = scanner.field(before: ASCII.bar, in: bytes),
            let colon = bytes.first(ASCII.colon, in: head),
            let type = scanner.part(before: ASCII.bar, in: bytes), !type.isEmpty
        else { return .malformed(.form) }
        let (name, values) = (head.lowerBound..<colon, colon &+ 1..<head.upperBound)
        guard !name.isEmpty, name.count <= NamePattern.octets else { return .malformed(.name) }
        guard !values.isEmpty else { return .malformed(.value) }
        let end = line.upperBound
        var metric = MetricLine(
            name: name, values: values, type: MetricType(type, bytes), tags: end..<end)
        while let field = scanner.part(before: ASCII.bar, in: bytes) {
            guard metric.take(field, bytes) else { return .malformed(.rate) }
        }
        return .metric(metric)
    }

    /// False for a sample rate that cannot be.
    private mutating func take(_ field: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        guard let mark = field.first else { return true }
        let rest = mark &+ 1..<field.upperBound
        switch bytes[mark] {
        case ASCII.at:
            guard let rate = bytes.decimal(rest), rate >= MetricLimits.smallestRate, rate <= 1 else {
                return false
            }
            self.rate = rate
        case ASCII.hash: tags = rest
        case ASCII.capitalT: seconds = bytes.number(rest) ?? seconds
        default: break
        }
        return true
    }

    /// Whether one of the tags is `key:` with a value that fits.
    func has(_ condition: TagCondition, _ bytes: Span<UInt8>) -> Bool {
        var scanner = ByteScanner(tags)
        while let tag = scanner.part(before: ASCII.comma, in: bytes) {
            if let value = bytes.value(of: condition.key, tag), condition.value.match(value, bytes) != nil {
                return true
            }
        }
        return false
    }

    /// The value of the first tag of this key.
    func value(ofTag key: String, _ bytes: Span<UInt8>) -> Range<Int>? {
        var scanner = ByteScanner(tags)
        while let tag = scanner.part(before: ASCII.comma, in: bytes) {
            if let value = bytes.value(of: key, tag) { return value }
        }
        return nil
    }
}

/// What the values of a metric are.
enum MetricType {
    /// How many there were.
    case counter
    /// How much there is.
    case gauge
    /// One measurement of many: a timer, a histogram, a distribution.
    case sample
    /// A set, or something unknown.
    case other

    fileprivate init(_ range: Range<Int>, _ bytes: Span<UInt8>) {
        self =
            if bytes.equals(range, "c") {
                .counter
            } else if bytes.equals(range, "g") {
                .gauge
            } else if bytes.equals(range, "ms") || bytes.equals(range, "h") || bytes.equals(range, "d") {
                .sample
            } else {
                .other
            }
    }
}

extension ByteScanner {
    /// What stands before the next `byte`, which is passed too, or else all the rest; nil at the end.
    mutating func part(before byte: UInt8, in bytes: Span<UInt8>) -> Range<Int>? {
        guard !isAtEnd else { return nil }
        if let field = field(before: byte, in: bytes) { return field }
        let rest = rest
        move(to: end)
        return rest
    }
}

extension Span<UInt8> {
    /// What stands behind `key:` in a tag, nothing for a tag that is the key alone; nil for another tag.
    fileprivate func value(of key: String, _ tag: Range<Int>) -> Range<Int>? {
        guard starts(tag, with: key) else { return nil }
        let end = tag.lowerBound &+ key.utf8.count
        if end == tag.upperBound { return end..<end }
        return self[end] == ASCII.colon ? end &+ 1..<tag.upperBound : nil
    }
}

extension ASCII {
    static let hash: UInt8 = 0x23
    static let plus: UInt8 = 0x2B
    static let at: UInt8 = 0x40
    static let capitalT: UInt8 = 0x54
    static let bar: UInt8 = 0x7C
}
