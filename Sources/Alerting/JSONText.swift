// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Builds one JSON object (RFC 8259) on one line, member by member.
package struct JSONObject {
    /// The object, without a line end.
    package private(set) var text = "{"

    private mutating func add(_ name: String, _ value: JSONValue) {
        if text.utf8.count > 1 { text += "," }
        text += "\"\(name)\":\(value.text)"
    }

    /// - Parameter members: names and values in this order.
    package init(_ members: [(String, JSONValue)] = []) {
        for (name, value) in members { add(name, value) }
        text += "}"
    }
}

/// A JSON value, already written.
package struct JSONValue {
    /// As it stands in the object.
    let text: String

    /// `null`
    package static let null = JSONValue(text: "null")

    /// An object of named values.
    package static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        JSONValue(text: JSONObject(members).text)
    }

    /// A list.
    package static func array(_ values: [JSONValue]) -> JSONValue {
        JSONValue(text: "[" + values.map(\.text).joined(separator: ",") + "]")
    }

    /// A string with its escapes, or null.
    package static func string(_ value: String?) -> JSONValue {
        value.map { JSONValue(text: quoted($0)) } ?? .null
    }

    /// A whole number.
    package static func integer(_ value: Int) -> JSONValue { JSONValue(text: String(value)) }

    /// `true` or `false`.
    package static func boolean(_ value: Bool) -> JSONValue { JSONValue(text: value ? "true" : "false") }

    /// Rounded to four significant digits, from 1000 on to whole numbers; null when it is nil or no finite number.
    package static func number(_ value: Double?) -> JSONValue {
        guard let value, value.isFinite else { return .null }
        return JSONValue(text: rounded(value))
    }

    private static func rounded(_ value: Double) -> String {
        if value < 0 {
            let positive = rounded(-value)
            return positive == "0" ? "0" : "-" + positive
        }
        guard value < 1000 else {
            // Beyond 2⁶³ the exponent form of the standard library is JSON, too.
            return Int64(exactly: value.rounded()).map { String($0) } ?? "\(value)"
        }
        var places = 1
        var bound = 100.0
        while places < 7, value < bound { (places, bound) = (places + 1, bound / 10) }
        let scale = (0..<places).reduce(1) { power, _ in power * 10 }
        let scaled = Int((value * Double(scale)).rounded())
        let (whole, fraction) = scaled.quotientAndRemainder(dividingBy: scale)
        guard fraction != 0 else { return String(whole) }
        var digits = String(fraction)
        digits = String(repeating: "0", count: places - digits.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(whole).\(digits)"
    }

    /// Quotes, backslashes and everything that does not print are escaped, so that a line stays a line and a terminal
    /// stays as it is.
    private static func quoted(_ value: String) -> String {
        var result = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if SafeText.prints(scalar) {
                    result.unicodeScalars.append(scalar)
                } else {
                    for unit in String(scalar).utf16 { result += "\\u" + hex(unit) }
                }
            }
        }
        return result + "\""
    }

    private static func hex(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
