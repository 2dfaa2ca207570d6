// SPDX-License-Identifier: Apache-2.0

/// Something that takes bytes from outside, with the promises that it must keep whatever they are.
package protocol FuzzTarget {
    /// Tries one input.
    ///
    /// - Returns: the first broken promise, in words; nil when all were kept.
    static func violation(in input: borrowing Span<UInt8>) -> String?

    /// Inputs to begin with, by the name of their file.
    static var seeds: [FuzzSeed] { get }

    /// A capture as inputs.
    static func seeds(ofCapture path: String) throws -> [FuzzSeed]
}

/// An input to begin with.
package struct FuzzSeed: Sendable {
    /// Fit for a file.
    package var name: String
    /// The bytes.
    package var input: [UInt8]

    package init(name: String, input: [UInt8]) {
        (self.name, self.input) = (name, input)
    }
}
