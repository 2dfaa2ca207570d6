// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Synchronization

/// Appends lines to a file or to standard output. A file that was rotated away, removed or replaced is opened anew
/// under its name before the next line. A pipe without room makes ``append(_:)`` return false instead of blocking.
///
/// Safe from any thread.
package final class LineAppender: Sendable {
    private struct State {
        /// -1 while nothing is open.
        var descriptor: Int32 = -1
        /// The end of the last line is missing.
        var isTorn = false
        var lastError: Int32 = 0
    }

    /// Nil for standard output.
    private let path: String?
    private let state = Mutex(State())

    private init(path: String?) { self.path = path }

    /// Lines at the end of the file at `path`, which is created with mode 0640 when it is missing.
    package static func file(_ path: String) -> LineAppender { LineAppender(path: path) }

    /// Lines on standard output.
    package static func standardOutput() -> LineAppender { LineAppender(path: nil) }

    deinit {
        let descriptor = state.withLock { $0.descriptor }
        if descriptor >= 0, path != nil { spate_out_close(descriptor) }
    }

    /// The errno of the last attempt, 0 when it went well.
    package var lastError: Int32 { state.withLock { $0.lastError } }

    /// Appends a line with its line end. False when it was not taken, or not whole (disk full): it may be given again,
    /// and then begins a new line.
    package func append(_ line: [UInt8]) -> Bool {
        state.withLock { state in
            reopen(&state)
            guard state.descriptor >= 0 else { return false }
            let bytes = state.isTorn ? [UInt8(ascii: "\n")] + line : line
            let taken = write(bytes, to: state.descriptor)
            state.lastError = taken < 0 ? -taken : 0
            if taken > 0 { state.isTorn = taken < bytes.count }
            return taken == bytes.count
        }
    }

    private func reopen(_ state: inout State) {
        guard let path else {
            state.descriptor = STDOUT_FILENO
            return
        }
        // SAFETY: the string is NUL-terminated for the call, and C keeps no pointer to it.
        if state.descriptor >= 0, unsafe spate_out_file_is_current(state.descriptor, path) == 0 {
            spate_out_close(state.descriptor)
            (state.descriptor, state.isTorn) = (-1, false)
        }
        guard state.descriptor < 0 else { return }
        // SAFETY: as above.
        let result = unsafe spate_out_file_open(path)
        (state.descriptor, state.lastError) = result < 0 ? (-1, -result) : (result, 0)
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        guard let count = Int32(exactly: bytes.count) else { return -EMSGSIZE }
        // SAFETY: the array outlives the call, `count` is its length, and C only reads.
        return unsafe spate_out_append(descriptor, bytes, count)
    }
}
