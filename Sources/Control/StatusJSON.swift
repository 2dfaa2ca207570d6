// SPDX-License-Identifier: Apache-2.0

import FlowModel
package import FoundationEssentials

extension StatusReport {
    /// The whole report as one object on one line, as `GET /status` answers.
    package var json: String { Self.encoded(self) }

    /// Reads what `json` has written.
    ///
    /// - Throws: an error of the decoder, when it is something else.
    package init(json octets: some DataProtocol) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(StatusReport.self, from: Data(octets))
    }

    /// What `spate status --format json` prints: an object for each thing, `type` first, then its names in order.
    package var jsonLines: [String] {
        [Self.line("daemon", daemon)] + sockets.map { Self.line("socket", $0) }
            + exporters.map { Self.line("exporter", $0) } + logs.map { Self.line("logs", $0) }
            + rules.map { Self.line("rule", $0) }
            + metrics.map { Self.line("metrics", $0) } + levels.map { Self.line("levels", $0) }
            + services.map { Self.line("service", $0) }
            + suppressions.map { Self.line("suppression", $0) } + writers.map { Self.line("writer", $0) }
    }

    private static func line(_ type: String, _ value: some Encodable) -> String {
        "{\"type\":\"\(type)\"," + encoded(value).dropFirst()
    }

    private static func encoded(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let data = (try? encoder.encode(value)) ?? Data()
        return printable(String(decoding: data, as: UTF8.self))
    }

    /// What does not print is inside of strings, where JSON has an escape for it: a terminal stays as it is.
    private static func printable(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            if SafeText.prints(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return result
    }
}
