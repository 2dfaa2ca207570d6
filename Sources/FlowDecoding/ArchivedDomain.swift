// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// One observation domain of one exporter.
struct ArchivedDomain: Sendable {
    let exporter: IPAddress
    let version: UInt16
    let domain: UInt32
    let lastSeen: Instant
    var systemInitMilliseconds: UInt64?
    var samplers = SamplingTable()
    var sessions: [SequenceSession] = []
    var templates: [(template: Template, lastUsed: Instant)] = []

    /// - Parameter places: how many templates may be kept still; the others are skipped.
    init(
        _ octets: borrowing Span<UInt8>, _ reader: inout StateReader, _ limits: DecodingLimits,
        _ places: inout Int
    ) throws(StateReader.Invalid) {
        exporter = IPAddress(high: try reader.uint64(octets), low: try reader.uint64(octets))
        version = try reader.uint16(octets)
        guard [1, 5, 7, 9, 10].contains(version) else { throw StateReader.Invalid() }
        domain = try reader.uint32(octets)
        lastSeen = Instant(microseconds: Int64(bitPattern: try reader.uint64(octets)))
        let zero = try reader.uint64(octets)
        systemInitMilliseconds = zero == 0 ? nil : zero
        samplers = try SamplingTable(octets, &reader, limits)
        for _ in 0..<(try reader.uint8(octets)) {
            let session = try SequenceSession(octets, &reader)
            if sessions.count < DomainState.sessionLimit { sessions.append(session) }
        }
        for _ in 0..<(try reader.uint16(octets)) {
            let lastUsed = Instant(microseconds: Int64(bitPattern: try reader.uint64(octets)))
            let kind: TemplateKind = try reader.uint8(octets) == 0 ? .data : .options
            let record = try reader.range(Int(try reader.uint16(octets)), octets)
            guard places > 0 else { continue }
            places &-= 1
            templates.append((try template(octets.extracting(record), kind, limits), lastUsed))
        }
    }

    private func template(
        _ record: borrowing Span<UInt8>, _ kind: TemplateKind, _ limits: DecodingLimits
    ) throws(StateReader.Invalid) -> Template {
        let parser = TemplateParser(isIPFIX: version == 10, kind: kind, fieldLimit: limits.fieldsPerTemplate)
        var offset = 0
        guard case .template(let template) = parser.next(in: record, at: &offset, known: { _ in nil }),
            offset == record.count
        else { throw StateReader.Invalid() }
        return template
    }

    static func write(
        _ domain: borrowing DomainState, of exporter: IPAddress, to writer: inout StateWriter
    ) {
        writer.append(exporter.high)
        writer.append(exporter.low)
        writer.append(domain.version)
        writer.append(domain.domain)
        writer.append(UInt64(bitPattern: domain.lastSeen.microseconds))
        writer.append(domain.systemInitMilliseconds ?? 0)
        domain.samplers.write(to: &writer)
        writer.append(UInt8(truncatingIfNeeded: domain.sessions.count))
        for session in domain.sessions { session.write(to: &writer) }
        writer.append(UInt16(truncatingIfNeeded: domain.templates.count))
        domain.templates.forEach { template, lastUsed in
            writer.append(UInt64(bitPattern: lastUsed.microseconds))
            writer.append(UInt8(template.kind == .data ? 0 : 1))
            writer.append(UInt16(truncatingIfNeeded: template.definition.count &+ 2))
            writer.append(template.id)
            writer.append(template.definition)
        }
    }
}
