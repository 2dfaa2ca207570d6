// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import FuzzSupport
import TestSupport
import Testing

/// Every two octets of a message that could be a length, a count or an id, set to numbers that break something.
@Suite struct AlteredLengthTests {
    private static let numbers = [0, 1, 3, 4, 5, 8, 255, 256, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF]

    /// A message, and where each of its sets begins.
    private struct Original {
        var octets: [UInt8] = []
        var starts: [Int] = []
        /// Records before each set.
        var recordsBefore: [Int] = []
    }

    private static func message(_ version: MessageBuilder.Version) -> Original {
        var original = Original()
        var message = MessageBuilder(version, domain: 5, sequence: 77)
        func begin(_ records: Int) {
            original.starts.append(message.datagram.count)
            original.recordsBefore.append(records)
        }
        begin(0)
        message.addTemplate(256, TestFlow.fields)
        begin(0)
        message.addTemplate(257, [TestField(8, 4), .variable(82), TestField(12, 4), .reverse(1, 8)])
        begin(0)
        message.addOptionsTemplate(400, scopes: 1, [TestField(1, 4), TestField(34, 4)])
        begin(0)
        message.addData(256, [TestFlow(number: 1).encoded, TestFlow(number: 2).encoded], padding: 2)
        begin(2)
        message.addData(257, [octets((1, 4)) + [255, 0, 3, 1, 2, 3] + octets((2, 4), (9, 8))])
        begin(3)
        message.addData(400, [octets((0, 4), (1, 4))])
        begin(3)
        message.addData(256, [TestFlow(number: 3).encoded])
        original.octets = message.datagram
        return original
    }

    /// Whatever the octets say, sets before them are decoded as if nothing were wrong.
    @Test(arguments: MessageBuilder.Version.allCases)
    func setsBeforeAnAlteredOneAreKept(version: MessageBuilder.Version) {
        let original = Self.message(version)
        var complete = DecodingBench()
        #expect(complete.send(original.octets).records == 4)
        for place in original.starts[0]..<original.octets.count - 1 {
            let set = original.starts.lastIndex { $0 <= place } ?? 0
            let kept = original.recordsBefore[set]
            for number in Self.numbers {
                var bench = DecodingBench()
                bench.send(Self.alter(original.octets, place, number))
                #expect(
                    bench.records.prefix(kept).elementsEqual(complete.records.prefix(kept)),
                    "\(number) at \(place)")
            }
        }
    }

    /// The altered message, then the right one twice: the promises hold, and nothing of the first keeps it from being read.
    @Test(arguments: MessageBuilder.Version.allCases)
    func anAlteredMessageLeavesTheNextOneReadable(version: MessageBuilder.Version) {
        let original = Self.message(version).octets
        for place in 0..<original.count - 1 {
            var writer = DatagramSequenceWriter()
            let number = Self.numbers[place % Self.numbers.count]
            let altered = Self.alter(original, place, number)
            for datagram in [altered, original, original] { writer.add(datagram) }
            let violation = ListingTarget.violation(in: writer.input.span)
            #expect(violation == nil, "\(number) at \(place)")
            var bench = DecodingBench()
            bench.send(altered)
            #expect(bench.send(original).records >= 4, "\(number) at \(place)")
        }
    }

    /// Headers and counts of the versions with one layout.
    @Test(arguments: FixedMessageBuilder.Version.allCases)
    func alteredHeadersOfTheFixedVersions(version: FixedMessageBuilder.Version) {
        let original = FixedMessageBuilder(version, flows: [TestFlow(), TestFlow(number: 2)]).datagram
        for place in 0..<24 {
            for number in Self.numbers {
                var writer = DatagramSequenceWriter()
                for octets in [Self.alter(original, place, number), original] { writer.add(octets) }
                #expect(DatagramTarget.violation(in: writer.input.span) == nil, "\(number) at \(place)")
            }
        }
    }

    private static func alter(_ octets: [UInt8], _ place: Int, _ number: Int) -> [UInt8] {
        var octets = octets
        (octets[place], octets[place + 1]) = (UInt8(number >> 8), UInt8(number & 255))
        return octets
    }
}
