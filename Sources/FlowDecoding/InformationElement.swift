// SPDX-License-Identifier: Apache-2.0

/// Identifies the meaning of a field: an information element (RFC 7011 §3.2), or a scope type of NetFlow v9 (RFC 3954
/// §6.1), which has a number space of its own.
package struct InformationElement: Hashable, Sendable {
    /// Private enterprise number; 0 for the IANA registry and all of v9.
    package var enterprise: UInt32
    /// Number of the element within its enterprise, without the enterprise bit.
    package var id: UInt16
    /// A v9 scope type: 1 system, 2 interface, 3 line card, 4 cache, 5 template.
    package var isScopeType: Bool

    package init(_ id: UInt16, enterprise: UInt32 = 0, isScopeType: Bool = false) {
        (self.id, self.enterprise, self.isScopeType) = (id, enterprise, isScopeType)
    }

    /// The enterprise number under which an IANA element means the reverse direction (RFC 5103 §6.1).
    package static let reverseEnterprise: UInt32 = 29305

    /// The reverse direction of an IANA element.
    static func reverse(_ id: UInt16) -> InformationElement {
        InformationElement(id, enterprise: reverseEnterprise)
    }
}

/// A field of a template: what it means and how long it is.
package struct FieldSpecifier: Hashable, Sendable {
    /// What it means.
    package var element: InformationElement
    /// In octets; ``variableLength`` when each record says its own.
    package var length: UInt16
    /// Whether it is a scope field of an options template.
    package var isScope: Bool

    package init(_ element: InformationElement, length: UInt16, isScope: Bool = false) {
        (self.element, self.length, self.isScope) = (element, length, isScope)
    }

    /// RFC 7011 §7.
    package static let variableLength: UInt16 = 65535

    /// Whether each record says its own length.
    package var isVariable: Bool { length == Self.variableLength }
}

extension InformationElement {
    static let octetDeltaCount = InformationElement(1)
    static let packetDeltaCount = InformationElement(2)
    static let protocolIdentifier = InformationElement(4)
    static let tcpControlBits = InformationElement(6)
    static let sourceTransportPort = InformationElement(7)
    static let sourceIPv4Address = InformationElement(8)
    static let destinationTransportPort = InformationElement(11)
    static let destinationIPv4Address = InformationElement(12)
    static let flowEndSysUpTime = InformationElement(21)
    static let flowStartSysUpTime = InformationElement(22)
    static let postOctetDeltaCount = InformationElement(23)
    static let postPacketDeltaCount = InformationElement(24)
    static let sourceIPv6Address = InformationElement(27)
    static let destinationIPv6Address = InformationElement(28)
    static let icmpTypeCodeIPv4 = InformationElement(32)
    static let samplingInterval = InformationElement(34)
    static let samplerId = InformationElement(48)
    static let samplerRandomInterval = InformationElement(50)
    static let octetTotalCount = InformationElement(85)
    static let packetTotalCount = InformationElement(86)
    static let flowEndReason = InformationElement(136)
    static let icmpTypeCodeIPv6 = InformationElement(139)
    static let flowDurationMilliseconds = InformationElement(161)
    static let flowDurationMicroseconds = InformationElement(162)
    static let icmpTypeIPv4 = InformationElement(176)
    static let icmpCodeIPv4 = InformationElement(177)
    static let icmpTypeIPv6 = InformationElement(178)
    static let icmpCodeIPv6 = InformationElement(179)
    static let natEvent = InformationElement(230)
    static let flowStartSeconds = InformationElement(150)
    static let flowEndSeconds = InformationElement(151)
    static let flowStartMilliseconds = InformationElement(152)
    static let flowEndMilliseconds = InformationElement(153)
    static let flowStartMicroseconds = InformationElement(154)
    static let flowEndMicroseconds = InformationElement(155)
    static let flowStartNanoseconds = InformationElement(156)
    static let flowEndNanoseconds = InformationElement(157)
    static let flowStartDeltaMicroseconds = InformationElement(158)
    static let flowEndDeltaMicroseconds = InformationElement(159)
    static let systemInitTimeMilliseconds = InformationElement(160)
    static let initiatorOctets = InformationElement(231)
    static let responderOctets = InformationElement(232)
    static let firewallEvent = InformationElement(233)
    static let biflowDirection = InformationElement(239)
    static let newConnectionDeltaCount = InformationElement(278)
    static let initiatorPackets = InformationElement(298)
    static let responderPackets = InformationElement(299)
    static let selectorId = InformationElement(302)
    static let samplingPacketInterval = InformationElement(305)
    static let samplingPacketSpace = InformationElement(306)
    static let samplingSize = InformationElement(309)
    static let samplingPopulation = InformationElement(310)
    static let samplingProbability = InformationElement(311)
    static let observationTimeSeconds = InformationElement(322)
    static let observationTimeMilliseconds = InformationElement(323)
    static let observationTimeMicroseconds = InformationElement(324)
    static let observationTimeNanoseconds = InformationElement(325)
    /// YAF: the flags of the first packet, and the union of those of the others.
    static let initialTCPFlags = InformationElement(14, enterprise: 6871)
    static let unionTCPFlags = InformationElement(15, enterprise: 6871)
    /// YAF marks the reverse direction by this bit of its own ids.
    static let reverseInitialTCPFlags = InformationElement(14 | 0x4000, enterprise: 6871)
    static let reverseUnionTCPFlags = InformationElement(15 | 0x4000, enterprise: 6871)
    /// Cisco ASA before firewallEvent (233) was registered, v9 without an enterprise number.
    static let firewallEventASA = InformationElement(40005)
    static let forwardingStatus = InformationElement(89)
    /// Why a Cisco ASA denied or ended a flow: in v9, where it has no enterprise number, and in IPFIX.
    static let firewallExtendedEvent = InformationElement(33002)
    static let firewallExtendedEventCisco = InformationElement(234, enterprise: 9)
    /// YAF: milliseconds from the first packet to the first of the reverse direction.
    static let reverseFlowDeltaMilliseconds = InformationElement(21, enterprise: 6871)
}
