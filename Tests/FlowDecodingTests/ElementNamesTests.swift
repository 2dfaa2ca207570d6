// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import TestSupport
import Testing

@Suite struct ElementNamesTests {
    /// Enterprise, element, and what is printed for four octets that are 5.
    @Test(arguments: [
        (0, 1, "octetDeltaCount 5 octets"), (0, 2, "packetDeltaCount 5 packets"),
        (0, 7, "sourceTransportPort 5"),
        (0, 161, "flowDurationMilliseconds 5 milliseconds"), (0, 207, "ipv4IHL 5 4-octet words"),
        (0, 434, "mibObjectValueInteger 5"), (0, 8, "sourceIPv4Address 0.0.0.5"),
        (29305, 1, "reverseOctetDeltaCount 5 octets"), (29305, 295, "reverseIPSecSPI 5"),
        (9, 12240, "clientTransportPort 5"), (5951, 128, "roundTripTime 5 milliseconds"),
        (5951, 270, "netscalerUnknown270 5"), (6871, 14, "initialTCPFlags 5"), (6871, 40, "flowAttributes 5"),
        (6871, 16398, "reverseInitialTCPFlags 5"), (8057, 1, "DNSRCode 5"), (35632, 118, "l7_proto 5"),
        (41916, 4321, "viptelaVPNId 5"), (64512, 1, "64512/1 00000005"), (0, 32000, "0/32000 00000005"),
    ])
    func elementsHaveTheNamesOfTheirRegistry(enterprise: Int, element: Int, text: String) {
        let field = TestField(element, 4, enterprise: enterprise == 0 ? nil : enterprise)
        #expect(Listing.field(field, [0, 0, 0, 5]) == text)
    }

    /// Field types of NetFlow v9: IANA's, ASA's, Cisco's and ntop's own.
    @Test(arguments: [
        (1, "octetDeltaCount 5 octets"), (231, "initiatorOctets 5 octets"), (232, "responderOctets 5 octets"),
        (8193, "streamcore_net_app_resp_time 5"), (33000, "ingressAclId 00000005"),
        (33002, "firewallEventExtended 5"), (37083, "tcpWindowSizeMin 5 octets"),
        (40001, "xlate_src_addr_ipv4 0.0.0.5"),
        (40005, "fw_event 5"), (45008, "clientTransportPort 5"), (57590, "l7_proto 5"),
        (60000, "0/60000 00000005"),
    ])
    func version9HasTypesOfItsOwn(type: Int, text: String) {
        #expect(Listing.field(TestField(type, 4), [0, 0, 0, 5], in: .version9) == text)
    }

    @Test func typesOfVersion9MeanNothingInIPFIX() {
        #expect(Listing.field(TestField(8193, 4), [0, 0, 0, 5]) == "0/8193 00000005")
    }

    @Test func aUserNameOfAnASAIsText() {
        let name = [UInt8]("admin".utf8) + [UInt8](repeating: 0, count: 15)
        #expect(Listing.field(TestField(40000, 20), name, in: .version9) == "userName admin")
    }

    /// Behind a time, or octets that are no number, units would mislead.
    @Test func unitsStandBehindNumbersOnly() {
        let time = octets((1_700_000_000, 4))
        #expect(Listing.field(TestField(150, 4), time) == "flowStartSeconds 2023-11-14T22:13:20Z")
        let wide = [UInt8](repeating: 1, count: 9)
        #expect(Listing.field(TestField(1, 9), wide) == "octetDeltaCount 010101010101010101")
        #expect(Listing.field(.variable(1), [0]) == "octetDeltaCount ")
    }

    @Test func unitsAreNotInJSON() {
        var message = MessageBuilder(.ipfix)
        message.addTemplate(256, [TestField(1, 1)])
        message.addData(256, [[5]])
        let line = Listing.lines(.json, [message.datagram]).last
        #expect(
            line?.hasSuffix(#""fields":[{"id":"0/1","name":"octetDeltaCount","hex":"05","value":"5"}]}"#)
                == true)
    }

    /// What of structured lists (RFC 6313) cannot be read is shown as it is on the wire.
    @Test(arguments: [
        (291, "basicList", "040100"), (292, "subTemplateList", "04"), (293, "subTemplateMultiList", "0401"),
    ])
    func malformedListsAreShownInHexadecimal(element: Int, name: String, hex: String) {
        let octets = stride(from: 0, to: hex.count, by: 2).compactMap {
            UInt8(hex.dropFirst($0).prefix(2), radix: 16)
        }
        #expect(Listing.field(.variable(element), [UInt8(octets.count)] + octets) == "\(name) \(hex)")
    }
}
