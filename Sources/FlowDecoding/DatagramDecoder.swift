// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Decodes the datagrams of one socket or capture: NetFlow v1, v5, v7, v9 and IPFIX. Owned by one thread of work; state
/// is bounded by ``DecodingLimits`` and no record allocates.
///
/// An exporter may be seen by several decoders: its number and counters are shared through the ``ExporterTable``, its
/// templates are not.
package struct DatagramDecoder: ~Copyable, Sendable {
    private var configuration: DecodingConfiguration
    private let table: ExporterTable
    var exporters: [ExporterState] = []
    private var indices: [IPAddress: Int] = [:]
    private var latest = 0
    private var ordinal: UInt64 = 0
    /// What is kept now, against ``DecodingLimits``.
    package internal(set) var use = DecoderUse()

    package init(configuration: DecodingConfiguration, exporters table: ExporterTable) {
        (self.configuration, self.table) = (configuration, table)
    }

    /// Its templates are gone with it.
    deinit {
        for exporter in exporters { exporter.entry.counters.noteTemplates(0 &- exporter.templateCount) }
    }

    /// Takes another configuration; templates and all other state stay.
    package mutating func reconfigure(_ configuration: DecodingConfiguration) {
        if configuration.rateLimit == nil {
            for index in exporters.indices { exporters[index].thinning = DatagramThinning() }
        }
        self.configuration = configuration
        for index in exporters.indices {
            let address = exporters[index].entry.address
            exporters[index].isAllowed = configuration.allows(address)
            exporters[index].samplingOverride = configuration.samplingOverride(for: address)
        }
    }

    /// Decodes one UDP payload and writes its flow records where `sink` says, in the order of the wire. Data sets that
    /// waited for a template of this datagram come with it.
    ///
    /// The summary's `records` are all that were found. Those that the sink had no room for are not looked at further.
    package mutating func decode(
        _ datagram: borrowing Span<UInt8>, from address: IPAddress, port: UInt16, arrival: Instant,
        into sink: any FlowSink
    ) -> DatagramSummary {
        var visitor = FlowVisitor(sink: sink, limits: limits)
        var (summary, index) = walkUncounted(datagram, from: address, port: port, arrival: arrival, &visitor)
        (summary.records, summary.otherRecords) = (visitor.count, visitor.otherRecords)
        count(summary, index, octets: datagram.count, arrival: arrival)
        return summary
    }

    /// Walks one UDP payload for any visitor; `records` of the summary stays 0.
    mutating func walk<Visitor: MessageVisitor & ~Copyable>(
        _ datagram: borrowing Span<UInt8>, from address: IPAddress, port: UInt16, arrival: Instant,
        visitor: inout Visitor
    ) -> DatagramSummary {
        let (summary, index) = walkUncounted(datagram, from: address, port: port, arrival: arrival, &visitor)
        count(summary, index, octets: datagram.count, arrival: arrival)
        return summary
    }

    private mutating func walkUncounted<Visitor: MessageVisitor & ~Copyable>(
        _ datagram: borrowing Span<UInt8>, from address: IPAddress, port: UInt16, arrival: Instant,
        _ visitor: inout Visitor
    ) -> (DatagramSummary, exporter: Int?) {
        ordinal &+= 1
        var summary = DatagramSummary()
        if datagram.count >= 2 { summary.version = datagram.uint16(at: 0) }
        var index = knownExporter(address)
        let header: MessageHeader
        switch MessageHeader.read(datagram) {
        case .valid(let valid): header = valid
        case .rejected(let reason):
            summary.rejection = reason
            return (summary, index)
        }
        (summary.domain, summary.sequence) = (header.domain, header.sequence)
        let isAllowed = index.map { exporters[$0].isAllowed } ?? allows(address)
        guard isAllowed else {
            summary.rejection = .notAllowed
            return (summary, index)
        }
        index = index ?? newExporter(address)
        guard let index else {
            summary.rejection = .exporterLimit
            return (summary, nil)
        }
        summary.exporter = exporters[index].entry.id
        guard let domain = openDomain(index, version: header.version, domain: header.domain) else {
            summary.rejection = .domainLimit
            return (summary, index)
        }
        var walker = MessageWalker(header: header, limits: limits, summary: summary, use: use)
        guard isWithinRate(datagram, header, index, arrival) else {
            walker.skip(&exporters[index].domains[domain], port: port)
            walker.summary.rejection = .rateLimit
            return (walker.summary, index)
        }
        walker.walk(
            datagram, &exporters[index], domain, port: port, arrival: arrival, ordinal: ordinal, &visitor)
        use = walker.use
        walker.summary.problems.add(visitor.problems)
        return (walker.summary, index)
    }

    private mutating func isWithinRate(
        _ datagram: borrowing Span<UInt8>, _ header: MessageHeader, _ index: Int, _ arrival: Instant
    ) -> Bool {
        guard let limit = configuration.rateLimit else { return true }
        return exporters[index].thinning.passes(
            at: arrival, limit: limit, isNeeded: header.beginsWithTemplates(datagram))
    }

    var limits: DecodingLimits { configuration.limits }

    func allows(_ address: IPAddress) -> Bool { configuration.allows(address) }

    /// The place of an exporter, new if there is room for it.
    mutating func exporterIndex(_ address: IPAddress) -> Int? {
        knownExporter(address) ?? newExporter(address)
    }

    /// The place of an observation domain of an exporter, new if there is room for it.
    mutating func openDomain(_ exporter: Int, version: UInt16, domain: UInt32) -> Int? {
        let before = exporters[exporter].domains.count
        let limit = use.domains < limits.domains ? limits.domainsPerExporter : before
        let index = exporters[exporter].domainIndex(version: version, domain: domain, limit: limit)
        use.domains &+= exporters[exporter].domains.count &- before
        return index
    }

    private mutating func knownExporter(_ address: IPAddress) -> Int? {
        if latest < exporters.count, exporters[latest].entry.address == address { return latest }
        guard let index = indices[address] else { return nil }
        latest = index
        return index
    }

    private mutating func newExporter(_ address: IPAddress) -> Int? {
        guard let entry = table.register(address) else { return nil }
        latest = exporters.count
        indices[address] = latest
        exporters.append(ExporterState(entry: entry, configuration: configuration))
        return latest
    }

    private func count(
        _ summary: borrowing DatagramSummary, _ exporter: Int?, octets: Int, arrival: Instant
    ) {
        guard let exporter else {
            table.strangers.add(summary, octets: octets, arrival: arrival)
            return
        }
        exporters[exporter].entry.counters.add(summary, octets: octets, arrival: arrival)
    }
}
