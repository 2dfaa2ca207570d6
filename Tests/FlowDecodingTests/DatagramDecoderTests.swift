// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import LockFree
import TestSupport
import Testing

@Suite struct DatagramDecoderTests {
    private let flows = (0..<24).map { TestFlow(number: $0) }

    @Test func version5RecordsComeOutAsTheyWentIn() {
        var bench = DecodingBench()
        let summary = bench.send(NetFlow5Builder(flows: flows, sequence: 7).datagram)
        #expect(bench.records == flows.map(\.expected))
        #expect(summary.records == 24 && summary.version == 5 && summary.sequence == 7)
        #expect(summary.isClean)
    }

    @Test func version9RecordsComeOutAsTheyWentIn() {
        var bench = DecodingBench()
        var message = MessageBuilder(.version9, domain: 3)
        message.addTemplate(256, TestFlow.fields)
        message.addData(256, flows.map(\.encoded), padding: 2)
        let summary = bench.send(message.datagram)
        #expect(bench.records == flows.map(\.expected))
        #expect(summary.records == 24 && summary.templates == 1 && summary.domain == 3)
        #expect(summary.isClean)
    }

    @Test func ipfixRecordsComeOutAsTheyWentIn() {
        var bench = DecodingBench()
        var message = MessageBuilder(.ipfix)
        let boot = DecodingBench.noon.milliseconds - 3_600_000
        message.addTemplate(300, TestFlow.fields + [TestField(160, 8)])
        message.addData(300, flows.map { $0.encoded + octets((UInt64(boot), 8)) })
        #expect(bench.send(message.datagram).isClean)
        #expect(bench.records == flows.map(\.expected))
    }

    @Test(arguments: [1, 7])
    func olderVersionsAreReadByTheirLayouts(version: Int) {
        var writer = OctetWriter()
        for value in [version, 1] { writer.append16(value) }
        for value in [3_600_000, 1_700_000_000, 0] { writer.append32(value) }
        if version == 7 { for value in [0, 0] { writer.append32(value) } }
        for value in [0x0A00_0001, 0x0A02_0014, 0] { writer.append32(value) }
        for value in [1, 2] { writer.append16(value) }
        for value in [10, 4200, 3_590_000, 3_599_000] { writer.append32(value) }
        for value in [40000, 443] { writer.append16(value) }
        // v1 has protocol, service, flags after two octets of filler; v7 has flags, protocol, service after one.
        writer.append(version == 1 ? [0, 0, 6, 0, 0x1B] : [0, 0x1B, 6, 0])
        writer.append([UInt8](repeating: 0, count: version == 1 ? 11 : 12))
        var bench = DecodingBench()
        #expect(bench.send(writer.octets).isClean)
        #expect(bench.records == [TestFlow().expected])
    }

    /// Cisco's v1 records have 52 octets. softflowd writes 48, up to thirty of them, and leaves eight octets at the end: so
    /// two of its records are as long as two of Cisco's.
    @Test(arguments: [(52, 0), (48, 0), (48, 8)], [1, 2, 3, 24])
    func recordsOfVersion1HaveTwoLengths(form: (record: Int, left: Int), count: Int) {
        let sources = (1...count).map { UInt64(0x0A00_0000 + $0) }
        var bench = DecodingBench()
        #expect(bench.send(version1(sources, recordLength: form.record, left: form.left)).isClean)
        #expect(bench.records.map(\.source.description) == (1...count).map { "10.0.0.\($0)" })
        #expect(
            bench.records.allSatisfy { $0.packets == 10 && $0.octets == 4200 && $0.transport == .tcp })
    }

    @Test func version1HasAsManyRecordsAsItsLengthAllows() {
        var bench = DecodingBench()
        let sources = (1...31).map { UInt64(0x0A00_0000 + $0) }
        #expect(bench.send(version1(Array(sources.prefix(30)), recordLength: 48, left: 8)).isClean)
        #expect(bench.records.count == 30)
        #expect(bench.send(version1(sources, recordLength: 48, left: 8)).rejection == .badCount)
        #expect(
            bench.send(version1(Array(sources.prefix(25)), recordLength: 52, left: 0)).rejection == .badCount)
        #expect(
            bench.send(version1(Array(sources.prefix(9)), recordLength: 47, left: 0)).rejection == .truncated)
    }

    private func version1(_ sources: [UInt64], recordLength: Int, left: Int) -> [UInt8] {
        var datagram = octets((1, 2), (UInt64(sources.count), 2), (3_600_000, 4), (1_700_000_000, 4), (0, 4))
        for source in sources {
            datagram += octets((source, 4), (0x0A02_0014, 4), (0, 4), (1, 2), (2, 2), (10, 4), (4200, 4))
            datagram += octets(
                (3_590_000, 4), (3_599_000, 4), (40000, 2), (443, 2), (0, 2), (6, 1), (0, 1), (0x1B, 1))
            datagram += [UInt8](repeating: 0, count: recordLength - 41)
        }
        return datagram + [UInt8](repeating: 0, count: left)
    }

    @Test(arguments: MessageBuilder.Version.allCases)
    func addressesOfBothFamilies(version: MessageBuilder.Version) {
        var bench = DecodingBench()
        bench.define(version, [TestField(27, 16), TestField(28, 16), TestField(11, 2)])
        let source = octets((0x2001_0DB8_0000_0000, 8), (0x1, 8))
        let destination = octets((0xFD00_0002_0000_0000, 8), (0x10, 8))
        bench.send(version, records: [source + destination + [1, 0xBB]])
        #expect(bench.records.first?.source.description == "2001:db8::1")
        #expect(bench.records.first?.destination.description == "fd00:2::10")
        #expect(bench.records.first?.destinationPort == 443)
    }

    @Test func aTemplateWithBothFamiliesUsesTheOneThatIsSet() {
        var bench = DecodingBench()
        bench.define(.ipfix, [TestField(8, 4), TestField(12, 4), TestField(27, 16), TestField(28, 16)])
        let none4 = octets((0, 8))
        let none6 = octets((0, 8), (0, 8), (0, 8), (0, 8))
        bench.send(
            .ipfix,
            records: [
                octets((0x0A00_0001, 4), (0x0A00_0002, 4)) + none6,
                none4 + octets((0xFD00 << 48, 8), (1, 8), (0xFD00 << 48, 8), (2, 8)),
            ])
        #expect(bench.records.map(\.source.description) == ["10.0.0.1", "fd00::1"])
        #expect(bench.records.map(\.destination.description) == ["10.0.0.2", "fd00::2"])
    }

    @Test(arguments: 1...8)
    func reducedSizeEncodingOfEveryWidth(width: Int) {
        var bench = DecodingBench()
        bench.define(.ipfix, [TestField(8, 4), TestField(1, width), TestField(2, width), TestField(12, 4)])
        let mask = width == 8 ? UInt64.max : 1 << UInt64(width * 8) - 1
        let count = 0x0102_0304_0506_0708 & mask
        bench.send(
            .ipfix, records: [octets((0x0A00_0001, 4), (count, width), (mask, width), (0x0A00_0002, 4))])
        #expect(bench.records.first?.octets == count)
        #expect(bench.records.first?.packets == mask)
        #expect(bench.records.first?.destination.description == "10.0.0.2")
    }

    @Test(arguments: MessageBuilder.Version.allCases)
    func fieldsAroundVariableLengthsAreFound(version: MessageBuilder.Version) {
        var bench = DecodingBench()
        bench.define(
            version,
            [TestField(8, 4), .variable(82), TestField(12, 4), .variable(83), TestField(1, 4), .variable(2)])
        let name = [UInt8]("eth0".utf8)
        let long = [UInt8](repeating: 0x78, count: 300)
        let head = octets((0x0A00_0001, 4))
        let middle = octets((0x0A00_0002, 4))
        bench.send(
            version,
            records: [
                head + [4] + name + middle + [0] + octets((1000, 4)) + [2, 1, 0],
                head + [255, 1, 44] + long + middle + [255, 0, 1, 0x79] + octets((2000, 4)) + [0],
            ])
        #expect(bench.records.map(\.octets) == [1000, 2000])
        #expect(bench.records.map(\.packets) == [256, 0])
        #expect(bench.records.map(\.destination.description) == ["10.0.0.2", "10.0.0.2"])
    }

    @Test func recordsShorterThanALoadAreRead() {
        var bench = DecodingBench()
        bench.define(.version9, [TestField(8, 4), TestField(11, 2)])
        bench.send(
            .version9, records: [octets((0x0A00_0001, 4), (53, 2)), octets((0x0A00_0002, 4), (80, 2))])
        #expect(bench.records.map(\.destinationPort) == [53, 80])
        #expect(bench.records.map(\.source.description) == ["10.0.0.1", "10.0.0.2"])
    }

    @Test func enterpriseElementsAreSkippedAndReverseOnesFillTheReverseHalf() {
        var bench = DecodingBench()
        bench.define(
            .ipfix,
            [
                TestField(8, 4), TestField(1, 4, enterprise: 9), TestField(1, 4), .reverse(1, 8),
                TestField(2, 4), .reverse(2, 4), .reverse(6, 2), .variable(1, enterprise: 35632),
                TestField(6, 2),
            ])
        bench.send(
            .ipfix,
            records: [
                octets((0x0A00_0001, 4), (99, 4), (1000, 4), (2000, 8), (10, 4), (20, 4), (0x12, 2))
                    + [1, 0] + octets((0x02, 2))
            ])
        let record = bench.records.first
        #expect(record?.octets == 1000 && record?.reverseOctets == 2000)
        #expect(record?.packets == 10 && record?.reversePackets == 20)
        #expect(record?.tcpFlags == .syn && record?.reverseTCPFlags == [.syn, .ack])
        #expect(record?.presence == [.tcpFlags, .reverse])
    }

    @Test func initiatorAndResponderCountersAreTheTwoHalves() {
        var bench = DecodingBench()
        bench.define(
            .version9,
            [
                TestField(8, 4), TestField(231, 4), TestField(232, 4), TestField(298, 4), TestField(299, 4),
                TestField(233, 1),
            ])
        bench.send(.version9, records: [octets((1, 4), (10, 4), (20, 4), (1, 4), (2, 4), (2, 1))])
        let record = bench.records.first
        #expect(record?.octets == 10 && record?.reverseOctets == 20)
        #expect(record?.packets == 1 && record?.reversePackets == 2)
        #expect(record?.firewallEvent == 2)
    }

    @Test func theFirstOfRepeatedElementsCounts() {
        var bench = DecodingBench()
        bench.define(.ipfix, [TestField(8, 4), TestField(1, 4), TestField(1, 4), TestField(8, 4)])
        bench.send(.ipfix, records: [octets((0x0A00_0001, 4), (5, 4), (6, 4), (0x0A00_0002, 4))])
        #expect(bench.records.first?.octets == 5)
        #expect(bench.records.first?.source.description == "10.0.0.1")
    }

    @Test func zeroLengthFieldsAreLegal() {
        var bench = DecodingBench()
        bench.define(.version9, TestFlow.fields + [TestField(0, 0), TestField(0, 0)])
        bench.send(.version9, records: [TestFlow().encoded])
        #expect(bench.records == [TestFlow().expected])
    }

    @Test func typeAndCodeOfICMPComeFromTheirElementOrTheDestinationPort() {
        var bench = DecodingBench()
        bench.define(.ipfix, [TestField(8, 4), TestField(4, 1), TestField(32, 2), TestField(11, 2)])
        bench.send(.ipfix, records: [octets((1, 4), (1, 1), (0x0800, 2), (7, 2))])
        var flow = TestFlow()
        (flow.transport, flow.destinationPort) = (1, 0x0303)
        bench.send(NetFlow5Builder(flows: [flow]).datagram)
        #expect(bench.records.map(\.icmp) == [0x0800, 0x0303])
        #expect(bench.records.allSatisfy { $0.presence.contains(.icmp) })
    }

    @Test func typeAndCodeOfICMPMayComeInTwoElements() {
        var bench = DecodingBench()
        bench.define(.ipfix, [TestField(8, 4), TestField(4, 1), TestField(176, 1), TestField(177, 1)])
        bench.send(.ipfix, records: [octets((1, 4), (1, 1), (3, 1), (13, 1))])
        #expect(bench.records.map(\.icmp) == [0x030D])
        #expect(bench.records.allSatisfy { $0.presence.contains(.icmp) })
    }

    @Test func flagsOfTheFirstAndTheOtherPacketsAreJoined() {
        var bench = DecodingBench()
        let fields = [14, 15, 14 | 0x4000, 15 | 0x4000].map { TestField($0, 1, enterprise: 6871) }
        bench.define(.ipfix, [TestField(8, 4), TestField(12, 4)] + fields)
        bench.send(.ipfix, records: [octets((1, 4), (2, 4), (0x02, 1), (0x18, 1), (0x12, 1), (0x11, 1))])
        #expect(bench.records.map(\.tcpFlags.rawValue) == [0x1A])
        #expect(bench.records.map(\.reverseTCPFlags.rawValue) == [0x13])
        #expect(
            bench.records.allSatisfy { $0.presence.contains(.tcpFlags) && $0.presence.contains(.reverse) })
    }

    @Test func eventsOfAddressTranslationAreNoFlows() {
        var bench = DecodingBench()
        bench.define(.version9, id: 256, [TestField(8, 4), TestField(12, 4), TestField(230, 1)])
        bench.define(
            .version9, id: 257, [TestField(8, 4), TestField(12, 4), TestField(230, 1), TestField(1, 4)])
        let event = octets((1, 4), (2, 4), (1, 1))
        #expect(bench.send(.version9, id: 256, records: [event]).otherRecords == 1)
        #expect(bench.send(.version9, id: 257, records: [event + octets((9, 4))]).records == 1)
    }

    @Test func dataRecordsWithoutAddressesAreCountedAndNotHandedOn() {
        var bench = DecodingBench()
        bench.define(.ipfix, [TestField(10, 4), TestField(1, 4)])
        let summary = bench.send(.ipfix, records: [octets((1, 4), (2, 4)), octets((1, 4), (2, 4))])
        #expect(summary.records == 0 && summary.otherRecords == 2)
        #expect(bench.counters.otherRecords.value == 2)
        #expect(bench.records.isEmpty)
    }

    @Test func severalSetsAndTemplatesShareADatagram() {
        var bench = DecodingBench()
        var message = MessageBuilder(.version9)
        message.addTemplate(256, TestFlow.fields)
        message.addTemplate(257, [TestField(12, 4), TestField(8, 4)])
        message.addData(257, [octets((2, 4), (1, 4))])
        message.addData(256, [TestFlow().encoded])
        message.addData(257, [octets((4, 4), (3, 4))])
        bench.send(message.datagram)
        #expect(bench.records.map(\.source.ipv4) == [1, TestFlow().source, 3])
        #expect(bench.records.map(\.destination.ipv4) == [2, TestFlow().destination, 4])
    }

    @Test func aNewConfigurationKeepsTheTemplates() throws {
        var bench = DecodingBench()
        bench.define(.ipfix, TestFlow.fields)
        let other = try #require(IPPrefix("192.0.2.0/24"))
        bench.decoder.reconfigure(DecodingConfiguration(allow: [other]))
        #expect(bench.send(.ipfix, records: [TestFlow().encoded]).rejection == .notAllowed)
        bench.decoder.reconfigure(DecodingConfiguration())
        #expect(bench.send(.ipfix, records: [TestFlow().encoded]).records == 1)
    }
}
