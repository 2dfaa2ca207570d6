// SPDX-License-Identifier: Apache-2.0

import Dispatch

/// Waits for work of another queue.
enum QueueWait {
    /// Returns when what `begin` was given has been called, on whatever thread.
    static func until(_ begin: (@escaping @Sendable () -> Void) -> Void) {
        let done = DispatchSemaphore(value: 0)
        begin { done.signal() }
        done.wait()
    }
}
