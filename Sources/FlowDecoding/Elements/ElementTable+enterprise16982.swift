// SPDX-License-Identifier: Apache-2.0
// TABLE

// Written by .ci/elements: change that, not this.

extension ElementTable {
    /// Private enterprise number 16982: muni.
    static let enterprise16982 = """
        0 u sourceGeo
        1 u destinationGeo
        100 u HTTPUserAgent
        101 u HTTPMethod
        102 t HTTPDomain
        103 t HTTPReferer
        104 u HTTPContentType
        105 t HTTPUrl
        106 u HTTPStatus
        107 u HTTPHeaderCount
        200 u appPID
        201 t appName
        202 u appUID
        203 u appMatchLevel
        400 6 tunnelSrcIPv6
        401 6 tunnelDstIPv6
        402 u tunnelSrcPort
        403 u tunnelDstPort
        404 u tunnelProtocol
        405 u tunnelType
        406 u tunnelTCPFlags
        407 u tunnelICMPcode
        408 u tunnelTeredoHeaders
        409 u tunnelTeredoTrailers
        410 t tunnelSourceGeo
        411 t tunnelDestinationGeo
        412 t tunnelOuterSourceGeo
        413 t tunnelOuterDestinationGeo
        414 u tunnelHOPLimit
        500 u HTTPRequestType
        501 t HTTPRequestHost
        502 t HTTPRequestURL
        503 u HTTPRequestAgentID
        504 t HTTPRequestAgent
        505 t HTTPRequestReferer
        506 u HTTPResponseCode
        507 t HTTPResponseType
        508 u HTTPResponseTime
        800 u tlsCliVer
        801 u tlsSerVer
        802 u tlsSerCips
        803 o tlsCliCips
        804 t tlsCertSubject
        805 t tlsCertIssuer
        806 u tlsCertNotBefore
        807 u tlsCerNotAfter
        808 u tlsPkeyLength
        809 u tlsPkeyExponent
        810 t tlsPkeyAlgorithm
        811 t tlsServerName
        """
}
