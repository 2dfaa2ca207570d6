// SPDX-License-Identifier: Apache-2.0

import Yams

/// Walks the nodes of a configuration file, section by section, and collects what is wrong. Reading goes on after a
/// mistake: a value that is wrong is left out, and everything else is still checked.
struct ConfigurationReader {
    typealias Problem = ConfigurationReading.Problem

    let file: String
    let catalogue: LogFormatCatalogue
    private(set) var problems: [Problem] = []
    private(set) var warnings: [Problem] = []
    /// Names of all services in the file, those with mistakes included, by the line of their first mention.
    var serviceLines: [String: Int] = [:]
    /// What services say of their detection; read when that of all is known.
    var serviceDetections: [(service: String, entry: Entry)] = []

    init(file: String, catalogue: LogFormatCatalogue) { (self.file, self.catalogue) = (file, catalogue) }

    mutating func problem(_ line: Int, _ message: String) {
        problems.append(Problem(file: file, line: line, message: message))
    }

    mutating func warn(_ line: Int, _ message: String) {
        warnings.append(Problem(file: file, line: line, message: message))
    }

    /// `LABEL is FOUND, expected WHAT`.
    mutating func unexpected(_ entry: Entry, expected: String) {
        problem(entry.line, "\(entry.label) is \(entry.shown), expected \(expected)")
    }

    /// What was read, with the messages in the order of the file.
    func reading(_ configuration: Configuration) -> ConfigurationReading {
        ConfigurationReading(
            configuration: problems.isEmpty ? configuration : nil, problems: Self.byLine(problems),
            warnings: Self.byLine(warnings))
    }

    private static func byLine(_ problems: [Problem]) -> [Problem] {
        problems.enumerated()
            .sorted { ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset) }
            .map(\.element)
    }
}

// Sections and lists.
extension ConfigurationReader {
    /// A key as it is written, and its value.
    struct Pair {
        let name: String
        let line: Int
        let value: Entry
    }

    mutating func unknownKey(_ pair: Pair, among words: [String]) {
        problem(pair.line, "unknown key \(printable(pair.name))\(suggestion(pair.name, among: words))")
    }

    /// The entries of a mapping with any keys, each key once, in the order of the file. Empty counts as no entries.
    mutating func mapping(_ entry: Entry, expected: String) -> [Pair]? {
        if entry.isEmpty { return [] }
        guard let mapping = entry.node.mapping else {
            unexpected(entry, expected: expected)
            return nil
        }
        var firstLines: [String: Int] = [:]
        var result: [Pair] = []
        for (key, value) in mapping {
            let line = key.mark?.line ?? entry.line
            guard let text = key.scalar?.string else {
                problem(line, "a key in \(entry.label) is no text, expected `key: value`")
                continue
            }
            let name = YAMLDocument.unmarked(text).name
            if let first = firstLines[name] {
                problem(line, "\(printable(name)) is given again, expected once (first on line \(first))")
                continue
            }
            firstLines[name] = line
            result.append(
                Pair(name: name, line: line, value: Entry(label: printable(name), line: line, node: value)))
        }
        return result
    }

    /// A section; unknown keys are reported. Empty counts as a section without keys; nil when it is no mapping.
    mutating func section<Key: SectionKey>(_ entry: Entry, _: Key.Type) -> Section<Key>? {
        let words = Key.allCases.map(\.rawValue)
        guard
            let pairs = mapping(entry, expected: "a section with \(alternatives(words, conjunction: "and"))")
        else {
            return nil
        }
        var entries: [Key: Entry] = [:]
        for pair in pairs {
            guard let key = Key(rawValue: pair.name) else {
                unknownKey(pair, among: words)
                continue
            }
            entries[key] = pair.value
        }
        return Section(line: entry.line, entries: entries)
    }

    /// The items of a list. Empty counts as an empty list; a single scalar as a list of one where `single` allows it.
    mutating func list(_ entry: Entry, of items: String, single: Bool = false) -> [Entry] {
        if entry.isEmpty { return [] }
        if single, entry.node.scalar != nil { return [entry] }
        guard let sequence = entry.node.sequence else {
            unexpected(entry, expected: "a list of \(items)")
            return []
        }
        return sequence.enumerated().map { index, node in
            Entry(
                label: "item \(index + 1) of \(entry.label)", line: node.mark?.line ?? entry.line, node: node)
        }
    }

    /// Sections in a list.
    mutating func sections<Key: SectionKey>(
        _ entry: Entry?, of items: String, _ keys: Key.Type
    ) -> [Section<Key>] {
        guard let entry else { return [] }
        return list(entry, of: items).compactMap { section($0, keys) }
    }

    /// The entry of a key that must be there.
    mutating func required<Key: SectionKey>(
        _ section: Section<Key>, _ key: Key, expected: String
    ) -> Entry? {
        guard let entry = section[key] else {
            problem(section.line, "'\(key.rawValue)' is missing, expected \(expected)")
            return nil
        }
        return entry
    }
}
