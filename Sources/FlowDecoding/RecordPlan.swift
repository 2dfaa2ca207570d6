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

        init(hasIPv4: Bool, hasIPv6: Bool) {
            self = hasIPv4 ? hasIPv6 ? .both : .ipv4 : hasIPv6 ? .ipv6 : .none
        }
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
    /// What denies a flow besides a firewall's event: why a Cisco ASA did, what a router did with it, whether an address
    /// translator had anything left for it.
    let firewallExtendedEvent: FieldSlot, forwardingStatus: FieldSlot, natEvent: FieldSlot
    let httpStatus: FieldSlot, dnsResponseCode: FieldSlot
    /// Nil when records do not say how long an answer took.
    let latencies: LatencyPlan?
    /// samplingInterval (34), or the interval of this record alone.
    let sampling: FieldSlot
    /// samplerId (48) or selectorId (302).
    let sampler: FieldSlot
    /// Whether records say how they were sampled.
    let hasOwnSampling: Bool
    let presence: FlowPresence
    /// The same for messages that say when the uptime was zero.
    let presenceWithUptime: FlowPresence
    /// Nil when records have another shape.
    let compact: CompactPlan?

    /// Whether records describe flows between addresses. An event of address translation without counters does not: the
    /// flow is reported besides.
    let isFlow: Bool

    static let wantedElements: Set<InformationElement> = flowElements.union(ApplicationOutcome.httpElements)
        .union(ApplicationOutcome.dnsElements).union(LatencyPlan.elements)

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
        .firewallExtendedEvent, .firewallExtendedEventCisco, .forwardingStatus,
    ]

    init(_ layout: RecordLayout) {
        (source, destination) = (
            layout.ipv4Slot(.sourceIPv4Address), layout.ipv4Slot(.destinationIPv4Address)
        )
        let (from, to) = (layout.ipv6Slot(.sourceIPv6Address), layout.ipv6Slot(.destinationIPv6Address))
        (source6, destination6) = (from ?? AddressSlot(), to ?? AddressSlot())
        family = Family(
            hasIPv4: source.isPresent || destination.isPresent, hasIPv6: from != nil || to != nil)
        sourcePort = layout.slot(.sourceTransportPort)
        destinationPort = layout.slot(.destinationTransportPort)
        transport = layout.slot(.protocolIdentifier)
        tcpFlags = layout.slot(firstOf: .tcpControlBits, .unionTCPFlags)
        moreTCPFlags = layout.slot(.initialTCPFlags)
        packets = layout.slot(
            firstOf: .packetDeltaCount, .initiatorPackets, .packetTotalCount, .postPacketDeltaCount)
        octets = layout.slot(
            firstOf: .octetDeltaCount, .initiatorOctets, .octetTotalCount, .postOctetDeltaCount)
        natEvent = layout.slot(.natEvent)
        isFlow = family != .none && (packets.isPresent || octets.isPresent || !natEvent.isPresent)
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
        (endReason, biflowDirection) = (layout.slot(.flowEndReason), layout.slot(.biflowDirection))
        firewallEvent = layout.slot(firstOf: .firewallEvent, .firewallEventASA)
        firewallExtendedEvent = layout.slot(
            firstOf: .firewallExtendedEvent, .firewallExtendedEventCisco)
        forwardingStatus = layout.slot(.forwardingStatus)
        httpStatus = layout.slot(firstOf: ApplicationOutcome.httpElements)
        dnsResponseCode = layout.slot(firstOf: ApplicationOutcome.dnsElements)
        hasRare = [
            icmp, icmp6, icmpType, moreTCPFlags, moreReverseTCPFlags, endReason, biflowDirection,
            firewallEvent, firewallExtendedEvent, forwardingStatus, natEvent, httpStatus, dnsResponseCode,
        ].contains { $0.isPresent }
        (sampling, sampler) = (
            layout.slot(.samplingInterval), layout.slot(firstOf: .selectorId, .samplerId)
        )
        hasOwnSampling = sampling.isPresent || sampler.isPresent
        let stated: [(FlowPresence, Bool)] = [
            (.tcpFlags, tcpFlags.isPresent), (.reverse, hasReverse), (.icmp, statesICMP),
            (.times, start.encoding != .absent || end.encoding != .absent),
        ]
        let presence = stated.reduce(into: FlowPresence()) { if $1.1 { $0.insert($1.0) } }
        latencies = LatencyPlan(layout, startIsExact: start.isExact)
        presenceWithUptime = start.isExact ? presence.union(.exactStart) : presence
        let needsUptime = start.encoding == .uptime && !systemInit.isPresent
        self.presence = needsUptime ? presence : presenceWithUptime
        // With IPv6 addresses beside, zeros in the IPv4 ones have a meaning.
        compact =
            family == .ipv4
            ? CompactPlan(layout, packets: packets, octets: octets, start: start, end: end) : nil
    }
}
