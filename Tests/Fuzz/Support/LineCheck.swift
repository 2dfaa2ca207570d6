// SPDX-License-Identifier: Apache-2.0

/// Looks at the lines of a listing: what a terminal or a JSON reader may be trusted with.
package struct LineCheck {
    /// Whole lines.
    package private(set) var count = 0
    /// The last promise that was broken; nil when all were kept.
    package private(set) var violation: String?

    /// What an octet means for the form of a line.
    private enum Kind: UInt8 {
        case ordinary, quote, backslash, opening, closing, lineEnd, control
    }

    /// Looked up instead of compared, for the fuzzer sees to each comparison.
    private static let kinds: [Kind] = {
        var kinds = [Kind](repeating: .ordinary, count: 256)
        for octet in 0..<0x20 { kinds[octet] = .control }
        (kinds[0x7F], kinds[0x0A], kinds[0x22], kinds[0x5C]) = (.control, .lineEnd, .quote, .backslash)
        (kinds[0x7B], kinds[0x5B], kinds[0x7D], kinds[0x5D]) = (.opening, .opening, .closing, .closing)
        return kinds
    }()

    /// Lines for people: UTF-8 without control characters.
    package init(text octets: [UInt8]) {
        let kinds = Self.kinds
        for octet in octets {
            switch kinds[Int(octet)] {
            case .lineEnd: count += 1
            case .control: violation = "a line has a control octet"
            default: continue
            }
        }
        checkEncoding(octets)
    }

    /// The same, and each line is one object: brackets pair outside of strings, escapes are known.
    package init(json octets: [UInt8]) {
        let kinds = Self.kinds
        var (depth, isInString, isEscaped, isComplete) = (0, false, false, false)
        for octet in octets {
            let kind = kinds[Int(octet)]
            if isEscaped {
                isEscaped = false
                if !#""\/bfnrtu"#.utf8.contains(octet) { violation = "an unknown escape" }
                continue
            }
            if kind == .ordinary { continue }
            switch kind {
            case .control: violation = "a line has a control octet"
            case .quote: isInString.toggle()
            case .backslash: isEscaped = isInString
            case .lineEnd:
                count += 1
                if isInString || !isComplete || depth != 0 { violation = "a line is no object" }
                isComplete = false
            case .opening where !isInString:
                if isComplete { violation = "a line is more than one object" }
                depth += 1
            case .closing where !isInString:
                depth -= 1
                isComplete = depth == 0
            default: continue
            }
        }
        checkEncoding(octets)
    }

    private mutating func checkEncoding(_ octets: [UInt8]) {
        if let last = octets.last, last != 0x0A { violation = "the last line has no end" }
        if (try? UTF8Span(validating: octets.span)) == nil { violation = "a line is not UTF-8" }
    }
}
