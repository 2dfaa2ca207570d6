// SPDX-License-Identifier: Apache-2.0

import Capture
import FlowDecoding
import FlowModel
import TestSupport
import Testing

/// What exporters of several vendors really say of answers, from captures of other collectors' tests.
@Suite(.enabled(if: Shared.folder("corpus") != nil, "there is no corpus beside the project"))
struct ApplicationCaptureTests {
    private func records(_ name: String) throws -> [FlowRecord] {
        let folder = try #require(Shared.folder("corpus"))
        var reader = try PcapReader(path: "\(folder)/cases/\(name).pcap")
        var bench = DecodingBench()
        while let datagram = try reader.next() {
            bench.send(
                datagram.payload, from: datagram.source, port: datagram.sourcePort, at: datagram.time)
        }
        return bench.records
    }

    @Test func proceraMeasuresRoundTripsOfSomeFlows() throws {
        let all = try records("calmh/testParseDataSet")
        #expect(all.map(\.handshakeMilliseconds).filter { $0 > 0 }.sorted() == [37, 38])
        // The others have a zero in the same field.
        #expect(all.count == 31 && all.filter { $0.presence.contains(.answers) }.count == 2)
    }

    @Test func netScalerMeasuresRoundTrips() throws {
        let all = try records("netflow_parser/it_parses_ipfix_multiple_flow_records")
        #expect(all.map(\.handshakeMilliseconds).filter { $0 > 0 }.sorted() == [2, 3])
    }

    @Test func yafMeasuresTheWayToTheReverseHalf() throws {
        let all = try records("logstash/IPFIX-YAF-basic-with-applabel")
        #expect(all.map(\.handshakeMilliseconds).sorted() == [0, 1])
    }

    /// Trap: the templates have the elements, and nothing but zeros came.
    @Test(arguments: ["logstash/Netflow-9-nprobe-DPI-L7", "logstash/extra-ipfix_test_ixia_tpldata271"])
    func constantZerosAreAbsent(name: String) throws {
        let all = try records(name)
        #expect(!all.isEmpty)
        #expect(all.allSatisfy { $0.serverMilliseconds == 0 && $0.handshakeMilliseconds == 0 })
        #expect(all.allSatisfy { !$0.presence.contains(.answers) })
    }

    @Test func aProbeReadsTheStatusOfHTTP() throws {
        let all = try records("ipfixcol/01-odid0")
        #expect(all.filter { $0.httpStatus == 200 }.count == 49)
        #expect(all.allSatisfy { [0, 200].contains($0.httpStatus) })
    }

    /// Trap: an ASA says 2030 of every flow that ended.
    @Test func anASAThatEndsFlowsDeniesNone() throws {
        let all = try records("logstash/Netflow-9-Cisco-ASA-2")
        #expect(!all.isEmpty && all.allSatisfy { [1, 2, 5].contains($0.firewallEvent) })
    }
}
