// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import TestSupport
import Testing

/// A basicList (RFC 6313 §4.5.1) of values of one element.
private func basicList(_ id: Int, _ length: Int, enterprise: Int? = nil, _ content: [UInt8]) -> [UInt8] {
    var writer = OctetWriter()
    writer.append([3])
    writer.append16(enterprise == nil ? id : id | 0x8000)
    writer.append16(length)
    if let enterprise { writer.append32(enterprise) }
    writer.append(content)
    return writer.octets
}

/// A subTemplateList (§4.5.2).
private func subTemplateList(_ template: Int, _ records: [UInt8]) -> [UInt8] {
    [3] + octets((UInt64(template), 2)) + records
}

/// A subTemplateMultiList (§4.5.3); the lengths are the true ones.
private func subTemplateMultiList(_ parts: [(template: Int, records: [UInt8])]) -> [UInt8] {
    [0xFF]
        + parts.flatMap { octets((UInt64($0.template), 2), (UInt64($0.records.count + 4), 2)) + $0.records }
}

/// With its length in front (RFC 7011 §7).
private func variable(_ value: [UInt8]) -> [UInt8] {
    value.count < 255 ? [UInt8(value.count)] + value : [255] + octets((UInt64(value.count), 2)) + value
}

@Suite struct StructuredDataTests {
    private static let flow = [TestField(8, 4), TestField(12, 4), TestField(7, 2), TestField(11, 2)]
    private let head = octets((1, 4), (2, 4), (40000, 2), (53, 2))

    /// Decodes one record with a list behind its addresses and ports.
    private func send(_ bench: inout DecodingBench, _ kind: Int, _ list: [UInt8]) -> DatagramSummary {
        bench.define(.ipfix, id: 300, Self.flow + [.variable(kind)])
        return bench.send(.ipfix, id: 300, records: [head + variable(list)])
    }

    @Test func statusInABasicListIsRead() {
        var bench = DecodingBench()
        let codes = octets((200, 2), (503, 2), (404, 2))
        let summary = send(&bench, 291, basicList(457, 2, codes))
        #expect(summary.records == 1 && summary.isClean)
        #expect(bench.records[0].httpStatus == 503)
    }

    @Test func statusAsTextInABasicListIsRead() {
        var bench = DecodingBench()
        let texts = ["200", "404 Not Found", "bad"].flatMap { variable(Array($0.utf8)) }
        let summary = send(&bench, 291, basicList(123, 65535, enterprise: 6871, texts))
        #expect(summary.isClean && bench.records[0].httpStatus == 404)
    }

    @Test func responseCodesInRecordsOfASubTemplateAreRead() {
        var bench = DecodingBench()
        bench.define(
            .ipfix, id: 400, [TestField(174, 1, enterprise: 6871), TestField(177, 1, enterprise: 6871)])
        let summary = send(&bench, 292, subTemplateList(400, [0, 0, 1, 3, 1, 0]))
        #expect(summary.isClean)
        #expect(bench.records[0].dnsResponseCode == 3 && bench.records[0].presence.contains(.dns))
    }

    @Test func listsInListsAreWalked() {
        var bench = DecodingBench()
        bench.define(.ipfix, id: 401, [.variable(291)])
        let inner = variable(basicList(457, 2, octets((500, 2))))
        let summary = send(&bench, 293, subTemplateMultiList([(401, inner), (401, inner)]))
        #expect(summary.isClean && bench.records[0].httpStatus == 500)
    }

    @Test func anEmptyListIsNothingWrong() {
        var bench = DecodingBench()
        #expect(send(&bench, 293, [0xFF]).isClean)
        #expect(send(&bench, 293, []).isClean)
        #expect(send(&bench, 292, []).isClean)
        #expect(send(&bench, 291, basicList(457, 0, [])).isClean)
        #expect(bench.records.allSatisfy { $0.httpStatus == 0 && !$0.presence.contains(.dns) })
    }

    @Test func threat08ListValuesWithoutLengthEnd() {
        var bench = DecodingBench()
        let summary = send(&bench, 291, basicList(457, 0, [1, 2, 3]))
        #expect(summary.records == 1 && summary.problems[.malformedList] == 1)
    }

    @Test func threat08AListThatNamesItsOwnTemplateEnds() {
        var bench = DecodingBench()
        // Template 300 holds a list of records of template 300, that hold a list …
        var list: [UInt8] = []
        for _ in 0..<20 { list = subTemplateList(300, head + variable(list)) }
        let summary = send(&bench, 292, list)
        #expect(summary.records == 1 && summary.problems[.listLimit] == 1)
    }

    @Test func threat08ManyValuesAreNotAllLookedAt() {
        var limits = DecodingLimits()
        limits.listedValuesPerDatagram = 10
        var bench = DecodingBench(limits: limits)
        let summary = send(&bench, 291, basicList(457, 2, (0..<20).flatMap { octets((UInt64(400 + $0), 2)) }))
        #expect(summary.problems[.listLimit] == 1 && bench.records[0].httpStatus == 409)
    }

    @Test func threat08ListLengthsThatDoNotFitKeepTheRecord() {
        var bench = DecodingBench()
        let short = [
            (291, [UInt8](repeating: 3, count: 3)), (291, basicList(457, 2, [1])),
            (291, Array(basicList(1, 2, enterprise: 9, []).prefix(6))),
            (291, basicList(457, 65535, [9, 1, 2])), (292, [3, 1]), (293, [3, 1, 44, 0]),
            (293, [3, 1, 44, 0, 3]), (293, [3, 1, 44, 0, 90, 1]),
        ]
        for (kind, list) in short {
            let summary = send(&bench, kind, list)
            #expect(summary.records == 1, "\(kind) \(list)")
            #expect(summary.problems[.malformedList] == 1, "\(kind) \(list)")
        }
    }

    @Test func aListOfAnUnknownTemplateIsCounted() {
        var bench = DecodingBench()
        #expect(send(&bench, 292, subTemplateList(999, [1, 2])).problems[.listWithoutTemplate] == 1)
        #expect(bench.records.count == 1)
    }

    @Test func listsOfFixedLengthInShortRecordsAreWalked() {
        var bench = DecodingBench()
        let list = basicList(457, 2, octets((502, 2)))
        bench.define(.ipfix, id: 300, Self.flow + [TestField(291, list.count)])
        bench.send(.ipfix, id: 300, records: [head + list, head + list])
        #expect(bench.records.map(\.httpStatus) == [502, 502])
    }

    @Test func listingShowsWhatListsHold() {
        var listing = DatagramListing(format: .text)
        var message = MessageBuilder(.ipfix)
        message.addTemplate(400, [TestField(457, 2), TestField(4, 1)])
        message.addTemplate(300, [TestField(4, 1), .variable(292), .variable(291)])
        let records = subTemplateList(400, octets((200, 2), (6, 1), (404, 2), (17, 1)))
        message.addData(300, [[6] + variable(records) + variable(basicList(7, 2, octets((80, 2), (81, 2))))])
        listing.add(message.datagram.span, from: DecodingBench.router, port: 1, arrival: DecodingBench.noon)
        let text = String(decoding: listing.takeLines(), as: UTF8.self)
        #expect(
            text.contains(
                "[httpStatusCode 200, protocolIdentifier 6; httpStatusCode 404, protocolIdentifier 17]"))
        #expect(text.contains("[sourceTransportPort 80, sourceTransportPort 81]"))
    }
}

@Suite struct ApplicationOutcomeTests {
    private let flow = [TestField(8, 4), TestField(12, 4), TestField(7, 2), TestField(11, 2)]

    private func record(_ field: TestField, _ value: [UInt8], port: UInt64 = 443) -> FlowRecord? {
        var bench = DecodingBench()
        bench.define(.ipfix, flow + [field])
        bench.send(.ipfix, records: [octets((1, 4), (2, 4), (40000, 2), (port, 2)) + value])
        return bench.records.first
    }

    @Test(arguments: [
        TestField(457, 2), TestField(144, 2, enterprise: 5951), TestField(24, 2, enterprise: 15397),
        TestField(506, 4, enterprise: 16982), TestField(12, 2, enterprise: 39499),
        TestField(181, 2, enterprise: 35632),
    ])
    func vendorsWriteTheStatusOfHTTP(field: TestField) {
        let value = octets((503, field.length))
        #expect(record(field, value)?.httpStatus == 503)
    }

    @Test func version9HasVendorsElementsWithoutEnterprise() {
        var bench = DecodingBench()
        bench.define(.version9, flow + [TestField(57653, 2), TestField(57680, 1)])
        bench.send(.version9, records: [octets((1, 4), (2, 4), (40000, 2), (53, 2), (404, 2), (5, 1))])
        #expect(bench.records.map(\.httpStatus) == [404] && bench.records.map(\.dnsResponseCode) == [5])
    }

    @Test func aStatusThatIsNoneIsLeftOut() {
        #expect(record(TestField(457, 2), octets((0, 2)))?.httpStatus == 0)
        #expect(record(TestField(457, 2), octets((65535, 2)))?.httpStatus == 0)
        #expect(record(.variable(123, enterprise: 6871), variable(Array("404".utf8)))?.httpStatus == 404)
        #expect(record(.variable(123, enterprise: 6871), variable(Array("4O4".utf8)))?.httpStatus == 0)
    }

    @Test func responseCodesCountOnTheDNSPortAlone() {
        let field = TestField(1, 1, enterprise: 8057)
        #expect(record(field, [2], port: 53)?.dnsResponseCode == 2)
        #expect(record(field, [0], port: 53)?.presence.contains(.dns) == true)
        // Exporters fill the field with zeros for all other flows.
        #expect(record(field, [2], port: 443)?.presence.contains(.dns) == false)
    }

    @Test func nothingOfAnEarlierDatagramIsLeftInARecord() {
        var bench = DecodingBench()
        let all: [TestField] =
            flow + [
                TestField(457, 2), TestField(32, 2), TestField(136, 1), TestField(239, 1), TestField(233, 1),
                TestField(34, 4), TestField(1, 1, enterprise: 8057), TestField(1, 4), TestField(2, 4),
                TestField(152, 8), TestField(153, 8), TestField(4, 1), TestField(6, 1), .reverse(1, 4),
                .reverse(2, 4), .reverse(6, 1),
            ]
        bench.define(.ipfix, id: 256, all)
        bench.define(.ipfix, id: 257, Array(flow.prefix(2)))
        let width = all.reduce(0) { $0 + $1.length }
        bench.send(.ipfix, id: 256, records: [[UInt8](repeating: 0x55, count: width)])
        bench.send(.ipfix, id: 257, records: [octets((1, 4), (2, 4))])
        var fresh = DecodingBench()
        fresh.define(.ipfix, id: 257, Array(flow.prefix(2)))
        fresh.send(.ipfix, id: 257, records: [octets((1, 4), (2, 4))])
        #expect(bench.records.count == 2 && bench.records[1] == fresh.records[0])
    }
}
