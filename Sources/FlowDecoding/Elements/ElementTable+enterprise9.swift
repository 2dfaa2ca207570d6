// SPDX-License-Identifier: Apache-2.0
// TABLE

// Written by .ci/elements: change that, not this.

extension ElementTable {
    /// Private enterprise number 9: cisco.
    static let enterprise9 = """
        4315 u tcpWindowSizeMin octets
        4316 u tcpWindowSizeMax octets
        4318 u tcpMaximumSegmentSize octets
        4324 u tcpWindowSizeSum octets
        8232 o classHierarchy
        8337 u serverBytesNetwork octets
        8338 u clientBytesNetwork octets
        9252 u servicesWaasSegment
        9253 u servicesWaasPassThroughReason
        9267 u clientRetransBytes octets
        9268 u clientRetransPackets packets
        9269 u serverRetransBytes octets
        9270 u serverRetransPackets packets
        9272 u transactionCountDelta
        9273 u sumTransactionTime milliseconds
        9274 u maxTransactionTime milliseconds
        9275 u minTransactionTime milliseconds
        9292 u numRespsCountDelta
        9293 u numResps1CountDelta
        9294 u numResps2CountDelta
        9295 u numResps3CountDelta
        9296 u numResps4CountDelta
        9297 u numResps5CountDelta
        9298 u numResps6CountDelta
        9299 u numResps7CountDelta
        9300 u numLateRespsCountDelta
        9303 u sumRespTime milliseconds
        9304 u maxRespTime milliseconds
        9305 u minRespTime milliseconds
        9306 u sumServerRespTime milliseconds
        9307 u maxServerRespTime milliseconds
        9308 u minServerRespTime milliseconds
        9309 u sumTotalRespTime milliseconds
        9310 u maxTotalRespTime milliseconds
        9311 u minTotalRespTime milliseconds
        9313 u sumNwkTime milliseconds
        9314 u maxNwkTime milliseconds
        9315 u minNwkTime milliseconds
        9316 u sumClientNwkTime milliseconds
        9317 u maxClientNwkTime milliseconds
        9318 u minClientNwkTime milliseconds
        9319 u sumServerNwkTime milliseconds
        9320 u maxServerNwkTime milliseconds
        9321 u minServerNwkTime milliseconds
        9357 t appHTTPUriStatistics
        9360 u policyQosQueueID
        9361 u policyQosQueueDrop
        12232 t appCategoryName
        12233 t appSubCategoryName
        12234 t appGroupName
        12235 t appHTTPHost
        12236 4 clientIPv4Address
        12237 4 serverIPv4Address
        12238 6 clientIPv6Address
        12239 6 serverIPv6Address
        12240 u clientTransportPort
        12241 u serverTransportPort
        12242 u connectionId
        12244 t appBusiness
        """
}
