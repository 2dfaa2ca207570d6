// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// A directory of a test's own, removed with everything in it at the end.
package final class TemporaryDirectory {
    /// Without a slash at its end; short enough for the path of a Unix socket.
    package let path: String

    package init() throws {
        path = "/tmp/spate-test-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    /// The path of `name` in it.
    package func file(_ name: String) -> String { path + "/" + name }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
