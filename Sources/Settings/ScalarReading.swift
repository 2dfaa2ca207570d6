// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Yams

// Single values. Nil entries give nil in silence, wrong ones give nil and a problem.
extension ConfigurationReader {
    /// A scalar that `parse` understands.
    mutating func value<Value>(
        _ entry: Entry?, expected: String, _ parse: (String) -> Value?
    ) -> Value? {
        guard let entry else { return nil }
        guard !entry.isEmpty, let text = entry.text, let value = parse(text) else {
            unexpected(entry, expected: expected)
            return nil
        }
        return value
    }

    /// Text that is not empty and has no control characters.
    mutating func text(_ entry: Entry?, expected: String) -> String? {
        value(entry, expected: expected) { text in
            text.isEmpty || text.unicodeScalars.contains { $0.properties.generalCategory == .control }
                ? nil : text
        }
    }

    mutating func boolean(_ entry: Entry?) -> Bool? {
        value(entry, expected: "true or false") { Bool($0) }
    }

    mutating func integer(_ entry: Entry?, in range: ClosedRange<Int>, of what: String) -> Int? {
        value(entry, expected: "\(what) from \(range.lowerBound) to \(range.upperBound)") { text in
            Quantities.integer(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    mutating func number(_ entry: Entry?, in range: ClosedRange<Double>) -> Double? {
        value(entry, expected: "a number from \(plain(range.lowerBound)) to \(plain(range.upperBound))") {
            text in
            Double(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// - Parameter range: in seconds.
    mutating func duration(_ entry: Entry?, seconds range: ClosedRange<Double>, example: String) -> Interval?
    {
        let bounds = "from \(spelled(range.lowerBound)) to \(spelled(range.upperBound))"
        return value(entry, expected: "a duration \(bounds) with its unit, such as \(example)") { text in
            Quantities.duration(text).flatMap { range.contains($0.seconds) ? $0 : nil }
        }
    }

    /// A size in bytes.
    mutating func size(_ entry: Entry?, in range: ClosedRange<Int>, example: String) -> Int? {
        let bounds = "from \(range.lowerBound >> 10)KiB to \(range.upperBound >> 20)MiB"
        return value(entry, expected: "a size \(bounds) with its unit, such as \(example)") { text in
            Quantities.size(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    mutating func endpoint(_ entry: Entry?, example: String) -> SocketEndpoint? {
        value(entry, expected: "an IP address and a port from 1 to 65535, such as \"\(example)\"") {
            SocketEndpoint($0)
        }
    }

    mutating func prefix(_ entry: Entry?) -> IPPrefix? {
        value(entry, expected: "an address or prefix, such as 10.0.0.0/8 or fd00::/8") { IPPrefix($0) }
    }

    /// One of a fixed set of words.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ entry: Entry?, _: Choice.Type)
        -> Choice?
    {
        word(entry, among: Choice.allCases.map(\.rawValue)).flatMap { Choice(rawValue: $0) }
    }

    /// One of `words`; the nearest is named when it is none of them.
    ///
    /// - Parameter expected: for messages, when there are too many words to list.
    mutating func word(_ entry: Entry?, among words: [String], expected: String? = nil) -> String? {
        guard let entry else { return nil }
        let near = entry.node.scalar.flatMap { nearestWord(to: $0.string, among: words) }
        let hint = near.map { "; did you mean '\($0)'?" } ?? ""
        return value(entry, expected: (expected ?? alternatives(words, conjunction: "or")) + hint) {
            words.contains($0) ? $0 : nil
        }
    }

    /// An absolute path.
    mutating func path(_ entry: Entry?, example: String) -> String? {
        value(entry, expected: "an absolute path, such as \(example)") { text in
            text.hasPrefix("/") && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
                ? text : nil
        }
    }
}

/// The part of a message about an unknown word that helps.
package func suggestion(_ word: String, among words: [String]) -> String {
    nearestWord(to: word, among: words).map { ", did you mean '\($0)'?" }
        ?? ", expected \(alternatives(words, conjunction: "or"))"
}

/// `a, b or c`.
func alternatives(_ words: [String], conjunction: String) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "none" }
    return words.dropLast().joined(separator: ", ") + " \(conjunction) \(last)"
}

/// Without the `.0` of whole numbers.
private func plain(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? String(number)
}

/// Seconds in the largest unit that fits without a rest.
private func spelled(_ seconds: Double) -> String {
    guard let whole = Int(exactly: seconds) else { return plain(seconds * 1000) + "ms" }
    if whole == 0 { return "0" }
    if whole % 86400 == 0 { return "\(whole / 86400)d" }
    if whole % 3600 == 0 { return "\(whole / 3600)h" }
    return whole % 60 == 0 ? "\(whole / 60)m" : "\(whole)s"
}
