// SPDX-License-Identifier: Apache-2.0

/// How a request ended, as the server sees it.
package enum Ending: Sendable {
    case answered
    /// Asked for what is not there.
    case missing
    /// Waited for a worker for too long.
    case queueTimeout
    /// The queue was full.
    case queueFull
    /// The application is not there.
    case noBackend
    /// The client went away.
    case aborted
    /// The client never finished its request.
    case requestTimeout

    /// Whether the server, not the client, is the reason.
    var isFailure: Bool {
        switch self {
        case .answered, .missing, .requestTimeout: false
        default: true
        }
    }
}

/// A request that has ended.
struct LoggedRequest {
    var client: UInt32
    var port: UInt16
    /// Seconds from the beginning: when the request came and when it ended.
    var came: Double
    var ended: Double
    /// Seconds it waited for a worker, and was worked on.
    var waited = 0.0
    var worked = 0.0
    var octets = 0
    var isDynamic = false
    var ending = Ending.answered
    /// Requests that wait now.
    var queued = 0
}

/// How the lines of a log come to the collector.
package struct LogModel: Sendable {
    /// Seconds that a line needs on average.
    package var lag = 0.1
    /// Lines wait for one another so many seconds: 0 sends each at once.
    package var burst = 0.0
    /// Seconds by which the clock of the server is ahead.
    package var skew = 0.0

    package init() {}
}

/// Writes lines as haproxy, nginx and unbound do.
struct AccessLog {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private let model: LogModel
    private let begin: Int64
    private var draws: Draws
    private var second = Int64.min
    /// Of `second`: as RFC 3164 has it, and as access logs have it.
    private var date = ("", "")

    init(_ model: LogModel, begin: Int64, seed: UInt64) {
        (self.model, self.begin, draws) = (model, begin, Draws(seed: seed))
    }

    /// When a line that is written at `time` comes to the collector.
    mutating func arrival(of time: Double) -> Double {
        let sent = model.burst > 0 ? ((time / model.burst).rounded(.down) + 1) * model.burst : time
        return sent + 0.01 + draws.exponential(mean: model.lag)
    }

    mutating func line(_ request: LoggedRequest, _ program: ServerModel.Program, isTLS: Bool, server: UInt32)
        -> String
    {
        program == .haproxy ? haproxy(request, isTLS: isTLS) : nginx(request, server: server, isTLS: isTLS)
    }

    /// A connection whose handshake came to nothing.
    mutating func handshakeFailure(client: UInt32, port: UInt16, at time: Double) -> String {
        let (header, log) = dates(time)
        return
            "<134>\(header) haproxy[812]: \(Self.text(client)):\(port) [\(log).\(Self.digits(time, 3))] web/1: SSL handshake failure"
    }

    /// A query that was answered.
    mutating func query(_ name: String, code: String, client: UInt32, seconds: Double, at time: Double)
        -> String
    {
        let header = dates(time).0
        return
            "<30>\(header) ns unbound: [812:0] info: \(Self.text(client)) \(name). A IN \(code) \(Self.decimal(seconds, 6)) \(seconds == 0 ? 1 : 0) 48"
    }

    private mutating func haproxy(_ request: LoggedRequest, isTLS: Bool) -> String {
        let header = dates(request.ended).0
        let log = dates(request.came).1
        let (status, termination) = Self.haproxy(request.ending)
        let total = Int((request.ended - request.came) * 1000)
        let isServed = request.ending == .answered || request.ending == .missing
        let waited = Int(request.waited * 1000)
        let times =
            isServed
            ? "0/\(waited)/0/\(Int(request.worked * 1000))/\(total)"
            : request.ending == .requestTimeout ? "-1/-1/-1/-1/\(total)" : "0/\(waited)/-1/-1/\(total)"
        let server =
            isServed || request.ending == .aborted
            ? (request.isDynamic ? "app/app1" : "static/web1") : "app/<NOSRV>"
        return """
            <134>\(header) haproxy[812]: \(Self.text(request.client)):\(request.port) \
            [\(log).\(Self.digits(request.came, 3))] web\(isTLS ? "~" : "") \(server) \(times) \(status) \
            \(isServed ? request.octets : 217) - - \(termination) 9/9/3/3/0 0/\(request.queued) "GET /\
            \(request.isDynamic ? "app/item" : "static/page.html") HTTP/1.1"
            """
    }

    private static func haproxy(_ ending: Ending) -> (Int, String) {
        switch ending {
        case .answered: (200, "----")
        case .missing: (404, "----")
        case .queueTimeout: (503, "sQ--")
        case .queueFull, .noBackend: (503, "SC--")
        case .aborted: (-1, "CH--")
        case .requestTimeout: (408, "cR--")
        }
    }

    private mutating func nginx(_ request: LoggedRequest, server: UInt32, isTLS: Bool) -> String {
        let (header, log) = dates(request.ended)
        let status =
            switch request.ending {
            case .answered: 200
            case .missing: 404
            case .queueTimeout: 504
            case .queueFull: 503
            case .noBackend: 502
            case .aborted: 499
            case .requestTimeout: 408
            }
        let upstream = request.isDynamic ? Self.decimal(request.waited + request.worked, 3) : "-"
        return """
            <142>\(header) web nginx: \(Self.text(request.client)) - - [\(log) +0000] "GET /\
            \(request.isDynamic ? "app/item" : "static/page.html") HTTP/1.1" \(status) \(request.octets) "-" "Mozilla/5.0" \
            rt=\(Self.decimal(request.ended - request.came, 3)) uct="0.001" urt="\(upstream)" us="\(status)" \
            dst=\(Self.text(server)):\(isTLS ? 443 : 80)
            """
    }

    private mutating func dates(_ time: Double) -> (String, String) {
        let now = begin + Int64((time + model.skew).rounded(.down))
        guard now != second else { return date }
        second = now
        let (year, month, day) = Self.civil(days: now / 86_400)
        let clock = now % 86_400
        let parts = [clock / 3600, clock / 60 % 60, clock % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        let time = parts.joined(separator: ":")
        let name = Self.months[month - 1]
        date = (
            "\(name) \(day < 10 ? " " : "")\(day) \(time)",
            "\(day < 10 ? "0" : "")\(day)/\(name)/\(year):\(time)"
        )
        return date
    }

    /// Days since 1970 as a date of the Gregorian calendar.
    private static func civil(days: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = Int(days) + 719_468
        let era = shifted / 146_097
        let ofEra = shifted - era * 146_097
        let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let index = (5 * ofYear + 2) / 153
        let month = index < 10 ? index + 3 : index - 9
        return (year + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * index + 2) / 5 + 1)
    }

    private static func text(_ address: UInt32) -> String {
        "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
    }

    /// The digits behind the point.
    private static func digits(_ time: Double, _ count: Int) -> String {
        let scale = count == 3 ? 1000 : 1_000_000
        let value = String(Int((time - time.rounded(.down)) * Double(scale)))
        return String(repeating: "0", count: count - value.count) + value
    }

    private static func decimal(_ value: Double, _ count: Int) -> String {
        "\(Int(value)).\(digits(value, count))"
    }
}
