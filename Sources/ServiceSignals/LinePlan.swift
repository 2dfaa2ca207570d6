// SPDX-License-Identifier: Apache-2.0

/// How a program writes its access lines: the format string that the operator gave to the program, compiled into fixed
/// text and the fields between it.
///
/// A field reaches to the first occurrence of the text behind it; in quotes a backslash guards the next octet, as all
/// of these programs write it. No field is read twice and nothing is tried again, so a line costs one pass.
package struct LinePlan: Equatable, Sendable {
    /// One field and the text that must follow it, empty at the end or behind a field of fixed width.
    struct Step: Equatable, Sendable {
        var field: LogField
        var ending: Ending
        var text: Range<Int>
    }

    /// How the end of a field is found.
    enum Ending: Equatable, Sendable {
        /// By the text behind it.
        case text
        /// The same, and the field may hold a request line with spaces in it.
        case request
        /// The same, and the field may be a list: `0.001, 0.084 : 0.002`.
        case list
        /// An address, which may hold colons.
        case address
        /// After so many octets, if the text is there; else by the text.
        case width(Int)
        /// haproxy's captured headers: `{…}`, `"{…}"` or nothing at all, and then no second space.
        case braces
    }

    /// How the time that the server took is known from the timers.
    enum ServerTime: Equatable, Sendable {
        /// haproxy's HTTP timers: queue, connection and response, or all that followed the request.
        case phases
        /// haproxy's TCP timers: queue and connection.
        case connection
        /// One timer says it.
        case timer(TimerKind)
    }

    /// Whose words the format is in, which says what other lines the program writes.
    package let language: LogLanguage
    /// All fixed text in a row.
    let text: [UInt8]
    /// The part of `text` before the first field.
    let prefix: Range<Int>
    let steps: [Step]
    let serverTime: ServerTime

    init(
        language: LogLanguage, text: [UInt8], prefix: Range<Int>, steps: [Step], serverTime: ServerTime
    ) {
        (self.language, self.text, self.prefix) = (language, text, prefix)
        (self.steps, self.serverTime) = (steps, serverTime)
    }

    /// Whether the format ends with something in quotes that may hold quotes itself: haproxy does not escape them.
    private var endsWithOpenQuote: Bool {
        guard language == .haproxy, let last = steps.last, last.field == .other else { return false }
        return last.text.count == 1 && text[last.text.lowerBound] == ASCII.quote
    }

    /// Whether the line says which server answered.
    var namesServer: Bool {
        names(.server) || names(.serverAddress) && names(.serverPort)
    }

    func names(_ field: LogField) -> Bool { steps.contains { $0.field == field } }
}

/// A program that lets its log be formatted.
package enum LogLanguage: String, CaseIterable, Sendable {
    case nginx
    case apache
    case haproxy
    case json
}

extension LinePlan {
    /// - Returns: nil when the line does not have this form. Text behind the format is allowed after a space.
    func read(_ message: Range<Int>, _ bytes: Span<UInt8>) -> AccessLine? {
        let text = self.text.span
        guard bytes.matches(text, prefix, at: message.lowerBound, end: message.upperBound) else { return nil }
        var line = AccessLine()
        var position = message.lowerBound + prefix.count
        let steps = self.steps.span
        for index in steps.indices {
            let rest = position..<message.upperBound
            var text = steps[index].text
            guard let end = bytes.end(of: steps[index], self.text.span, in: rest) else {
                // A line that was cut off in a quoted field has told what matters.
                guard line.hasResult, bytes.isCut(steps[index], self.text.span, in: rest) else { return nil }
                return line.take(steps[index].field, rest, bytes) ? line : nil
            }
            if steps[index].ending == .braces {
                if end == position, self.text.span.isSpace(text),
                    end == message.lowerBound || bytes[end - 1] == ASCII.space
                {
                    text = text.lowerBound + 1..<text.upperBound
                }
                guard bytes.matches(self.text.span, text, at: end, end: message.upperBound) else {
                    return nil
                }
            }
            guard line.take(steps[index].field, position..<end, bytes) else { return nil }
            position = end + text.count
        }
        guard position == message.upperBound || bytes[position] == ASCII.space || endsWithOpenQuote else {
            return nil
        }
        if line.serverPort == nil { line.findDestination(position..<message.upperBound, bytes) }
        return line
    }
}

extension Span<UInt8> {
    /// Whether `text[range]` stands at `position`.
    fileprivate func matches(_ text: Span<UInt8>, _ range: Range<Int>, at position: Int, end: Int) -> Bool {
        guard position <= end, range.count <= end - position else { return false }
        var place = position
        for index in range {
            if self[place] != text[index] { return false }
            place &+= 1
        }
        return true
    }

    /// Whether the text at `range` of this plan's text begins with a space.
    fileprivate func isSpace(_ range: Range<Int>) -> Bool {
        !range.isEmpty && self[range.lowerBound] == ASCII.space
    }

    /// Whether the field of `step` is quoted and its quote never closed.
    fileprivate func isCut(_ step: LinePlan.Step, _ text: Span<UInt8>, in rest: Range<Int>) -> Bool {
        step.ending != .braces && !step.text.isEmpty && text[step.text.lowerBound] == ASCII.quote
            && firstUnguarded(ASCII.quote, in: rest) == nil
    }

    /// Where the field of `step` ends, which begins with `rest`; nil when the text behind it is not there.
    fileprivate func end(of step: LinePlan.Step, _ text: Span<UInt8>, in rest: Range<Int>) -> Int? {
        switch step.ending {
        case .text: return find(text, step.text, in: rest)
        case .width(let width):
            let end = rest.lowerBound &+ width
            if matches(text, step.text, at: end, end: rest.upperBound) { return end }
            return step.text.isEmpty ? nil : find(text, step.text, in: rest)
        case .address:
            guard !step.text.isEmpty, text[step.text.lowerBound] == ASCII.colon else {
                return find(text, step.text, in: rest)
            }
            guard let end = addressEnd(in: rest), matches(text, step.text, at: end, end: rest.upperBound)
            else { return nil }
            return end
        case .list: return listEnd(text, step.text, in: rest)
        case .request:
            let version = find(" HTTP/", in: rest) ?? rest.lowerBound
            return find(text, step.text, in: version &+ (version > rest.lowerBound ? 1 : 0)..<rest.upperBound)
        case .braces: return capturesEnd(in: rest)
        }
    }

    /// The first place of `text[range]` in `rest`; of no text, the next space or the end.
    private func find(_ text: Span<UInt8>, _ range: Range<Int>, in rest: Range<Int>) -> Int? {
        if range.isEmpty { return first(ASCII.space, in: rest) ?? rest.upperBound }
        let head = text[range.lowerBound]
        // Within this span no octet has to be checked for its place.
        let field = extracting(rest)
        if head == ASCII.quote {
            var index = 0
            while index < field.count {
                let byte = field[index]
                if byte == head, field.matches(text, range, at: index, end: field.count) {
                    return rest.lowerBound &+ index
                }
                index &+= byte == ASCII.backslash ? 2 : 1
            }
            return nil
        }
        for index in field.indices
        where field[index] == head && field.matches(text, range, at: index, end: field.count) {
            return rest.lowerBound &+ index
        }
        return nil
    }

    /// As `find`, but past the `, ` and ` : ` that divide the members of a list.
    private func listEnd(_ text: Span<UInt8>, _ range: Range<Int>, in rest: Range<Int>) -> Int? {
        var start = rest.lowerBound
        while let end = find(text, range, in: start..<rest.upperBound) {
            let isInside = end > rest.lowerBound && self[end &- 1] == ASCII.comma
            if !isInside, !starts(end..<rest.upperBound, with: " : "),
                !starts(end..<rest.upperBound, with: ", ")
            {
                return end
            }
            start = Swift.min(rest.upperBound, end &+ (isInside ? 1 : 3))
            if start == rest.upperBound { return range.isEmpty ? start : nil }
        }
        return nil
    }

    /// The end of captured headers, the beginning of `rest` when there are none.
    private func capturesEnd(in rest: Range<Int>) -> Int? {
        let isQuoted = starts(rest, with: "\"{")
        let start = rest.lowerBound &+ (isQuoted ? 1 : 0)
        guard start < rest.upperBound, self[start] == ASCII.brace else { return rest.lowerBound }
        guard let end = first(ASCII.closingBrace, in: start..<rest.upperBound) else { return nil }
        guard isQuoted else { return end &+ 1 }
        return starts(end &+ 1..<rest.upperBound, with: "\"") ? end &+ 2 : nil
    }

    /// The last colon in a row of address characters: an IPv6 address has colons of its own.
    private func addressEnd(in rest: Range<Int>) -> Int? {
        var end = rest.lowerBound
        while end < rest.upperBound {
            switch self[end] {
            case 0x2E, 0x30...0x3A, 0x41...0x5A, 0x5B, 0x5D, 0x61...0x7A: end &+= 1
            default: return last(ASCII.colon, in: rest.lowerBound..<end)
            }
        }
        return last(ASCII.colon, in: rest)
    }
}
