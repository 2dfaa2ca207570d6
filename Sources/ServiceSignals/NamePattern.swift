// SPDX-License-Identifier: Apache-2.0

/// A name in which `*` stands for any text, none included: `web.*.requests`.
package struct NamePattern: Equatable, Sendable {
    /// What stands before, between and behind the stars.
    private let pieces: [String]

    /// Octets of a pattern, and of a name that can fit one: StatsD keeps metrics in files of that name.
    package static let octets = 255
    /// Stars of a pattern: each may have to be tried at every place of a name.
    package static let stars = 4

    /// Nil when it is empty, too long, or has too many stars.
    package init?(_ text: String) {
        pieces = text.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
        guard (1...Self.octets).contains(text.utf8.count), pieces.count - 1 <= Self.stars else { return nil }
    }

    /// Has a star.
    package var hasStar: Bool { pieces.count > 1 }

    /// What the first star stands for in `range`, nothing where the pattern has no star; nil when it does not fit. A star
    /// takes as little as it can.
    func match(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int>? {
        guard let first = pieces.first, let last = pieces.last, range.count <= Self.octets,
            bytes.starts(range, with: first)
        else { return nil }
        let start = range.lowerBound &+ first.utf8.count
        guard hasStar else { return start == range.upperBound ? start..<start : nil }
        let end = range.upperBound &- last.utf8.count
        guard end >= start, bytes.equals(end..<range.upperBound, last) else { return nil }
        var (place, star) = (start, end)
        for index in 1..<pieces.count &- 1 {
            guard let found = bytes.place(of: pieces[index], in: place..<end) else { return nil }
            if index == 1 { star = found }
            place = found &+ pieces[index].utf8.count
        }
        return start..<star
    }
}

extension Span<UInt8> {
    /// The first place of `text` in `range`; an empty text is at its beginning.
    fileprivate func place(of text: String, in range: Range<Int>) -> Int? {
        text.isEmpty ? range.lowerBound : find(text, in: range)
    }
}
