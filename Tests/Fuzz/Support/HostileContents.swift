// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// Threats in what fields say and in how much comes from how many, by their number.
enum HostileContents {
    static var threats: [Int: Threat] {
        [
            10: optionsThatGrow, 11: interfaceNames, 20: spoofedSources, 21: flappingTemplate,
            22: sameIDElsewhere, 23: dataFloods, 25: badDatagrams, 26: absurdNumbers, 28: sequenceJumps,
            29: optionsOfAnother,
        ]
    }

    private static let addresses = Threat.addresses
    private static let pair = Threat.pair

    private static var optionsThatGrow: Threat {
        .each("options-that-grow") { message in
            message.addOptionsTemplate(400, scopes: 1, [TestField(1, 4), TestField(48, 4), TestField(50, 4)])
            message.addData(400, (1...12).map { number(0, 4) + number($0, 4) + number(10 + $0, 4) })
        }
    }

    private static var interfaceNames: Threat {
        .each("interface-names") { message in
            message.addOptionsTemplate(400, scopes: 1, [TestField(2, 4), TestField(82, 8), TestField(83, 8)])
            message.addData(
                400,
                [
                    number(1, 4) + [0x41, 0x0A, 0x42, 0x1B, 0x5B, 0x33, 0x31, 0x6D]
                        + [0xFF, 0xFE, 0xC3, 0xE2, 0x80, 0xAE, 0x22, 0x5C],
                    number(2, 4) + [UInt8](repeating: 0x7F, count: 8) + [
                        0xF0, 0x9F, 0x99, 0x82, 0xC2, 0x85, 0, 0,
                    ],
                ])
        }
    }

    private static var spoofedSources: Threat {
        var threat = Threat("spoofed-sources")
        for source in 0..<16 {
            var message = MessageBuilder(source % 3 == 0 ? .version9 : .ipfix, domain: source * 77)
            for template in 0..<4 { message.addTemplate(256 + template, addresses) }
            message.addData(256, [pair])
            threat.add(message.datagram, exporter: source, port: source)
        }
        return threat
    }

    private static var flappingTemplate: Threat {
        var threat = Threat("flapping-template")
        for step in 0..<8 {
            var message = MessageBuilder(.ipfix, sequence: step)
            if step == 5 {
                message.addOptionsTemplate(256, scopes: 1, [TestField(8, 4), TestField(34, 4)])
            } else {
                message.addTemplate(256, step % 2 == 0 ? addresses : addresses.reversed())
            }
            message.addData(256, [pair])
            threat.add(message.datagram, step: 1)
        }
        return threat
    }

    private static var sameIDElsewhere: Threat {
        var threat = Threat("same-id-elsewhere")
        for (exporter, domain, fields) in [
            (0, 1, addresses), (0, 2, addresses + [TestField(4, 1)]), (1, 1, [TestField(12, 4)]),
            (2, 1, addresses),
        ] {
            for version in MessageBuilder.Version.allCases {
                var message = MessageBuilder(version, domain: domain)
                message.addTemplate(256, fields)
                threat.add(message.datagram, exporter: exporter)
                var data = MessageBuilder(version, domain: 3 - domain)
                data.addData(256, [pair])
                threat.add(data.datagram, exporter: exporter)
            }
        }
        return threat
    }

    private static var dataFloods: Threat {
        var threat = Threat("data-floods")
        for step in 0..<12 {
            var message = MessageBuilder(.ipfix, domain: step % 3, sequence: step)
            message.addData(256 + step % 2, [[UInt8](repeating: UInt8(step), count: 100)])
            if step == 9 { message.addTemplate(256, addresses) }
            threat.add(message.datagram, exporter: step / 6, step: step == 10 ? 4 : 0)
        }
        return threat
    }

    private static var badDatagrams: Threat {
        Threat("bad-datagrams", (0..<30).map { [0, UInt8($0 % 12), 0xFF] })
    }

    private static var absurdNumbers: Threat {
        var threat = Threat("absurd-numbers")
        for seconds in [0, 0xFFFF_FFFF] {
            for version in MessageBuilder.Version.allCases {
                var message = MessageBuilder(version)
                (message.exportSeconds, message.uptimeMilliseconds) = (seconds, seconds ^ 0x7FFF_FFFF)
                message.addTemplate(
                    256,
                    [
                        TestField(8, 4), TestField(1, 8), TestField(2, 8), TestField(152, 8),
                        TestField(153, 8),
                        TestField(34, 4),
                    ])
                message.addTemplate(257, [TestField(8, 4), TestField(154, 8), TestField(155, 8)])
                message.addTemplate(258, [TestField(8, 4), TestField(22, 4), TestField(21, 4)])
                message.addData(
                    256,
                    [
                        number(1, 4) + number(.min, 8) + number(-1, 8) + number(.max, 8) + number(0, 8)
                            + number(-1, 4)
                    ])
                message.addData(257, [number(1, 4) + number(-1, 8) + number(0, 8)])
                message.addData(258, [number(1, 4) + number(-1, 4) + number(0, 4)])
                threat.add(message.datagram)
            }
        }
        return threat
    }

    private static var sequenceJumps: Threat {
        var threat = Threat("sequence-jumps")
        for (step, sequence) in [0, 3, 6, 9, 0xFFFF_FFFD, 0, 3, 3, 12, 6, 9, 0x8000_0000, 15].enumerated() {
            var message = FixedMessageBuilder(
                .version5, flows: (0..<3).map { TestFlow(number: $0) }, sequence: sequence)
            message.uptimeMilliseconds = step == 11 ? 10 : 3_600_000 + step
            threat.add(message.datagram, port: step / 6)
        }
        return threat
    }

    private static var optionsOfAnother: Threat {
        var threat = Threat("options-of-another")
        var options = MessageBuilder(.ipfix)
        options.addOptionsTemplate(400, scopes: 1, [TestField(130, 4), TestField(34, 4)])
        options.addData(400, [number(0xC000_0201, 4) + number(5000, 4)])
        threat.add(options.datagram, exporter: 2)
        var data = MessageBuilder(.ipfix)
        data.addTemplate(256, addresses)
        data.addData(256, [pair])
        threat.add(data.datagram, exporter: 0)
        return threat
    }
}
