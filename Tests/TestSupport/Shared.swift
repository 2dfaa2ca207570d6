// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Captures and references that are kept beside the project, too large to be part of it.
package enum Shared {
    /// The folder that `SPATE_SHARED` names, or `shared` beside the project; nil where there is none.
    package static func folder(_ name: String) -> String? {
        let beside = URL(filePath: #filePath).appending(path: "../../../../shared").standardized.path
        let path = (ProcessInfo.processInfo.environment["SPATE_SHARED"] ?? beside) + "/" + name
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }
}
