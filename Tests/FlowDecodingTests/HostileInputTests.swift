// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import LockFree
import TestSupport
import Testing

/// Each test is a crash, an endless loop or a leak that some collector had.
@Suite struct HostileInputTests {
    private let addresses = [TestField(8, 4), TestField(12, 4)]
    private let pair = octets((1, 4), (2, 4))

    private func messageWithData(_ version: MessageBuilder.Version) -> MessageBuilder {
        var message = MessageBuilder(version)
        message.addTemplate(256, addresses)
        message.addData(256, [pair])
        return message
    }

    @Test(arguments: MessageBuilder.Version.allCases, 0...3)
    func setLengthBelowItsHeader(version: MessageBuilder.Version, length: Int) {
        var bench = DecodingBench()
        var message = messageWithData(version)
        message.addSet(256, pair, length: length)
        let summary = bench.send(message.datagram)
        #expect(summary.problems[.malformedSet] == 1)
        #expect(summary.records == 1)
    }

    @Test(arguments: MessageBuilder.Version.allCases, [13, 200, 65535])
    func setLongerThanTheDatagram(version: MessageBuilder.Version, length: Int) {
        var bench = DecodingBench()
        var message = messageWithData(version)
        message.addSet(256, pair, length: length)
        let summary = bench.send(message.datagram)
        #expect(summary.problems[.malformedSet] == 1)
        #expect(summary.records == 1)
    }

    @Test(arguments: MessageBuilder.Version.allCases, 1...3)
    func tooFewOctetsForASetHeader(version: MessageBuilder.Version, count: Int) {
        var bench = DecodingBench()
        var message = messageWithData(version)
        message.addRaw([UInt8](repeating: 1, count: count))
        #expect(bench.send(message.datagram).problems[.malformedSet] == 1)
        var padded = messageWithData(version)
        padded.addRaw([UInt8](repeating: 0, count: count))
        #expect(bench.send(padded.datagram).problems[.malformedSet] == 0)
    }

    @Test func zeroFilledTailIsNoFault() {
        var bench = DecodingBench()
        var message = messageWithData(.version9)
        message.addRaw([UInt8](repeating: 0, count: 1200))
        let summary = bench.send(message.datagram)
        #expect(summary.records == 1 && summary.isClean)
    }

    /// Of fixed length, of variable length, and of options: each has a loop of its own.
    @Test(arguments: MessageBuilder.Version.allCases, 1...11)
    func setsThatEndWithinARecord(version: MessageBuilder.Version, left: Int) {
        var bench = DecodingBench()
        var message = MessageBuilder(version)
        message.addTemplate(256, addresses + [TestField(1, 4)])
        message.addTemplate(257, addresses + [.variable(82)])
        message.addOptionsTemplate(400, scopes: 1, [TestField(1, 4), TestField(34, 4), TestField(35, 4)])
        let part = [UInt8](repeating: 1, count: left)
        message.addSet(256, pair + octets((9, 4)) + part)
        message.addSet(257, pair + [1, 0x61] + part.prefix(8))
        message.addSet(400, octets((0, 4), (7, 4), (1, 4)) + part)
        message.addData(256, [pair + octets((8, 4))])
        let summary = bench.send(message.datagram)
        #expect(bench.records.map(\.octets) == [9, 0, 8])
        #expect(summary.optionRecords == 1 && summary.problems[.malformedSet] == 0)
    }

    @Test(arguments: [[0, 12], [12, 0], [3, 4], [4, 3], [0xFFFC, 0xFFFC], [0xFFFF, 0xFFFF]])
    func optionsTemplateOfVersion9WithLengthsThatLie(lengths: [Int]) {
        var bench = DecodingBench()
        var writer = OctetWriter()
        for value in [400] + lengths + [1, 4, 34, 4] { writer.append16(value) }
        var message = MessageBuilder(.version9)
        message.addSet(1, writer.octets)
        message.addTemplate(256, addresses)
        message.addData(256, [pair])
        let summary = bench.send(message.datagram)
        #expect(summary.problems[.malformedTemplate] == 1)
        #expect(summary.records == 1)
    }

    @Test func optionsTemplateWithMoreScopesThanFields() {
        var bench = DecodingBench()
        var writer = OctetWriter()
        for value in [400, 2, 3, 144, 4, 34, 4] { writer.append16(value) }
        var message = MessageBuilder(.ipfix)
        message.addSet(3, writer.octets)
        #expect(bench.send(message.datagram).problems[.malformedTemplate] == 1)
    }

    @Test(arguments: MessageBuilder.Version.allCases)
    func templateWhoseRecordsHaveNoLength(version: MessageBuilder.Version) {
        var bench = DecodingBench()
        #expect(bench.define(version, [TestField(8, 0), TestField(1, 0)]).problems[.malformedTemplate] == 1)
        let summary = bench.send(version, records: [pair])
        #expect(summary.unmatchedSets == 1 && summary.records == 0)
    }

    @Test func templateWithoutFields() {
        var bench = DecodingBench()
        #expect(bench.define(.version9, []).problems[.malformedTemplate] == 1)
        #expect(bench.define(.ipfix, []).withdrawn == 1)
        #expect(bench.send(.version9, records: [pair]).unmatchedSets == 1)
    }

    @Test(arguments: MessageBuilder.Version.allCases)
    func fieldLengthsWhoseSumWraps16Bits(version: MessageBuilder.Version) {
        var bench = DecodingBench()
        bench.define(
            version, [TestField(8, 4)] + (0..<3).map { TestField(500 + $0, 0xFFF0) } + [TestField(12, 4)])
        let summary = bench.send(version, records: [pair, pair, pair])
        #expect(summary.records == 0 && summary.unmatchedSets == 0)
    }

    @Test(arguments: MessageBuilder.Version.allCases)
    func elementsWiderThanTheirType(version: MessageBuilder.Version) {
        var bench = DecodingBench()
        bench.define(
            version,
            [TestField(8, 50), TestField(1, 50), TestField(27, 50), TestField(6, 9), TestField(12, 4)])
        bench.send(version, records: [[UInt8](repeating: 0xFF, count: 159) + octets((7, 4))])
        #expect(bench.records.first?.octets == 0)
        #expect(bench.records.first?.destination.ipv4 == 7)
        #expect(bench.records.first?.source.ipv4 == 0)
    }

    @Test(arguments: [291, 292, 293])
    func listsThatNameThemselvesEndAndKeepTheirRecords(element: Int) {
        var bench = DecodingBench()
        bench.define(.ipfix, addresses + [.variable(element)])
        // A list whose entries have the template that the list is in, and entries of no length.
        let summary = bench.send(.ipfix, records: [pair + [7, 0xFF, 1, 0, 0, 0, 1, 0], pair + [0]])
        #expect(summary.records == 2)
        #expect(summary.problems[.malformedRecord] == 0)
    }

    @Test func templateResentOrWithdrawnWhileItsDataWait() {
        var bench = DecodingBench()
        bench.send(.ipfix, records: [pair])
        var withdrawal = MessageBuilder(.ipfix)
        withdrawal.addWithdrawal(256)
        bench.send(withdrawal.datagram)
        #expect(bench.define(.ipfix, addresses).recoveredSets == 1)
        #expect(bench.define(.ipfix, [TestField(12, 4), TestField(8, 4)]).recoveredSets == 0)
        #expect(bench.records.count == 1)
    }

    @Test func optionsTablesThatGrowWithoutEnd() {
        var limits = DecodingLimits()
        limits.samplersPerDomain = 4
        var bench = DecodingBench(limits: limits)
        var options = MessageBuilder(.version9)
        options.addOptionsTemplate(400, scopes: 1, [TestField(1, 4), TestField(48, 4), TestField(50, 4)])
        options.addData(400, (0..<100).map { octets((0, 4), (UInt64($0), 4), (UInt64(10 + $0), 4)) })
        #expect(bench.send(options.datagram).optionRecords == 100)
        bench.define(.version9, addresses + [TestField(48, 4)])
        bench.send(.version9, records: [pair + octets((3, 4)), pair + octets((4, 4))])
        #expect(bench.records.map(\.samplingInterval) == [13, 1])
    }

    @Test(arguments: [[255], [255, 1], [5, 0, 0], [255, 255, 255], [255, 0, 9, 1]])
    func variableLengthThatPassesTheEndOfTheSet(tail: [UInt8]) {
        var bench = DecodingBench()
        bench.define(.ipfix, addresses + [.variable(82)])
        let summary = bench.send(.ipfix, records: [pair + [1, 0x61], pair + tail])
        #expect(summary.records == 1)
        #expect(summary.problems[.malformedRecord] == 1)
    }

    @Test(arguments: MessageBuilder.Version.allCases, [3, 512, 65535])
    func fieldCountBeyondTheSet(version: MessageBuilder.Version, count: Int) {
        var bench = DecodingBench()
        var message = MessageBuilder(version)
        message.addTemplate(256, addresses, fieldCount: count)
        message.addTemplate(257, addresses)
        message.addData(257, [pair])
        let summary = bench.send(message.datagram)
        #expect(summary.problems[.malformedTemplate] == 1)
        #expect(summary.records == 1)
    }

    @Test func moreFieldsThanTheLimit() {
        var limits = DecodingLimits()
        limits.fieldsPerTemplate = 3
        var bench = DecodingBench(limits: limits)
        #expect(bench.define(.ipfix, addresses + addresses).problems[.malformedTemplate] == 1)
        #expect(bench.define(.ipfix, addresses + [TestField(1, 4)]).problems.isEmpty)
    }

    @Test(arguments: MessageBuilder.Version.allCases, [0, 1, 255])
    func templateIDsBelow256(version: MessageBuilder.Version, id: Int) {
        var bench = DecodingBench()
        #expect(bench.define(version, id: id, addresses).problems[.malformedTemplate] == 1)
    }

    @Test(arguments: MessageBuilder.Version.allCases, [4, 100, 255])
    func reservedSetIDs(version: MessageBuilder.Version, id: Int) {
        var bench = DecodingBench()
        var message = MessageBuilder(version)
        message.addSet(id, pair)
        message.addTemplate(256, addresses)
        message.addData(256, [pair])
        let summary = bench.send(message.datagram)
        #expect(summary.problems[.reservedSet] == 1)
        #expect(summary.records == 1)
    }

    @Test(arguments: [0, 31, 163, 65535])
    func version5CountsThatLie(count: Int) {
        var bench = DecodingBench()
        var message = NetFlow5Builder(flows: [TestFlow(), TestFlow()])
        message.count = count
        #expect(bench.send(message.datagram).rejection == .badCount)
        #expect(bench.table.exporters.isEmpty)
    }

    @Test func version5ShorterThanItsCount() {
        var bench = DecodingBench()
        var message = NetFlow5Builder(flows: [TestFlow(), TestFlow()])
        message.count = 3
        #expect(bench.send(message.datagram).rejection == .truncated)
    }

    @Test func version5WithTrailingOctets() {
        var bench = DecodingBench()
        let octets = NetFlow5Builder(flows: [TestFlow()]).datagram + [UInt8](repeating: 7, count: 1608)
        let summary = bench.send(octets)
        #expect(summary.records == 1)
        #expect(summary.problems[.trailingBytes] == 1)
    }

    @Test(arguments: [0, 2, 65535])
    func version9CountThatLies(count: Int) {
        var bench = DecodingBench()
        var message = MessageBuilder(.version9)
        message.addTemplate(256, addresses)
        for _ in 0..<6 { message.addData(256, [pair]) }
        message.count = count
        let summary = bench.send(message.datagram)
        #expect(summary.records == 6)
        #expect(summary.problems[.countMismatch] == 1)
    }

    @Test func ipfixLengthBelowItsHeader() {
        var bench = DecodingBench()
        var message = messageWithData(.ipfix)
        message.length = 15
        #expect(bench.send(message.datagram).rejection == .badLength)
    }

    @Test func ipfixLengthBeyondTheDatagram() {
        var bench = DecodingBench()
        var message = messageWithData(.ipfix)
        message.length = 65535
        let summary = bench.send(message.datagram)
        #expect(summary.records == 1)
        #expect(summary.problems[.truncatedMessage] == 1)
    }

    @Test func ipfixLengthWithinTheDatagram() {
        var bench = DecodingBench()
        var message = messageWithData(.ipfix)
        message.length = message.datagram.count
        message.addData(256, [pair, pair])
        let summary = bench.send(message.datagram)
        #expect(summary.records == 1)
        #expect(summary.problems[.trailingBytes] == 1)
    }

    @Test(arguments: [0x00, 0xFF] as [UInt8])
    func shortDatagramsOfOneOctetRepeated(octet: UInt8) {
        var bench = DecodingBench()
        for count in 0..<64 {
            let summary = bench.send([UInt8](repeating: octet, count: count))
            #expect(summary.rejection == (count < 2 ? .tooShort : .unknownVersion))
        }
        #expect(bench.table.exporters.isEmpty)
        #expect(bench.table.strangers.datagrams.value == 64)
        #expect(bench.table.strangers.rejected(.unknownVersion) == 62)
    }

    @Test func everyVersionWordWithEveryShortLength() {
        let headers = [1: 16, 5: 24, 7: 24, 9: 20, 10: 16]
        for version in 0...11 {
            for count in 2..<20 {
                var bench = DecodingBench()
                let octets = [0, UInt8(version)] + [UInt8](repeating: 0xA5, count: count - 2)
                let summary = bench.send(octets)
                // What is long enough has a count of v1 that lies, or is an IPFIX message of which the rest is missing.
                let expected: RejectionReason? =
                    switch headers[version] {
                    case nil: .unknownVersion
                    case let header? where count < header: .tooShort
                    default: version == 10 ? nil : .badCount
                    }
                #expect(summary.rejection == expected, "version \(version), \(count) octets")
                #expect(summary.records == 0 && bench.table.exporters.count == (expected == nil ? 1 : 0))
            }
        }
    }

    @Test func otherProtocolsOnThePort() {
        var bench = DecodingBench()
        let sFlow: [UInt8] = [0, 0, 0, 5, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
        let syslog = [UInt8]("<13>Nov 21 02:02:45 router: link down, carrier lost".utf8)
        for octets in [sFlow, syslog] { #expect(bench.send(octets).rejection == .unknownVersion) }
        #expect(bench.table.exporters.isEmpty)
    }

    @Test func spoofedSourcesAreBounded() {
        var limits = DecodingLimits()
        limits.exporters = 8
        var bench = DecodingBench(limits: limits)
        let octets = messageWithData(.ipfix).datagram
        for source in 0..<100 { bench.send(octets, from: IPAddress(ipv4: UInt32(source))) }
        #expect(bench.table.exporters.count == 8)
        #expect(bench.records.count == 8)
        #expect(bench.table.strangers.rejected(.exporterLimit) == 92)
    }

    @Test func spoofedDomainsAreBounded() {
        var limits = DecodingLimits()
        (limits.domainsPerExporter, limits.domains) = (4, 6)
        var bench = DecodingBench(limits: limits)
        for source in 0..<3 {
            for domain in 0..<10 {
                var message = MessageBuilder(.ipfix, domain: domain)
                message.addTemplate(256, addresses)
                bench.send(message.datagram, from: IPAddress(ipv4: UInt32(source)))
            }
        }
        let refused = bench.table.exporters.map { $0.counters.rejected(.domainLimit) }
        #expect(refused == [6, 8, 10])
    }

    @Test func templatesOfAllDomainsAreBounded() {
        var limits = DecodingLimits()
        limits.templates = 10
        var bench = DecodingBench(limits: limits)
        for domain in 0..<20 { bench.define(.ipfix, id: 256, addresses, domain: domain) }
        #expect(bench.counters.count(of: .templateLimit) == 10)
        bench.send(.ipfix, records: [pair], domain: 9)
        bench.send(.ipfix, records: [pair], domain: 10)
        #expect(bench.records.count == 1)
    }

    @Test func oneDatagramFullOfTemplates() {
        var limits = DecodingLimits()
        limits.templatesPerDatagram = 20
        var bench = DecodingBench(limits: limits)
        var message = MessageBuilder(.version9)
        for id in 256..<1256 { message.addTemplate(id, [TestField(8, 4)]) }
        #expect(bench.send(message.datagram).problems[.templateLimit] == 980)
    }

    @Test func oneTemplateIDFlapsBetweenDefinitions() {
        var bench = DecodingBench()
        for step in 0..<100 {
            bench.define(.ipfix, step % 2 == 0 ? addresses : [TestField(12, 4), TestField(8, 4)])
            bench.send(.ipfix, records: [pair])
        }
        #expect(bench.records.map(\.source.ipv4) == (0..<100).map { $0 % 2 == 0 ? 1 : 2 })
        #expect(bench.counters.count(of: .templateChanged) == 99)
    }

    @Test func sameTemplateIDOfOtherDomainsVersionsAndExporters() {
        var bench = DecodingBench()
        bench.define(.ipfix, addresses, domain: 1)
        #expect(bench.send(.ipfix, records: [pair], domain: 2).unmatchedSets == 1)
        #expect(bench.send(.version9, records: [pair], domain: 1).unmatchedSets == 1)
        var message = MessageBuilder(.ipfix, domain: 1)
        message.addData(256, [pair])
        #expect(bench.send(message.datagram, from: IPAddress(ipv4: 9)).unmatchedSets == 1)
        #expect(bench.send(message.datagram).records == 1)
    }

    @Test func dataBeforeTemplateFloodsAreBounded() {
        var limits = DecodingLimits()
        (limits.pendingBytesPerDomain, limits.pendingBytes) = (10_000, 25_000)
        var bench = DecodingBench(limits: limits)
        let big = [[UInt8](repeating: 1, count: 1000)]
        for domain in 0..<5 {
            for _ in 0..<100 { bench.send(.ipfix, records: big, domain: domain) }
        }
        var recovered: [Int] = []
        for domain in 0..<5 {
            recovered.append(bench.define(.ipfix, addresses, domain: domain).recoveredSets)
        }
        #expect(recovered == [8, 8, 6, 0, 0])
        // The room is free again.
        bench.send(.ipfix, id: 999, records: big, domain: 4)
        #expect(bench.define(.ipfix, id: 999, addresses, domain: 4).recoveredSets == 1)
    }

    @Test func sixtyThousandRecordsOfOneOctet() {
        var bench = DecodingBench()
        bench.define(.ipfix, [TestField(4, 1)])
        let summary = bench.send(.ipfix, records: [[UInt8](repeating: 6, count: 65_000)])
        #expect(summary.otherRecords == DecodingLimits().recordsPerDatagram)
        #expect(summary.problems[.recordLimit] == 1)
    }

    @Test func countersAtTheEdgeOf64Bits() {
        var bench = DecodingBench()
        bench.define(.ipfix, [TestField(8, 4), TestField(1, 8), TestField(2, 8)])
        bench.send(.ipfix, records: [octets((1, 4), (1 << 63, 8), (UInt64.max, 8))])
        #expect(bench.records.first?.octets == 1 << 63)
        #expect(bench.records.first?.packets == .max)
    }

    @Test(arguments: [0, 0xFFFF_FFFF])
    func exportTimesFromNowhere(seconds: Int) {
        var bench = DecodingBench()
        var message = NetFlow5Builder(flows: [TestFlow()])
        (message.exportSeconds, message.uptimeMilliseconds) = (seconds, 0xFFFF_FFFF)
        bench.send(message.datagram)
        #expect(bench.records.allSatisfy { $0.start <= $0.end && $0.end <= DecodingBench.noon })
    }

    @Test func paddingLongerThanARecordIsReadAsRecords() {
        var bench = DecodingBench()
        var message = MessageBuilder(.ipfix)
        message.addTemplate(256, addresses)
        message.addData(256, [pair], padding: 36)
        #expect(bench.send(message.datagram).records == 5)
        var short = MessageBuilder(.ipfix)
        short.addTemplate(257, addresses + (0..<8).map { TestField(300 + $0, 4) })
        short.addData(257, [pair + [UInt8](repeating: 0, count: 32)], padding: 36)
        #expect(bench.send(short.datagram).records == 1)
    }

    @Test func optionsThatSpeakOfAnotherExporter() {
        var bench = DecodingBench()
        var options = MessageBuilder(.ipfix)
        options.addOptionsTemplate(400, scopes: 1, [TestField(130, 4), TestField(34, 4)])
        options.addData(400, [octets((UInt64(DecodingBench.router.ipv4), 4), (5000, 4))])
        bench.send(options.datagram, from: IPAddress(ipv4: 66))
        bench.define(.ipfix, addresses)
        bench.send(.ipfix, records: [pair])
        #expect(bench.records.map(\.samplingInterval) == [1])
    }

    @Test(arguments: [313, 314, 315])
    func packetSectionsAreNotParsed(element: Int) {
        var bench = DecodingBench()
        bench.define(.ipfix, addresses + [.variable(element)])
        let bogus: [UInt8] = [0x4F, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0, 6]
        bench.send(.ipfix, records: [pair + [UInt8(bogus.count)] + bogus])
        #expect(bench.records.first?.transport == TransportProtocol(0))
        #expect(bench.records.count == 1)
    }

    @Test func sendersThatAreNotAllowedLeaveNothing() throws {
        let allowed = try #require(IPPrefix("192.0.2.0/24"))
        var bench = DecodingBench(allow: [allowed])
        #expect(bench.send(messageWithData(.ipfix).datagram).rejection == .notAllowed)
        #expect(bench.table.exporters.isEmpty)
        #expect(bench.table.strangers.rejected(.notAllowed) == 1)
        let friend = try #require(IPAddress("192.0.2.9"))
        #expect(bench.send(messageWithData(.ipfix).datagram, from: friend).records == 1)
    }
}
