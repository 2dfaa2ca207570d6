// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// The shape that NetFlow v1, v5, v7 and most v9 exporters have in common: IPv4 addresses, counters and times by uptime,
/// each four octets wide, and ports, each pair side by side. Such records are read in one pass with a load for each pair.
struct CompactPlan: Sendable, BitwiseCopyable {
    private let addresses: Int
    private let ports: Int
    private let transport: Int, tcpFlags: Int
    private let counters: Int
    private let times: Int
    /// The octets come before the packets, the end before the start.
    private let hasOctetsFirst: Bool, hasEndFirst: Bool

    /// Nil when records have another shape.
    init?(_ layout: RecordLayout, packets: FieldSlot, octets: FieldSlot, start: TimeSlot, end: TimeSlot) {
        let source = layout.ipv4Slot(.sourceIPv4Address)
        let destination = layout.ipv4Slot(.destinationIPv4Address)
        let (from, to) = (layout.slot(.sourceTransportPort), layout.slot(.destinationTransportPort))
        let (transport, tcpFlags) = (layout.slot(.protocolIdentifier), layout.slot(.tcpControlBits))
        hasOctetsFirst = octets.offset < packets.offset
        hasEndFirst = end.slot.offset < start.slot.offset
        let counters = hasOctetsFirst ? (octets, packets) : (packets, octets)
        let times = hasEndFirst ? (end.slot, start.slot) : (start.slot, end.slot)
        guard start.encoding == .uptime, end.encoding == .uptime,
            Self.areNeighbours(source, destination, width: 4), Self.areNeighbours(from, to, width: 2),
            Self.areNeighbours(counters.0, counters.1, width: 4),
            Self.areNeighbours(times.0, times.1, width: 4), transport.width == 1, tcpFlags.width == 1
        else { return nil }
        (addresses, ports) = (Int(source.offset), Int(from.offset))
        (self.transport, self.tcpFlags) = (Int(transport.offset), Int(tcpFlags.offset))
        (self.counters, self.times) = (Int(counters.0.offset), Int(times.0.offset))
    }

    private static func areNeighbours(_ first: FieldSlot, _ second: FieldSlot, width: UInt32) -> Bool {
        first.width == width && second.width == width && second.offset == first.offset &+ width
    }

    /// Reads what ``RecordPlan`` reads column by column in its first passes, times included.
    @inline(__always)
    func read(
        _ record: borrowing Span<UInt8>, _ message: MessageContext, _ window: TimeWindow,
        into flow: inout FlowRecord, _ clamped: inout Int
    ) {
        let ends = record.uint64(at: addresses)
        flow.source = IPAddress(ipv4: UInt32(truncatingIfNeeded: ends >> 32))
        flow.destination = IPAddress(ipv4: UInt32(truncatingIfNeeded: ends))
        let counts = record.uint64(at: counters)
        let (former, latter) = (counts >> 32, counts & 0xFFFF_FFFF)
        (flow.packets, flow.octets) = hasOctetsFirst ? (latter, former) : (former, latter)
        let both = record.uint32(at: ports)
        flow.sourcePort = UInt16(truncatingIfNeeded: both >> 16)
        flow.destinationPort = UInt16(truncatingIfNeeded: both)
        flow.transport = TransportProtocol(record[transport])
        flow.tcpFlags = TCPFlags(rawValue: record[tcpFlags])
        let uptimes = record.uint64(at: times)
        let (one, two) = (
            WireTime.microseconds(uptime: uptimes >> 32, message),
            WireTime.microseconds(uptime: uptimes & 0xFFFF_FFFF, message)
        )
        window.set(hasEndFirst ? two : one, hasEndFirst ? one : two, &flow, &clamped)
    }
}
