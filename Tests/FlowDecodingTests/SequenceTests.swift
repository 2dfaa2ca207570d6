// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import LockFree
import TestSupport
import Testing

@Suite struct SequenceTests {
    private func version5(_ bench: inout DecodingBench, _ sequence: Int, flows: Int = 10) -> SequenceEvent {
        bench.send(
            NetFlow5Builder(flows: (0..<flows).map { TestFlow(number: $0) }, sequence: sequence).datagram
        ).sequenceEvent
    }

    @Test func version5CountsFlows() {
        var bench = DecodingBench()
        #expect(version5(&bench, 100) == .inOrder)
        #expect(version5(&bench, 110) == .inOrder)
        #expect(version5(&bench, 150) == .lost(30))
        #expect(version5(&bench, 160) == .inOrder)
        #expect(bench.counters.lost.value == 30)
    }

    @Test func lateDatagramsAreNotLost() {
        var bench = DecodingBench()
        _ = version5(&bench, 0)
        #expect(version5(&bench, 20) == .lost(10))
        #expect(version5(&bench, 10) == .late(10))
        #expect(version5(&bench, 30) == .inOrder)
        #expect(bench.counters.lost.value == 10 && bench.counters.late.value == 10)
    }

    @Test func duplicatesAreNeitherLostNorLate() {
        var bench = DecodingBench()
        _ = version5(&bench, 0)
        _ = version5(&bench, 10)
        #expect(version5(&bench, 10) == .duplicate)
        #expect(version5(&bench, 20) == .inOrder)
        #expect(bench.counters.lost.value == 0 && bench.counters.duplicates.value == 1)
    }

    @Test func theSequenceWrapsAt32Bits() {
        var bench = DecodingBench()
        _ = version5(&bench, 0xFFFF_FFF6)
        #expect(version5(&bench, 0) == .inOrder)
        var other = DecodingBench()
        _ = version5(&other, 0xFFFF_FFF0)
        #expect(version5(&other, 4) == .lost(10))
    }

    @Test func aJumpIsAResetAndNotALoss() {
        var bench = DecodingBench()
        _ = version5(&bench, 5_000_000)
        #expect(version5(&bench, 0) == .reset)
        #expect(version5(&bench, 10) == .inOrder)
        #expect(version5(&bench, 0x4000_0000) == .reset)
        #expect(bench.counters.lost.value == 0 && bench.counters.sequenceResets.value == 2)
    }

    @Test func aRestartWithASmallSequenceIsSeenSoon() {
        var bench = DecodingBench()
        _ = version5(&bench, 500)
        #expect(version5(&bench, 0) == .duplicate)
        #expect(version5(&bench, 10) == .reset)
        #expect(version5(&bench, 20) == .inOrder)
    }

    @Test func anUptimeThatGoesBackIsARestart() {
        var bench = DecodingBench()
        _ = version5(&bench, 500)
        var message = NetFlow5Builder(flows: [TestFlow()], sequence: 700)
        message.uptimeMilliseconds = 1000
        #expect(bench.send(message.datagram).sequenceEvent == .reset)
    }

    @Test func version9CountsDatagramsOfEachDomainAndSession() {
        var bench = DecodingBench()
        func send(_ sequence: Int, domain: Int, port: UInt16 = 1) -> SequenceEvent {
            let message = MessageBuilder(.version9, domain: domain, sequence: sequence)
            return bench.send(message.datagram, port: port).sequenceEvent
        }
        #expect(send(7, domain: 1) == .inOrder)
        #expect(send(99, domain: 2) == .inOrder)
        #expect(send(8, domain: 1) == .inOrder)
        #expect(send(5, domain: 1, port: 2) == .inOrder)
        #expect(send(11, domain: 1) == .lost(2))
        #expect(send(100, domain: 2) == .inOrder)
    }

    /// The ways in which exporters count; by each, 40 messages of changing size are sent and one of them is dropped.
    @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
    func conventionsOfIPFIXAreLearned(includesPresent: Bool, omitsOptions: Bool) {
        var bench = DecodingBench()
        bench.define(.ipfix, TestFlow.fields)
        var options = MessageBuilder(.ipfix)
        options.addOptionsTemplate(400, scopes: 1, [TestField(144, 4), TestField(41, 4)])
        bench.send(options.datagram)
        var counted = 1000
        var lost = 0
        for step in 0..<40 {
            let data = 3 + step * 7 % 11
            let optionRecords = step % 5 == 2 ? 1 : 0
            let units = data + (omitsOptions ? 0 : optionRecords)
            var message = MessageBuilder(.ipfix, sequence: includesPresent ? counted + units : counted)
            counted += units
            message.addData(256, (0..<data).map { TestFlow(number: $0).encoded })
            if optionRecords > 0 { message.addData(400, [octets((0, 4), (1, 4))]) }
            if step == 30 {
                lost = units
                continue
            }
            bench.send(message.datagram)
        }
        #expect(bench.counters.lost.value == UInt64(lost))
        #expect(bench.counters.sequenceResets.value == 0 && bench.counters.duplicates.value == 0)
    }

    @Test func setsThatCannotBeCountedSayNothingOfLoss() {
        var bench = DecodingBench()
        bench.define(.ipfix, TestFlow.fields)
        var sequence = 0
        for step in 0..<20 {
            var message = MessageBuilder(.ipfix, sequence: sequence)
            message.addData(256, [TestFlow().encoded])
            if step % 4 == 3 { message.addData(999, [TestFlow().encoded]) }
            sequence += step % 4 == 3 ? 2 : 1
            #expect(bench.send(message.datagram).sequenceEvent == .inOrder)
        }
    }
}
