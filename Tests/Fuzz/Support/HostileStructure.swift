// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// Threats in how messages, sets and templates are put together, by their number.
enum HostileStructure {
    static var threats: [Int: Threat] {
        [
            1: setLengthBelowItsHeader, 2: setBeyondTheDatagram, 3: recordBeyondTheSet,
            4: optionsTemplateLengths, 5: templateWithoutLength, 6: lengthsThatWrap, 7: wideElements,
            8: lists, 9: templateWhileDataWait, 12: variableLength, 13: fieldCount, 14: reservedIDs,
            15: version5Counts, 16: version9Count, 17: messageLength, 18: shortDatagrams, 19: otherProtocols,
            24: tinyRecords, 27: padding, 30: packetSections,
        ]
    }

    private static let addresses = Threat.addresses
    private static let pair = Threat.pair

    private static var setLengthBelowItsHeader: Threat {
        var threat = Threat("set-length-below-its-header")
        for version in MessageBuilder.Version.allCases {
            for length in 0...3 {
                var message = MessageBuilder(version)
                message.addTemplate(256, addresses)
                message.addSet(256, pair, length: length)
                threat.add(message.datagram)
            }
        }
        return threat
    }

    private static var setBeyondTheDatagram: Threat {
        var threat = Threat("set-beyond-the-datagram")
        for version in MessageBuilder.Version.allCases {
            for tail in [[1, 0, 0, 13] + pair, [1, 0, 0xFF, 0xFF], [1], [1, 0, 0]] as [[UInt8]] {
                var message = MessageBuilder(version)
                message.addTemplate(256, addresses)
                message.addRaw(tail)
                threat.add(message.datagram)
            }
        }
        return threat
    }

    /// Sets that end within a record, of every kind of template.
    private static var recordBeyondTheSet: Threat {
        .each("record-beyond-the-set") { message in
            message.addTemplate(256, addresses)
            message.addTemplate(257, [TestField(8, 4), .variable(82), TestField(12, 4)])
            message.addOptionsTemplate(400, scopes: 1, [TestField(1, 4), TestField(34, 4)])
            message.addSet(256, pair + [1, 2, 3])
            message.addSet(257, number(1, 4) + [2, 1, 1] + [7, 7])
            message.addSet(400, number(0, 4) + [0, 0])
        }
    }

    private static var optionsTemplateLengths: Threat {
        var threat = Threat("options-template-lengths")
        for lengths in [[0, 12], [12, 0], [3, 4], [4, 3], [0xFFFC, 0xFFFC], [2, 3]] {
            for version in MessageBuilder.Version.allCases {
                var message = MessageBuilder(version)
                let words = [400] + lengths + [1, 4, 34, 4]
                message.addSet(version == .ipfix ? 3 : 1, words.flatMap { number($0, 2) })
                message.addData(400, [pair])
                threat.add(message.datagram)
            }
        }
        return threat
    }

    private static var templateWithoutLength: Threat {
        .each("template-without-length") { message in
            message.addTemplate(256, [])
            message.addTemplate(257, [TestField(8, 0), TestField(12, 0)])
            message.addData(256, [pair])
            message.addData(257, [pair])
        }
    }

    private static var lengthsThatWrap: Threat {
        .each("lengths-that-wrap") { message in
            message.addTemplate(
                256, [TestField(8, 4), TestField(500, 0xFFF0), TestField(501, 0x0010), TestField(12, 4)])
            message.addData(256, [pair, pair])
        }
    }

    private static var wideElements: Threat {
        .each("wide-elements") { message in
            message.addTemplate(
                256, [TestField(8, 50), TestField(1, 50), TestField(27, 50), TestField(6, 9)])
            message.addData(256, [[UInt8](repeating: 0xFF, count: 159)])
        }
    }

    /// Lists whose entries have no length, and lists that name the template they are in (RFC 6313).
    private static var lists: Threat {
        .each("lists") { message in
            for (index, list) in [291, 292, 293].enumerated() {
                message.addTemplate(256 + index, addresses + [.variable(list)])
            }
            let empty: [UInt8] = [0xFF] + number(82, 2) + number(0, 2) + [1, 2, 3]
            let itself: [UInt8] = [0xFF] + number(257, 2) + pair + [3, 0xFF] + number(257, 2)
            let multi: [UInt8] = [0xFF] + number(258, 2) + number(12, 2) + pair + [0]
            for (index, list) in [empty, itself, multi].enumerated() {
                message.addData(256 + index, [pair + [UInt8(list.count)] + list, pair + [0]])
            }
            // A list of lists of lists…
            var nested: [UInt8] = [3] + number(8, 2) + number(4, 2) + number(1, 4)
            for _ in 0..<8 { nested = [0xFF] + number(291, 2) + number(nested.count, 2) + nested }
            message.addData(256, [pair + [UInt8(nested.count)] + nested])
        }
    }

    private static var templateWhileDataWait: Threat {
        var threat = Threat("template-while-data-wait")
        for fields in [nil, addresses, addresses.reversed(), nil] {
            var message = MessageBuilder(.ipfix)
            if let fields { message.addTemplate(256, fields) } else { message.addWithdrawal(256) }
            message.addData(256, [pair])
            message.addData(257, [pair])
            threat.add(message.datagram, step: 1)
        }
        return threat
    }

    private static var variableLength: Threat {
        .each("variable-length-at-the-end") { message in
            message.addTemplate(256, addresses + [.variable(82)])
            for tail in [[255], [255, 1], [5, 0], [255, 255, 255], [255, 0, 9, 1]] as [[UInt8]] {
                message.addData(256, [pair + [1, 0x61], pair + tail])
            }
        }
    }

    private static var fieldCount: Threat {
        .each("field-count") { message in
            for (index, count) in [3, 512, 65535].enumerated() {
                message.addTemplate(256 + index, addresses, fieldCount: count)
            }
        }
    }

    private static var reservedIDs: Threat {
        .each("reserved-ids") { message in
            for id in [0, 1, 255] { message.addTemplate(id, addresses) }
            for id in [4, 100, 255] { message.addSet(id, pair) }
        }
    }

    private static var version5Counts: Threat {
        var threat = Threat("version-5-counts")
        for version in FixedMessageBuilder.Version.allCases {
            for count in [0, 1, 3, 31, 65535] {
                var message = FixedMessageBuilder(version, flows: [TestFlow(), TestFlow()])
                message.count = count
                threat.add(message.datagram)
            }
        }
        return threat
    }

    private static var version9Count: Threat {
        .each("version-9-count") { message in
            message.count = 65535
            message.addTemplate(256, addresses)
            for _ in 0..<6 { message.addData(256, [pair]) }
        }
    }

    private static var messageLength: Threat {
        var threat = Threat("message-length")
        for length in [0, 15, 16, 20, 65535] {
            var message = MessageBuilder(.ipfix)
            message.addTemplate(256, addresses)
            message.addData(256, [pair])
            message.length = length
            threat.add(message.datagram)
        }
        return threat
    }

    private static var shortDatagrams: Threat {
        var threat = Threat("short-datagrams")
        for count in 0..<20 {
            threat.add([UInt8](repeating: 0, count: count))
            threat.add([UInt8](repeating: 0xFF, count: count))
            threat.add(number(count % 12, 2) + [UInt8](repeating: 0xA5, count: count))
        }
        return threat
    }

    private static var otherProtocols: Threat {
        let sFlow: [UInt8] = [0, 0, 0, 5, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
        return Threat(
            "other-protocols", [sFlow, [UInt8]("<13>Nov 21 02:02:45 router: link down".utf8), sFlow])
    }

    private static var tinyRecords: Threat {
        .each("tiny-records") { message in
            message.addTemplate(256, [TestField(4, 1)])
            message.addTemplate(257, [.variable(4)])
            message.addData(256, [[UInt8](repeating: 6, count: 500)])
            message.addData(257, [[UInt8](repeating: 0, count: 500)])
        }
    }

    private static var padding: Threat {
        .each("padding") { message in
            message.addTemplate(256, addresses)
            message.addTemplate(257, addresses + (0..<8).map { TestField(300 + $0, 4) })
            message.addData(256, [pair], padding: 36)
            message.addData(257, [pair + [UInt8](repeating: 0, count: 32)], padding: 36)
            message.addRaw([UInt8](repeating: 0, count: 40))
        }
    }

    private static var packetSections: Threat {
        .each("packet-sections") { message in
            for (index, element) in [313, 314, 315].enumerated() {
                message.addTemplate(256 + index, addresses + [.variable(element)])
                message.addData(256 + index, [pair + [10, 0x4F, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0, 6]])
            }
        }
    }
}
