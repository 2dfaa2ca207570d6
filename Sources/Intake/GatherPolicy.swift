// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// What one drain of a socket found.
package struct DrainResult: Equatable, Sendable {
    /// Datagrams handed on.
    package var datagrams = 0
    /// UDP payload in octets.
    package var octets = 0
    /// The socket was found empty, as opposed to the drain having reached its bound.
    package var isComplete = true
    /// The handler had no room, so that nobody knows what is left in the socket.
    package var isHeldBack = false
    /// The kernel answered with an error.
    package var hasFailed = false

    package init() {}
}

/// When to look at a socket again.
package enum GatherAction: Equatable, Sendable {
    /// When the kernel says that something is there.
    case awaitReadable
    /// After so long, whatever the kernel says; 0 is at once, after other work of the queue.
    case look(after: Interval)
}

/// Decides how long datagrams gather in the kernel's buffer.
///
/// At an ordinary rate the socket is looked at once in an interval, which is far cheaper than to be woken for each
/// datagram. It is left to the kernel to wake us as soon as one interval has brought nothing.
package struct GatherPolicy: Sendable {
    /// 0 switches gathering off.
    package let interval: Interval
    /// Octets as granted.
    package let receiveBuffer: Int

    package init(interval: Interval, receiveBuffer: Int) {
        (self.interval, self.receiveBuffer) = (interval, receiveBuffer)
    }

    /// What to do once a drain has ended like this.
    package func action(after drain: DrainResult) -> GatherAction {
        if drain.hasFailed { return .look(after: max(interval, IntakeLimits.errorInterval)) }
        if drain.isHeldBack { return .look(after: IntakeLimits.holdInterval) }
        if !drain.isComplete { return .look(after: .milliseconds(0)) }
        if drain.datagrams == 0 || interval <= .milliseconds(0) { return .awaitReadable }
        let charged = IntakeLimits.chargedOctets(datagrams: drain.datagrams, octets: drain.octets)
        // What came since the last look might come again: leave half of the buffer as a reserve.
        return .look(after: charged > receiveBuffer / 2 ? .milliseconds(0) : interval)
    }
}
