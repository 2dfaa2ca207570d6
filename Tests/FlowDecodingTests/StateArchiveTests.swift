// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import LockFree
import TestSupport
import Testing

extension DecodingBench {
    /// The decoder's state as a file would hold it.
    func archive(isFinal: Bool = true) -> [UInt8] {
        StateArchive.archive([decoder.stateSection()], savedAt: Self.noon, isFinal: isFinal)
    }

    /// Takes over what an archive holds.
    mutating func restore(_ octets: [UInt8], now: Instant = Self.noon) throws {
        decoder.restore(try StateArchive.read(octets.span, limits: DecodingLimits()), now: now)
    }
}

@Suite struct StateArchiveTests {
    private let addresses = [TestField(8, 4), TestField(12, 4)]
    private let pair = octets((1, 4), (2, 4))

    /// A decoder that has met an exporter of v9, one of IPFIX with options, and one of v5.
    private func experienced() -> DecodingBench {
        var bench = DecodingBench()
        bench.define(.version9, id: 256, TestFlow.fields)
        bench.define(
            .ipfix, id: 300, addresses + [.variable(371), TestField(14, 1, enterprise: 6871)], domain: 7)
        var message = MessageBuilder(.ipfix, domain: 7)
        message.addOptionsTemplate(
            400, scopes: 1, [TestField(149, 4), TestField(302, 8), TestField(305, 4), TestField(306, 4)])
        message.addData(400, [octets((7, 4), (9, 8), (1, 4), (99, 4))])
        bench.send(message.datagram)
        bench.send(NetFlow5Builder(flows: [TestFlow()], sequence: 100).datagram)
        return bench
    }

    @Test func templatesAreKnownAtOnce() throws {
        let before = experienced()
        var after = DecodingBench()
        try after.restore(before.archive())
        let summary = after.send(.version9, id: 256, records: [TestFlow().encoded])
        #expect(summary.records == 1 && summary.unmatchedSets == 0)
        let variable = pair + [3, 0x61, 0x62, 0x63, 0x02]
        #expect(after.send(.ipfix, id: 300, records: [variable], domain: 7).records == 1)
        #expect(after.records.last?.tcpFlags == .syn)
        #expect(after.counters.heldTemplates == before.counters.heldTemplates)
    }

    @Test func samplingIsKnownAtOnce() throws {
        var after = DecodingBench()
        try after.restore(experienced().archive())
        after.send(.ipfix, id: 300, records: [pair + [0, 0]], domain: 7)
        #expect(after.records.last?.samplingInterval == 100)
    }

    @Test func sequenceNumbersGoOn() throws {
        var after = DecodingBench()
        try after.restore(experienced().archive())
        let next = after.send(NetFlow5Builder(flows: [TestFlow()], sequence: 111).datagram)
        #expect(next.sequenceEvent == .lost(10))
    }

    /// What came between the last saving and a crash was received, and is no loss.
    @Test func afterACrashNoLossIsClaimed() throws {
        var after = DecodingBench()
        try after.restore(experienced().archive(isFinal: false))
        let next = after.send(NetFlow5Builder(flows: [TestFlow()], sequence: 111).datagram)
        #expect(next.sequenceEvent == .inOrder)
        #expect(
            after.send(NetFlow5Builder(flows: [TestFlow()], sequence: 115).datagram).sequenceEvent == .lost(3)
        )
    }

    @Test func theWayOfCountingIsKnownAtOnce() throws {
        // softflowd's way: the number includes the message itself.
        func message(_ sequence: Int) -> [UInt8] {
            var message = MessageBuilder(.ipfix, sequence: sequence)
            message.addData(256, [pair, pair])
            return message.datagram
        }
        var before = DecodingBench()
        before.define(.ipfix, addresses)
        for number in 1...6 { before.send(message(number * 2)) }
        for isFinal in [true, false] {
            var after = DecodingBench()
            try after.restore(before.archive(isFinal: isFinal))
            after.send(message(14))
            #expect(after.send(message(20)).sequenceEvent == .lost(4))
        }
    }

    @Test func archivingTwiceGivesTheSame() throws {
        let octets = experienced().archive()
        var after = DecodingBench()
        try after.restore(octets)
        #expect(after.archive() == octets)
    }

    @Test func whatWasOutOfUseTooLongIsLeftOut() throws {
        var after = DecodingBench()
        try after.restore(experienced().archive(), now: DecodingBench.noon + .seconds(86_401))
        #expect(after.table.exporters.isEmpty)
    }

    @Test func exportersThatAreNotAllowedAreLeftOut() throws {
        var after = DecodingBench(allow: [try #require(IPPrefix("192.0.2.0/24"))])
        try after.restore(experienced().archive())
        #expect(after.table.exporters.isEmpty)
    }

    @Test func limitsHoldForWhatIsRestored() throws {
        var before = DecodingBench()
        for id in 256..<276 { before.define(.ipfix, id: id, addresses, domain: id) }
        var limits = DecodingLimits()
        (limits.templatesPerExporter, limits.domainsPerExporter) = (5, 10)
        var after = DecodingBench(limits: limits)
        try after.restore(before.archive())
        #expect(after.counters.heldTemplates == 5)
        // The exporter is known, and its eleventh domain has no place.
        #expect(after.send(.ipfix, id: 275, records: [pair], domain: 275).rejection == .domainLimit)
    }

    @Test func ofTwoSectionsTheNewerCounts() throws {
        var old = DecodingBench()
        old.define(.version9, id: 256, addresses)
        var new = DecodingBench()
        var message = MessageBuilder(.version9)
        message.addTemplate(256, addresses + [TestField(1, 4)])
        new.send(message.datagram, at: DecodingBench.noon + .seconds(5))
        let parts = [old.decoder.stateSection(), new.decoder.stateSection()]
        for order in [parts, parts.reversed()] {
            var after = DecodingBench()
            try after.restore(
                StateArchive.archive(order, savedAt: DecodingBench.noon, isFinal: true),
                now: DecodingBench.noon + .seconds(10))
            after.send(.version9, id: 256, records: [pair + octets((77, 4))])
            #expect(after.records.map(\.octets) == [77])
        }
    }

    // MARK: Hostile files

    private func refusal(_ octets: [UInt8]) -> StateArchiveError? {
        do {
            _ = try StateArchive.read(octets.span, limits: DecodingLimits())
            return nil
        } catch {
            return error
        }
    }

    @Test func everyTruncationIsRefused() {
        let octets = experienced().archive()
        for length in octets.indices { #expect(refusal(Array(octets[..<length])) != nil, "\(length) octets") }
        #expect(refusal(octets + [0]) != nil)
        #expect(refusal(octets) == nil)
    }

    @Test func everyFlippedBitIsRefused() {
        let octets = experienced().archive()
        for bit in 0..<octets.count * 8 {
            var flipped = octets
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(refusal(flipped) != nil, "bit \(bit)")
        }
    }

    /// The checksum is no secret: whoever writes the file can make it right.
    @Test func forgedFilesAreHarmless() throws {
        let octets = experienced().archive()
        var random = SeededRandom(seed: 0xF11E)
        for _ in 0..<3000 {
            var forged = Array(octets.dropLast(8))
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 8..<forged.count, using: &random)
                forged[place] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { forged.removeLast(Int.random(in: 0..<20, using: &random)) }
            var after = DecodingBench()
            guard let state = try? StateArchive.read(Self.sealed(forged).span, limits: DecodingLimits())
            else { continue }
            after.decoder.restore(state, now: DecodingBench.noon)
            after.send(.version9, id: 256, records: [TestFlow().encoded])
            after.send(.ipfix, id: 300, records: [pair + [0, 0]], domain: 7)
            #expect(after.records.allSatisfy { $0.samplingInterval >= 1 && $0.start <= $0.end })
        }
    }

    @Test func countsThatLieAllocateNothing() {
        var forged = Array(experienced().archive().dropLast(8))
        forged.replaceSubrange(17..<21, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(refusal(Self.sealed(forged)) == .damaged(at: forged.count))
    }

    @Test func anotherProgramsFileIsForeign() {
        #expect(refusal(Array("hello, this is a text of some length".utf8)) == .foreign)
        #expect(refusal([]) == .foreign)
        #expect(refusal(Self.sealed(Array(experienced().archive().dropLast(8).dropFirst()))) == .foreign)
    }

    /// With the checksum that belongs to it: FNV-1a.
    private static func sealed(_ octets: [UInt8]) -> [UInt8] {
        let hash = octets.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        var writer = OctetWriter()
        writer.append(hash, width: 8)
        return octets + writer.octets
    }
}
