// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import LockFree

/// Decodes a sequence of datagrams with one template store, as flow records and, if wanted, as listings, under limits
/// that are soon reached, and holds the outcome of each datagram against what is promised.
struct DatagramTrial: ~Copyable {
    private let table: ExporterTable
    private var decoder: DatagramDecoder
    private var text: DatagramListing?
    private var json: DatagramListing?
    private var check: RecordCheck
    private var totals = TrialTotals()
    private var now = Self.start
    private var isOverridden = false

    /// Export time of the built messages.
    static let start = Instant(seconds: 1_700_000_000)

    /// Reached by inputs of a few hundred octets.
    static let limits: DecodingLimits = {
        var limits = DecodingLimits()
        (limits.exporters, limits.domainsPerExporter, limits.domains) = (2, 3, 5)
        (limits.templatesPerExporter, limits.templates, limits.templatesPerDatagram) = (6, 10, 8)
        (limits.fieldsPerTemplate, limits.recordsPerDatagram, limits.samplersPerDomain) = (48, 64, 3)
        (limits.pendingBytesPerDomain, limits.pendingBytes) = (1024, 2048)
        (limits.listedValuesPerDatagram, limits.listDepth) = (64, 3)
        (limits.pendingTime, limits.templateLifetime) = (.seconds(60), .seconds(600))
        return limits
    }()

    private static let allow = DatagramSequence.Control.exporters.dropLast().map {
        IPPrefix($0, mappedLength: 128)
    }

    private static let configuration = DecodingConfiguration(allow: allow, limits: limits)

    /// Listings know no rate limit, and are to see what the decoder sees.
    private static func overridden(isListing: Bool) -> DecodingConfiguration {
        DecodingConfiguration(
            allow: allow, overrides: [ExporterOverride(prefix: allow[0], sampling: 0)],
            rateLimit: isListing ? nil : 2, limits: limits)
    }

    /// - Parameter isListing: whether the datagrams are listed too, in both forms: six times the work.
    init(isListing: Bool) {
        table = ExporterTable(limit: Self.limits.exporters)
        decoder = DatagramDecoder(configuration: Self.configuration, exporters: table)
        text = isListing ? DatagramListing(format: .text, configuration: Self.configuration) : nil
        json = isListing ? DatagramListing(format: .json, configuration: Self.configuration) : nil
        check = RecordCheck(limits: Self.limits, now: Self.start)
    }

    /// Plays all datagrams of an input.
    mutating func play(_ input: borrowing Span<UInt8>) -> String? {
        var offset = 0
        while let (control, range) = DatagramSequence.next(in: input, at: &offset) {
            now = now + control.step
            if control.isReconfigured {
                isOverridden.toggle()
                decoder.reconfigure(
                    isOverridden ? Self.overridden(isListing: text != nil) : Self.configuration)
            }
            for _ in 0..<(control.isDoubled ? 2 : 1) {
                if let found = send(input.extracting(range), control) { return found }
            }
        }
        return totals.difference(from: table)
    }

    /// Takes over a state file, if it is not refused.
    mutating func restore(_ file: [UInt8]) -> String? {
        guard let state = try? StateArchive.read(file.span, limits: Self.limits) else { return nil }
        decoder.restore(state, now: now)
        return checkState()
    }

    /// What is known now, as a state file.
    func archive() -> [UInt8] {
        StateArchive.archive([decoder.stateSection()], savedAt: now, isFinal: true)
    }

    /// What is written can be read, and gives the same state.
    func checkArchive() -> String? {
        let file = archive()
        guard let state = try? StateArchive.read(file.span, limits: Self.limits) else {
            return "a state file of our own was refused"
        }
        // The clock may have been set back meanwhile: nothing is to be too old.
        var other = DatagramDecoder(
            configuration: Self.configuration, exporters: ExporterTable(limit: Self.limits.exporters))
        other.restore(state, now: Self.start)
        let again = StateArchive.archive([other.stateSection()], savedAt: now, isFinal: true)
        guard let same = try? StateArchive.read(again.span, limits: Self.limits) else {
            return "a state file of a restored decoder was refused"
        }
        guard same.templateCount <= state.templateCount, same.domainCount <= state.domainCount else {
            return "restoring \(state.templateCount) templates made \(same.templateCount)"
        }
        return nil
    }

    private mutating func send(
        _ datagram: borrowing Span<UInt8>, _ control: DatagramSequence.Control
    ) -> String? {
        let (address, port) = (control.exporter, control.port)
        check.begin(at: now)
        let summary = decoder.decode(datagram, from: address, port: port, arrival: now, into: check.sink)
        check.look()
        totals.add(summary, octets: datagram.count)
        text?.add(datagram, from: address, port: port, arrival: now)
        json?.add(datagram, from: address, port: port, arrival: now)
        return check.violation ?? checkRecords(summary) ?? checkLines(summary) ?? checkState()
    }

    private func checkRecords(_ summary: borrowing DatagramSummary) -> String? {
        guard summary.records == check.count else {
            return "the summary counts \(summary.records) records, the sink got \(check.count)"
        }
        let all = summary.records + summary.otherRecords + summary.optionRecords
        guard all <= Self.limits.recordsPerDatagram * (1 + summary.recoveredSets) else {
            return "\(all) records of one datagram"
        }
        guard summary.rejection != nil else { return nil }
        let contents = all + summary.templates + summary.withdrawn + summary.unmatchedSets
        return contents == 0 ? nil : "something of a rejected datagram was decoded"
    }

    /// The listings walk the same datagrams by decoders of their own: they must have seen the same.
    private mutating func checkLines(_ summary: borrowing DatagramSummary) -> String? {
        let lines = 1 + summary.records + summary.otherRecords + summary.optionRecords
        if let octets = text?.takeLines() {
            let found = LineCheck(text: octets)
            if let violation = found.violation { return violation }
            if found.count != lines { return "\(found.count) lines of text, \(lines) are right" }
        }
        if let octets = json?.takeLines() {
            let found = LineCheck(json: octets)
            if let violation = found.violation { return violation }
            if found.count != lines { return "\(found.count) lines of JSON, \(lines) are right" }
        }
        return nil
    }

    private func checkState() -> String? {
        let (use, limits) = (decoder.use, Self.limits)
        guard use == decoder.countUse() else { return "the books say \(use), kept is \(decoder.countUse())" }
        guard use.domains <= limits.domains, use.templates <= limits.templates,
            use.pendingBytes <= limits.pendingBytes
        else { return "more is kept than the limits allow: \(use)" }
        return nil
    }
}
