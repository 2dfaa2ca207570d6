// SPDX-License-Identifier: Apache-2.0

/// What is wrong in a scenario file: `FILE:LINE: what, expected …`.
package struct Mistake: Error, Equatable, Sendable, CustomStringConvertible {
    /// As the caller named it.
    package let file: String
    /// From 1.
    package let line: Int
    /// What stands there, and what was expected.
    package let message: String

    package init(file: String, line: Int, message: String) {
        (self.file, self.line, self.message) = (file, line, message)
    }

    /// As compilers say it.
    package var description: String { "\(file):\(line): \(message)" }
}
