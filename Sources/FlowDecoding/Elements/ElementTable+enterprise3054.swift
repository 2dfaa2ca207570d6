// SPDX-License-Identifier: Apache-2.0
// TABLE

// Written by .ci/elements: change that, not this.

extension ElementTable {
    /// Private enterprise number 3054: ixia.
    static let enterprise3054 = """
        110 u ixiaL7AppId
        111 t ixiaL7AppName
        120 t ixiaSrcCountryCode
        121 t ixiaSrcCountryName
        122 t ixiaSrcRegionCode
        123 t ixiaSrcRegionName
        125 t ixiaSrcCityName
        126 f ixiaSrcLatitude
        127 f ixiaSrcLongitude
        140 t ixiaDstCountryCode
        141 t ixiaDstCountryName
        142 t ixiaDstRegionCode
        143 t ixiaDstRegionNode
        145 t ixiaDstCityName
        146 f ixiaDstLatitude
        147 f ixiaDstLongitude
        160 u ixiaDeviceId
        161 t ixiaDeviceName
        162 u ixiaBrowserId
        163 t ixiaBrowserName
        176 u ixiaRevOctetDeltaCount
        177 u ixiaRevPacketDeltaCount
        178 t ixiaEncryptType
        179 t ixiaEncryptCipher
        180 u ixiaEncryptKeyLength
        181 t ixiaImsiSubscriber
        182 t ixiaHttpUserAgent
        183 t ixiaHttpHostName
        184 t ixiaHttpUri
        185 t ixiaDnsRecordTxt
        186 t ixiaSrcAsName
        187 t ixiaDstAsName
        188 u ixiaLatency
        189 t ixiaDnsQuery
        190 t ixiaDnsAnswer
        191 t ixiaDnsClasses
        192 t ixiaThreatType
        193 4 ixiaThreatIPv4
        194 4 ixiaThreatIPv6
        """
}
