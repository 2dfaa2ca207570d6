// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import TestSupport
import Testing

/// A decoder with its table and all that came out of it.
struct DecodingBench: ~Copyable {
    /// Export time of the built messages, so that clocks agree.
    static let noon = Instant(seconds: 1_700_000_000)
    static let router = IPAddress(ipv4: 0x0A03_0001)

    let table: ExporterTable
    var decoder: DatagramDecoder
    let sink = StainedSink()

    init(
        limits: DecodingLimits = DecodingLimits(), allow: [IPPrefix]? = nil,
        overrides: [ExporterOverride] = [], rateLimit: UInt32? = nil
    ) {
        table = ExporterTable(limit: limits.exporters)
        decoder = DatagramDecoder(
            configuration: DecodingConfiguration(
                allow: allow, overrides: overrides, rateLimit: rateLimit, limits: limits),
            exporters: table)
    }

    var records: [FlowRecord] { sink.records }

    /// Counters of the first exporter.
    var counters: ExporterCounters { table.exporters[0].counters }

    @discardableResult
    mutating func send(
        _ octets: [UInt8], from address: IPAddress = Self.router, port: UInt16 = 50000,
        at arrival: Instant = Self.noon
    ) -> DatagramSummary {
        decoder.decode(octets.span, from: address, port: port, arrival: arrival, into: sink)
    }

    /// Sends a template of data records by itself.
    @discardableResult
    mutating func define(
        _ version: MessageBuilder.Version, id: Int = 256, _ fields: [TestField], domain: Int = 0
    ) -> DatagramSummary {
        var message = MessageBuilder(version, domain: domain)
        message.addTemplate(id, fields)
        return send(message.datagram)
    }

    /// Sends data records by themselves.
    @discardableResult
    mutating func send(
        _ version: MessageBuilder.Version, id: Int = 256, records: [[UInt8]], domain: Int = 0,
        sequence: Int = 0
    ) -> DatagramSummary {
        var message = MessageBuilder(version, domain: domain, sequence: sequence)
        message.addData(id, records)
        return send(message.datagram)
    }
}

/// Gives the decoder little room at a time, in which every field holds something wrong: whatever it does not write shows in
/// the tests.
final class StainedSink: FlowSink {
    private(set) var records: [FlowRecord] = []

    /// Odd and small, so that sets are cut in several places.
    private static let room = 7

    func withRoom(for count: Int, _ body: (inout MutableSpan<FlowRecord>) -> Void) -> Int {
        var room = [FlowRecord](repeating: .stained, count: min(count, Self.room))
        var span = room.mutableSpan
        body(&span)
        records += room
        return room.count
    }

    func drop(_ count: Int) { Issue.record("\(count) records were dropped") }
}

extension FlowRecord {
    /// Nothing in it is zero, nor what a test expects.
    static let stained: FlowRecord = {
        var record = FlowRecord()
        (record.source, record.destination) = (IPAddress(high: 7, low: 7), IPAddress(high: 7, low: 8))
        (record.start, record.end) = (Instant(microseconds: -7), Instant(microseconds: -6))
        (record.packets, record.octets) = (.max, .max)
        (record.reversePackets, record.reverseOctets) = (.max, .max)
        (record.samplingInterval, record.exporter) = (.max, ExporterID(.max))
        (record.sourcePort, record.destinationPort, record.icmp) = (.max, .max, .max)
        record.transport = TransportProtocol(.max)
        (record.tcpFlags, record.reverseTCPFlags) = (TCPFlags(rawValue: .max), TCPFlags(rawValue: .max))
        (record.endReason, record.biflowDirection, record.firewallEvent) = (.max, .max, .max)
        (record.dnsResponseCode, record.httpStatus) = (.max, .max)
        (record.serverMilliseconds, record.handshakeMilliseconds) = (.max, .max)
        record.presence = FlowPresence(rawValue: .max)
        return record
    }()
}

/// Octets of numbers of given widths.
func octets(_ fields: (value: UInt64, width: Int)...) -> [UInt8] {
    var writer = OctetWriter()
    for field in fields { writer.append(field.value, width: field.width) }
    return writer.octets
}

extension TestFlow {
    /// What decoding must make of it at ``DecodingBench/noon``.
    var expected: FlowRecord {
        var record = FlowRecord()
        record.source = IPAddress(ipv4: source)
        record.destination = IPAddress(ipv4: destination)
        record.sourcePort = UInt16(sourcePort)
        record.destinationPort = UInt16(destinationPort)
        record.transport = TransportProtocol(UInt8(transport))
        record.tcpFlags = TCPFlags(rawValue: UInt8(flags))
        (record.packets, record.octets) = (UInt64(packets), UInt64(octets))
        let boot = DecodingBench.noon.milliseconds - 3_600_000
        record.start = Instant(milliseconds: boot + Int64(first))
        record.end = Instant(milliseconds: boot + Int64(last))
        record.presence = [.tcpFlags, .times, .exactStart]
        return record
    }
}
