// SPDX-License-Identifier: Apache-2.0

package import LockFree

/// What became of the connections of one TCP socket. Written by its queue, read by anybody.
package final class ConnectionCounters: Sendable {
    /// Connections taken from the kernel.
    package let accepted = Counter()
    /// Of these, those that are over, for whatever reason.
    package let ended = Counter()
    /// Closed at once, since there were as many as may be.
    package let refused = Counter()
    /// Closed because another one wanted their place, and they had brought no frame for long.
    package let idle = Counter()
    /// Closed because their frames could not be told apart any more.
    package let lostFraming = Counter()
    /// Frames that had begun when their connection ended. They are not handed over: half a line may say anything.
    package let cutFrames = Counter()

    package init() {}

    /// Connections that are open now.
    package var open: UInt64 {
        let ended = ended.value
        return max(accepted.value, ended) &- ended
    }
}
