// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import TestSupport
import Testing

/// What turns a flow away, in the words of firewalls, routers and address translators.
@Suite struct DenialTests {
    private let flow = [TestField(8, 4), TestField(12, 4), TestField(2, 4)]
    private let head = octets((1, 4), (2, 4), (3, 4))

    private func event(
        _ fields: [TestField], _ values: [UInt8], _ version: MessageBuilder.Version = .version9
    )
        -> UInt8?
    {
        var bench = DecodingBench()
        bench.define(version, flow + fields)
        bench.send(version, records: [head + values])
        return bench.records.first?.firewallEvent
    }

    /// 1001 to 1004 deny; 2000 and above say why a flow ended (2030 in a capture of an ASA), 0 is silence.
    @Test(arguments: [
        (UInt64(1001), UInt8(3)), (1002, 3), (1003, 3), (1004, 3), (1000, 0), (1005, 0), (2030, 0), (0, 0),
    ])
    func anASADeniesByItsExtendedEvent(code: UInt64, expected: UInt8) {
        #expect(event([TestField(33002, 2)], octets((code, 2))) == expected)
    }

    @Test func anExtendedEventOfAnEndLeavesTheEventAsItIs() {
        #expect(event([TestField(233, 1), TestField(33002, 2)], octets((2, 1), (2030, 2))) == 2)
        #expect(event([TestField(33002, 2), TestField(40005, 1)], octets((1001, 2), (3, 1))) == 3)
    }

    /// RFC 7270: 64 to 127 forwarded, 128 to 191 dropped, 192 to 255 consumed by the router itself.
    @Test(arguments: [
        (UInt64(0), UInt8(0)), (64, 0), (66, 0), (127, 0), (128, 3), (129, 3), (138, 3), (191, 3), (192, 0),
        (255, 0),
    ])
    func aRouterThatDropsDenies(status: UInt64, expected: UInt8) {
        #expect(event([TestField(89, 1)], octets((status, 1))) == expected)
        // The octet is the least of a wider field.
        #expect(event([TestField(89, 4)], octets((status, 4))) == expected)
    }

    @Test(arguments: [
        (UInt64(3), true), (12, true), (13, true), (1, false), (2, false), (4, false), (0, false),
    ])
    func aTranslatorThatHasRunOutDenies(code: UInt64, isDenied: Bool) {
        var bench = DecodingBench()
        bench.define(.ipfix, flow + [TestField(230, 1)])
        let summary = bench.send(.ipfix, records: [head + octets((code, 1))])
        #expect(bench.records[0].firewallEvent == (isDenied ? 3 : 0))
        #expect(summary.problems[.translatorExhausted] == (isDenied ? 1 : 0))
    }

    /// RFC 8158 gives these events neither counters nor a server: they are of no flow, and counted all the same.
    @Test func eventsOfATranslatorWithoutFlowsAreCounted() {
        var bench = DecodingBench()
        bench.define(.ipfix, [TestField(323, 8), TestField(230, 1), TestField(8, 4)])
        bench.define(.ipfix, id: 257, [TestField(230, 1), .variable(284), TestField(8, 4)])
        let whole = bench.send(
            .ipfix, records: [3, 12, 13, 4].map { octets((0, 8), ($0, 1), (1, 4)) })
        let variable = bench.send(
            .ipfix, id: 257, records: [[3, 2, 65, 66, 1, 2, 3, 4], [5, 0, 1, 2, 3, 4]])
        #expect(whole.problems[.translatorExhausted] == 3 && whole.otherRecords == 4)
        #expect(variable.problems[.translatorExhausted] == 1 && variable.otherRecords == 2)
        #expect(bench.records.isEmpty && bench.counters.count(of: .translatorExhausted) == 4)
    }

    /// flowEndReason 5: it is the exporter that is short of room.
    @Test func flowsThatAnExporterGivesUpAreCounted() {
        var bench = DecodingBench()
        bench.define(.ipfix, flow + [TestField(136, 1)])
        let summary = bench.send(.ipfix, records: [1, 2, 5, 5, 3].map { head + [$0] })
        #expect(summary.problems[.lackOfResources] == 2)
        #expect(bench.records.map(\.endReason) == [1, 2, 5, 5, 3])
        #expect(bench.counters.count(of: .lackOfResources) == 2)
    }
}
