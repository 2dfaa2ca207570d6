// SPDX-License-Identifier: Apache-2.0

/// Addresses that clients have.
package struct ClientPool: Sendable {
    /// IPv4.
    package var first: UInt32
    package var count: Int
    /// Those at the front come more often.
    package var isSkewed = false

    package init(_ first: UInt32, _ count: Int, isSkewed: Bool = false) {
        (self.first, self.count, self.isSkewed) = (first, count, isSkewed)
    }

    func pick(_ draws: inout Draws) -> UInt32 {
        let share = draws.share()
        return first &+ UInt32(min(Double(count - 1), (isSkewed ? share * share : share) * Double(count)))
    }

    /// People who come every day: 10.20.0.0.
    package static let users = ClientPool(0x0A14_0100, 600, isSkewed: true)
    /// People who were not there before: 10.40.0.0.
    package static let crowd = ClientPool(0x0A28_0000, 4000)
    /// Hosts of an attacker: 172.16.0.0.
    package static let bots = ClientPool(0xAC10_0000, 400)
    /// Forged: all of 64.0.0.0/3.
    package static let forged = ClientPool(0x4000_0000, 0x1FFF_FFFF)
}

/// How clients of a kind behave.
package struct Behaviour: Sendable {
    /// What they do with a connection.
    package enum Manner: Sendable {
        case browse
        /// Handshake, and away.
        case handshakeOnly
        /// One handshake after the other in the same connection.
        case renegotiate
        /// A line of the head now and then, never all of it.
        case slowHead
        /// A byte of the body now and then.
        case slowBody
        /// A large answer, read a little at a time.
        case slowRead
        /// Connect and say nothing.
        case idle
        /// A forged SYN.
        case forgedSYN
        /// Names that nobody has asked for before.
        case randomNames
    }

    package var manner = Manner.browse
    package var clients = ClientPool.users
    /// Share of those who are from elsewhere: new visitors.
    package var newcomers = 0.0
    /// Requests of a connection, on average.
    package var requests = 4.0
    /// Connections that a visitor opens at once, at most.
    package var parallel = 2
    /// Seconds between requests, on average.
    package var think = 0.6
    /// Share of requests that the application has to work for.
    package var dynamicShare = 0.55
    /// Factor of the application's time.
    package var weight = 1.0
    /// Octets of an answer: median of files and of pages of the application.
    package var fileOctets = 12000.0
    package var pageOctets = 3100.0
    /// Octets a second that they can take.
    package var bandwidth = 2e6
    /// Seconds until they have had enough.
    package var patience = 10.0
    /// Share of failures after which they try again.
    package var retries = 0.5
    /// Tries in all.
    package var attempts = 3
    /// Requests for what is not there: 4xx.
    package var missing = 0.0
    /// Whether the service is there for them.
    package var areUsers = true
    /// Share of their packets that are lost.
    package var loss = 0.0

    package init() {}

    /// Ordinary people.
    package static let users: Behaviour = {
        var users = Behaviour()
        (users.newcomers, users.missing) = (0.04, 0.01)
        return users
    }()
}

/// Clients of a kind, coming by chance at a rate, or always so many at once.
package struct Stream: Sendable {
    package enum Amount: Sendable {
        /// Visits a second.
        case rate(Load)
        /// Connections that are held open.
        case held(Load)
    }

    package var behaviour: Behaviour
    package var amount: Amount

    package init(_ behaviour: Behaviour, _ amount: Amount) {
        (self.behaviour, self.amount) = (behaviour, amount)
    }
}
