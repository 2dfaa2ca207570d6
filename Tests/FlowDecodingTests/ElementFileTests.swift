// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import TestSupport
import Testing

@Suite struct ElementFileTests {
    private func names(_ text: String) throws -> ElementNames {
        let file = ElementFile([UInt8](text.utf8))
        try #require(file.mistakes == [])
        var names = ElementNames.standard
        names.add(file)
        return names
    }

    private func mistakes(_ text: String) -> [String] {
        ElementFile([UInt8](text.utf8)).mistakes.map { "\($0.line): \($0.message)" }
    }

    @Test func rowsAddAndRename() throws {
        let names = try names(
            """
            pen,id,name,type,semantics,units,status
            # our probes
            64512,7,queueLength,unsigned16,,packets,current

            0,1,in_bytes,uint64,,octets
            v9,2,pkts,4
            """)
        let five: [UInt8] = [0, 5]
        #expect(
            Listing.field(TestField(7, 2, enterprise: 64512), five, names: names) == "queueLength 5 packets")
        #expect(Listing.field(TestField(1, 2), five, names: names) == "in_bytes 5 octets")
        #expect(Listing.field(TestField(1, 2), five, in: .version9, names: names) == "in_bytes 5 octets")
        #expect(Listing.field(TestField(2, 2), five, in: .version9, names: names) == "pkts 5")
        #expect(Listing.field(TestField(2, 2), five, names: names) == "packetDeltaCount 5 packets")
        #expect(Listing.field(TestField(2, 2), five) == "packetDeltaCount 5 packets")
    }

    @Test func aReverseElementFollowsUnlessItHasARow() throws {
        let names = try names(
            "pen,id,name,type\n29305,2,backPackets,uint32\n0,1,bytes,uint64\n0,2,packets,uint64\n")
        #expect(Listing.field(.reverse(1, 2), [0, 5], names: names) == "reverseBytes 5")
        #expect(Listing.field(.reverse(2, 2), [0, 5], names: names) == "backPackets 5")
    }

    @Test func columnsStandInAnyOrder() throws {
        let names = try names(
            "\u{FEFF}units,type,name,id,source,pen\r\nhops , uint8,\tdistance, 9 ,any,64512\r\n")
        #expect(Listing.field(TestField(9, 1, enterprise: 64512), [5], names: names) == "distance 5 hops")
    }

    /// Words for types, and what they make of four octets.
    @Test(arguments: [
        (["unsigned32", "UNSIGNED64", "uint24", "uint", "4"], "5"), (["signed32", "int8"], "5"),
        (["ipv4Address", "ipv6Address", "ip4_addr", "ip"], "0.0.0.5"), (["string"], #"\x00\x00\x00\x05"#),
        (["octetArray", "", "skip", "hex", "basicList", "subTemplateMultiList"], "00000005"),
        (["dateTimeSeconds"], "1970-01-01T00:00:05Z"), (["macAddress", "mac_addr"], "00:00:00:05"),
        (["dateTimeMilliseconds"], "1970-01-01T00:00:00.005Z"), (["dateTimeNanoseconds", "boolean"], "5"),
        (["float32", "double"], "7e-45"),
    ])
    func typesHaveSeveralWords(words: [String], value: String) throws {
        for word in words {
            let names = try names("pen,id,name,type\n64512,1,x,\(word)\n")
            let shown = Listing.field(TestField(1, 4, enterprise: 64512), [0, 0, 0, 5], names: names)
            #expect(shown == "x \(value)", "\(word)")
        }
    }

    @Test func someRegistriesWriteTheEnterpriseTwice() throws {
        let names = try names("pen,id,name,type\n64512,64512.118,x,uint8\n")
        #expect(Listing.field(TestField(118, 1, enterprise: 64512), [5], names: names) == "x 5")
    }

    @Test func rowsWithoutANameSayNothing() throws {
        let names = try names("pen,id,name,type\n0,1,,\n0,97,,uint8\n")
        #expect(Listing.field(TestField(1, 1), [5], names: names) == "octetDeltaCount 5 octets")
    }

    @Test(arguments: [
        ("-1,1,a,uint8", "pen is '-1', expected a private enterprise number, 0 for IANA, or v9"),
        (
            "4294967296,1,a,uint8",
            "pen is '4294967296', expected a private enterprise number, 0 for IANA, or v9"
        ),
        ("0,65536,a,uint8", "id is '65536', expected a number from 0 to 65535"),
        ("0,9.1,a,uint8", "id is '9.1', expected a number from 0 to 65535"),
        ("0,,a,uint8", "id is empty, expected a number from 0 to 65535"),
        ("0,1,a b,uint8", "name is 'a b', expected at most 64 ASCII letters, digits, _, . and -"),
        ("0,1,ä,uint8", "name is 'ä', expected at most 64 ASCII letters, digits, _, . and -"),
        (
            "0,1,a,text",
            "type is 'text', expected a type of RFC 7012, as in unsigned32, string or ipv4Address"
        ),
        ("0,1,a", "there are 3 columns, expected as many as in the first line"),
        (
            "0,1,a,uint8,\"bits\"",
            "units is '\"bits\"', expected at most 32 ASCII letters, digits, spaces, _, ., -, / and %"
        ),
    ])
    func aMistakeSaysWhatIsExpected(row: String, message: String) {
        #expect(mistakes("pen,id,name,type,units\n0,2,a,uint8,\n\(row)\n") == ["3: \(message)"])
    }

    @Test func namesHaveALimit() throws {
        let longest = String(repeating: "a", count: 64)
        #expect(mistakes("pen,id,name,type\n0,1,\(longest),uint8\n") == [])
        let message =
            "2: name is '\(String(repeating: "a", count: 40))…', expected at most 64 ASCII letters, digits, _, . and -"
        #expect(mistakes("pen,id,name,type\n0,1,\(longest)a,uint8\n") == [message])
    }

    @Test func everyMistakeIsSaid() {
        let found = mistakes(
            "pen,id,name,type\n0,1,a,uint8\nx,1,a,uint8\n0,2,a,uint8\n0,1,b,uint8\nv9,1,b,uint8\n0,x,a,uint8\n"
        )
        #expect(
            found == [
                "3: pen is 'x', expected a private enterprise number, 0 for IANA, or v9",
                "5: the element is given again, expected once (first on line 2)",
                "7: id is 'x', expected a number from 0 to 65535",
            ])
    }

    @Test(arguments: ["", "\n\n# nothing\n"])
    func anEmptyFileIsAMistake(text: String) {
        #expect(
            mistakes(text) == [
                "1: is empty, expected a first line that names the columns pen, id, name and type, as in pen,id,name,type,units"
            ])
    }

    @Test func aFileWithoutAHeaderIsOneMistake() {
        #expect(
            mistakes("\n0,1,a,uint8\n0,2,a,uint8\n") == [
                "2: begins with '0', expected a first line that names the columns pen, id, name and type, as in pen,id,name,type,units"
            ])
    }

    @Test func aFileOfMistakesDoesNotFloodTheTerminal() {
        let rows = [String](repeating: "0,1,a b,uint8\n", count: 1000)
        #expect(mistakes("pen,id,name,type\n" + rows.joined()).count == 100)
    }

    /// A file that is no text must not act on the terminal that shows what is wrong with it.
    @Test(arguments: [
        [0x1B, 0x5B, 0x32, 0x4A], [0xFF, 0xFE, 0x00], [0xE2, 0x80, 0xAE, 0x61], [0x0D, 0x07],
    ])
    func controlOctetsInAFileOfElementsAreEscaped(octets: [UInt8]) {
        let header = [UInt8]("pen,id,name,type\n0,1,".utf8)
        for file in [octets, header + octets + [UInt8](",uint8".utf8), header + [UInt8]("a,".utf8) + octets] {
            let found = ElementFile(file).mistakes
            #expect(found.count == 1)
            for scalar in found.map(\.message).joined().unicodeScalars {
                #expect(scalar.value >= 0x20 && scalar.value != 0x7F && scalar.value != 0x202E)
            }
        }
    }
}
