// SPDX-License-Identifier: Apache-2.0
// TABLE

// Written by .ci/elements: change that, not this.

extension ElementTable {
    /// IANA's registry.
    static let iana = """
        1 u octetDeltaCount octets
        2 u packetDeltaCount packets
        3 u deltaFlowCount flows
        4 u protocolIdentifier
        5 u ipClassOfService
        6 u tcpControlBits
        7 u sourceTransportPort
        8 4 sourceIPv4Address
        9 u sourceIPv4PrefixLength bits
        10 u ingressInterface
        11 u destinationTransportPort
        12 4 destinationIPv4Address
        13 u destinationIPv4PrefixLength bits
        14 u egressInterface
        15 4 ipNextHopIPv4Address
        16 u bgpSourceAsNumber
        17 u bgpDestinationAsNumber
        18 4 bgpNextHopIPv4Address
        19 u postMCastPacketDeltaCount packets
        20 u postMCastOctetDeltaCount octets
        21 u flowEndSysUpTime milliseconds
        22 u flowStartSysUpTime milliseconds
        23 u postOctetDeltaCount octets
        24 u postPacketDeltaCount packets
        25 u minimumIpTotalLength octets
        26 u maximumIpTotalLength octets
        27 6 sourceIPv6Address
        28 6 destinationIPv6Address
        29 u sourceIPv6PrefixLength bits
        30 u destinationIPv6PrefixLength bits
        31 u flowLabelIPv6
        32 u icmpTypeCodeIPv4
        33 u igmpType
        34 u samplingInterval packets
        35 u samplingAlgorithm
        36 u flowActiveTimeout seconds
        37 u flowIdleTimeout seconds
        38 u engineType
        39 u engineId
        40 u exportedOctetTotalCount octets
        41 u exportedMessageTotalCount messages
        42 u exportedFlowRecordTotalCount flows
        43 4 ipv4RouterSc
        44 4 sourceIPv4Prefix
        45 4 destinationIPv4Prefix
        46 u mplsTopLabelType
        47 4 mplsTopLabelIPv4Address
        48 u samplerId
        49 u samplerMode
        50 u samplerRandomInterval
        51 u classId
        52 u minimumTTL hops
        53 u maximumTTL hops
        54 u fragmentIdentification
        55 u postIpClassOfService
        56 m sourceMacAddress
        57 m postDestinationMacAddress
        58 u vlanId
        59 u postVlanId
        60 u ipVersion
        61 u flowDirection
        62 6 ipNextHopIPv6Address
        63 6 bgpNextHopIPv6Address
        64 u ipv6ExtensionHeaders
        70 o mplsTopLabelStackSection
        71 o mplsLabelStackSection2
        72 o mplsLabelStackSection3
        73 o mplsLabelStackSection4
        74 o mplsLabelStackSection5
        75 o mplsLabelStackSection6
        76 o mplsLabelStackSection7
        77 o mplsLabelStackSection8
        78 o mplsLabelStackSection9
        79 o mplsLabelStackSection10
        80 m destinationMacAddress
        81 m postSourceMacAddress
        82 t interfaceName
        83 t interfaceDescription
        84 t samplerName
        85 u octetTotalCount octets
        86 u packetTotalCount packets
        87 u flagsAndSamplerId
        88 u fragmentOffset
        89 u forwardingStatus
        90 o mplsVpnRouteDistinguisher
        91 u mplsTopLabelPrefixLength bits
        92 u srcTrafficIndex
        93 u dstTrafficIndex
        94 t applicationDescription
        95 o applicationId
        96 t applicationName
        98 u postIpDiffServCodePoint
        99 u multicastReplicationFactor
        100 t className
        101 u classificationEngineId
        102 u layer2packetSectionOffset
        103 u layer2packetSectionSize
        104 o layer2packetSectionData
        128 u bgpNextAdjacentAsNumber
        129 u bgpPrevAdjacentAsNumber
        130 4 exporterIPv4Address
        131 6 exporterIPv6Address
        132 u droppedOctetDeltaCount octets
        133 u droppedPacketDeltaCount packets
        134 u droppedOctetTotalCount octets
        135 u droppedPacketTotalCount packets
        136 u flowEndReason
        137 u commonPropertiesId
        138 u observationPointId
        139 u icmpTypeCodeIPv6
        140 6 mplsTopLabelIPv6Address
        141 u lineCardId
        142 u portId
        143 u meteringProcessId
        144 u exportingProcessId
        145 u templateId
        146 u wlanChannelId
        147 t wlanSSID
        148 u flowId
        149 u observationDomainId
        150 s flowStartSeconds seconds
        151 s flowEndSeconds seconds
        152 M flowStartMilliseconds milliseconds
        153 M flowEndMilliseconds milliseconds
        154 N flowStartMicroseconds microseconds
        155 N flowEndMicroseconds microseconds
        156 N flowStartNanoseconds nanoseconds
        157 N flowEndNanoseconds nanoseconds
        158 u flowStartDeltaMicroseconds microseconds
        159 u flowEndDeltaMicroseconds microseconds
        160 M systemInitTimeMilliseconds milliseconds
        161 u flowDurationMilliseconds milliseconds
        162 u flowDurationMicroseconds microseconds
        163 u observedFlowTotalCount flows
        164 u ignoredPacketTotalCount packets
        165 u ignoredOctetTotalCount octets
        166 u notSentFlowTotalCount flows
        167 u notSentPacketTotalCount packets
        168 u notSentOctetTotalCount octets
        169 6 destinationIPv6Prefix
        170 6 sourceIPv6Prefix
        171 u postOctetTotalCount octets
        172 u postPacketTotalCount packets
        173 u flowKeyIndicator
        174 u postMCastPacketTotalCount packets
        175 u postMCastOctetTotalCount octets
        176 u icmpTypeIPv4
        177 u icmpCodeIPv4
        178 u icmpTypeIPv6
        179 u icmpCodeIPv6
        180 u udpSourcePort
        181 u udpDestinationPort
        182 u tcpSourcePort
        183 u tcpDestinationPort
        184 u tcpSequenceNumber
        185 u tcpAcknowledgementNumber
        186 u tcpWindowSize
        187 u tcpUrgentPointer
        188 u tcpHeaderLength octets
        189 u ipHeaderLength octets
        190 u totalLengthIPv4 octets
        191 u payloadLengthIPv6 octets
        192 u ipTTL hops
        193 u nextHeaderIPv6
        194 u mplsPayloadLength octets
        195 u ipDiffServCodePoint
        196 u ipPrecedence
        197 u fragmentFlags
        198 u octetDeltaSumOfSquares
        199 u octetTotalSumOfSquares octets
        200 u mplsTopLabelTTL hops
        201 u mplsLabelStackLength octets
        202 u mplsLabelStackDepth entries
        203 u mplsTopLabelExp
        204 u ipPayloadLength octets
        205 u udpMessageLength octets
        206 u isMulticast
        207 u ipv4IHL 4-octet words
        208 u ipv4Options
        209 u tcpOptions
        210 o paddingOctets
        211 4 collectorIPv4Address
        212 6 collectorIPv6Address
        213 u exportInterface
        214 u exportProtocolVersion
        215 u exportTransportProtocol
        216 u collectorTransportPort
        217 u exporterTransportPort
        218 u tcpSynTotalCount packets
        219 u tcpFinTotalCount packets
        220 u tcpRstTotalCount packets
        221 u tcpPshTotalCount packets
        222 u tcpAckTotalCount packets
        223 u tcpUrgTotalCount packets
        224 u ipTotalLength octets
        225 4 postNATSourceIPv4Address
        226 4 postNATDestinationIPv4Address
        227 u postNAPTSourceTransportPort
        228 u postNAPTDestinationTransportPort
        229 u natOriginatingAddressRealm
        230 u natEvent
        231 u initiatorOctets octets
        232 u responderOctets octets
        233 u firewallEvent
        234 u ingressVRFID
        235 u egressVRFID
        236 t VRFname
        237 u postMplsTopLabelExp
        238 u tcpWindowScale
        239 u biflowDirection
        240 u ethernetHeaderLength octets
        241 u ethernetPayloadLength octets
        242 u ethernetTotalLength octets
        243 u dot1qVlanId
        244 u dot1qPriority
        245 u dot1qCustomerVlanId
        246 u dot1qCustomerPriority
        247 t metroEvcId
        248 u metroEvcType
        249 u pseudoWireId
        250 u pseudoWireType
        251 u pseudoWireControlWord
        252 u ingressPhysicalInterface
        253 u egressPhysicalInterface
        254 u postDot1qVlanId
        255 u postDot1qCustomerVlanId
        256 u ethernetType
        257 u postIpPrecedence
        258 M collectionTimeMilliseconds milliseconds
        259 u exportSctpStreamId
        260 s maxExportSeconds seconds
        261 s maxFlowEndSeconds seconds
        262 o messageMD5Checksum
        263 u messageScope
        264 s minExportSeconds seconds
        265 s minFlowStartSeconds seconds
        266 o opaqueOctets
        267 u sessionScope
        268 N maxFlowEndMicroseconds microseconds
        269 M maxFlowEndMilliseconds milliseconds
        270 N maxFlowEndNanoseconds nanoseconds
        271 N minFlowStartMicroseconds microseconds
        272 M minFlowStartMilliseconds milliseconds
        273 N minFlowStartNanoseconds nanoseconds
        274 o collectorCertificate
        275 o exporterCertificate
        276 b dataRecordsReliability
        277 u observationPointType
        278 u newConnectionDeltaCount
        279 u connectionSumDurationSeconds seconds
        280 u connectionTransactionId
        281 6 postNATSourceIPv6Address
        282 6 postNATDestinationIPv6Address
        283 u natPoolId
        284 t natPoolName
        285 u anonymizationFlags
        286 u anonymizationTechnique
        287 u informationElementIndex
        288 t p2pTechnology
        289 t tunnelTechnology
        290 t encryptedTechnology
        291 L basicList
        292 S subTemplateList
        293 P subTemplateMultiList
        294 u bgpValidityState
        295 u IPSecSPI
        296 u greKey
        297 u natType
        298 u initiatorPackets packets
        299 u responderPackets packets
        300 t observationDomainName
        301 u selectionSequenceId
        302 u selectorId
        303 u informationElementId
        304 u selectorAlgorithm
        305 u samplingPacketInterval packets
        306 u samplingPacketSpace packets
        307 u samplingTimeInterval microseconds
        308 u samplingTimeSpace microseconds
        309 u samplingSize packets
        310 u samplingPopulation packets
        311 f samplingProbability
        312 u dataLinkFrameSize
        313 o ipHeaderPacketSection
        314 o ipPayloadPacketSection
        315 o dataLinkFrameSection
        316 o mplsLabelStackSection
        317 o mplsPayloadPacketSection
        318 u selectorIdTotalPktsObserved packets
        319 u selectorIdTotalPktsSelected packets
        320 f absoluteError
        321 f relativeError
        322 s observationTimeSeconds seconds
        323 M observationTimeMilliseconds milliseconds
        324 N observationTimeMicroseconds microseconds
        325 N observationTimeNanoseconds nanoseconds
        326 u digestHashValue
        327 u hashIPPayloadOffset
        328 u hashIPPayloadSize
        329 u hashOutputRangeMin
        330 u hashOutputRangeMax
        331 u hashSelectedRangeMin
        332 u hashSelectedRangeMax
        333 b hashDigestOutput
        334 u hashInitialiserValue
        335 t selectorName
        336 f upperCILimit
        337 f lowerCILimit
        338 f confidenceLevel
        339 u informationElementDataType
        340 t informationElementDescription
        341 t informationElementName
        342 u informationElementRangeBegin
        343 u informationElementRangeEnd
        344 u informationElementSemantics
        345 u informationElementUnits
        346 u privateEnterpriseNumber
        347 o virtualStationInterfaceId
        348 t virtualStationInterfaceName
        349 o virtualStationUUID
        350 t virtualStationName
        351 u layer2SegmentId
        352 u layer2OctetDeltaCount octets
        353 u layer2OctetTotalCount octets
        354 u ingressUnicastPacketTotalCount packets
        355 u ingressMulticastPacketTotalCount packets
        356 u ingressBroadcastPacketTotalCount packets
        357 u egressUnicastPacketTotalCount packets
        358 u egressBroadcastPacketTotalCount packets
        359 M monitoringIntervalStartMilliSeconds milliseconds
        360 M monitoringIntervalEndMilliSeconds milliseconds
        361 u portRangeStart
        362 u portRangeEnd
        363 u portRangeStepSize
        364 u portRangeNumPorts
        365 m staMacAddress
        366 4 staIPv4Address
        367 m wtpMacAddress
        368 u ingressInterfaceType
        369 u egressInterfaceType
        370 u rtpSequenceNumber
        371 t userName
        372 t applicationCategoryName
        373 t applicationSubCategoryName
        374 t applicationGroupName
        375 u originalFlowsPresent flows
        376 u originalFlowsInitiated flows
        377 u originalFlowsCompleted flows
        378 u distinctCountOfSourceIPAddress
        379 u distinctCountOfDestinationIPAddress
        380 u distinctCountOfSourceIPv4Address
        381 u distinctCountOfDestinationIPv4Address
        382 u distinctCountOfSourceIPv6Address
        383 u distinctCountOfDestinationIPv6Address
        384 u valueDistributionMethod
        385 u rfc3550JitterMilliseconds milliseconds
        386 u rfc3550JitterMicroseconds microseconds
        387 u rfc3550JitterNanoseconds nanoseconds
        388 b dot1qDEI
        389 b dot1qCustomerDEI
        390 u flowSelectorAlgorithm
        391 u flowSelectedOctetDeltaCount octets
        392 u flowSelectedPacketDeltaCount packets
        393 u flowSelectedFlowDeltaCount flows
        394 u selectorIDTotalFlowsObserved flows
        395 u selectorIDTotalFlowsSelected flows
        396 u samplingFlowInterval flows
        397 u samplingFlowSpacing flows
        398 u flowSamplingTimeInterval microseconds
        399 u flowSamplingTimeSpacing microseconds
        400 u hashFlowDomain
        401 u transportOctetDeltaCount octets
        402 u transportPacketDeltaCount packets
        403 4 originalExporterIPv4Address
        404 6 originalExporterIPv6Address
        405 u originalObservationDomainId
        406 u intermediateProcessId
        407 u ignoredDataRecordTotalCount
        408 u dataLinkFrameType
        409 u sectionOffset
        410 u sectionExportedOctets
        411 o dot1qServiceInstanceTag
        412 u dot1qServiceInstanceId
        413 u dot1qServiceInstancePriority
        414 m dot1qCustomerSourceMacAddress
        415 m dot1qCustomerDestinationMacAddress
        417 u postLayer2OctetDeltaCount octets
        418 u postMCastLayer2OctetDeltaCount octets
        420 u postLayer2OctetTotalCount octets
        421 u postMCastLayer2OctetTotalCount octets
        422 u minimumLayer2TotalLength octets
        423 u maximumLayer2TotalLength octets
        424 u droppedLayer2OctetDeltaCount octets
        425 u droppedLayer2OctetTotalCount octets
        426 u ignoredLayer2OctetTotalCount octets
        427 u notSentLayer2OctetTotalCount octets
        428 u layer2OctetDeltaSumOfSquares octets
        429 u layer2OctetTotalSumOfSquares octets
        430 u layer2FrameDeltaCount frames
        431 u layer2FrameTotalCount frames
        432 4 pseudoWireDestinationIPv4Address
        433 u ignoredLayer2FrameTotalCount frames
        434 i mibObjectValueInteger
        435 o mibObjectValueOctetString
        436 o mibObjectValueOID
        437 o mibObjectValueBits
        438 4 mibObjectValueIPAddress
        439 u mibObjectValueCounter
        440 u mibObjectValueGauge
        441 u mibObjectValueTimeTicks
        442 u mibObjectValueUnsigned
        443 S mibObjectValueTable
        444 S mibObjectValueRow
        445 o mibObjectIdentifier
        446 u mibSubIdentifier
        447 u mibIndexIndicator
        448 u mibCaptureTimeSemantics
        449 o mibContextEngineID
        450 t mibContextName
        451 t mibObjectName
        452 t mibObjectDescription
        453 t mibObjectSyntax
        454 t mibModuleName
        455 t mobileIMSI
        456 t mobileMSISDN
        457 u httpStatusCode
        458 u sourceTransportPortsLimit ports
        459 t httpRequestMethod
        460 t httpRequestHost
        461 t httpRequestTarget
        462 t httpMessageVersion
        463 u natInstanceID
        464 o internalAddressRealm
        465 o externalAddressRealm
        466 u natQuotaExceededEvent
        467 u natThresholdEvent
        468 t httpUserAgent
        469 t httpContentType
        470 t httpReasonPhrase
        471 u maxSessionEntries
        472 u maxBIBEntries
        473 u maxEntriesPerUser
        474 u maxSubscribers
        475 u maxFragmentsPendingReassembly
        476 u addressPoolHighThreshold
        477 u addressPoolLowThreshold
        478 u addressPortMappingHighThreshold
        479 u addressPortMappingLowThreshold
        480 u addressPortMappingPerUserHighThreshold
        481 u globalAddressMappingHighThreshold
        482 o vpnIdentifier
        483 u bgpCommunity
        484 L bgpSourceCommunityList
        485 L bgpDestinationCommunityList
        486 o bgpExtendedCommunity
        487 L bgpSourceExtendedCommunityList
        488 L bgpDestinationExtendedCommunityList
        489 o bgpLargeCommunity
        490 L bgpSourceLargeCommunityList
        491 L bgpDestinationLargeCommunityList
        492 u srhFlagsIPv6
        493 u srhTagIPv6
        494 6 srhSegmentIPv6
        495 6 srhActiveSegmentIPv6
        496 L srhSegmentIPv6BasicList
        497 o srhSegmentIPv6ListSection
        498 u srhSegmentsIPv6Left
        499 o srhIPv6Section
        500 u srhIPv6ActiveSegmentType
        501 u srhSegmentIPv6LocatorLength
        502 u srhSegmentIPv6EndpointBehavior
        """
}
