// SPDX-License-Identifier: Apache-2.0

import EvaluationWorld
import FlowDecoding
import FlowModel
import Testing

/// What the evaluation's exporters write, the decoder reads as what it was.
struct FlowEncoderTests {
    private static let begin: Int64 = 1_780_272_000

    private static var flow: ExportedFlow {
        var flow = ExportedFlow(
            key: FlowKey(
                client: 0x0A14_0105, clientPort: 40_001, server: 0x0A02_000A, serverPort: 80, transport: 6))
        (flow.up.packets, flow.up.octets, flow.up.flags) = (6, 700, 0x1B)
        (flow.up.first, flow.up.last) = (12.25, 13.5)
        (flow.down.packets, flow.down.octets, flow.down.flags) = (5, 4000, 0x1A)
        (flow.down.first, flow.down.last) = (12.5, 13.75)
        return flow
    }

    private func decoded(_ form: ExportForm, _ flows: [ExportedFlow], sampling: Int = 1) -> [FlowRecord] {
        var encoder = FlowEncoder(form, begin: Self.begin, sampling: sampling)
        var decoder = DatagramDecoder(configuration: DecodingConfiguration(), exporters: ExporterTable())
        let batch = FlowList()
        var records: [FlowRecord] = []
        for datagram in encoder.datagrams(flows, at: 20) {
            _ = decoder.decode(
                datagram.octets.span, from: IPAddress(ipv4: 0x0A03_0001), port: 2055,
                arrival: Instant(seconds: Self.begin + 20), into: batch)
            batch.withRecords { span in for index in span.indices { records.append(span[index]) } }
            batch.removeAll()
        }
        return records
    }

    private func isNear(_ time: Instant, _ seconds: Double) -> Bool {
        abs(Double(time.microseconds - Self.begin * 1_000_000) / 1e6 - seconds) < 0.002
    }

    @Test(arguments: [ExportForm.version9, .ipfix])
    func `halves come as two records`(form: ExportForm) throws {
        let records = decoded(form, [Self.flow])
        try #require(records.count == 2)
        #expect(records[0].source == IPAddress(ipv4: 0x0A14_0105) && records[0].destinationPort == 80)
        #expect(records[0].packets == 6 && records[0].octets == 700)
        #expect(records[0].tcpFlags.rawValue == 0x1B && records[1].tcpFlags.rawValue == 0x1A)
        #expect(records[1].source == IPAddress(ipv4: 0x0A02_000A) && records[1].destinationPort == 40_001)
        #expect(records[1].packets == 5 && records[1].octets == 4000)
        #expect(isNear(records[0].start, 12.25) && isNear(records[0].end, 13.5))
        #expect(isNear(records[1].start, 12.5) && isNear(records[1].end, 13.75))
    }

    @Test func `a biflow is one record with both halves`() throws {
        let records = decoded(.biflow, [Self.flow])
        try #require(records.count == 1)
        #expect(records[0].packets == 6 && records[0].reversePackets == 5)
        #expect(records[0].octets == 700 && records[0].reverseOctets == 4000)
        #expect(records[0].reverseTCPFlags.rawValue == 0x1A)
    }

    @Test(arguments: ExportForm.allCases)
    func `more flows than a datagram holds all come, and a flow without answers is one record`(
        form: ExportForm
    ) {
        var silent = Self.flow
        silent.down = Half()
        let flows = (0..<70).map { index in
            var flow = index % 2 == 0 ? Self.flow : silent
            flow.key.clientPort = UInt16(2000 + index)
            return flow
        }
        let ports = decoded(form, flows).map { max($0.sourcePort, $0.destinationPort) }
        #expect(Set(ports) == Set((0..<70).map { UInt16(2000 + $0) }))
        #expect(ports.count == (form == .biflow ? 70 : 105))
    }

    @Test(arguments: ExportForm.allCases)
    func `the interval of sampling is told`(form: ExportForm) throws {
        let record = try #require(decoded(form, [Self.flow], sampling: 100).first)
        #expect(record.samplingInterval == 100)
    }
}
