// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import LockFree
import TestSupport
import Testing

/// Datagrams cut, altered and made up. What is decoded must be a beginning of what is there, and every datagram must be
/// accounted for.
@Suite struct TruncationTests {
    private static let flows = (0..<8).map { TestFlow(number: $0) }

    private static func message(_ version: MessageBuilder.Version) -> [UInt8] {
        var message = MessageBuilder(version, domain: 5, sequence: 77)
        message.addTemplate(256, TestFlow.fields)
        message.addOptionsTemplate(400, scopes: 1, [TestField(1, 4), TestField(34, 4)])
        message.addTemplate(257, [TestField(8, 4), .variable(82), TestField(12, 4), .reverse(1, 8)])
        message.addData(256, flows.map(\.encoded), padding: 2)
        message.addData(400, [octets((0, 4), (1, 4))])
        message.addData(257, [octets((1, 4)) + [3, 1, 2, 3] + octets((2, 4), (9, 8))])
        message.addWithdrawal(257)
        return message.datagram
    }

    @Test(arguments: MessageBuilder.Version.allCases)
    func everyTruncationOfAMessage(version: MessageBuilder.Version) {
        let whole = Self.message(version)
        var complete = DecodingBench()
        complete.send(whole)
        #expect(complete.records.count == 9)
        for length in 0..<whole.count {
            var bench = DecodingBench()
            let summary = bench.send(Array(whole[..<length]))
            #expect(bench.records.elementsEqual(complete.records.prefix(bench.records.count)))
            #expect((summary.rejection != nil) == (length < (version == .version9 ? 20 : 16)))
        }
    }

    @Test func everyTruncationOfVersion5IsRejected() {
        let whole = NetFlow5Builder(flows: Self.flows).datagram
        for length in 0..<whole.count {
            var bench = DecodingBench()
            #expect(bench.send(Array(whole[..<length])).rejection != nil)
            #expect(bench.records.isEmpty)
        }
    }

    @Test(arguments: 0..<8)
    func alteredMessagesAreHarmless(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var bench = DecodingBench()
        let originals =
            MessageBuilder.Version.allCases.map(Self.message) + [NetFlow5Builder(flows: Self.flows).datagram]
        for round in 0..<4000 {
            var octets = originals[round % originals.count]
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<octets.count, using: &random)
                octets[place] =
                    [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)]
                    .randomElement(using: &random) ?? 0
            }
            if round % 3 == 0 { octets.removeLast(Int.random(in: 0..<octets.count, using: &random)) }
            bench.send(octets)
        }
        expectConservation(bench, sent: 4000)
        #expect(bench.records.allSatisfy { $0.start <= $0.end && $0.samplingInterval > 0 })
    }

    @Test(arguments: [0, 1, 5, 7, 9, 10])
    func randomOctetsAreHarmless(version: Int) {
        var random = SeededRandom(seed: UInt64(1000 + version))
        var bench = DecodingBench()
        for _ in 0..<3000 {
            let count = Int.random(in: 0...600, using: &random)
            var octets = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            if count > 1 { (octets[0], octets[1]) = (0, UInt8(version)) }
            bench.send(octets)
        }
        expectConservation(bench, sent: 3000)
    }

    /// Sets with random ids and lengths, some of them template sets with small ids, reach deeper than noise does.
    @Test(arguments: MessageBuilder.Version.allCases, 0..<4)
    func randomSetsAreHarmless(version: MessageBuilder.Version, seed: Int) {
        var random = SeededRandom(seed: UInt64(77 + seed))
        var bench = DecodingBench()
        for round in 0..<1500 {
            var message = MessageBuilder(version, domain: round % 3, sequence: round)
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let id = [0, 1, 2, 3, 256, 257, 258, 400].randomElement(using: &random) ?? 0
                var content: [Int] = []
                for _ in 0..<Int.random(in: 0...40, using: &random) {
                    let small = Int.random(in: 0...12, using: &random)
                    content.append([small, small, 256, 257, 65535, 8, 4].randomElement(using: &random) ?? 0)
                }
                var writer = OctetWriter()
                if id < 4 { for value in [256 + round % 3, content.count / 2] { writer.append16(value) } }
                for value in content { writer.append16(value) }
                message.addSet(id, writer.octets)
            }
            bench.send(message.datagram)
        }
        expectConservation(bench, sent: 1500)
        #expect(bench.counters.templates.value > 100)
    }

    /// received = decoded + rejected, and records = what the sink got.
    private func expectConservation(_ bench: borrowing DecodingBench, sent: UInt64) {
        let everyone = bench.table.exporters.map(\.counters) + [bench.table.strangers]
        let received = everyone.reduce(0) { $0 + $1.datagrams.value }
        #expect(received == sent)
        let records = everyone.reduce(0) { $0 + $1.records.value }
        #expect(records == UInt64(bench.records.count))
        let rejected = everyone.reduce(UInt64(0)) { sum, counters in
            sum + RejectionReason.allCases.reduce(0) { $0 + counters.rejected($1) }
        }
        #expect(rejected <= received)
        #expect(bench.table.strangers.datagrams.value <= rejected)
    }
}
