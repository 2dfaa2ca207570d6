// SPDX-License-Identifier: Apache-2.0

package import LockFree

/// What one socket has taken and lost. Written by its queue, read by anybody.
package final class IntakeCounters: Sendable {
    /// Datagrams handed to the handler; of a connection, frames.
    package let datagrams = Counter()
    /// Payload of those, in octets.
    package let octets = Counter()
    /// Datagrams that the kernel dropped because the receive buffer was full.
    package let kernelDrops = Counter()
    /// Datagrams that were longer than the buffer; they were handed on as far as they go, and are in `datagrams`.
    package let truncatedDatagrams = Counter()
    /// Times that datagrams were left in the kernel because the handler had no room.
    package let heldTurns = Counter()
    /// Calls that the kernel answered with an error other than "nothing there".
    package let receiveErrors = Counter()

    package init() {}
}
