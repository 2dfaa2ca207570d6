// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import TestSupport
import Testing

@Suite struct SamplingTests {
    private let addresses = [TestField(8, 4), TestField(12, 4)]
    private let pair = octets((1, 4), (2, 4))

    /// Sends an options template and one record of it.
    private func state(
        _ bench: inout DecodingBench, _ version: MessageBuilder.Version, scopes: Int = 1,
        _ fields: [TestField],
        _ record: [UInt8], domain: Int = 0
    ) -> DatagramSummary {
        var message = MessageBuilder(version, domain: domain)
        message.addOptionsTemplate(400, scopes: scopes, fields)
        message.addData(400, [record])
        return bench.send(message.datagram)
    }

    private func interval(
        _ bench: inout DecodingBench, _ version: MessageBuilder.Version, domain: Int = 0
    ) -> UInt32? {
        bench.define(version, addresses, domain: domain)
        bench.send(version, records: [pair], domain: domain)
        return bench.records.last?.samplingInterval
    }

    @Test(arguments: [(0.01, 100), (1.0, 1), (0.3, 3)])
    func aProbabilityIsTheInverseOfAnInterval(probability: Double, expected: UInt32) {
        for width in [4, 8] {
            var bench = DecodingBench()
            let raw = width == 8 ? probability.bitPattern : UInt64(Float(probability).bitPattern)
            let fields = [TestField(149, 4), TestField(311, width)]
            #expect(state(&bench, .ipfix, fields, octets((0, 4), (raw, width))).isClean)
            #expect(interval(&bench, .ipfix) == expected)
        }
    }

    @Test(arguments: [0, -0.5, 1.5, .infinity, .nan, 1e-300])
    func aProbabilityBeyondBeliefIsRefused(probability: Double) {
        var bench = DecodingBench()
        let fields = [TestField(149, 4), TestField(311, 8)]
        let summary = state(&bench, .ipfix, fields, octets((0, 4), (probability.bitPattern, 8)))
        #expect(summary.problems[.samplingRefused] == 1)
        #expect(interval(&bench, .ipfix) == 1)
    }

    @Test func version5HeaderHasModeAndInterval() {
        var bench = DecodingBench()
        var message = NetFlow5Builder(flows: [TestFlow()])
        message.sampling = 0x400A
        bench.send(message.datagram)
        message.sampling = 0
        bench.send(message.datagram)
        #expect(bench.records.map(\.samplingInterval) == [10, 1])
        #expect(bench.records.map(\.packets) == [10, 10])
    }

    @Test func intervalOfTheWholeDomain() {
        var bench = DecodingBench()
        let record = octets((0, 4), (100, 4), (2, 1))
        let fields = [TestField(1, 4), TestField(34, 4), TestField(35, 1)]
        #expect(state(&bench, .version9, fields, record).optionRecords == 1)
        #expect(interval(&bench, .version9) == 100)
        #expect(interval(&bench, .version9, domain: 9) == 1)
        #expect(bench.counters.samplingInterval == 1)
    }

    @Test func packetIntervalAndSpace() {
        var bench = DecodingBench()
        let fields = [TestField(144, 4), TestField(304, 2), TestField(305, 4), TestField(306, 4)]
        _ = state(&bench, .ipfix, fields, octets((1, 4), (1, 2), (1, 4), (999, 4)))
        #expect(interval(&bench, .ipfix) == 1000)
    }

    @Test func sizeAndPopulation() {
        var bench = DecodingBench()
        let fields = [TestField(144, 4), TestField(309, 4), TestField(310, 4)]
        _ = state(&bench, .ipfix, fields, octets((1, 4), (2, 4), (256, 4)))
        #expect(interval(&bench, .ipfix) == 128)
    }

    @Test func recordsNameTheirSampler() {
        var bench = DecodingBench()
        let fields = [TestField(1, 4), TestField(48, 1), TestField(49, 1), TestField(50, 4)]
        for (id, rate) in [(1, 10), (2, 2000)] {
            let record = octets((0, 4), (UInt64(id), 1), (2, 1), (UInt64(rate), 4))
            _ = state(&bench, .version9, fields, record)
        }
        bench.define(.version9, addresses + [TestField(48, 1)])
        bench.send(.version9, records: [pair + [2], pair + [1], pair + [7]])
        #expect(bench.records.map(\.samplingInterval) == [2000, 10, 1])
    }

    @Test func aRecordMaySayItsOwnInterval() {
        var bench = DecodingBench()
        bench.define(.version9, addresses + [TestField(34, 4)])
        let summary = bench.send(
            .version9,
            records: [pair + octets((64, 4)), pair + octets((0, 4)), pair + octets((0xFFFF_FFFF, 4))])
        #expect(bench.records.map(\.samplingInterval) == [64, 1, 1])
        #expect(summary.problems[.samplingRefused] == 1)
    }

    @Test func optionsCountForDataThatFollowInTheSameDatagram() {
        var bench = DecodingBench()
        var message = MessageBuilder(.version9)
        message.addTemplate(256, addresses)
        message.addOptionsTemplate(400, scopes: 1, [TestField(1, 4), TestField(34, 4)])
        message.addData(256, [pair])
        message.addData(400, [octets((0, 4), (50, 4))])
        message.addData(256, [pair])
        bench.send(message.datagram)
        #expect(bench.records.map(\.samplingInterval) == [1, 50])
    }

    @Test func theOperatorOverridesEverything() throws {
        let network = try #require(IPPrefix("10.3.0.0/16"))
        let router = try #require(IPPrefix("10.3.0.1"))
        var bench = DecodingBench(overrides: [
            ExporterOverride(prefix: router, sampling: 500), ExporterOverride(prefix: network, sampling: 7),
        ])
        var message = NetFlow5Builder(flows: [TestFlow()])
        message.sampling = 0x400A
        bench.send(message.datagram)
        bench.define(.version9, addresses + [TestField(34, 4)])
        bench.send(.version9, records: [pair + octets((64, 4))])
        bench.send(message.datagram, from: IPAddress(ipv4: 0x0A03_0002))
        #expect(bench.records.map(\.samplingInterval) == [500, 500, 7])
    }

    @Test(arguments: [0, 0xFFFF_FFFF])
    func anAbsurdIntervalIsRefused(rate: UInt64) {
        var bench = DecodingBench()
        let summary = state(
            &bench, .version9, [TestField(1, 4), TestField(34, 4)], octets((0, 4), (rate, 4)))
        #expect(summary.problems[.samplingRefused] == 1)
        #expect(interval(&bench, .version9) == 1)
    }
}
