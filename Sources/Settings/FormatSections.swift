// SPDX-License-Identifier: Apache-2.0

import Yams

// `signals.formats`: log formats of the operator, each in the words of the program that writes it.
extension ConfigurationReader {
    /// Gives the names, those of wrong formats included.
    mutating func readFormats(_ entry: Entry?, into configuration: inout Configuration) -> [String] {
        guard let entry, let formats = mapping(entry, expected: "`name: 'log format'` lines") else {
            return []
        }
        for pair in formats {
            if catalogue.builtIn.contains(pair.name) {
                problem(pair.line, "\(printable(pair.name)) is a built-in format, expected another name")
            }
            guard let (description, lines) = format(pair.value) else { continue }
            if let mistake = catalogue.mistake(description) {
                let line =
                    lines.indices.contains(mistake.position) ? lines[mistake.position] : pair.value.line
                problem(line, "format \(printable(pair.name)) cannot be used: \(mistake.message)")
            }
            configuration.signals.formats.append(NamedFormat(name: pair.name, description: description))
        }
        return formats.map(\.name)
    }

    /// The description, and for JSON the line of each key.
    private mutating func format(_ entry: Entry) -> (FormatDescription, [Int])? {
        guard entry.node.mapping != nil else {
            return text(entry, expected: "nginx's log_format, in quotes").map { (.text(.nginx, $0), []) }
        }
        guard let section = section(entry, FormatKey.self) else { return nil }
        guard let language = section.keys.first, section.keys.count == 1, let value = section[language] else {
            // A key that is misspelt has been reported.
            if section.keys.count > 1 || entry.node.mapping?.isEmpty == true {
                problem(entry.line, "expected one of nginx, apache, haproxy and json")
            }
            return nil
        }
        switch language {
        case .json: return json(value)
        case .nginx: return text(value, expected: "a log_format, in quotes").map { (.text(.nginx, $0), []) }
        case .apache: return text(value, expected: "a LogFormat, in quotes").map { (.text(.apache, $0), []) }
        case .haproxy:
            return text(value, expected: "a log-format, in quotes").map { (.text(.haproxy, $0), []) }
        }
    }

    private mutating func json(_ entry: Entry) -> (FormatDescription, [Int])? {
        guard let pairs = mapping(entry, expected: "`what: key` lines, such as `status: response.status`")
        else {
            return nil
        }
        var keys: [FormatDescription.JSONKey] = []
        for pair in pairs {
            guard let key = text(pair.value, expected: "the key's name") else { return nil }
            keys.append(.init(role: pair.name, key: key))
        }
        return (.json(keys), pairs.map(\.line))
    }
}
