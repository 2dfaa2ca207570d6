// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Reads log lines that arrive as syslog messages and says how requests to the configured services ended.
///
/// Owned by one queue. Nothing in a line is trusted; a line costs no allocation, save for the first from a sender and
/// events that several services share.
package struct SignalParser: Sendable {
    let rules: [LogRule]
    /// By rule: what its lines are read with.
    let readers: [LineReader]
    let directory: ServiceDirectory
    private let limits: SignalLimits
    private var clocks: SenderClocks
    var associations: ServiceAssociations
    var connections: StunnelConnections
    /// FNV-1a of the name that unbound last said it could not resolve, until the reply that tells the same.
    var unresolvedName: UInt32?

    /// - Parameter rules: tried in order; the first that can read a line decides.
    package init(rules: [LogRule], services: ServiceDirectory, limits: SignalLimits = SignalLimits()) {
        (self.rules, directory, self.limits) = (rules, services, limits)
        readers = LineReader.readers(of: rules)
        clocks = SenderClocks(capacity: limits.senderClocks)
        associations = ServiceAssociations(limit: limits.associations)
        let readsStunnel = rules.contains { $0.format == .stunnel }
        connections = StunnelConnections(capacity: readsStunnel ? limits.connections : 0)
    }

    /// Reads one message.
    ///
    /// - Parameters:
    ///   - datagram: the payload, or a line of a log file.
    ///   - arrival: when it was received. For lines of a file, `Instant(microseconds: .max)` together with
    ///     a ``SignalLimits/dateTolerance`` of `.max` keeps every date as it is.
    package mutating func parse(
        _ datagram: Span<UInt8>, from sender: IPAddress, arrival: Instant
    ) -> SignalResult {
        guard !datagram.isEmpty else { return .malformed(.empty) }
        guard datagram.count <= limits.datagramOctets else { return .malformed(.tooLong) }
        guard let header = SyslogHeader(datagram) else { return .malformed(.header) }
        let line = LogLine(
            header: header, sender: sender, arrival: arrival, tolerance: limits.dateTolerance)
        var complaint = SignalResult.unmatched
        var access = AccessLines()
        for index in rules.indices where line.fits(rules[index], datagram) {
            let result = read(line, datagram, rule: index, &access)
            guard case .ignored(let reason, rule: _) = result,
                reason == .unreadable || reason == .unknownFrontend
            else { return result }
            if complaint == .unmatched || reason == .unknownFrontend { complaint = result }
        }
        return complaint
    }

    private mutating func read(
        _ line: LogLine, _ bytes: Span<UInt8>, rule: Int, _ access: inout AccessLines
    ) -> SignalResult {
        switch readers[rule] {
        case .plan(let number, let plan):
            if let found = access.line(number, reading: { plan.read(line.message, bytes) }) {
                return read(found, plan.serverTime, line, bytes, rule: rule)
            }
        case .json(let number, let plan):
            if let found = access.line(number, reading: { plan.read(line.message, bytes) }) {
                return read(found, plan.serverTime, line, bytes, rule: rule)
            }
        case .unbound: return readUnbound(line, bytes, rule: rule)
        case .bind: return readBIND(line, bytes, rule: rule)
        case .stunnel: return readStunnel(line, bytes, rule: rule)
        case .events: break
        }
        return readEvent(line, bytes, rule: rule)
    }

    /// When it happened: by the line's own date, else by the syslog header's, else on arrival.
    ///
    /// - Parameter elapsed: microseconds between the date and the end of the request.
    mutating func time(
        _ date: LoggedDate?, _ line: LogLine, _ bytes: Span<UInt8>, elapsed: UInt64 = 0
    ) -> Instant {
        guard let date = date ?? line.header.timestamp.flatMap({ bytes.numericDate($0) }) else {
            return line.arrival
        }
        let clock = EventClock(arrival: line.arrival, tolerance: line.tolerance)
        let elapsed = Interval(microseconds: Int64(clamping: min(elapsed, 1 << 50)))
        return clocks.time(of: date, elapsed: elapsed, from: line.source(bytes), clock)
    }
}

/// How the lines of one rule are read.
enum LineReader: Equatable {
    /// The number is the same for rules with the same plan.
    case plan(Int, LinePlan)
    case json(Int, JSONPlan)
    case unbound
    case bind
    case stunnel
    /// Event lines alone.
    case events

    static func readers(of rules: [LogRule]) -> [LineReader] {
        rules.map { rule in
            let number = rules.firstIndex { $0.format == rule.format } ?? 0
            return switch rule.format {
            case .lines(let plan): .plan(number, plan)
            case .json(let plan): .json(number, plan)
            case .unbound: .unbound
            case .bind: .bind
            case .stunnel: .stunnel
            case .nginxError, .apacheError: .events
            }
        }
    }
}

/// What one message was read as, so that rules with the same format read it once.
private struct AccessLines {
    private var number = -1
    private var found: AccessLine?

    mutating func line(_ number: Int, reading: () -> AccessLine?) -> AccessLine? {
        if number != self.number { (self.number, found) = (number, reading()) }
        return found
    }
}

/// A syslog message, with what is known of it besides its bytes.
struct LogLine {
    let header: SyslogHeader
    let sender: IPAddress
    /// When it was received: nothing that it tells happened later.
    let arrival: Instant
    /// How far a date may lie from the arrival.
    let tolerance: Interval

    var message: Range<Int> { header.message }

    /// Whether `rule` is meant for lines of this origin.
    func fits(_ rule: LogRule, _ bytes: Span<UInt8>) -> Bool {
        if let program = rule.program, !bytes.equals(header.program, program) { return false }
        if let sender = rule.sender, !sender.contains(self.sender) { return false }
        if let host = rule.host, !bytes.equals(header.host, host) { return false }
        return true
    }

    /// Whose clock dates it: the sending host, or behind a relay the host and the program in the header.
    func source(_ bytes: Span<UInt8>) -> UInt64 {
        let names = UInt64(FNV1a.hash(header.host, bytes)) << 32 | UInt64(FNV1a.hash(header.program, bytes))
        return sender.low ^ sender.high &* 0x9E37_79B9_7F4A_7C15 ^ names &* 0xFF51_AFD7_ED55_8CCD
    }
}
