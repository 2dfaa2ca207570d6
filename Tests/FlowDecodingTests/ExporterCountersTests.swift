// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import TestSupport
import Testing

@Suite struct ExporterCountersTests {
    private let fields = [TestField(8, 4), TestField(12, 4)]

    @Test func versionsAreThoseOfAcceptedDatagrams() {
        var bench = DecodingBench()
        #expect(bench.table.strangers.versions == [])
        bench.send(NetFlow5Builder(flows: [TestFlow()]).datagram)
        #expect(bench.counters.versions == [5])
        // Too short, no version, and a count that version 7 does not have.
        for octets: [UInt8] in [
            [0, 9, 0, 0], [0xFF, 0xFF, 0, 0], [0, 7] + [UInt8](repeating: 0xFF, count: 40),
        ] {
            #expect(bench.send(octets).rejection != nil)
        }
        #expect(bench.counters.versions == [5])
        bench.define(.ipfix, fields)
        bench.define(.version9, fields)
        #expect(bench.counters.versions == [5, 9, 10])
    }

    @Test func templatesAreCountedAsTheyComeAndGo() {
        var bench = DecodingBench()
        bench.define(.ipfix, id: 256, fields)
        bench.define(.ipfix, id: 257, fields)
        bench.define(.version9, id: 256, fields)
        #expect(bench.counters.heldTemplates == 3)
        // A refresh and a change are no new template.
        bench.define(.ipfix, id: 256, fields)
        bench.define(.ipfix, id: 256, fields.reversed())
        #expect(bench.counters.heldTemplates == 3)
        var withdrawal = MessageBuilder(.ipfix)
        withdrawal.addWithdrawal(256)
        bench.send(withdrawal.datagram)
        #expect(bench.counters.heldTemplates == 2)
        var all = MessageBuilder(.ipfix)
        all.addWithdrawal(2)
        bench.send(all.datagram)
        #expect(bench.counters.heldTemplates == 1)
    }

    @Test func templatesMakePlaceAtTheLimit() {
        var limits = DecodingLimits()
        limits.templatesPerExporter = 2
        var bench = DecodingBench(limits: limits)
        for id in 256..<266 { bench.define(.ipfix, id: id, fields) }
        #expect(bench.counters.heldTemplates == 2)
    }

    /// Each socket has a decoder of its own; a socket may be closed while its exporters go on at another.
    @Test func templatesGoWithTheirDecoder() throws {
        let table = ExporterTable()
        var message = MessageBuilder(.ipfix)
        message.addTemplate(256, fields)
        func decode(_ decoder: inout DatagramDecoder) {
            let list = FlowList()
            _ = decoder.decode(
                message.datagram.span, from: DecodingBench.router, port: 1, arrival: DecodingBench.noon,
                into: list)
        }
        var first = DatagramDecoder(configuration: DecodingConfiguration(), exporters: table)
        decode(&first)
        let counters = try #require(table.exporters.first?.counters)
        do {
            var second = DatagramDecoder(configuration: DecodingConfiguration(), exporters: table)
            decode(&second)
            #expect(counters.heldTemplates == 2)
        }
        #expect(counters.heldTemplates == 1)
        decode(&first)
        #expect(counters.heldTemplates == 1)
    }
}
