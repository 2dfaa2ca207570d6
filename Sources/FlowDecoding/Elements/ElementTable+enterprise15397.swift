// SPDX-License-Identifier: Apache-2.0
// TABLE

// Written by .ci/elements: change that, not this.

extension ElementTable {
    /// Private enterprise number 15397: procera.
    static let enterprise15397 = """
        1 t proceraService
        2 t proceraBaseService
        3 u proceraIncomingOctets
        4 u proceraOutgoingOctets
        5 u proceraIncomingPackets
        6 u proceraOutgoingPackets
        7 u proceraIncomingShapingLatency
        8 u proceraOutgoingShapingLatency
        9 u proceraIncomingShapingDrops
        10 u proceraOutgoingShapingDrops
        11 i proceraInternalRtt
        12 i proceraExternalRtt
        15 t proceraFlowBehavior
        16 t proceraContentCategories
        17 t proceraProperty
        18 t proceraServerHostname
        19 t proceraHttpRequestMethod
        20 t proceraHttpUserAgent
        21 t proceraHttpContentType
        22 t proceraHttpUrl
        23 t proceraHttpReferer
        24 u proceraHttpResponseStatus
        25 u proceraHttpFileLength
        26 t proceraHttpLocation
        27 t proceraHttpLanguage
        28 t proceraSubscriberIdentifier
        29 u proceraMsisdn
        30 u proceraImsi
        31 t proceraRat
        32 u proceraDeviceId
        33 t proceraSgsn
        34 u proceraRnc
        35 t proceraApn
        36 t proceraUserLocationInformation
        37 t proceraGgsn
        38 f proceraQoeIncomingInternal
        39 f proceraQoeIncomingExternal
        40 f proceraQoeOutgoingInternal
        41 f proceraQoeOutgoingExternal
        42 4 proceraLocalIPv4Host
        43 6 proceraLocalIPv6Host
        44 4 proceraRemoteIPv4Host
        45 6 proceraRemoteIPv6Host
        46 t proceraHttpRequestVersion
        47 t proceraTemplateName
        49 u proceraIncomingDscp
        50 u proceraOutgoingDscp
        51 u proceraIncomingDot1qVlanIdLevel1
        52 u proceraIncomingDot1qVlanIdLevel2
        53 u proceraIncomingDot1qVlanIdLevel3
        54 u proceraIncomingDot1qVlanIdLevel4
        55 u proceraOutgoingDot1qVlanIdLevel1
        56 u proceraOutgoingDot1qVlanIdLevel2
        57 u proceraOutgoingDot1qVlanIdLevel3
        58 u proceraOutgoingDot1qVlanIdLevel4
        59 i proceraIncomingDot1qPriorityLevel1
        60 i proceraIncomingDot1qPriorityLevel2
        61 i proceraIncomingDot1qPriorityLevel3
        62 i proceraIncomingDot1qPriorityLevel4
        63 i proceraOutgoingDot1qPriorityLevel1
        64 i proceraOutgoingDot1qPriorityLevel2
        65 i proceraOutgoingDot1qPriorityLevel3
        66 i proceraOutgoingDot1qPriorityLevel4
        67 i proceraInternalJitter
        69 t proceraServiceObject
        70 t proceraRemoteGeoIP
        """
}
