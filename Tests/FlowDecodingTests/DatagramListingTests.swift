// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import TestSupport
import Testing

@Suite struct DatagramListingTests {
    private func lines(_ format: ListingFormat, _ datagrams: [[UInt8]]) -> [String] {
        Listing.lines(format, datagrams)
    }

    /// The list of fields of a JSON record.
    private func fields(_ line: String?) -> String {
        line?.split(separator: "[", maxSplits: 1).last.map(String.init) ?? ""
    }

    @Test func aDatagramAndItsRecordsAsJSON() {
        var message = MessageBuilder(.version9, domain: 3, sequence: 7)
        message.addTemplate(256, [TestField(8, 4), TestField(1, 4)])
        message.addData(256, [octets((0x0A14_0125, 4), (1500, 4))])
        message.addData(300, [octets((1, 4))])
        let found = lines(.json, [message.datagram])
        #expect(
            found == [
                #"{"type":"datagram","n":1,"time":"2023-11-14T22:13:20.000000Z","exporter":"10.3.0.1","port":50000,"#
                    + #""version":9,"domain":3,"sequence":7,"length":56,"templates":1,"withdrawn":0,"data":1,"#
                    + #""options":0,"unmatched":[300],"problems":[],"rejected":null}"#,
                #"{"type":"record","n":1,"set":256,"template":256,"kind":"data","fields":["#
                    + #"{"id":"0/8","name":"sourceIPv4Address","hex":"0a140125","value":"10.20.1.37"},"#
                    + #"{"id":"0/1","name":"octetDeltaCount","hex":"000005dc","value":"1500"}]}"#,
            ])
    }

    @Test func aRejectedDatagramSaysWhy() {
        let found = lines(.json, [[0, 99, 1, 2]])
        #expect(found.count == 1)
        #expect(found.first?.contains(#""version":99"#) == true)
        #expect(found.first?.contains(#""rejected":"unknown_version""#) == true)
    }

    @Test func problemsAreNamed() {
        var message = MessageBuilder(.ipfix)
        message.addSet(256, [], length: 2)
        #expect(lines(.json, [message.datagram]).first?.contains(#""problems":["malformed_set"]"#) == true)
        #expect(lines(.text, [message.datagram]).first?.hasSuffix(": malformed_set") == true)
    }

    @Test func recordsThatWaitedNameTheirDatagram() {
        var data = MessageBuilder(.ipfix)
        data.addData(256, [octets((1, 4))])
        var template = MessageBuilder(.ipfix)
        template.addTemplate(256, [TestField(8, 4)])
        let found = lines(.json, [data.datagram, template.datagram])
        #expect(found.count == 3)
        #expect(found.last?.hasPrefix(#"{"type":"record","n":1,"#) == true)
        #expect(found[1].contains(#""n":2,"#) && found[1].contains(#""data":0,"#))
        let text = lines(.text, [data.datagram, template.datagram])
        #expect(text.last?.contains("(of datagram 1)") == true)
    }

    @Test func fixedLayoutsAreListedWithoutFiller() {
        let record = fields(lines(.json, [NetFlow5Builder(flows: [TestFlow()]).datagram]).last)
        let ids = record.split(separator: "{").compactMap { $0.split(separator: "\"").dropFirst(2).first }
        #expect(
            ids.map(String.init) == [
                "0/8", "0/12", "0/15", "0/10", "0/14", "0/2", "0/1", "0/22", "0/21", "0/7", "0/11", "0/6",
                "0/4",
                "0/5", "0/16", "0/17", "0/9", "0/13",
            ])
    }

    @Test func scopesEnterprisesAndReverseElementsHaveTheirNames() {
        var options = MessageBuilder(.version9)
        options.addOptionsTemplate(400, scopes: 1, [TestField(2, 4), TestField(34, 4)])
        options.addData(400, [octets((1, 4), (10, 4))])
        let option = lines(.json, [options.datagram]).last
        #expect(option?.contains(#""kind":"options""#) == true)
        #expect(
            fields(option).contains(#"{"id":"scope/2","name":"scopeInterface","hex":"00000001","value":"1"}"#)
        )
        var message = MessageBuilder(.ipfix)
        message.addTemplate(256, [.reverse(1, 2), TestField(21, 2, enterprise: 64512)])
        message.addData(256, [octets((5, 2), (6, 2))])
        let record = fields(lines(.json, [message.datagram]).last)
        #expect(
            record.contains(#"{"id":"29305/1","name":"reverseOctetDeltaCount","hex":"0005","value":"5"}"#))
        #expect(record.contains(#"{"id":"64512/21","name":null,"hex":"0006","value":"0006"}"#))
    }

    /// Element, octets, and the value that people see.
    @Test(arguments: [
        (27, octets((0xFD00_0002_0000_0000, 8), (0x10, 8)), "fd00:2::10"),
        (56, [0, 0x1B, 0x21, 0xAB, 0xCD, 0xEF], "00:1b:21:ab:cd:ef"),
        (152, octets((1_700_000_000_123, 8)), "2023-11-14T22:13:20.123Z"),
        (152, octets((UInt64.max, 8)), "18446744073709551615"),
        (150, octets((1_700_000_000, 4)), "2023-11-14T22:13:20Z"),
        (154, octets((3_908_988_800 << 32 | 0x8000_0000, 8)), "2023-11-14T22:13:20.500000Z"),
        (276, [1], "true"), (276, [2], "false"), (276, [7], "7"),
        (311, octets((0x3FB0_0000_0000_0000, 8)), "0.0625"),
        (434, octets((0xFFFF_FFFE, 4)), "-2"),
        (8, [1, 2], "0102"), (311, [1, 2], "0102"), (291, [4, 0, 1], "040001"), (292, [3, 1], "0301"),
        (293, [3, 1], "0301"), (1, [UInt8](repeating: 1, count: 9), "010101010101010101"), (82, [], ""),
    ])
    func valuesOfEveryType(element: Int, bytes: [UInt8], value: String) {
        var message = MessageBuilder(.ipfix)
        message.addTemplate(256, [.variable(element)])
        message.addData(256, [[UInt8(bytes.count)] + bytes])
        #expect(fields(lines(.json, [message.datagram]).last).contains("\"value\":\"\(value)\"}"))
    }

    /// Interface names reach terminals and logs: nothing in them may act there.
    @Test(arguments: [
        ([UInt8]("eth0\0\0\0".utf8), "eth0"), ([0x61, 0x0A, 0x62], #"a\\x0ab"#),
        ([0x1B, 0x5B, 0x6D], #"\\x1b[m"#),
        ([0xFF, 0x41], #"\\xffA"#), ([0xC3, 0xBC], "ü"), ([0xC3], #"\\xc3"#), ([0x22, 0x5C], #"\"\\x5c"#),
        ([0xC2, 0x85], #"\\xc2\\x85"#), ([0xE2, 0x80, 0xAE], #"\\xe2\\x80\\xae"#),
        ([0xED, 0xA0, 0x80], #"\\xed\\xa0\\x80"#), ([0x7F], #"\\x7f"#),
        ([0xF0, 0x9F, 0x99, 0x82], "\u{1F642}"),
    ])
    func interfaceNamesWithControlOctetsAreEscaped(bytes: [UInt8], value: String) {
        var message = MessageBuilder(.ipfix)
        message.addTemplate(256, [.variable(82)])
        message.addData(256, [[UInt8(bytes.count)] + bytes])
        #expect(fields(lines(.json, [message.datagram]).last).contains("\"value\":\"\(value)\"}"))
    }
}
