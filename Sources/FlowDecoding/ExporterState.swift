// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// What one decoder keeps of one exporter.
struct ExporterState: Sendable {
    let entry: ExporterTable.Entry
    /// The operator's statement; nil leaves sampling to the exporter.
    var samplingOverride: UInt32?
    var isAllowed: Bool
    var domains: [DomainState] = []
    var templateCount = 0 {
        didSet { entry.counters.noteTemplates(templateCount &- oldValue) }
    }
    var thinning = DatagramThinning()
    /// Export time minus arrival, in microseconds.
    var clockOffset = RunningMedian()
    private var indices: [UInt64: Int] = [:]
    private var latest = 0

    init(entry: ExporterTable.Entry, configuration: DecodingConfiguration) {
        self.entry = entry
        samplingOverride = configuration.samplingOverride(for: entry.address)
        isAllowed = configuration.allows(entry.address)
    }

    /// The place of an observation domain in `domains`, new if `limit` allows; nil otherwise.
    mutating func domainIndex(version: UInt16, domain: UInt32, limit: Int) -> Int? {
        if latest < domains.count, domains[latest].version == version, domains[latest].domain == domain {
            return latest
        }
        let key = UInt64(version) << 32 | UInt64(domain)
        if let index = indices[key] {
            latest = index
            return index
        }
        guard domains.count < limit else { return nil }
        latest = domains.count
        indices[key] = latest
        domains.append(DomainState(version: version, domain: domain))
        return latest
    }
}

/// What one decoder keeps of one observation domain: v9 calls it source ID, v5 has engine type and id.
struct DomainState: Sendable {
    let version: UInt16
    let domain: UInt32
    var templates = TemplateStore()
    var pending = PendingSets()
    var samplers = SamplingTable()
    /// systemInitTimeMilliseconds (160) from IPFIX options.
    var systemInitMilliseconds: UInt64?
    /// When the uptime was zero, by v9 headers, in microseconds.
    var bootTime = RunningMedian()
    /// Arrival of its latest datagram.
    var lastSeen = Instant.distantPast
    private var lastUptime: UInt32?
    private(set) var sessions: [SequenceSession] = []

    /// Exporters have one port, or change it at a restart; more are not worth keeping.
    static let sessionLimit = 8

    /// An uptime that went back by more than this is a restart, not reordering.
    private static let restartMilliseconds: Int32 = 30_000

    init(version: UInt16, domain: UInt32) {
        (self.version, self.domain) = (version, domain)
    }

    /// Whether the uptime shows that the exporter was restarted since the datagram before.
    mutating func noteUptime(_ uptime: UInt32?) -> Bool {
        guard let uptime else { return false }
        defer { lastUptime = uptime }
        guard let lastUptime else { return false }
        return Int32(bitPattern: lastUptime &- uptime) > Self.restartMilliseconds
    }

    mutating func advanceSequence(
        port: UInt16, to sequence: UInt32, unit: SequenceUnit, step: SequenceStep, restarted: Bool
    ) -> SequenceEvent {
        let index = sessionIndex(port)
        return sessions[index].tracker.advance(to: sequence, unit: unit, step: step, restarted: restarted)
    }

    private mutating func sessionIndex(_ port: UInt16) -> Int {
        for index in 0..<sessions.count where sessions[index].port == port { return index }
        if sessions.count == Self.sessionLimit { sessions.removeFirst() }
        sessions.append(SequenceSession(port: port, tracker: SequenceTracker()))
        return sessions.count &- 1
    }

    /// Takes over what was archived, templates apart.
    ///
    /// - Parameter continues: the exporter's next datagram may follow the latest that was seen then.
    mutating func restore(_ archived: ArchivedDomain, continues: Bool) {
        (lastSeen, samplers) = (archived.lastSeen, archived.samplers)
        systemInitMilliseconds = archived.systemInitMilliseconds
        sessions = archived.sessions
        if !continues {
            for index in sessions.indices { sessions[index].tracker.forgetPosition() }
        }
    }
}

/// Sequence numbers belong to a transport session, that is to a source port.
struct SequenceSession: Sendable {
    let port: UInt16
    var tracker: SequenceTracker

    init(port: UInt16, tracker: SequenceTracker) { (self.port, self.tracker) = (port, tracker) }

    init(_ octets: borrowing Span<UInt8>, _ reader: inout StateReader) throws(StateReader.Invalid) {
        port = try reader.uint16(octets)
        tracker = try SequenceTracker(octets, &reader)
    }

    func write(to writer: inout StateWriter) {
        writer.append(port)
        tracker.write(to: &writer)
    }
}
