// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// A template of data records compiled to the places of all that a ``FlowRecord`` has: reading a record follows no
/// field list. Groups that few exporters send are skipped as a whole. (A class, for a copy for each record would cost
/// as much as the reading.)
final class RecordPlan: Sendable {
    /// Addresses of the flow.
    private enum Family: UInt8 {
        case none, ipv4, ipv6
        /// Both are in the template; the IPv6 ones count where the IPv4 ones are zero.
        case both
    }

    private let family: Family
    private let source: FieldSlot, destination: FieldSlot
    private let source6: AddressSlot, destination6: AddressSlot
    private let sourcePort: FieldSlot, destinationPort: FieldSlot
    private let transport: FieldSlot, tcpFlags: FieldSlot
    private let packets: FieldSlot, octets: FieldSlot
    private let start: TimeSlot, end: TimeSlot
    private let systemInit: FieldSlot
    private let hasReverse: Bool
    private let reversePackets: FieldSlot, reverseOctets: FieldSlot, reverseTCPFlags: FieldSlot
    private let hasRare: Bool
    private let icmp: FieldSlot, icmp6: FieldSlot
    private let endReason: FieldSlot, biflowDirection: FieldSlot, firewallEvent: FieldSlot
    /// samplingInterval (34), or the interval of this record alone.
    let sampling: FieldSlot
    /// samplerId (48) or selectorId (302).
    let sampler: FieldSlot
    /// Whether records say how they were sampled.
    let hasOwnSampling: Bool
    private let presence: FlowPresence

    /// The low half of `::ffff:0.0.0.0`, in which IPv4 addresses are kept.
    private static let mapped: UInt64 = 0xFFFF_0000_0000

    /// Whether records describe flows between addresses.
    var isFlow: Bool { family != .none }

    static let wantedElements: Set<InformationElement> = [
        .octetDeltaCount, .packetDeltaCount, .protocolIdentifier, .tcpControlBits, .sourceTransportPort,
        .sourceIPv4Address, .destinationTransportPort, .destinationIPv4Address, .flowEndSysUpTime,
        .flowStartSysUpTime, .postOctetDeltaCount, .postPacketDeltaCount, .sourceIPv6Address,
        .destinationIPv6Address, .icmpTypeCodeIPv4, .samplingInterval, .samplerId, .octetTotalCount,
        .packetTotalCount, .flowEndReason, .icmpTypeCodeIPv6, .flowStartSeconds, .flowEndSeconds,
        .flowStartMilliseconds, .flowEndMilliseconds, .flowStartMicroseconds, .flowEndMicroseconds,
        .flowStartNanoseconds, .flowEndNanoseconds, .flowStartDeltaMicroseconds, .flowEndDeltaMicroseconds,
        .systemInitTimeMilliseconds, .initiatorOctets, .responderOctets, .firewallEvent, .biflowDirection,
        .initiatorPackets, .responderPackets, .selectorId, .observationTimeMilliseconds, .firewallEventASA,
        .reverse(1), .reverse(2), .reverse(85), .reverse(86), .reverse(6),
    ]

    init(_ layout: RecordLayout) {
        (source, destination) = (
            layout.ipv4Slot(.sourceIPv4Address), layout.ipv4Slot(.destinationIPv4Address)
        )
        let (from, to) = (layout.ipv6Slot(.sourceIPv6Address), layout.ipv6Slot(.destinationIPv6Address))
        (source6, destination6) = (from ?? AddressSlot(), to ?? AddressSlot())
        switch (source.isPresent || destination.isPresent, from != nil || to != nil) {
        case (true, true): family = .both
        case (true, false): family = .ipv4
        case (false, true): family = .ipv6
        case (false, false): family = .none
        }
        sourcePort = layout.slot(.sourceTransportPort)
        destinationPort = layout.slot(.destinationTransportPort)
        transport = layout.slot(.protocolIdentifier)
        tcpFlags = layout.slot(.tcpControlBits)
        packets = layout.slot(
            firstOf: .packetDeltaCount, .initiatorPackets, .packetTotalCount, .postPacketDeltaCount)
        octets = layout.slot(
            firstOf: .octetDeltaCount, .initiatorOctets, .octetTotalCount, .postOctetDeltaCount)
        (start, end) = (.start(layout), .end(layout))
        systemInit = layout.slot(.systemInitTimeMilliseconds)
        reversePackets = layout.slot(firstOf: .reverse(2), .responderPackets, .reverse(86))
        reverseOctets = layout.slot(firstOf: .reverse(1), .responderOctets, .reverse(85))
        reverseTCPFlags = layout.slot(.reverse(6))
        hasReverse = reversePackets.isPresent || reverseOctets.isPresent || reverseTCPFlags.isPresent
        (icmp, icmp6) = (layout.slot(.icmpTypeCodeIPv4), layout.slot(.icmpTypeCodeIPv6))
        endReason = layout.slot(.flowEndReason)
        biflowDirection = layout.slot(.biflowDirection)
        firewallEvent = layout.slot(firstOf: .firewallEvent, .firewallEventASA)
        hasRare = [icmp, icmp6, endReason, biflowDirection, firewallEvent].contains { $0.isPresent }
        sampling = layout.slot(.samplingInterval)
        sampler = layout.slot(firstOf: .selectorId, .samplerId)
        hasOwnSampling = sampling.isPresent || sampler.isPresent
        var presence: FlowPresence = []
        if tcpFlags.isPresent { presence.insert(.tcpFlags) }
        if hasReverse { presence.insert(.reverse) }
        if start.encoding != .absent || end.encoding != .absent { presence.insert(.times) }
        if icmp.isPresent || icmp6.isPresent { presence.insert(.icmp) }
        self.presence = presence
    }

    /// Reads a record that `layout` describes, without its sampling interval.
    ///
    /// - Parameters:
    ///   - flow: every field but `samplingInterval` is overwritten, in place: a record put together elsewhere and then
    ///     copied costs half again.
    ///   - clamped: raised by the number of times that were not believed.
    @inline(__always)
    func read(
        _ record: borrowing Span<UInt8>, _ message: MessageContext, _ limits: TimeLimits,
        into flow: inout FlowRecord, clamped: inout Int
    ) {
        flow.exporter = message.exporter
        flow.presence = presence
        readAddresses(record, &flow)
        flow.packets = packets.read(record)
        flow.octets = octets.read(record)
        flow.sourcePort = UInt16(truncatingIfNeeded: sourcePort.read(record))
        flow.destinationPort = UInt16(truncatingIfNeeded: destinationPort.read(record))
        flow.transport = TransportProtocol(UInt8(truncatingIfNeeded: transport.read(record)))
        flow.tcpFlags = TCPFlags(rawValue: UInt8(truncatingIfNeeded: tcpFlags.read(record)))
        if hasReverse {
            flow.reversePackets = reversePackets.read(record)
            flow.reverseOctets = reverseOctets.read(record)
            flow.reverseTCPFlags = TCPFlags(rawValue: UInt8(truncatingIfNeeded: reverseTCPFlags.read(record)))
        } else {
            (flow.reversePackets, flow.reverseOctets) = (0, 0)
            // Not `[]`, which goes through a generic initialiser for each record.
            flow.reverseTCPFlags = TCPFlags(rawValue: 0)
        }
        if hasRare {
            readRare(record, &flow)
        } else {
            (flow.icmp, flow.endReason, flow.biflowDirection, flow.firewallEvent) = (0, 0, 0, 0)
        }
        if flow.transport.number == 1 || flow.transport.number == 58 { borrowICMPFromPort(&flow) }
        readTimes(record, message, limits, &flow, &clamped)
    }

    @inline(__always)
    private func readAddresses(_ record: borrowing Span<UInt8>, _ flow: inout FlowRecord) {
        if family != .ipv6 {
            let (from, to) = (source.read(record), destination.read(record))
            if family == .ipv4 || from | to != 0 {
                (flow.source.high, flow.source.low) = (0, Self.mapped | from)
                (flow.destination.high, flow.destination.low) = (0, Self.mapped | to)
                return
            }
        }
        (flow.source.high, flow.source.low) = (source6.high.read(record), source6.low.read(record))
        flow.destination.high = destination6.high.read(record)
        flow.destination.low = destination6.low.read(record)
    }

    private func readRare(_ record: borrowing Span<UInt8>, _ flow: inout FlowRecord) {
        flow.icmp = UInt16(truncatingIfNeeded: icmp.read(record) | icmp6.read(record))
        flow.endReason = UInt8(truncatingIfNeeded: endReason.read(record))
        flow.biflowDirection = UInt8(truncatingIfNeeded: biflowDirection.read(record))
        flow.firewallEvent = UInt8(truncatingIfNeeded: firewallEvent.read(record))
    }

    /// ICMP has no ports: exporters without element 32 or 139 write type and code there, as v5 must.
    private func borrowICMPFromPort(_ flow: inout FlowRecord) {
        guard destinationPort.isPresent, !icmp.isPresent, !icmp6.isPresent else { return }
        flow.icmp = flow.destinationPort
        flow.presence.insert(.icmp)
    }
}

/// Which flow times are believed.
struct TimeLimits: Sendable {
    var oldestEnd: Int64
    var oldestStart: Int64
    var tolerableSkew: Int64

    init(_ limits: DecodingLimits) {
        oldestEnd = limits.oldestEnd.microseconds
        oldestStart = limits.oldestStart.microseconds
        tolerableSkew = limits.tolerableSkew.microseconds
    }
}

extension RecordPlan {
    @inline(__always)
    private func readTimes(
        _ record: borrowing Span<UInt8>, _ message: MessageContext, _ limits: TimeLimits,
        _ flow: inout FlowRecord, _ clamped: inout Int
    ) {
        let arrival = message.arrival.microseconds
        var startTime: Int64
        var endTime: Int64
        if start.encoding == .uptime, end.encoding == .uptime, message.hasUptime {
            startTime = WireTime.microseconds(uptime: start.slot.read(record), message)
            endTime = WireTime.microseconds(uptime: end.slot.read(record), message)
        } else if start.encoding == .milliseconds, end.encoding == .milliseconds {
            startTime = WireTime.microseconds(milliseconds: start.slot.read(record))
            endTime = WireTime.microseconds(milliseconds: end.slot.read(record))
        } else if start.encoding == .absent, end.encoding == .absent {
            (flow.start, flow.end) = (message.arrival, message.arrival)
            return
        } else {
            (startTime, endTime) = readOtherTimes(record, message)
        }
        startTime = startTime &- message.skew
        endTime = endTime &- message.skew
        if endTime > arrival || endTime < arrival &- limits.oldestEnd {
            if endTime &- arrival > limits.tolerableSkew || endTime < arrival { clamped &+= 1 }
            endTime = arrival
        }
        if startTime > endTime || startTime < arrival &- limits.oldestStart {
            if startTime &- endTime > limits.tolerableSkew || startTime < endTime { clamped &+= 1 }
            startTime = endTime
        }
        (flow.start.microseconds, flow.end.microseconds) = (startTime, endTime)
    }

    /// A missing start or end is taken to be the other.
    private func readOtherTimes(
        _ record: borrowing Span<UInt8>, _ message: MessageContext
    ) -> (start: Int64, end: Int64) {
        if start.encoding == .uptime, end.encoding == .uptime, !systemInit.isPresent {
            // IPFIX without systemInitTimeMilliseconds: the duration is all that the uptimes say.
            let raw = (start.slot.read(record), end.slot.read(record))
            let duration = Int32(
                bitPattern: UInt32(truncatingIfNeeded: raw.1) &- UInt32(truncatingIfNeeded: raw.0))
            return (message.exportTime &- Int64(duration) &* 1000, message.exportTime)
        }
        let startTime = time(start, record, message)
        let endTime = time(end, record, message)
        return (startTime ?? endTime ?? message.exportTime, endTime ?? startTime ?? message.exportTime)
    }

    private func time(
        _ field: TimeSlot, _ record: borrowing Span<UInt8>, _ message: MessageContext
    ) -> Int64? {
        let raw = field.slot.read(record)
        switch field.encoding {
        case .absent: return nil
        case .seconds: return WireTime.microseconds(seconds: raw)
        case .milliseconds: return WireTime.microseconds(milliseconds: raw)
        case .ntp: return WireTime.microseconds(ntp: raw)
        case .deltaMicroseconds: return message.exportTime &- Int64(truncatingIfNeeded: raw & 0xFFFF_FFFF)
        case .uptime:
            if systemInit.isPresent {
                let boot = WireTime.microseconds(milliseconds: systemInit.read(record))
                return boot &+ Int64(UInt32(truncatingIfNeeded: raw)) &* 1000
            }
            return message.hasUptime ? WireTime.microseconds(uptime: raw, message) : nil
        }
    }
}
