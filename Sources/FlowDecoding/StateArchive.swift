// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// What decoders know of exporters, as octets that outlive the process: templates, sampling intervals, the uptime's zero
/// and sequence numbers, for each observation domain. What is read back is as little trusted as a datagram.
///
/// All numbers are in network byte order. After the header come the domains, after them the checksum. A template is
/// stored as its field specifiers came on the wire, and is read by the parser that reads datagrams.
package enum StateArchive {
    /// `SPATE` and the version of the format.
    static let magic: UInt64 = 0x5350_4154_4500_0001
    /// Magic, time, flag, number of domains.
    static let headerLength = 8 + 8 + 1 + 4
    /// Octets that are read at most: 65,536 templates of 40 fields are a third of it.
    package static let largestLength = 64 << 20

    /// Puts the sections of several decoders (``DatagramDecoder/stateSection()``) together.
    ///
    /// - Parameter isFinal: nothing was received after them, so that sequence numbers go on from here.
    package static func archive(_ sections: [StateSection], savedAt time: Instant, isFinal: Bool) -> [UInt8] {
        var writer = StateWriter()
        writer.append(magic)
        writer.append(UInt64(bitPattern: time.microseconds))
        writer.append(UInt8(isFinal ? 1 : 0))
        writer.append(UInt32(truncatingIfNeeded: sections.reduce(0) { $0 &+ $1.domains }))
        for section in sections { writer.append(section.octets) }
        writer.append(checksum(writer.octets.span))
        return writer.octets
    }

    /// Reads an archive.
    ///
    /// - Throws: what is wrong with it; nothing of it is of use then.
    package static func read(
        _ octets: borrowing Span<UInt8>, limits: DecodingLimits
    ) throws(StateArchiveError) -> ArchivedState {
        guard octets.count <= largestLength else { throw .tooLong(octets.count) }
        guard octets.count >= headerLength &+ 8, octets.uint64(at: 0) == magic else { throw .foreign }
        let end = octets.count &- 8
        guard octets.uint64(at: end) == checksum(octets.extracting(0..<end)) else { throw .damaged(at: end) }
        var reader = StateReader(offset: 8, end: end)
        let state = try? ArchivedState(octets, &reader, limits)
        guard let state, reader.offset == end else { throw .damaged(at: reader.offset) }
        return state
    }

    /// FNV-1a of 64 bits: tells a torn or damaged file, not a forged one.
    package static func checksum(_ octets: borrowing Span<UInt8>) -> UInt64 { FlowModel.checksum(octets) }
}

/// Why an archive was refused.
package enum StateArchiveError: Error, CustomStringConvertible, Equatable {
    /// Longer than any that is written; its length in octets.
    case tooLong(Int)
    /// No archive, or one of another version.
    case foreign
    /// It does not hold together at this octet.
    case damaged(at: Int)

    package var description: String {
        switch self {
        case .tooLong(let count):
            "it has \(count) octets, expected at most \(StateArchive.largestLength)"
        case .foreign: "it is not a state file of this version of spate"
        case .damaged(let offset): "it is damaged at octet \(offset)"
        }
    }
}

/// The domains of one decoder, to be archived.
package struct StateSection: Sendable {
    let octets: [UInt8]
    let domains: Int

    /// Of a decoder that knows nothing.
    package static var empty: StateSection { StateSection(octets: [], domains: 0) }
}

/// The content of an archive. How many domains and templates a decoder takes of it, its limits say.
package struct ArchivedState: Sendable {
    /// When it was saved.
    package let savedAt: Instant
    /// Whether the process that saved it received nothing more.
    package let isFinal: Bool
    let domains: [ArchivedDomain]

    /// Templates in it.
    package var templateCount: Int { domains.reduce(0) { $0 &+ $1.templates.count } }
    /// Observation domains in it.
    package var domainCount: Int { domains.count }

    fileprivate init(
        _ octets: borrowing Span<UInt8>, _ reader: inout StateReader, _ limits: DecodingLimits
    ) throws(StateReader.Invalid) {
        savedAt = Instant(microseconds: Int64(bitPattern: try reader.uint64(octets)))
        isFinal = try reader.uint8(octets) != 0
        var domains: [ArchivedDomain] = []
        // A compiled template takes more memory than it took octets: a forged file must not matter.
        var places = limits.templates
        // The count is not believed: domains end where the octets do.
        for _ in 0..<(try reader.uint32(octets)) {
            domains.append(try ArchivedDomain(octets, &reader, limits, &places))
        }
        self.domains = domains
    }
}
