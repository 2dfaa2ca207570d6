// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import LockFree
import TestSupport
import Testing

@Suite struct ExporterTableTests {
    @Test func numbersAreDenseAndShared() {
        let table = ExporterTable()
        let configuration = DecodingConfiguration()
        var first = DatagramDecoder(configuration: configuration, exporters: table)
        var second = DatagramDecoder(configuration: configuration, exporters: table)
        let list = FlowList()
        let octets = NetFlow5Builder(flows: [TestFlow()]).datagram
        for address in [9, 8, 9] {
            _ = first.decode(
                octets.span, from: IPAddress(ipv4: UInt32(address)), port: 1, arrival: DecodingBench.noon,
                into: list)
        }
        for address in [8, 7] {
            _ = second.decode(
                octets.span, from: IPAddress(ipv4: UInt32(address)), port: 1, arrival: DecodingBench.noon,
                into: list)
        }
        #expect(table.exporters.map(\.address) == [9, 8, 7].map { IPAddress(ipv4: $0) })
        #expect(table.exporters.map(\.id.index) == [0, 1, 2])
        #expect(table.exporters.map { $0.counters.records.value } == [2, 2, 1])
        #expect(list.records.map(\.exporter.index) == [0, 1, 0, 1, 2])
    }

    @Test func everyDatagramIsAcceptedOrRejected() {
        var bench = DecodingBench()
        bench.send(NetFlow5Builder(flows: [TestFlow()]).datagram, at: DecodingBench.noon + .seconds(3))
        bench.send([0, 5, 0])
        bench.send([1, 2, 3])
        #expect(bench.counters.datagrams.value == 3)
        #expect(bench.counters.octets.value == 78)
        #expect(bench.counters.rejected(.tooShort) == 1)
        #expect(bench.counters.rejected(.unknownVersion) == 1)
        #expect(bench.table.strangers.datagrams.value == 0)
        #expect(bench.counters.lastSeen == DecodingBench.noon)
    }

    @Test func indicesOfReasonsAndProblemsAreTheirPlaces() {
        #expect(Set(RejectionReason.allCases.map(\.rawValue)).count == RejectionReason.allCases.count)
        #expect(Problem.allCases.map(\.rawValue) == Array(0..<Problem.allCases.count))
        #expect(Set(Problem.allCases.map(\.name)).count == Problem.allCases.count)
    }

    @Test func theLongestPrefixOfTheOverridesWins() throws {
        let wide = try #require(IPPrefix("10.0.0.0/8"))
        let none = try #require(IPPrefix("10.3.0.0/16"))
        var bench = DecodingBench(overrides: [
            ExporterOverride(prefix: wide, sampling: 4), ExporterOverride(prefix: none, sampling: nil),
        ])
        bench.send(NetFlow5Builder(flows: [TestFlow()]).datagram)
        #expect(bench.records.map(\.samplingInterval) == [4])
        let narrow = try #require(IPPrefix("10.3.0.0/24"))
        for overrides in [[wide, narrow], [narrow, wide]] {
            var bench = DecodingBench(
                overrides: overrides.map { ExporterOverride(prefix: $0, sampling: $0 == narrow ? 9 : 4) })
            bench.send(NetFlow5Builder(flows: [TestFlow()]).datagram)
            #expect(bench.records.map(\.samplingInterval) == [9])
        }
    }
}
