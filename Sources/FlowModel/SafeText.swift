// SPDX-License-Identifier: Apache-2.0

/// Text that came from the network or the configuration, made safe to print on a terminal and in a log: what does not
/// print is written as an escape, so that a service name can neither end a line nor paint the screen nor turn the
/// reading direction.
package enum SafeText {
    /// Printable characters stay as they are; a backslash is doubled, so that an escape cannot be forged.
    package static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            if scalar == "\\" {
                result += "\\\\"
            } else if prints(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return result
    }

    /// Letters, marks, digits, punctuation, symbols and the ordinary space. Controls, format characters (the
    /// bidirectional overrides among them), other spaces, line separators and unassigned code points do not.
    package static func prints(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value < 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default:
            return true
        }
    }

    /// The longest beginning of `text` that ends between two words and takes at most `limit` bytes with its ellipsis.
    package static func shortened(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let ellipsis = " ..."
        var result = ""
        for word in text.split(separator: " ") {
            let length = result.utf8.count + word.utf8.count + (result.isEmpty ? 0 : 1)
            if length > limit - ellipsis.utf8.count { break }
            if !result.isEmpty { result += " " }
            result += word
        }
        return result + ellipsis
    }
}
