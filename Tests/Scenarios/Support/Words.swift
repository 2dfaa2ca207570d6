// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// The words of one line, taken one after the other. A comma is a word of its own.
struct Words {
    let file: String
    let line: Int
    private var words: [String]

    init(_ text: some StringProtocol, file: String, line: Int) {
        (self.file, self.line) = (file, line)
        words = text.split(separator: " ").flatMap { word in
            word.hasSuffix(",") && word.count > 1 ? [String(word.dropLast()), ","] : [String(word)]
        }
    }

    var isAtEnd: Bool { words.isEmpty }

    /// The next one, which stays.
    var next: String? { words.first }

    /// What stands next, for a message.
    private var found: String { words.first.map { "'\($0)'" } ?? "the end of the line" }

    /// About the next word.
    func mistake(expected: String) -> Mistake {
        Mistake(file: file, line: line, message: "\(found), expected \(expected)")
    }

    /// Takes the next word if it is this one.
    mutating func take(_ word: String) -> Bool {
        guard words.first == word else { return false }
        words.removeFirst()
        return true
    }

    /// Takes the next word, which must be this one.
    mutating func require(_ word: String) throws(Mistake) {
        guard take(word) else { throw mistake(expected: "'\(word)'") }
    }

    /// Takes the next word if `reading` makes something of it.
    mutating func takeValue<Value>(_ reading: (String) -> Value?) -> Value? {
        guard let word = words.first, let value = reading(word) else { return nil }
        words.removeFirst()
        return value
    }

    /// Takes the next word, of which `reading` must make something.
    mutating func value<Value>(_ expected: String, _ reading: (String) -> Value?) throws(Mistake) -> Value {
        guard let value = takeValue(reading) else { throw mistake(expected: expected) }
        return value
    }

    /// Takes everything that is left.
    mutating func rest() -> String {
        defer { words = [] }
        return words.joined(separator: " ")
    }

    func end() throws(Mistake) {
        if !isAtEnd { throw mistake(expected: "the end of the line") }
    }
}

/// How values are written.
enum Quantity {
    /// `80ms`, `90s`, `2m`, `1h30m`; in microseconds.
    static func duration(_ text: String) -> Int64? {
        var (sum, digits, rest) = (Int64(0), "", text[...])
        guard !text.isEmpty else { return nil }
        while let character = rest.first {
            rest.removeFirst()
            if character.isNumber {
                digits.append(character)
                continue
            }
            var unit = String(character)
            if unit == "m", rest.first == "s" { unit.append(rest.removeFirst()) }
            let factors: [String: Int64] = [
                "ms": 1000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000,
            ]
            guard let count = Int64(digits), count < 1_000_000, let factor = factors[unit] else { return nil }
            sum += count * factor
            digits = ""
        }
        return digits.isEmpty ? sum : nil
    }

    /// `80ms` or `80ms..2s`.
    static func durations(_ text: String) -> ClosedRange<Int64>? {
        guard let (first, last) = ends(text) else { return duration(text).map { $0...$0 } }
        guard let low = duration(first), let high = duration(last), low <= high else { return nil }
        return low...high
    }

    /// `120s..180s`, in whole seconds.
    static func seconds(_ text: String) -> Range<Int64>? {
        guard let (first, last) = ends(text), let low = second(first), let high = second(last), low < high
        else { return nil }
        return low..<high
    }

    /// `120s`, in whole seconds.
    static func second(_ text: String) -> Int64? {
        guard let time = duration(text), time % 1_000_000 == 0 else { return nil }
        return time / 1_000_000
    }

    /// `20/s`, or `20/s..60/s`.
    static func rates(_ text: String) -> (Double, Double)? {
        guard let (first, last) = ends(text) else { return rate(text).map { ($0, $0) } }
        guard let low = rate(first), let high = rate(last) else { return nil }
        return (low, high)
    }

    private static func rate(_ text: String) -> Double? {
        guard text.hasSuffix("/s"), let rate = Double(text.dropLast(2)), rate > 0, rate <= 10_000 else {
            return nil
        }
        return rate
    }

    /// `2026-11-23T08:00:00Z`.
    static func date(_ text: String) -> Instant? {
        guard text.hasSuffix("Z") else { return nil }
        let fields = text.dropLast().split { "-T:".contains($0) }.compactMap { Int($0) }
        guard fields.count == 6 else { return nil }
        return Instant(
            seconds: CivilDate.secondsSinceEpoch(
                year: fields[0], month: fields[1], day: fields[2], hour: fields[3], minute: fields[4],
                second: fields[5]))
    }

    /// `60%` as 0.6.
    static func percent(_ text: String) -> Double? {
        guard text.hasSuffix("%"), let value = Double(text.dropLast()), value > 0, value <= 100 else {
            return nil
        }
        return value / 100
    }

    /// `40kB`, `5MB`.
    static func octets(_ text: String) -> Int64? {
        for (unit, factor) in [("kB", 1000), ("MB", 1_000_000)] where text.hasSuffix(unit) {
            return Int64(text.dropLast(2)).flatMap { $0 > 0 && $0 < 10_000 ? $0 * Int64(factor) : nil }
        }
        return nil
    }

    /// `1:10` as 10.
    static func sampling(_ text: String) -> UInt32? {
        guard text.hasPrefix("1:"), let interval = UInt32(text.dropFirst(2)), interval > 0 else { return nil }
        return interval
    }

    private static func ends(_ text: String) -> (String, String)? {
        guard let dots = text.firstRange(of: "..") else { return nil }
        return (String(text[..<dots.lowerBound]), String(text[dots.upperBound...]))
    }
}
