// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// What exporters that are well send: from here mutations reach every branch that good data take.
enum OrdinarySeeds {
    static var all: [FuzzSeed] {
        fixed
            + MessageBuilder.Version.allCases.flatMap { version in
                [
                    flows(version), dataBeforeTemplate(version), sampled(version), elements(version),
                    variable(version), biflow(version), firewall(version), sequence(version),
                ]
            } + [withdrawal, absoluteTimes, initTime, outcomes]
    }

    private static func seed(_ name: String, _ datagrams: [[UInt8]]) -> FuzzSeed {
        var writer = DatagramSequenceWriter()
        for datagram in datagrams { writer.add(datagram, .init(step: 1)) }
        return FuzzSeed(name: "ordinary-\(name)", input: writer.input)
    }

    private static let some = (0..<3).map { TestFlow(number: $0) }

    private static var fixed: [FuzzSeed] {
        FixedMessageBuilder.Version.allCases.map { version in
            seed(
                "v\(version.rawValue)",
                (0..<3).map { step in
                    var message = FixedMessageBuilder(version, flows: some, sequence: step * 3)
                    message.sampling = step == 2 ? 0x400A : 0
                    return message.datagram
                })
        }
    }

    private static func flows(_ version: MessageBuilder.Version) -> FuzzSeed {
        var first = MessageBuilder(version, domain: 1)
        first.addTemplate(256, TestFlow.fields)
        first.addData(256, some.map(\.encoded), padding: 2)
        var second = MessageBuilder(version, domain: 1, sequence: version == .ipfix ? 3 : 1)
        second.addData(256, some.map(\.encoded))
        return seed("flows-\(version)", [first.datagram, second.datagram])
    }

    private static func dataBeforeTemplate(_ version: MessageBuilder.Version) -> FuzzSeed {
        var early = MessageBuilder(version)
        early.addData(256, some.map(\.encoded))
        var template = MessageBuilder(version, sequence: 1)
        template.addData(257, [number(1, 4)])
        template.addTemplate(256, TestFlow.fields)
        template.addTemplate(257, [TestField(8, 4)])
        return seed("early-data-\(version)", [early.datagram, template.datagram])
    }

    /// The forms in which options state sampling, then records that name their sampler or interval.
    private static func sampled(_ version: MessageBuilder.Version) -> FuzzSeed {
        let scope = TestField(version == .ipfix ? 144 : 1, 4)
        let forms: [[TestField]] = [
            [TestField(34, 4), TestField(35, 1)], [TestField(48, 1), TestField(49, 1), TestField(50, 4)],
            [TestField(302, 2), TestField(304, 2), TestField(305, 4), TestField(306, 4)],
            [TestField(302, 8), TestField(309, 4), TestField(310, 4)],
        ]
        var datagrams: [[UInt8]] = []
        for (index, form) in forms.enumerated() {
            var message = MessageBuilder(version, sequence: index)
            message.addOptionsTemplate(400 + index, scopes: 1, [scope] + form)
            message.addData(400 + index, [number(0, 4) + form.flatMap { number(index + 1, $0.length) }])
            datagrams.append(message.datagram)
        }
        var data = MessageBuilder(version, sequence: forms.count)
        data.addTemplate(256, [TestField(8, 4), TestField(48, 1)])
        data.addTemplate(257, [TestField(8, 4), TestField(34, 4), TestField(302, 2)])
        data.addData(256, [number(1, 4) + number(2, 1)])
        data.addData(257, [number(1, 4) + number(64, 4) + number(3, 2)])
        return seed("sampled-\(version)", datagrams + [data.datagram])
    }

    /// One field of each element that a registry is likely to know, in groups that a template may have.
    private static func elements(_ version: MessageBuilder.Version) -> FuzzSeed {
        let ids =
            Array(1...96) + Array(128...164) + Array(200...242) + Array(276...324) + Array(430...461)
            + Array(484...496)
        let datagrams = stride(from: 0, to: ids.count, by: 40).map { start in
            let fields = ids[start..<min(start + 40, ids.count)].map {
                TestField($0, [4, 8, 2, 1, 16, 6][$0 % 6])
            }
            var message = MessageBuilder(version, domain: 2, sequence: start / 40)
            message.addTemplate(256, fields)
            message.addData(256, [fields.flatMap { number($0.id, $0.length) }])
            return message.datagram
        }
        return seed("elements-\(version)", datagrams)
    }

    private static func variable(_ version: MessageBuilder.Version) -> FuzzSeed {
        var message = MessageBuilder(version)
        message.addTemplate(
            256, [TestField(8, 4), .variable(82), TestField(12, 4), .variable(371), .variable(1)])
        let name = [UInt8]("eth0".utf8)
        let long = [255, 0, 5] + [UInt8]("ü/\u{1}\"\\".utf8.prefix(5))
        message.addData(
            256,
            [
                number(1, 4) + [4] + name + number(2, 4) + long + [3, 1, 2, 3],
                number(3, 4) + [0, 0, 0, 0, 4, 0, 0],
            ])
        return seed("variable-\(version)", [message.datagram])
    }

    private static func biflow(_ version: MessageBuilder.Version) -> FuzzSeed {
        let fields: [TestField] =
            version == .ipfix
            ? [TestField(1, 4), .reverse(1, 4), TestField(2, 4), .reverse(2, 4), .reverse(6, 1)]
            : [TestField(231, 4), TestField(232, 4), TestField(298, 4), TestField(299, 4), TestField(6, 1)]
        var message = MessageBuilder(version)
        message.addTemplate(256, [TestField(27, 16), TestField(28, 16), TestField(239, 1)] + fields)
        message.addData(256, [number(1, 16) + number(2, 16) + [1] + fields.flatMap { number(9, $0.length) }])
        return seed("biflow-\(version)", [message.datagram])
    }

    /// Firewall and address translation events.
    private static func firewall(_ version: MessageBuilder.Version) -> FuzzSeed {
        let fields = [
            TestField(148, 4), TestField(8, 4), TestField(12, 4), TestField(225, 4), TestField(226, 4),
            TestField(227, 2), TestField(233, 1), TestField(33002, 2), TestField(40005, 1), TestField(323, 8),
            TestField(152, 8), TestField(231, 4), TestField(232, 4),
        ]
        var message = MessageBuilder(version)
        message.addTemplate(256, fields)
        for event in 1...3 { message.addData(256, [fields.flatMap { number(event, $0.length) }]) }
        return seed("firewall-\(version)", [message.datagram])
    }

    /// Gaps, late datagrams, duplicates, and a new session.
    private static func sequence(_ version: MessageBuilder.Version) -> FuzzSeed {
        var datagrams: [[UInt8]] = []
        for number in [0, 1, 2, 3, 5, 4, 6, 6, 9, 0, 1, 2] {
            var message = MessageBuilder(version, sequence: number)
            if datagrams.isEmpty { message.addTemplate(256, [TestField(8, 4)]) }
            message.addData(256, [[1, 2, 3, 4]])
            datagrams.append(message.datagram)
        }
        return seed("sequence-\(version)", datagrams)
    }

    private static var withdrawal: FuzzSeed {
        var message = MessageBuilder(.ipfix)
        message.addTemplate(256, [TestField(8, 4)])
        message.addOptionsTemplate(400, scopes: 1, [TestField(144, 4), TestField(160, 8)])
        message.addData(256, [[1, 2, 3, 4]])
        message.addWithdrawal(256)
        message.addData(256, [[1, 2, 3, 4]])
        message.addWithdrawal(3, inSet: 3)
        message.addWithdrawal(2)
        return seed("withdrawal", [message.datagram])
    }

    private static var absoluteTimes: FuzzSeed {
        var message = MessageBuilder(.ipfix)
        for (index, (start, width)) in [(150, 4), (152, 8), (154, 8), (156, 8), (158, 4)].enumerated() {
            message.addTemplate(
                256 + index, [TestField(8, 4), TestField(start, width), TestField(start + 1, width)])
            let seconds = 1_699_999_990
            let time =
                switch start {
                case 150: number(seconds, 4)
                case 152: number(seconds * 1000, 8)
                case 158: number(5_000_000, 4)
                default: number((seconds + 2_208_988_800) << 32, 8)
                }
            message.addData(256 + index, [number(1, 4) + time + time])
        }
        return seed("times", [message.datagram])
    }

    /// HTTP status and DNS response codes, in records and in lists of all kinds (RFC 6313).
    private static var outcomes: FuzzSeed {
        let dns = TestField(177, 1, enterprise: 6871)
        var message = MessageBuilder(.ipfix)
        message.addTemplate(256, [TestField(8, 4), TestField(457, 2), dns, .variable(123, enterprise: 6871)])
        message.addData(256, [number(1, 4) + number(503, 2) + [3, 3] + [UInt8]("404".utf8)])
        message.addTemplate(257, [dns, .variable(82)])
        for (index, kind) in [291, 292, 293].enumerated() {
            message.addTemplate(258 + index, [TestField(8, 4), .variable(kind)])
        }
        let basic: [UInt8] = [3] + number(457, 2) + number(2, 2) + number(200, 2) + number(500, 2)
        let record: [UInt8] = [3, 2] + [UInt8]("ab".utf8)
        let lists = [
            basic, [3] + number(257, 2) + record + record,
            [3] + number(257, 2) + number(4 + record.count, 2) + record + number(9, 2) + number(4, 2),
        ]
        for (index, list) in lists.enumerated() {
            message.addData(258 + index, [number(1, 4) + [UInt8(list.count)] + list])
        }
        return seed("outcomes", [message.datagram])
    }

    private static var initTime: FuzzSeed {
        var message = MessageBuilder(.ipfix)
        message.addOptionsTemplate(400, scopes: 1, [TestField(144, 4), TestField(160, 8)])
        message.addData(400, [number(0, 4) + number(1_699_999_000_000, 8)])
        message.addTemplate(256, [TestField(8, 4), TestField(22, 4), TestField(21, 4)])
        message.addTemplate(257, [TestField(8, 4), TestField(22, 4), TestField(21, 4), TestField(160, 8)])
        message.addData(256, [number(1, 4) + number(10, 4) + number(20, 4)])
        message.addData(257, [number(1, 4) + number(10, 4) + number(20, 4) + number(1_699_999_000_000, 8)])
        return seed("init-time", [message.datagram])
    }
}

/// The low octets of a number.
func number(_ value: Int, _ width: Int) -> [UInt8] {
    var writer = OctetWriter()
    writer.append(UInt64(truncatingIfNeeded: value), width: width)
    return writer.octets
}
