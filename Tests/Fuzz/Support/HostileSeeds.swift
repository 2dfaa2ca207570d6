// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// One seed for each of the ways in which input was a crash, an endless loop or a leak of some collector.
enum HostileSeeds {
    static var all: [FuzzSeed] {
        HostileStructure.threats.merging(HostileContents.threats) { first, _ in first }
            .sorted { $0.key < $1.key }.map { number, threat in
                let digits = number < 10 ? "0\(number)" : "\(number)"
                return FuzzSeed(name: "threat-\(digits)-\(threat.name)", input: threat.input)
            }
    }
}

/// A hostile conversation.
struct Threat {
    var name: String
    private var writer = DatagramSequenceWriter()

    init(_ name: String) { self.name = name }

    init(_ name: String, _ datagrams: [[UInt8]]) {
        self.name = name
        for datagram in datagrams { add(datagram) }
    }

    var input: [UInt8] { writer.input }

    mutating func add(_ datagram: [UInt8], exporter: Int = 0, port: Int = 0, step: Int = 0) {
        writer.add(datagram, .init(exporter: exporter, port: port, step: step))
    }

    /// The same in both versions that have templates, the first time under its own name.
    static func each(_ name: String, _ build: (inout MessageBuilder) -> Void) -> Threat {
        Threat(
            name,
            MessageBuilder.Version.allCases.map { version in
                var message = MessageBuilder(version)
                build(&message)
                return message.datagram
            })
    }

    static let addresses = [TestField(8, 4), TestField(12, 4)]
    static let pair = number(1, 4) + number(2, 4)
}
