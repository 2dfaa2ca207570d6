// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Whether the program does its work, as `/healthz` says it.
package struct Health: Equatable, Sendable {
    /// What is wrong, a sentence each; empty when all is well.
    package var reasons: [String]

    package init(reasons: [String]) { self.reasons = reasons }

    /// All is well.
    package static let good = Health(reasons: [])

    /// Whether there is no reason against it.
    package var isGood: Bool { reasons.isEmpty }

    /// `{"status":"ok"}`, or `{"reasons":[…],"status":"failing"}`.
    package var json: String {
        struct Form: Encodable {
            var status: String
            var reasons: [String]?
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let form = isGood ? Form(status: "ok", reasons: nil) : Form(status: "failing", reasons: reasons)
        let data = (try? encoder.encode(form)) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }
}
