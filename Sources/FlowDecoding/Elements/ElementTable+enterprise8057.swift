// SPDX-License-Identifier: Apache-2.0
// TABLE

// Written by .ci/elements: change that, not this.

extension ElementTable {
    /// Private enterprise number 8057: cesnet.
    static let enterprise8057 = """
        1 u DNSRCode
        2 t DNSName
        3 u DNSQType
        4 u DNSClass
        5 u DNSRRTTL
        6 u DNSRDataLength
        7 t DNSRData
        8 u DNSPSize
        9 u DNSRDO
        10 u DNSTransactionID
        11 u DNSAType
        14 u DNSAnswers
        18 u NTPLeap
        19 u NTPVersion
        20 u NTPMode
        21 u NTPStratum
        22 u NTPPoll
        23 u NTPPrecision
        24 u NTPDelay
        25 u NTPDispersion
        26 t NTPRefID
        27 t NTPRef
        28 t NTPOrig
        29 t NTPRecv
        30 t NTPSent
        31 u ARPHAFormat
        32 u ARPPAFormat
        33 u ARPOpcode
        34 t ARPSrcHA
        35 t ARPSrcPA
        36 t ARPDstHA
        37 t ARPDstPa
        100 u SIPMsgType
        101 u SIPStatusCode
        102 t SIPCallID
        103 t SIPCallingParty
        104 t SIPCalledParty
        105 t SIPVia
        106 t SIPUserAgent
        107 t SIPRequestURI
        108 t SIPCseq
        200 t httpMethod
        201 t httpServer
        202 t httpCookieNames
        802 u tlsExtTypeField
        803 u tlsExtLenField
        804 u statsTLSSize octets
        805 M statsTLSTimestamp milliseconds
        806 i statsTLSDirection
        807 u statsTLSType
        808 t TLSSNI
        810 u SMTPCommands
        811 u SMTPMailCount
        812 u SMTPRcptCount
        813 t SMTPSender
        814 t SMTPRecipient
        815 u SMTPStatusCodes
        816 u SMTPCode2XXCount
        817 u SMTPCode3XXCount
        818 u SMTPCode4XXCount
        819 u SMTPCode5XXCount
        820 t SMTPDomain
        821 u SSDPLocationPort
        822 t SSDPServer
        823 t SSDPUserAgent
        824 t SSDPNT
        825 t SSDPST
        826 t DNSSDQueries
        827 t DNSSDResponses
        828 u OVPNConfLevel
        831 t NBName
        832 u NBSuffix
        850 o IDPContent
        851 o IDPContentRev
        852 t OSQueryProgramName
        853 t OSQueryUsername
        854 t OSQueryOSName
        855 u OSQueryOSMajor
        856 u OSQueryOSMinor
        857 t OSQueryOSBuild
        858 t OSQueryOSPlatform
        859 t OSQueryOSPlatformLike
        860 t OSQueryOSArch
        861 t OSQueryKernelVersion
        862 t OSQuerySystemHostname
        883 o quicTlsExt
        884 u quicTlsExtLen
        885 u quicTlsExtType
        886 u quicCHParsed
        887 u quicServerPort
        888 u quicPackets
        889 u quicZeroRTT
        890 t quicSNI
        891 t quicUserAgent
        892 u quicVersion
        893 u quicClientVersion
        894 u quicTokenLength
        895 o quicOCCID
        896 o quicOSCID
        897 o quicSCID
        898 o quicRetrySCID
        899 u quicMultiplexed
        900 u tcpMss
        901 u tcpMssRev
        902 u tcpSynSize
        903 u ssaConfLevel
        1013 i packetLength octets
        1014 M packetTime milliseconds
        1015 u packetFlag
        1016 i packetDirection
        1020 f ntsMeanPacketPayload
        1021 u ntsMinPacketPayload
        1022 u ntsMaxPacketPayload
        1023 f ntsStdevPacketPayload
        1024 f ntsKurtosisPacketPayload
        1025 f ntsRootMeanSquarePacketPayload
        1026 f ntsAverageDispersionPacketPayload
        1027 f ntsMeanScaledTime
        1028 f ntsMeanDifftimes
        1029 f ntsMinDifftimes
        1030 f ntsMaxDifftimes
        1031 f ntsTimeDistribution
        1032 f ntsSwitchingRatio
        1050 u burstSrcPackets packets
        1051 u burstSrcBytes octets
        1052 M burstSrcTimeStart milliseconds
        1053 M burstSrcTimeStop milliseconds
        1054 u burstDstPackets packets
        1055 u burstDstBytes octets
        1056 M burstDstTimeStart milliseconds
        1057 M burstDstTimeStop milliseconds
        1060 u phistSrcSizes
        1061 u phistSrcInterPacketTime
        1062 u phistDstSizes
        1063 u phistDstInterPacketTime
        1100 u WGConfLevel
        1101 u WGSrcPeer
        1102 u WGDstPeer
        1200 u scitagExperimentID
        1201 u scitagExperimentAct
        """
}
