// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import LockFree
import TestSupport
import Testing

@Suite struct TemplateLifecycleTests {
    private let addresses = [TestField(8, 4), TestField(12, 4)]
    private let swapped = [TestField(12, 4), TestField(8, 4)]
    private let pair = octets((1, 4), (2, 4))

    @Test func aRefreshWithTheSameFieldsIsNoChange() {
        var bench = DecodingBench()
        bench.define(.ipfix, addresses)
        let summary = bench.define(.ipfix, addresses)
        #expect(summary.templates == 1)
        #expect(summary.problems[.templateChanged] == 0)
    }

    @Test(arguments: MessageBuilder.Version.allCases)
    func aRedefinitionReplacesAndIsCounted(version: MessageBuilder.Version) {
        var bench = DecodingBench()
        bench.define(version, addresses)
        bench.send(version, records: [pair])
        #expect(bench.define(version, swapped).problems[.templateChanged] == 1)
        bench.send(version, records: [pair])
        #expect(bench.records.map(\.source.ipv4) == [1, 2])
        #expect(bench.counters.count(of: .templateChanged) == 1)
    }

    @Test func aWithdrawalRemovesOneTemplate() {
        var bench = DecodingBench()
        bench.define(.ipfix, id: 256, addresses)
        bench.define(.ipfix, id: 257, addresses)
        var message = MessageBuilder(.ipfix)
        message.addWithdrawal(256)
        #expect(bench.send(message.datagram).withdrawn == 1)
        #expect(bench.send(.ipfix, id: 256, records: [pair]).unmatchedSets == 1)
        #expect(bench.send(.ipfix, id: 257, records: [pair]).records == 1)
    }

    @Test func aWithdrawalOfAllRemovesThoseOfItsKind() {
        var bench = DecodingBench()
        bench.define(.ipfix, id: 256, addresses)
        var options = MessageBuilder(.ipfix)
        options.addOptionsTemplate(300, scopes: 1, [TestField(144, 4), TestField(41, 4)])
        bench.send(options.datagram)
        var message = MessageBuilder(.ipfix)
        message.addWithdrawal(2, inSet: 2)
        bench.send(message.datagram)
        #expect(bench.send(.ipfix, id: 256, records: [pair]).unmatchedSets == 1)
        #expect(bench.send(.ipfix, id: 300, records: [pair]).optionRecords == 1)
    }

    @Test func templatesOutliveTheSourcePort() {
        var bench = DecodingBench()
        bench.define(.version9, addresses)
        var message = MessageBuilder(.version9)
        message.addData(256, [pair])
        #expect(bench.send(message.datagram, port: 1).records == 1)
    }

    @Test func templatesExpireWithoutUse() {
        var limits = DecodingLimits()
        limits.templateLifetime = .seconds(60)
        var bench = DecodingBench(limits: limits)
        bench.define(.ipfix, addresses)
        var message = MessageBuilder(.ipfix)
        message.addData(256, [pair])
        #expect(bench.send(message.datagram, at: DecodingBench.noon + .seconds(60)).records == 1)
        #expect(bench.send(message.datagram, at: DecodingBench.noon + .seconds(119)).records == 1)
        #expect(bench.send(message.datagram, at: DecodingBench.noon + .seconds(181)).unmatchedSets == 1)
    }

    @Test(arguments: MessageBuilder.Version.allCases)
    func dataBeforeTheirTemplateWaitForIt(version: MessageBuilder.Version) {
        var bench = DecodingBench()
        let flows = (0..<5).map { TestFlow(number: $0) }
        #expect(bench.send(version, records: flows.prefix(3).map(\.encoded)).unmatchedSets == 1)
        bench.send(version, records: flows.suffix(2).map(\.encoded))
        #expect(bench.records.isEmpty)
        let summary = bench.define(version, TestFlow.fields)
        #expect(summary.recoveredSets == 2 && summary.records == 5)
        #expect(bench.records.map(\.source) == flows.map(\.expected.source))
        #expect(bench.counters.unmatchedSets.value == 2 && bench.counters.recoveredSets.value == 2)
    }

    @Test func dataBeforeTheirTemplateInOneDatagram() {
        var bench = DecodingBench()
        var message = MessageBuilder(.version9)
        message.addData(256, [pair])
        message.addTemplate(256, addresses)
        message.addData(256, [octets((3, 4), (4, 4))])
        #expect(bench.send(message.datagram).records == 2)
        #expect(bench.records.map(\.source.ipv4) == [1, 3])
    }

    @Test func dataThatWaitedTooLongAreNotDecoded() {
        var limits = DecodingLimits()
        limits.pendingTime = .seconds(10)
        var bench = DecodingBench(limits: limits)
        var message = MessageBuilder(.ipfix)
        message.addData(256, [pair])
        bench.send(message.datagram)
        bench.send(message.datagram, at: DecodingBench.noon + .seconds(11))
        var template = MessageBuilder(.ipfix)
        template.addTemplate(256, addresses)
        #expect(bench.send(template.datagram, at: DecodingBench.noon + .seconds(12)).recoveredSets == 1)
        #expect(bench.records.count == 1)
    }

    @Test func theLeastRecentlyUsedTemplateGoesFirst() {
        var limits = DecodingLimits()
        limits.templatesPerExporter = 2
        var bench = DecodingBench(limits: limits)
        var at = DecodingBench.noon
        for id in [256, 257] {
            var message = MessageBuilder(.ipfix)
            message.addTemplate(id, addresses)
            at = at + .seconds(1)
            bench.send(message.datagram, at: at)
        }
        var use = MessageBuilder(.ipfix)
        use.addData(256, [pair])
        bench.send(use.datagram, at: at + .seconds(1))
        var third = MessageBuilder(.ipfix)
        third.addTemplate(258, addresses)
        #expect(bench.send(third.datagram, at: at + .seconds(2)).problems[.templateLimit] == 1)
        #expect(bench.send(.ipfix, id: 257, records: [pair]).unmatchedSets == 1)
        #expect(bench.send(.ipfix, id: 256, records: [pair]).records == 1)
        #expect(bench.send(.ipfix, id: 258, records: [pair]).records == 1)
    }
}
