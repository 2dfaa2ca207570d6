// SPDX-License-Identifier: Apache-2.0

/// Octets in network byte order, for datagrams that are right and for those that are not.
package struct OctetWriter {
    package private(set) var octets: [UInt8] = []

    package init() {}

    package mutating func append(_ bytes: [UInt8]) { octets += bytes }

    /// The low `width` octets of `value`.
    package mutating func append(_ value: UInt64, width: Int) {
        for index in stride(from: width - 1, through: 0, by: -1) {
            octets.append(index < 8 ? UInt8(truncatingIfNeeded: value >> UInt64(index * 8)) : 0)
        }
    }

    package mutating func append16(_ value: Int) { append(UInt64(truncatingIfNeeded: value), width: 2) }
    package mutating func append32(_ value: Int) { append(UInt64(truncatingIfNeeded: value), width: 4) }
}

/// A field of a template: id, length, and the enterprise when the element is not IANA's.
package struct TestField: Sendable {
    package var id: Int
    package var length: Int
    package var enterprise: Int?

    package init(_ id: Int, _ length: Int, enterprise: Int? = nil) {
        (self.id, self.length, self.enterprise) = (id, length, enterprise)
    }

    /// Variable length.
    package static func variable(_ id: Int, enterprise: Int? = nil) -> TestField {
        TestField(id, 65535, enterprise: enterprise)
    }

    /// The reverse direction (RFC 5103) of an IANA element.
    package static func reverse(_ id: Int, _ length: Int) -> TestField {
        TestField(id, length, enterprise: 29305)
    }
}

/// Builds a NetFlow v9 or IPFIX message set by set. Nothing is checked: wrong counts, lengths and ids go out as given.
package struct MessageBuilder {
    package enum Version: Int, Sendable, CaseIterable {
        case version9 = 9
        case ipfix = 10
    }

    package var version: Version
    package var domain = 0
    package var sequence = 0
    /// Seconds since 1970.
    package var exportSeconds = 1_700_000_000
    /// v9 only.
    package var uptimeMilliseconds = 3_600_000
    /// v9: the count in the header; nil counts the records added.
    package var count: Int?
    /// IPFIX: the length in the header; nil is the true one.
    package var length: Int?
    private var body = OctetWriter()
    private var records = 0

    package init(_ version: Version, domain: Int = 0, sequence: Int = 0) {
        (self.version, self.domain, self.sequence) = (version, domain, sequence)
    }

    /// The whole datagram.
    package var datagram: [UInt8] {
        var writer = OctetWriter()
        writer.append16(version.rawValue)
        switch version {
        case .version9:
            writer.append16(count ?? records)
            writer.append32(uptimeMilliseconds)
            writer.append32(exportSeconds)
        case .ipfix:
            writer.append16(length ?? body.octets.count + 16)
            writer.append32(exportSeconds)
        }
        writer.append32(sequence)
        writer.append32(domain)
        return writer.octets + body.octets
    }

    /// Octets as they are, a set or not.
    package mutating func addRaw(_ octets: [UInt8]) { body.append(octets) }

    /// A set with this id; `length` lies where it is given.
    package mutating func addSet(_ id: Int, _ content: [UInt8], length: Int? = nil) {
        body.append16(id)
        body.append16(length ?? content.count + 4)
        body.append(content)
    }

    package mutating func addTemplate(_ id: Int, _ fields: [TestField], fieldCount: Int? = nil) {
        records += 1
        var writer = OctetWriter()
        writer.append16(id)
        writer.append16(fieldCount ?? fields.count)
        append(fields, to: &writer)
        addSet(version == .version9 ? 0 : 2, writer.octets)
    }

    /// Several templates in one set.
    package mutating func addTemplates(_ templates: [(id: Int, fields: [TestField])]) {
        records += templates.count
        var writer = OctetWriter()
        for (id, fields) in templates {
            writer.append16(id)
            writer.append16(fields.count)
            append(fields, to: &writer)
        }
        addSet(version == .version9 ? 0 : 2, writer.octets)
    }

    /// The first `scopes` fields are scope fields.
    package mutating func addOptionsTemplate(_ id: Int, scopes: Int, _ fields: [TestField]) {
        records += 1
        var writer = OctetWriter()
        writer.append16(id)
        switch version {
        case .version9:
            writer.append16(scopes * 4)
            writer.append16((fields.count - scopes) * 4)
        case .ipfix:
            writer.append16(fields.count)
            writer.append16(scopes)
        }
        append(fields, to: &writer)
        addSet(version == .version9 ? 1 : 3, writer.octets)
    }

    /// A template withdrawal (RFC 7011 §8.1).
    package mutating func addWithdrawal(_ id: Int, inSet set: Int = 2) {
        var writer = OctetWriter()
        writer.append16(id)
        writer.append16(0)
        addSet(set, writer.octets)
    }

    /// A data set of records that are already encoded.
    package mutating func addData(_ id: Int, _ records: [[UInt8]], padding: Int = 0) {
        self.records += records.count
        addSet(id, records.flatMap { $0 } + [UInt8](repeating: 0, count: padding))
    }

    private func append(_ fields: [TestField], to writer: inout OctetWriter) {
        for field in fields {
            writer.append16(field.enterprise == nil ? field.id : field.id | 0x8000)
            writer.append16(field.length)
            if let enterprise = field.enterprise { writer.append32(enterprise) }
        }
    }
}

/// One flow, to be written in any version.
package struct TestFlow: Sendable, Equatable {
    package var source: UInt32 = 0x0A00_0001
    package var destination: UInt32 = 0x0A02_0014
    package var sourcePort = 40000
    package var destinationPort = 443
    package var transport = 6
    package var flags = 0x1B
    package var packets = 10
    package var octets = 4200
    /// Uptime in milliseconds at the first and the last packet.
    package var first = 3_590_000
    package var last = 3_599_000

    package init() {}

    /// A flow that differs from others by its number.
    package init(number: Int) {
        self.init()
        source = 0x0A00_0000 | UInt32(number & 0xFFFF)
        sourcePort = 1024 + number % 60000
        packets = 1 + number % 100
        octets = 40 + number * 7 % 100_000
    }

    /// The fields that `encoded` follows.
    package static let fields = [
        TestField(8, 4), TestField(12, 4), TestField(7, 2), TestField(11, 2), TestField(4, 1),
        TestField(6, 1),
        TestField(2, 4), TestField(1, 4), TestField(22, 4), TestField(21, 4),
    ]

    package var encoded: [UInt8] {
        var writer = OctetWriter()
        writer.append(UInt64(source), width: 4)
        writer.append(UInt64(destination), width: 4)
        writer.append16(sourcePort)
        writer.append16(destinationPort)
        writer.append(UInt64(transport), width: 1)
        writer.append(UInt64(flags), width: 1)
        for value in [packets, octets, first, last] { writer.append32(value) }
        return writer.octets
    }
}

/// Builds NetFlow v5 datagrams.
package struct NetFlow5Builder {
    package var sequence = 0
    package var exportSeconds = 1_700_000_000
    package var uptimeMilliseconds = 3_600_000
    package var engine = 0
    /// Mode in the high 2 bits, interval in the low 14.
    package var sampling = 0
    /// The count in the header; nil is the true one.
    package var count: Int?
    package var flows: [TestFlow]

    package init(flows: [TestFlow], sequence: Int = 0) {
        (self.flows, self.sequence) = (flows, sequence)
    }

    package var datagram: [UInt8] {
        var message = FixedMessageBuilder(.version5, flows: flows, sequence: sequence)
        (message.exportSeconds, message.uptimeMilliseconds) = (exportSeconds, uptimeMilliseconds)
        (message.engine, message.sampling, message.count) = (engine, sampling, count)
        return message.datagram
    }
}
