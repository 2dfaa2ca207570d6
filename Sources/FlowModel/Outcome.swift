// SPDX-License-Identifier: Apache-2.0

/// How requests to a service ended, or how full it is, as it said itself in a log line or a metric. Fixed size: it
/// travels through the lock-free ring.
public struct Outcome: Equatable, Sendable, BitwiseCopyable {
    /// A configured service.
    public var service: ServiceID
    /// When the request ended; the arrival of the line when it has no date of its own.
    public var time: Instant
    /// When the line or the metric was received: never before `time`.
    public var arrival: Instant
    /// The client, `.unspecified` when the line does not name one.
    public var client: IPAddress
    /// How many requests or events it stands for: 1 for a log line, any number for a counter of a metric, 0 for a level
    /// alone.
    public var count: UInt32
    /// What of these requests it tells.
    public var part: RequestPart
    /// Seconds before `time` over which they are spread evenly, from 1 on: a metric that is summed up before it is sent
    /// stands for more than the second of its arrival.
    public var overSeconds: UInt8
    /// How much of `level` there is, in its unit.
    public var levelValue: UInt32
    /// HTTP status, 0 when there is none.
    public var status: UInt16
    /// Why it failed, `none` for success.
    public var failure: FailureClass
    /// What the line tells besides or instead of a request.
    public var event: ServiceEvent
    /// What the line says of how full the service is.
    public var level: ServiceLevel
    /// Time the server took, in milliseconds; `noLatency` when the line does not say.
    public var latencyMilliseconds: UInt32
    /// Whole duration as the client saw it, in milliseconds; `noLatency` when the line does not say.
    public var totalMilliseconds: UInt32
    /// FNV-1a of the request path or query name, 0 when there is none: for the share of one path.
    public var pathHash: UInt32
    /// Length of the DNS query name in octets, 0 for other lines.
    public var nameLength: UInt16

    /// Stands for a time that the line does not say.
    public static let noLatency = UInt32.max

    /// A success about which nothing more is known.
    ///
    /// - Parameter arrival: `time` when it is left out.
    public init(service: ServiceID, time: Instant, arrival: Instant? = nil) {
        (self.service, self.time, client) = (service, time, .unspecified)
        self.arrival = arrival ?? time
        (count, part, overSeconds) = (1, .whole, 1)
        (level, levelValue) = (.none, 0)
        (status, failure, event) = (0, .none, .none)
        (latencyMilliseconds, totalMilliseconds) = (Self.noLatency, Self.noLatency)
        (pathHash, nameLength) = (0, 0)
    }
}

/// What an outcome tells of requests. Log lines tell all of them at once; a metric may count the requests, another one
/// those of them that failed, and a third one measure their time.
public enum RequestPart: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// That they were made, how they ended and how long they took.
    case whole
    /// That they failed; others count them as requests.
    case failure
    /// How long they took; others count them as requests.
    case time
}

/// Why a request failed; `none` is success.
public enum FailureClass: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case none
    /// 500 and other 5xx without a better name.
    case serverError
    /// 502: the server behind gave no valid answer.
    case badGateway
    /// 503, or no server available.
    case noServer
    /// 504, or the server's time ran out.
    case timeout
    /// haproxy `sQ`: waited in the queue until the limit.
    case queueTimeout
    /// 429, or a limiter answered.
    case limited
    /// nginx 499: the client gave up waiting.
    case abandoned
    /// 408 or haproxy `cR`: the request itself never came in time. Harm of slow clients, not of the server.
    case slowRequest
    /// DNS SERVFAIL.
    case serverFailure
    /// DNS REFUSED.
    case refused
    /// 4xx other than 408, 429 and 499, and unreadable requests: counted apart, no failure of the service.
    case clientError
    /// DNS NXDOMAIN: an answer, counted apart.
    case noSuchName

    /// Whether the service failed its client.
    public var isFailure: Bool {
        switch self {
        case .none, .clientError, .noSuchName: false
        default: true
        }
    }

    /// The word for it in output.
    public var name: String {
        switch self {
        case .none: "none"
        case .serverError: "server_error"
        case .badGateway: "bad_gateway"
        case .noServer: "no_server"
        case .timeout: "timeout"
        case .queueTimeout: "queue_timeout"
        case .limited: "limited"
        case .abandoned: "abandoned"
        case .slowRequest: "slow_request"
        case .serverFailure: "server_failure"
        case .refused: "refused"
        case .clientError: "client_error"
        case .noSuchName: "no_such_name"
        }
    }
}

/// What a line says besides a request: dropped work writes no access line, these lines do.
public enum ServiceEvent: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case none
    /// `SSL handshake failure` and its kin.
    case handshakeFailure
    /// A pool is full: worker_connections, listen queue.
    case saturated
    /// `backend X has no server available`.
    case noServerAvailable
    /// A server behind the service went down.
    case serverDown
    /// A server behind the service came back.
    case serverUp
    /// stunnel and others: a connection was accepted.
    case accepted
    /// A TLS handshake ended well.
    case negotiated

    /// The word for it in output.
    public var name: String {
        switch self {
        case .none: "none"
        case .handshakeFailure: "handshake_failure"
        case .saturated: "saturated"
        case .noServerAvailable: "no_server_available"
        case .serverDown: "server_down"
        case .serverUp: "server_up"
        case .accepted: "accepted"
        case .negotiated: "negotiated"
        }
    }
}

/// What of a service fills up when more is asked of it than it can do.
public enum ServiceLevel: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case none
    /// Requests that wait for a server, in the queues of a load balancer or of the service.
    case queue
    /// Workers, processes or connections in use, in thousandths of all.
    case workers
    /// Processor time of the service or its host, in thousandths of all (host status of ATT&CK's AN0489).
    case processor

    /// The word for it in output.
    public var name: String {
        switch self {
        case .none: "none"
        case .queue: "queue"
        case .workers: "workers"
        case .processor: "cpu"
        }
    }
}
