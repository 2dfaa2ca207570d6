// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// The numbers of this target, with their reasons.
package enum IntakeLimits {
    /// Datagrams taken by one system call. More than 64 no longer makes a datagram cheaper.
    package static let datagramsPerBatch = 64

    /// Octets of the longest datagram taken whole: all that UDP can carry, so that nothing real is ever cut. It costs
    /// nothing: a buffer's pages become real only as far as datagrams reach into them.
    package static let datagramOctets = 65_535

    /// System calls in one turn on the queue, so that a flood cannot keep other work of the queue waiting.
    package static let batchesPerTurn = 64

    /// Octets asked for as receive buffer: exporters send bursts of several megabytes after seconds of silence.
    package static let receiveBufferOctets = 32 << 20

    /// How long datagrams gather before the next look. Waking for each of them is most of the cost at ordinary rates;
    /// 5 ms at 100,000 datagrams/s is 500 of them, far less than the receive buffer holds.
    package static let gatherInterval = Interval.milliseconds(5)

    /// How long to leave a socket alone that reports an error, such as memory running short, instead of spinning on it.
    static let errorInterval = Interval.milliseconds(10)

    /// How long to leave datagrams in the kernel when the handler has no room for more: the stage behind it needs some
    /// milliseconds to make some, and the kernel's buffer holds those of a tenth of a second at the highest rates.
    static let holdInterval = Interval.milliseconds(1)

    /// How often room is waited for when the socket is to be closed: a second in all, for a stop has to end.
    static let holdsAtStop = 1000

    /// The most datagrams that a receive buffer of `octets` holds: the kernel charges each with at least 512 octets, and
    /// grants twice what it says.
    static func datagramsHeld(byReceiveBuffer octets: Int) -> Int { octets / 256 &+ 1 }

    /// About what the kernel charges the receive buffer with: the octets, and the packet's own structure with the
    /// unused rest of its memory.
    static func chargedOctets(datagrams: Int, octets: Int) -> Int { octets &+ datagrams &* 1024 }
}
