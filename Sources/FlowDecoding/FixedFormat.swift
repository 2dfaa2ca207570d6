// SPDX-License-Identifier: Apache-2.0

/// The NetFlow versions whose records have one layout, described as templates: they are read by the same plan as those
/// that exporters send.
struct FixedFormat: Sendable {
    let version: UInt16
    let headerLength: Int
    let recordLength: Int
    /// As the vendor defines, so that the datagram fits an Ethernet frame.
    let largestCount: Int
    let template: Template

    private init(
        version: UInt16, headerLength: Int, largestCount: Int, _ fields: [(id: UInt16, length: UInt16)]
    ) {
        let specifiers = fields.map { FieldSpecifier(InformationElement($0.id), length: $0.length) }
        // The lists below have fields of a length, so that a template comes of them.
        guard let template = Template(id: 0, kind: .data, fields: specifiers, definition: []),
            let recordLength = template.layout.fixedLength
        else { preconditionFailure("a built-in layout has no length") }
        (self.version, self.headerLength, self.largestCount) = (version, headerLength, largestCount)
        (self.recordLength, self.template) = (recordLength, template)
    }

    /// paddingOctets (210): filler.
    static let padding: UInt16 = 210

    /// Source, destination, next hop, interfaces, packets, octets, first, last, ports: in all versions.
    private static let common: [(id: UInt16, length: UInt16)] = [
        (8, 4), (12, 4), (15, 4), (10, 2), (14, 2), (2, 4), (1, 4), (22, 4), (21, 4), (7, 2), (11, 2),
    ]

    static let version1 = FixedFormat(
        version: 1, headerLength: 16, largestCount: 24,
        common + [(padding, 2), (4, 1), (5, 1), (6, 1), (padding, 11)])

    /// v1 as softflowd and its kin write it: four octets of filler fewer, and as many records as in v5.
    static let version1Short = FixedFormat(
        version: 1, headerLength: 16, largestCount: 30,
        common + [(padding, 2), (4, 1), (5, 1), (6, 1), (padding, 7)])

    static let version5 = FixedFormat(
        version: 5, headerLength: 24, largestCount: 30,
        common + [
            (padding, 1), (6, 1), (4, 1), (5, 1), (16, 2), (17, 2), (9, 1), (13, 1), (padding, 2),
        ])

    static let version7 = FixedFormat(
        version: 7, headerLength: 24, largestCount: 28,
        common + [
            (padding, 1), (6, 1), (4, 1), (5, 1), (16, 2), (17, 2), (9, 1), (13, 1), (padding, 6),
        ])

    /// Which layout a v1 datagram has. Only its length tells: records of 48 octets fill it, or leave eight (softflowd sizes
    /// it for the header of v5). Two of them and the eight are as long as two of 52: then the filler that ends the first
    /// of 52 is the source address of the second of 48.
    static func version1(of datagram: borrowing Span<UInt8>) -> FixedFormat {
        guard datagram.count >= version1.headerLength else { return version1 }
        let count = Int(datagram.uint16(at: 2))
        let left = datagram.count &- version1.headerLength &- count &* version1Short.recordLength
        guard left == 0 || left == 8 else { return version1 }
        guard count == 2, left == 8 else { return version1Short }
        return datagram.uint32(at: version1.headerLength &+ version1Short.recordLength) == 0
            ? version1 : version1Short
    }

    /// The layout of the records that a header of v1, v5 or v7 announces.
    static func of(_ header: MessageHeader, count: Int) -> FixedFormat {
        switch header.version {
        case 1: header.end &- header.start == count &* version1.recordLength ? version1 : version1Short
        case 7: version7
        default: version5
        }
    }
}
