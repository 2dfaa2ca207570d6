// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import LockFree
import TestSupport
import Testing

/// The decoder writes into slots that hold older records, up to where the ring wraps or is full.
@Suite struct RingWriterTests {
    private func datagram(_ number: Int, records: Int) -> [UInt8] {
        NetFlow5Builder(flows: (0..<records).map { TestFlow(number: number * 30 + $0) }).datagram
    }

    private static func take(_ consumer: inout RingConsumer<FlowRecord>) -> [FlowRecord] {
        var records: [FlowRecord] = []
        consumer.drain { records.append(copy $0) }
        return records
    }

    @Test func whatComesOutIsWhatAListGets() {
        var bench = DecodingBench()
        var decoder = DatagramDecoder(configuration: DecodingConfiguration(), exporters: ExporterTable())
        let ring = SPSCRing(minimumCapacity: 64, filler: FlowRecord.stained)
        let writer = RingWriter(ring.takeProducer())
        var consumer = ring.takeConsumer()
        var taken: [FlowRecord] = []
        for number in 0..<50 {
            let octets = datagram(number, records: number % 30 + 1)
            bench.send(octets)
            let summary = decoder.decode(
                octets.span, from: DecodingBench.router, port: 50000, arrival: DecodingBench.noon,
                into: writer)
            #expect(summary.records == number % 30 + 1)
            writer.publish()
            taken += Self.take(&consumer)
        }
        #expect(taken == bench.records)
        #expect(ring.dropped == 0)
    }

    /// decoded = pushed + dropped, wherever in a datagram the ring is full.
    @Test(arguments: [1, 2, 16, 32])
    func everyRecordIsPushedOrDropped(capacity: Int) {
        var decoder = DatagramDecoder(configuration: DecodingConfiguration(), exporters: ExporterTable())
        let ring = SPSCRing(minimumCapacity: capacity, filler: FlowRecord.stained)
        let writer = RingWriter(ring.takeProducer())
        var consumer = ring.takeConsumer()
        let whole = FlowList()
        var decoded: UInt64 = 0
        for number in 0..<200 {
            let octets = datagram(number, records: number % 29 + 1)
            let summary = decoder.decode(
                octets.span, from: DecodingBench.router, port: 50000, arrival: DecodingBench.noon,
                into: writer)
            decoded += UInt64(summary.records)
            writer.publish()
            #expect(ring.pushed + ring.dropped == decoded)
            guard number % 3 == 2 else { continue }
            // The ring was empty before the first of three: it holds the oldest records of them.
            whole.removeAll()
            for each in number - 2...number {
                _ = decoder.decode(
                    datagram(each, records: each % 29 + 1).span, from: DecodingBench.router, port: 50000,
                    arrival: DecodingBench.noon, into: whole)
            }
            #expect(Self.take(&consumer) == Array(whole.records.prefix(capacity)))
        }
        #expect(ring.dropped > 0)
    }
}
