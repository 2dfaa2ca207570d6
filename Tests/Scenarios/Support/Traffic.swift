// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// A line of the timeline that says who comes: `0s..300s users 20/s from 10.20.0.0/22 ok 80ms`.
struct Traffic: Sendable {
    /// What people call them; lines under `as if:` stand for those of the same name.
    var name: String
    var line: Int
    /// Seconds in which they begin.
    var seconds: Range<Int64>
    /// Connections a second, at the beginning and at the end.
    var rate: (first: Double, last: Double)
    /// Of the configuration.
    var service: Int
    var clients: [Clients]
    var kind: Kind
    /// How they go; the shares sum up to 1.
    var answers: [Answer]
    /// How many different things they ask for; 0 when never twice the same.
    var paths = 20
    var isLogged = true
    /// The exporters see it.
    var isSeen = true

    /// Addresses to come from.
    struct Clients: Sendable {
        var prefix: IPPrefix
        /// Different ones.
        var count: UInt64

        func address(_ number: UInt64) -> IPAddress {
            let bits = UInt64(min(40, 128 - prefix.length))
            let stride = max(1, (UInt64(1) << bits) / max(1, count))
            var address = prefix.address
            // Neither the first nor the last of a network is a host's.
            address.low &+= 1 + number * stride
            return address
        }
    }

    enum Kind: Sendable, Equatable {
        /// A connection with one request.
        case request
        /// A first packet and nothing after it.
        case syn
        /// One of no connection.
        case segment
        /// Datagrams from a port of another protocol, for which the service did not ask.
        case reflected(port: UInt16)
        /// Held open for microseconds with a few octets now and then.
        case slow(Int64)
        /// TLS, and no request.
        case handshake
        /// UDP.
        case query
        /// One request with a long answer, over microseconds.
        case bulk(octets: Int64, lasting: Int64)
        /// One connection of microseconds, with so many requests a second.
        case keepAlive(lasting: Int64, rate: Double)
        /// No connection: only a line of the log.
        case event(ServiceEvent)
    }

    /// How a connection goes, for a share of them.
    struct Answer: Sendable {
        var share: Double
        var manner: Manner
        /// Until the answer, in microseconds.
        var time: ClosedRange<Int64>
    }

    enum Manner: Sendable, Equatable {
        case ok
        /// With this status of HTTP.
        case fail(UInt16)
        case unanswered
        /// By the kernel, at once.
        case refused
        /// Taken, and broken off before anything was served.
        case reset
        /// Answered in whole, and then broken off.
        case resetAfterAnswer
        /// Taken, and never served: the client gives up.
        case hangs
        case noSuchName
        case serverFailure
    }
}

/// A line of the timeline that says what becomes of the telemetry or of Spate.
struct Disturbance: Sendable {
    var line: Int
    /// What begins and ends together is one second long.
    var seconds: Range<Int64>
    var kind: Kind

    enum Kind: Sendable, Equatable {
        /// The process ends, and is back at the end of the time with what it had saved.
        case restart
        /// The clock leaps, by seconds.
        case leap(Int64)
        /// The exporter holds back what it has.
        case stall(exporter: Int)
        /// Nothing of the exporter arrives.
        case silence(exporter: Int)
        /// A share of what it sends is lost.
        case loss(exporter: Int, share: Double)
        /// From now on.
        case sampling(exporter: Int, interval: UInt32)
        case stallLog(service: Int)
        case silenceLog(service: Int)
    }
}

/// Where flow records come from.
struct Exporter: Sendable {
    var name = "edge"
    var address = IPAddress(ipv4: 0x0A03_0001)
    /// All in microseconds.
    var active: Int64 = 60_000_000
    var inactive: Int64 = 15_000_000
    var lag: Int64 = 2_000_000
    var sampling: UInt32 = 1
    /// From when on, in seconds.
    var since: Int64 = 0
}
