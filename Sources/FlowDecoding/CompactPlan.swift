// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// The shape that NetFlow v1, v5, v7 and most v9 exporters have in common: IPv4, counters of four octets, times by
/// uptime. Such records are read in one pass, which takes a sixth less time than a pass for each column.
struct CompactPlan: Sendable, BitwiseCopyable {
    private let source: Int, destination: Int
    private let sourcePort: Int, destinationPort: Int
    private let transport: Int, tcpFlags: Int
    private let packets: Int, octets: Int
    private let start: Int, end: Int

    /// Nil when records have another shape.
    init?(_ layout: RecordLayout, packets: FieldSlot, octets: FieldSlot, start: TimeSlot, end: TimeSlot) {
        let source = layout.ipv4Slot(.sourceIPv4Address)
        let destination = layout.ipv4Slot(.destinationIPv4Address)
        let ports = (layout.slot(.sourceTransportPort), layout.slot(.destinationTransportPort))
        let (transport, tcpFlags) = (layout.slot(.protocolIdentifier), layout.slot(.tcpControlBits))
        guard start.encoding == .uptime, end.encoding == .uptime,
            [source, destination, packets, octets, start.slot, end.slot].allSatisfy({ $0.width == 4 }),
            ports.0.width == 2, ports.1.width == 2, transport.width == 1, tcpFlags.width == 1
        else { return nil }
        (self.source, self.destination) = (Int(source.offset), Int(destination.offset))
        (sourcePort, destinationPort) = (Int(ports.0.offset), Int(ports.1.offset))
        (self.transport, self.tcpFlags) = (Int(transport.offset), Int(tcpFlags.offset))
        (self.packets, self.octets) = (Int(packets.offset), Int(octets.offset))
        (self.start, self.end) = (Int(start.slot.offset), Int(end.slot.offset))
    }

    /// Reads what ``RecordPlan`` reads column by column in its first passes, times included.
    @inline(__always)
    func read(
        _ record: borrowing Span<UInt8>, _ message: MessageContext, _ window: TimeWindow,
        into flow: inout FlowRecord, _ clamped: inout Int
    ) {
        flow.source = IPAddress(ipv4: record.uint32(at: source))
        flow.destination = IPAddress(ipv4: record.uint32(at: destination))
        flow.packets = UInt64(record.uint32(at: packets))
        flow.octets = UInt64(record.uint32(at: octets))
        flow.sourcePort = record.uint16(at: sourcePort)
        flow.destinationPort = record.uint16(at: destinationPort)
        flow.transport = TransportProtocol(record[transport])
        flow.tcpFlags = TCPFlags(rawValue: record[tcpFlags])
        window.set(
            WireTime.microseconds(uptime: UInt64(record.uint32(at: start)), message),
            WireTime.microseconds(uptime: UInt64(record.uint32(at: end)), message), &flow, &clamped)
    }
}
