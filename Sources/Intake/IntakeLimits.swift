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

    /// What the kernel may hold for a Unix datagram socket, for the bound of a stop: 512 datagrams are what systems let
    /// wait (`net.unix.max_dgram_qlen`), each counted as ``datagramsHeld(byReceiveBuffer:)`` does.
    static let unixQueueOctets = 512 * 256

    // MARK: Connections

    /// Connections of a TCP socket at a time. Each may hold a frame that is not complete, 8 MiB in all, and a buffer of the
    /// kernel; a site has one for each log server, or for each machine.
    package static let connections = 1024

    /// Connections of one address: haproxy and rsyslog open one for each of their threads at most. A sixteenth of all, so
    /// that it takes many machines to lock others out.
    package static let connectionsPerAddress = 64

    /// A connection that has brought no whole frame for so long makes place when another wants in and there is none. While
    /// there is place it may be silent for ever: logs are, at night.
    package static let idleInterval = Interval.seconds(60)

    /// Silence after which TCP begins to ask whether the other side is still there.
    static let probedSilence = Interval.seconds(300)

    /// Connections that the kernel holds until they are accepted, which is also what one turn on the queue accepts: a flood
    /// of them cannot keep lines waiting for longer than a millisecond.
    static let waitingConnections = 128

    /// How long to leave connections waiting when there is no descriptor for another.
    static let acceptInterval = Interval.milliseconds(100)

    /// The kernel's receive buffer of a connection, asked for so that it does not grow to megabytes as by default: a quarter
    /// of a second at 5,000 lines/s over a path of 50 ms.
    static let connectionBufferOctets = 256 << 10

    /// Octets taken from a connection by one call, one call a turn: some three hundred lines, then it is the next one's turn.
    static let connectionReadOctets = 64 << 10

    /// The most that the kernel holds of a connection, which grants twice what it is asked for: what a stop takes of each. A
    /// sender that goes on sending does not keep it from ending.
    static let octetsHeldForConnection = 2 * connectionBufferOctets

    /// What a stop takes of all connections together, at most: half a second's work.
    static let octetsAtStop = 64 << 20

    /// Octets of the longest frame taken whole when nothing else is said.
    package static let frameOctets = 8192
}
