// SPDX-License-Identifier: Apache-2.0

import FlowModel
import GRDB

/// Why a history cannot be read or written.
package enum HistoryError: Error, Equatable, CustomStringConvertible {
    /// There is no file.
    case isMissing(path: String)
    /// A later version of Spate wrote the file.
    case isNewer
    /// The file is no database, or a damaged one.
    case isDamaged(path: String)
    /// The user may not read it.
    case isForbidden(path: String)
    /// What SQLite says.
    case isUnusable(path: String, reason: String)

    package var description: String {
        switch self {
        case .isMissing(let path):
            "no history at \(SafeText.escaped(path)): the daemon makes it when `state.directory` is set"
        case .isNewer: "the history was written by a later version of spate"
        case .isDamaged(let path): "\(SafeText.escaped(path)) is damaged, or no history"
        case .isForbidden(let path):
            "\(SafeText.escaped(path)) may only be read by the daemon's user and root: try sudo"
        case .isUnusable(let path, let reason): "\(SafeText.escaped(path)) cannot be used: \(reason)"
        }
    }

    /// From what GRDB throws.
    init(_ error: any Error, path: String) {
        if let error = error as? HistoryError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self = .isUnusable(path: path, reason: SafeText.escaped("\(error)"))
            return
        }
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .isDamaged(path: path)
        case .SQLITE_PERM, .SQLITE_AUTH: self = .isForbidden(path: path)
        default: self = .isUnusable(path: path, reason: Self.reason(error))
        }
    }

    private static func reason(_ error: DatabaseError) -> String {
        switch error.resultCode {
        case .SQLITE_FULL: "no space left on the device"
        case .SQLITE_BUSY, .SQLITE_LOCKED: "another program writes to it"
        case .SQLITE_READONLY: "it is read-only"
        case .SQLITE_CANTOPEN: "it cannot be opened"
        case .SQLITE_IOERR: "the disk cannot be read or written"
        default: SafeText.escaped(error.message ?? "\(error.resultCode)")
        }
    }
}
