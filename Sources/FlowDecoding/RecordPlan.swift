// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// A template of data records compiled to the places of all that a ``FlowRecord`` has: reading follows no field list.
/// Columns that few exporters send are skipped as a whole. (A class, for the places are too many to copy.)
final class RecordPlan: Sendable {
    /// Addresses of the flow.
    enum Family: UInt8 {
        case none, ipv4, ipv6
        /// Both are in the template; the IPv6 ones count where the IPv4 ones are zero.
        case both
    }

    let family: Family
    let source: FieldSlot, destination: FieldSlot
    let source6: AddressSlot, destination6: AddressSlot
    let sourcePort: FieldSlot, destinationPort: FieldSlot
    let transport: FieldSlot, tcpFlags: FieldSlot
    let packets: FieldSlot, octets: FieldSlot
    let start: TimeSlot, end: TimeSlot
    let duration: DurationSlot
    let systemInit: FieldSlot
    let hasReverse: Bool
    let reversePackets: FieldSlot, reverseOctets: FieldSlot, reverseTCPFlags: FieldSlot
    let hasRare: Bool
    let icmp: FieldSlot, icmp6: FieldSlot
    let icmpType: FieldSlot, icmpCode: FieldSlot
    /// Where TCP flags come in two fields, as from YAF.
    let moreTCPFlags: FieldSlot, moreReverseTCPFlags: FieldSlot
    /// Type and code of ICMP are in the destination port.
    let borrowsICMP: Bool
    let endReason: FieldSlot, biflowDirection: FieldSlot, firewallEvent: FieldSlot
    let httpStatus: FieldSlot, dnsResponseCode: FieldSlot
    /// samplingInterval (34), or the interval of this record alone.
    let sampling: FieldSlot
    /// samplerId (48) or selectorId (302).
    let sampler: FieldSlot
    /// Whether records say how they were sampled.
    let hasOwnSampling: Bool
    let presence: FlowPresence
    /// Nil when records have another shape.
    let compact: CompactPlan?

    /// Whether records describe flows between addresses. An event of address translation without counters does not: the
    /// flow is reported besides.
    let isFlow: Bool

    static let wantedElements: Set<InformationElement> = flowElements.union(ApplicationOutcome.httpElements)
        .union(ApplicationOutcome.dnsElements)

    private static let flowElements: Set<InformationElement> = [
        .octetDeltaCount, .packetDeltaCount, .protocolIdentifier, .tcpControlBits, .sourceTransportPort,
        .sourceIPv4Address, .destinationTransportPort, .destinationIPv4Address, .flowEndSysUpTime,
        .flowStartSysUpTime, .postOctetDeltaCount, .postPacketDeltaCount, .sourceIPv6Address,
        .destinationIPv6Address, .icmpTypeCodeIPv4, .samplingInterval, .samplerId, .octetTotalCount,
        .packetTotalCount, .flowEndReason, .icmpTypeCodeIPv6, .flowStartSeconds, .flowEndSeconds,
        .flowStartMilliseconds, .flowEndMilliseconds, .flowStartMicroseconds, .flowEndMicroseconds,
        .flowStartNanoseconds, .flowEndNanoseconds, .flowStartDeltaMicroseconds, .flowEndDeltaMicroseconds,
        .systemInitTimeMilliseconds, .initiatorOctets, .responderOctets, .firewallEvent, .biflowDirection,
        .initiatorPackets, .responderPackets, .selectorId, .observationTimeMilliseconds, .firewallEventASA,
        .reverse(1), .reverse(2), .reverse(85), .reverse(86), .reverse(6), .flowDurationMilliseconds,
        .flowDurationMicroseconds, .icmpTypeIPv4, .icmpCodeIPv4, .icmpTypeIPv6, .icmpCodeIPv6, .natEvent,
        .observationTimeSeconds, .observationTimeMicroseconds, .observationTimeNanoseconds,
        .initialTCPFlags, .unionTCPFlags, .reverseInitialTCPFlags, .reverseUnionTCPFlags,
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
        tcpFlags = layout.slot(firstOf: .tcpControlBits, .unionTCPFlags)
        moreTCPFlags = layout.slot(.initialTCPFlags)
        packets = layout.slot(
            firstOf: .packetDeltaCount, .initiatorPackets, .packetTotalCount, .postPacketDeltaCount)
        octets = layout.slot(
            firstOf: .octetDeltaCount, .initiatorOctets, .octetTotalCount, .postOctetDeltaCount)
        isFlow =
            family != .none
            && (packets.isPresent || octets.isPresent || !layout.slot(.natEvent).isPresent)
        (start, end, duration) = (.start(layout), .end(layout), DurationSlot(layout))
        systemInit = layout.slot(.systemInitTimeMilliseconds)
        reversePackets = layout.slot(firstOf: .reverse(2), .responderPackets, .reverse(86))
        reverseOctets = layout.slot(firstOf: .reverse(1), .responderOctets, .reverse(85))
        reverseTCPFlags = layout.slot(firstOf: .reverse(6), .reverseUnionTCPFlags)
        moreReverseTCPFlags = layout.slot(.reverseInitialTCPFlags)
        hasReverse = reversePackets.isPresent || reverseOctets.isPresent || reverseTCPFlags.isPresent
        (icmp, icmp6) = (layout.slot(.icmpTypeCodeIPv4), layout.slot(.icmpTypeCodeIPv6))
        icmpType = layout.slot(firstOf: .icmpTypeIPv4, .icmpTypeIPv6)
        icmpCode = layout.slot(firstOf: .icmpCodeIPv4, .icmpCodeIPv6)
        let statesICMP = icmp.isPresent || icmp6.isPresent || icmpType.isPresent
        borrowsICMP = destinationPort.isPresent && !statesICMP
        endReason = layout.slot(.flowEndReason)
        biflowDirection = layout.slot(.biflowDirection)
        firewallEvent = layout.slot(firstOf: .firewallEvent, .firewallEventASA)
        httpStatus = layout.slot(firstOf: ApplicationOutcome.httpElements)
        dnsResponseCode = layout.slot(firstOf: ApplicationOutcome.dnsElements)
        hasRare = [
            icmp, icmp6, icmpType, moreTCPFlags, moreReverseTCPFlags, endReason, biflowDirection,
            firewallEvent, httpStatus, dnsResponseCode,
        ].contains { $0.isPresent }
        sampling = layout.slot(.samplingInterval)
        sampler = layout.slot(firstOf: .selectorId, .samplerId)
        hasOwnSampling = sampling.isPresent || sampler.isPresent
        var presence: FlowPresence = []
        if tcpFlags.isPresent { presence.insert(.tcpFlags) }
        if hasReverse { presence.insert(.reverse) }
        if start.encoding != .absent || end.encoding != .absent { presence.insert(.times) }
        if statesICMP { presence.insert(.icmp) }
        self.presence = presence
        // With IPv6 addresses beside, zeros in the IPv4 ones have a meaning.
        compact =
            family == .ipv4
            ? CompactPlan(layout, packets: packets, octets: octets, start: start, end: end) : nil
    }
}
