// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import TestSupport
import Testing

/// What was built comes out again, whatever the templates are.
@Suite struct RoundTripTests {
    private static let rounds = 60

    /// Sets of records in the order in which they are sent, by the place of their template.
    private struct Conversation {
        var templates: [RandomTemplate]
        var sets: [(template: Int, records: [RandomTemplate.Sent], padding: Int)]

        init(_ version: MessageBuilder.Version, using random: inout SeededRandom) {
            templates = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                RandomTemplate(version, using: &random)
            }
            sets = []
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let place = Int.random(in: 0..<templates.count, using: &random)
                let records = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                    templates[place].record(using: &random)
                }
                sets.append((place, records, Int.random(in: 0...3, using: &random)))
            }
        }

        var definitions: [(id: Int, fields: [TestField])] {
            templates.enumerated().map { (256 + $0.offset, $0.element.fields) }
        }

        var records: [RandomTemplate.Sent] { sets.flatMap(\.records) }

        func addData(to message: inout MessageBuilder) {
            for set in sets {
                message.addData(256 + set.template, set.records.map(\.octets), padding: set.padding)
            }
        }
    }

    @Test(arguments: MessageBuilder.Version.allCases, 0..<3)
    func recordsOfRandomTemplatesComeOutAsTheyWentIn(version: MessageBuilder.Version, seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        for round in 0..<Self.rounds {
            let sent = Conversation(version, using: &random)
            var bench = DecodingBench()
            var message = MessageBuilder(version, domain: round)
            if Bool.random(using: &random) {
                message.addTemplates(sent.definitions)
            } else {
                for (id, fields) in sent.definitions { message.addTemplate(id, fields) }
            }
            if Bool.random(using: &random) {
                bench.send(message.datagram)
                message = MessageBuilder(version, domain: round, sequence: 1)
            }
            sent.addData(to: &message)
            let summary = bench.send(message.datagram)
            #expect(bench.records == sent.records.map(\.flow), "round \(round)")
            #expect(summary.isClean, "round \(round)")
        }
    }

    @Test(arguments: MessageBuilder.Version.allCases)
    func recordsThatCameBeforeTheirTemplatesComeOutAsTheyWentIn(version: MessageBuilder.Version) {
        var random = SeededRandom(seed: 77)
        for round in 0..<Self.rounds {
            let sent = Conversation(version, using: &random)
            var bench = DecodingBench()
            var data = MessageBuilder(version)
            sent.addData(to: &data)
            #expect(bench.send(data.datagram).unmatchedSets == sent.sets.count)
            var templates = MessageBuilder(version, sequence: 1)
            templates.addTemplates(sent.definitions)
            #expect(bench.send(templates.datagram).recoveredSets == sent.sets.count)
            // They come in the order of the templates.
            let expected = sent.templates.indices.flatMap { place in
                sent.sets.filter { $0.template == place }.flatMap(\.records)
            }
            #expect(bench.records == expected.map(\.flow), "round \(round)")
        }
    }

    @Test(arguments: MessageBuilder.Version.allCases)
    func everyFieldIsListedAsItWasSent(version: MessageBuilder.Version) {
        var random = SeededRandom(seed: 5)
        for round in 0..<Self.rounds {
            let sent = Conversation(version, using: &random)
            var message = MessageBuilder(version)
            message.addTemplates(sent.definitions)
            sent.addData(to: &message)
            var listing = DatagramListing(format: .json)
            listing.add(
                message.datagram.span, from: DecodingBench.router, port: 1, arrival: DecodingBench.noon)
            let lines = String(decoding: listing.takeLines(), as: UTF8.self).split(separator: "\n")
                .dropFirst()
            #expect(lines.count == sent.records.count)
            for (line, record) in zip(lines, sent.records) {
                let listed = line.split(separator: #""hex":""#, omittingEmptySubsequences: false).dropFirst()
                    .map { $0.prefix { $0 != "\"" } }
                #expect(listed == record.values.map { Self.hex($0)[...] }, "round \(round)")
            }
        }
    }

    private static func hex(_ octets: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(octets.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    @Test(arguments: FixedMessageBuilder.Version.allCases)
    func recordsOfTheFixedVersionsComeOutAsTheyWentIn(version: FixedMessageBuilder.Version) {
        var random = SeededRandom(seed: UInt64(version.rawValue))
        let most = [1: 24, 5: 30, 7: 28][version.rawValue] ?? 0
        for round in 0..<Self.rounds {
            let flows = (0..<Int.random(in: 1...most, using: &random)).map { _ in TestFlow(using: &random) }
            var bench = DecodingBench()
            let summary = bench.send(FixedMessageBuilder(version, flows: flows, sequence: round).datagram)
            #expect(bench.records == flows.map(\.expected), "round \(round)")
            #expect(summary.isClean && summary.records == flows.count)
        }
    }
}

extension TestFlow {
    /// TCP or UDP, for in ICMP the port means something else.
    fileprivate init(using random: inout SeededRandom) {
        self.init()
        (source, destination) = (
            .random(in: 0 ... .max, using: &random), .random(in: 0 ... .max, using: &random)
        )
        sourcePort = .random(in: 0...65535, using: &random)
        destinationPort = .random(in: 0...65535, using: &random)
        transport = Bool.random(using: &random) ? 6 : 17
        flags = .random(in: 0...255, using: &random)
        packets = .random(in: 0...0xFFFF_FFFF, using: &random)
        octets = .random(in: 0...0xFFFF_FFFF, using: &random)
        first = .random(in: 1_000_000...3_000_000, using: &random)
        last = .random(in: 3_000_000...3_600_000, using: &random)
    }
}
