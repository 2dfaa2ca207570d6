// SPDX-License-Identifier: Apache-2.0

extension DetectionPolicy {
    /// The constants by which classes are told apart (detection.md §6), with unit and reason. They describe attacks, not
    /// services: no operator has a better value, so there are no keys for them.
    enum Classes {
        // MARK: Counts

        /// Events of a kind below which their share says nothing: as many as an incident needs (`minimum_evidence`).
        static let leastEvents = 12
        /// Outcomes of known clients that make a control: the same number decides whose harm counts (detection.md §4).
        static let leastKnown = Double(Statistics.control.outcomes)
        /// Standard deviations from which two shares differ: once in 700 comparisons by chance.
        static let deviations = 3.0

        // MARK: Floods of packets

        /// Share of newcomers' packets that nobody asked for, from which they are what goes on: none of a client's are.
        static let unsolicitedShare = 0.5

        // MARK: SYN floods

        /// Share of the new connections that are a SYN and nothing more (detection.md §6).
        static let synShare = 0.6
        /// SYNs for each source up to which they are forged: somebody real sends one again after 1 s, 3 s and 7 s.
        static let synsPerSource = 2.0
        /// Rise of new connections that nobody's repeated SYNs make: they are sent four or five times.
        static let synRatio = 20.0

        // MARK: Held places

        /// Slow connections open at once: so many times the usual, and so many more.
        static let slowOpen = (ratio: 4.0, more: 20.0)
        /// Slow connections of newcomers from which they are no chance: a small service has eight places or so, and who holds
        /// these needs no more.
        static let leastHeld = 6
        /// Newcomers' share of the slow connections from which it is they who hold them.
        static let heldByNew = 0.75
        /// Share of requests that never came in time (408) from which somebody holds them back.
        static let timeoutShare = 0.1
        /// Seconds by which connections were open before more came, from which what came then was the consequence.
        static let heldBefore: Int64 = 5

        // MARK: TLS

        /// A flood of handshakes multiplies the connections; renegotiation stays below this (detection.md §6).
        static let floodRatio = 4.0
        /// Failing handshakes a second to usual connections a second: 2.5 to 10 in floods, 0.3 under renegotiation (measured).
        static let failingRatio = 2.0
        /// Failing handshakes for each request, from which they are what goes on.
        static let failingShare = 0.25
        /// Share of the ended connections that did a handshake and nothing more.
        static let handshakeOnlyShare = 0.5
        /// Accepted connections without a request from which they are a flood, where they are also twice `floodRatio`.
        static let leastAttempts = 100
        /// Seconds beyond the exporter's lag after which it has told of the connections that came.
        static let settled: Int64 = 10
        /// Packets of a connection, and how many times those of known clients', from which they sit in few: a request and its
        /// answer take a dozen, forty are a page with all that is on it.
        static let packetsOfFew = (least: 40.0, ratio: 2.0)
        /// Share of the packets that newcomers send, from which they may be what goes on in few connections.
        static let newPacketShare = 0.25

        // MARK: Requests

        /// Share of newcomers' answers that are slow, and how many times that of known clients, from which what they ask for is
        /// what costs.
        static let costly = (share: 0.6, ratio: 1.5)
        /// Part of the usual lines for each connection below which connections come without requests.
        static let fewLines = 0.3
        /// Requests and connections of a source in ten seconds: a person makes one in a few seconds, a tool several a second.
        static let toolRate = 20.0
        /// Newcomers' values (paths, shapes) and those of known clients below which one is not held against the other.
        static let leastValues: (newcomers: UInt32, known: UInt32) = (20, 10)
        /// Share of the commonest value of newcomers that stands out by itself, where no known client is there to compare with.
        static let aloneShare = 0.7
        /// Share of the commonest value, and how many times that of known clients: a crowd comes for one thing as well.
        static let standsOut = (share: 0.35, ratio: 3.0)
        /// The same where nearly all are one: what known clients do may be half of it.
        static let nearlyAll = (share: 0.9, ratio: 1.5)
        /// Values below whose share nobody asks twice for the same, where known clients' commonest has at least so much.
        static let scatter: (least: UInt32, share: Double, knownShare: Double) = (50, 0.02, 0.08)

        // MARK: Names

        /// Share of queries without an answer that says that the names are made up; and the one where they scatter as well.
        static let misses = (alone: 0.8, scattered: 0.3)
    }
}
