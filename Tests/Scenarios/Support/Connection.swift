// SPDX-License-Identifier: Apache-2.0

import FlowModel
import TestSupport

/// What one client does with a service, as packets and as lines of a log. Times are microseconds of the scenario.
struct Connection {
    /// One direction.
    struct Half {
        var packets: Int64
        var octets: Int64
        var flags: TCPFlags

        /// - Parameter payload: octets beyond 52 for the headers of each packet.
        init(_ packets: Int64, payload: Int64, _ flags: TCPFlags) {
            (self.packets, octets, self.flags) = (packets, packets * 52 + payload, flags)
        }
    }

    var source: IPAddress
    var port: UInt16
    var service: Int
    var isTCP: Bool
    var start: Int64
    var end: Int64
    var client: Half
    var server: Half
    /// One of them said so; without that an exporter waits.
    var hasEnded = true
    var outcomes: [(time: Int64, outcome: Outcome)] = []
}

/// Makes the connections of a line of the timeline.
struct ConnectionMaker {
    private let traffic: Traffic
    private let isTCP: Bool
    private var random: SeededRandom
    private var port: UInt16 = 1024

    private static let syn: TCPFlags = [.syn]
    private static let served: TCPFlags = [.syn, .ack, .psh, .fin]

    init(_ traffic: Traffic, isTCP: Bool, seed: UInt64) {
        (self.traffic, self.isTCP) = (traffic, isTCP)
        random = SeededRandom(seed: seed)
        port = .random(in: 1024...60_000, using: &random)
    }

    /// Those that begin in a second.
    mutating func connections(in second: Int64) -> [Connection] {
        let share = Double(second - traffic.seconds.lowerBound) / Double(max(1, traffic.seconds.count))
        let rate = traffic.rate.first + (traffic.rate.last - traffic.rate.first) * share
        return (0..<arrivals(rate)).map { _ in
            connection(at: second * 1_000_000 + .random(in: 0..<1_000_000, using: &random))
        }
    }

    /// How many come in a second when `rate` come on average: as independent of each other as people are. Products of
    /// random numbers stay above e^-rate for so many factors (Knuth); long products are cut into short ones.
    private mutating func arrivals(_ rate: Double) -> Int {
        var (count, left) = (0, rate)
        while left > 0 {
            let part = min(16, left)
            let limit = exponential(-part)
            var product = Double.random(in: 0..<1, using: &random)
            while product > limit {
                count += 1
                product *= .random(in: 0..<1, using: &random)
            }
            left -= part
        }
        return count
    }

    private mutating func connection(at start: Int64) -> Connection {
        port = port < 60_000 ? port + 1 : 1024
        var connection = Connection(
            source: client(), port: port, service: traffic.service, isTCP: isTCP, start: start, end: start,
            client: .init(0, payload: 0, []), server: .init(0, payload: 0, []))
        let answer = answer()
        let time = Int64.random(in: answer.time, using: &random)
        switch traffic.kind {
        case .request: request(&connection, answer.manner, time)
        case .syn: syn(&connection, answer.manner)
        case .segment: segment(&connection, answer.manner)
        case .reflected(let port): reflected(&connection, from: port)
        case .slow(let lasting): slow(&connection, answer.manner, lasting)
        case .handshake: handshake(&connection, answer.manner, time)
        case .query: query(&connection, answer.manner, time)
        case .bulk(let octets, let lasting): bulk(&connection, answer.manner, time, octets, lasting)
        case .keepAlive(let lasting, let rate): keepAlive(&connection, lasting, rate)
        case .event(let event): log(&connection, start, event: event, client: false)
        }
        return connection
    }

    private mutating func client() -> IPAddress {
        guard !traffic.clients.isEmpty else { return .unspecified }
        let total = traffic.clients.reduce(0) { $0 + $1.count }
        var number = UInt64.random(in: 0..<total, using: &random)
        for clients in traffic.clients {
            if number < clients.count { return clients.address(number) }
            number -= clients.count
        }
        return .unspecified
    }

    private mutating func answer() -> Traffic.Answer {
        var place = Double.random(in: 0..<1, using: &random)
        for answer in traffic.answers {
            if place < answer.share { return answer }
            place -= answer.share
        }
        return traffic.answers[traffic.answers.count - 1]
    }

    /// Who asks for one thing asks for it in the same words and gets the same; people do not.
    private mutating func sizes() -> (asked: Int64, answered: Int64) {
        traffic.paths == 1
            ? (130, 3000)
            : (.random(in: 250...900, using: &random), .random(in: 900...12_000, using: &random))
    }

    // MARK: Kinds

    private mutating func request(_ connection: inout Connection, _ manner: Traffic.Manner, _ time: Int64) {
        let size = sizes()
        connection.end = connection.start + time + 2000
        switch manner {
        case .refused: refuse(&connection)
        case .unanswered:
            // Asked again after 1, 3 and 7 seconds.
            connection.client = .init(4, payload: 32, Self.syn)
            connection.end = connection.start + 7_000_000
            connection.hasEnded = false
        case .reset:
            connection.client = .init(3, payload: size.asked, [.syn, .ack, .psh])
            connection.server = .init(2, payload: -8, [.syn, .ack, .rst])
        case .hangs:
            connection.client = .init(5, payload: size.asked, Self.served)
            connection.server = .init(2, payload: 8, [.syn, .ack])
        case .ok, .resetAfterAnswer, .fail, .noSuchName, .serverFailure:
            let failed = manner != .ok && manner != .resetAfterAnswer
            let answered = failed ? 280 : size.answered
            connection.client = .init(5 + answered / 3000, payload: size.asked, Self.served)
            connection.server = .init(
                4 + answered / 1400, payload: answered,
                manner == .resetAfterAnswer ? [.syn, .ack, .psh, .rst] : Self.served)
            log(&connection, connection.start + time, manner, latency: time)
        }
    }

    private func refuse(_ connection: inout Connection) {
        connection.client = .init(1, payload: 8, Self.syn)
        connection.server = .init(1, payload: -12, [.rst, .ack])
        connection.end = connection.start + 200
    }

    /// Of forged sources nobody answers the answer; `ok` is a server that asks on and keeps nothing (SYN cookies).
    private func syn(_ connection: inout Connection, _ manner: Traffic.Manner) {
        if manner == .refused { return refuse(&connection) }
        connection.client = .init(1, payload: -8, Self.syn)
        if manner == .ok { connection.server = .init(1, payload: -8, [.syn, .ack]) }
        connection.hasEnded = false
    }

    /// Of no connection: a server that notices says so by a reset.
    private func segment(_ connection: inout Connection, _ manner: Traffic.Manner) {
        connection.client = .init(1, payload: -12, .ack)
        if manner != .unanswered { connection.server = .init(1, payload: -12, .rst) }
        connection.hasEnded = false
    }

    /// What another server was asked for in this one's name.
    private func reflected(_ connection: inout Connection, from port: UInt16) {
        connection.port = port
        connection.client = .init(3, payload: 3600, [])
        connection.hasEnded = false
    }

    private mutating func slow(_ connection: inout Connection, _ manner: Traffic.Manner, _ lasting: Int64) {
        let pieces = lasting / 10_000_000
        connection.end = connection.start + lasting
        connection.client = .init(3 + pieces, payload: 20 * pieces, [.syn, .ack, .psh, .fin])
        connection.server = .init(3 + pieces, payload: 8, [.syn, .ack, .fin])
        log(&connection, connection.end, .fail(408), latency: nil)
    }

    private mutating func handshake(_ connection: inout Connection, _ manner: Traffic.Manner, _ time: Int64) {
        guard manner != .refused else { return refuse(&connection) }
        connection.end = connection.start + time
        connection.client = .init(5, payload: 305, Self.served)
        connection.server = .init(4, payload: 1847, Self.served)
        guard manner != .ok else { return }
        connection.server = .init(3, payload: 7, Self.served)
        log(&connection, connection.end, event: .handshakeFailure, client: true)
    }

    private mutating func query(_ connection: inout Connection, _ manner: Traffic.Manner, _ time: Int64) {
        let name = Int64.random(in: 20...40, using: &random)
        connection.end = connection.start + time
        connection.client = .init(1, payload: name, [])
        connection.hasEnded = false
        guard manner != .unanswered else { return }
        connection.server = .init(1, payload: name + 60, [])
        log(&connection, connection.end, manner, latency: time, nameLength: UInt16(name))
    }

    private mutating func bulk(
        _ connection: inout Connection, _ manner: Traffic.Manner, _ time: Int64, _ octets: Int64,
        _ lasting: Int64
    ) {
        connection.end = connection.start + lasting
        connection.client = .init(5 + octets / 2800, payload: 400, Self.served)
        connection.server = .init(4 + octets / 1400, payload: octets, Self.served)
        log(&connection, connection.end, manner, latency: time, total: lasting)
    }

    private mutating func keepAlive(_ connection: inout Connection, _ lasting: Int64, _ rate: Double) {
        let count = max(1, Int64(Double(lasting) / 1e6 * rate))
        let size = sizes()
        connection.end = connection.start + lasting
        connection.client = .init(3 + 2 * count, payload: count * size.asked, Self.served)
        connection.server = .init(2 + 3 * count, payload: count * size.answered, Self.served)
        for number in 0..<count {
            let answer = answer()
            let time = Int64.random(in: answer.time, using: &random)
            log(
                &connection, connection.start + lasting * number / count + time, answer.manner, latency: time)
        }
    }

    // MARK: Log

    private func log(
        _ connection: inout Connection, _ time: Int64, event: ServiceEvent, client: Bool
    ) {
        var outcome = Outcome(service: service, time: Instant(microseconds: 0))
        outcome.event = event
        if client { outcome.client = connection.source }
        connection.outcomes.append((time, outcome))
    }

    private mutating func log(
        _ connection: inout Connection, _ time: Int64, _ manner: Traffic.Manner, latency: Int64?,
        total: Int64? = nil, nameLength: UInt16 = 0
    ) {
        var outcome = Outcome(service: service, time: Instant(microseconds: 0))
        outcome.client = connection.source
        switch manner {
        case .fail(let status): (outcome.status, outcome.failure) = (status, FailureClass(httpStatus: status))
        case .noSuchName: outcome.failure = .noSuchName
        case .serverFailure: outcome.failure = .serverFailure
        default: outcome.status = isTCP ? 200 : 0
        }
        if let latency {
            outcome.latencyMilliseconds = UInt32(clamping: latency / 1000)
            outcome.totalMilliseconds = UInt32(clamping: (total ?? latency) / 1000)
        }
        outcome.nameLength = nameLength
        outcome.pathHash = path()
        connection.outcomes.append((time, outcome))
    }

    private var service: ServiceID { ServiceID(UInt32(traffic.service)) }

    /// Some things are asked for far more often than others.
    private mutating func path() -> UInt32 {
        guard traffic.paths > 0 else { return .random(in: 1000 ... .max, using: &random) }
        let place = Double.random(in: 0..<1, using: &random)
        return 1 + UInt32(place * place * Double(traffic.paths))
    }
}
