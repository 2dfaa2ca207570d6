// SPDX-License-Identifier: Apache-2.0
// TABLE

// Written by .ci/elements: change that, not this.

extension ElementTable {
    /// NetFlow v9, what IANA has not.
    static let netFlow9 = """
        6660 u EkinopsTcpConnectionSetupTime
        6661 u EkinopsTcpServerResponseTime
        6662 u EkinopsTcpMeanRtt
        6663 u EkinopsTcpRetransmissions
        6664 u EkinopsTcpGoodputBytes
        6665 u EkinopsTcpConnectionInitiator
        6670 t EkinopsHttpHost
        6671 u EkinopsTicAppId
        6680 u EkinopsRtpPayloadType
        6681 u EkinopsRtpPacketLoss
        6682 u EkinopsRtpJitter
        6683 u EkinopsRtpRFactor
        6690 t EkinopsReporterId
        6691 u EkinopsUplinkBandwidth
        6692 u EkinopsDownlinkBandwidth
        6693 u EkinopsTimezoneOffset
        6694 t EkinopsTimezoneName
        6695 u EkinopsDaylightSavingStart
        6696 u EkinopsDaylightSavingEnd
        6697 m EkinopsMacAddress
        6698 t EkinopsDpiVersion
        6699 t EkinopsQosCfgFingerprint
        6800 t EkinopsNetControlCfgFingerprint
        8192 u streamcore_wan_rtt
        8193 u streamcore_net_app_resp_time
        8194 u streamcore_total_app_resp_time
        8195 u streamcore_tcp_retrans_rate
        8196 u streamcore_call_direction
        8256 t streamcore_hostname
        8257 t streamcore_url
        8258 t streamcore_ssl_cn
        8259 t streamcore_ssl_org
        8320 u streamcore_mos_lq
        8321 u streamcore_net_delay
        8322 u streamcore_net_loss
        8323 u streamcore_net_jitter
        8324 u streamcore_net_discard
        8325 u streamcore_rtp_clockrate_in
        8326 u streamcore_rtp_clockrate_out
        8327 u streamcore_codec_in
        8328 u streamcore_codec_out
        8384 u streamcore_id_rule_1
        8385 u streamcore_id_rule_2
        8386 u streamcore_id_rule_3
        8387 u streamcore_id_rule_4
        8388 u streamcore_id_rule_5
        8389 u streamcore_id_rule_6
        8390 u streamcore_id_rule_7
        8391 u streamcore_id_rule_8
        8392 u streamcore_id_rule_9
        8393 u streamcore_id_rule_10
        16386 o ETAInitialDataPacketOld
        16387 o ETASequenceofPktLengthsandTimesOld
        20000 u wlan_id
        33000 o ingressAclId
        33001 o egressAclId
        33002 u firewallEventExtended
        37083 u tcpWindowSizeMin octets
        37084 u tcpWindowSizeMax octets
        37086 u tcpMaximumSegmentSize octets
        37092 u tcpWindowSizeSum octets
        40000 t userName
        40001 4 xlate_src_addr_ipv4
        40002 4 xlate_dst_addr_ipv4
        40003 u xlate_src_port
        40004 u xlate_dst_port
        40005 u fw_event
        41000 o classHierarchy
        41105 u serverBytesNetwork octets
        41106 u clientBytesNetwork octets
        42020 u servicesWaasSegment
        42021 u servicesWaasPassThroughReason
        42035 u clientRetransBytes octets
        42036 u clientRetransPackets packets
        42037 u serverRetransBytes octets
        42038 u serverRetransPackets packets
        42040 u transactionCountDelta
        42041 u sumTransactionTime milliseconds
        42042 u maxTransactionTime milliseconds
        42043 u minTransactionTime milliseconds
        42060 u numRespsCountDelta
        42061 u numResps1CountDelta
        42062 u numResps2CountDelta
        42063 u numResps3CountDelta
        42064 u numResps4CountDelta
        42065 u numResps5CountDelta
        42066 u numResps6CountDelta
        42067 u numResps7CountDelta
        42068 u numLateRespsCountDelta
        42071 u sumRespTime milliseconds
        42072 u maxRespTime milliseconds
        42073 u minRespTime milliseconds
        42074 u sumServerRespTime milliseconds
        42075 u maxServerRespTime milliseconds
        42076 u minServerRespTime milliseconds
        42077 u sumTotalRespTime milliseconds
        42078 u maxTotalRespTime milliseconds
        42079 u minTotalRespTime milliseconds
        42081 u sumNwkTime milliseconds
        42082 u maxNwkTime milliseconds
        42083 u minNwkTime milliseconds
        42084 u sumClientNwkTime milliseconds
        42085 u maxClientNwkTime milliseconds
        42086 u minClientNwkTime milliseconds
        42087 u sumServerNwkTime milliseconds
        42088 u maxServerNwkTime milliseconds
        42089 u minServerNwkTime milliseconds
        42125 t appHTTPUriStatistics
        42128 u policyQosQueueID
        42129 u policyQosQueueDrop
        45000 t appCategoryName
        45001 t appSubCategoryName
        45002 t appGroupName
        45003 t appHTTPHost
        45004 4 clientIPv4Address
        45005 4 serverIPv4Address
        45006 6 clientIPv6Address
        45007 6 serverIPv6Address
        45008 u clientTransportPort
        45009 u serverTransportPort
        45010 u connectionId
        45012 t appBusiness
        56701 t app_id
        56702 t user_id
        57550 u client_tcp_flags
        57551 u server_tcp_flags
        57552 u src_fragments
        57553 u dst_fragments
        57554 u src_to_dst_max_throughput
        57555 u src_to_dst_min_throughput
        57556 u src_to_dst_avg_throughput
        57557 u dst_to_src_max_throughput
        57558 u dst_to_src_min_throughput
        57559 u dst_to_src_avg_throughput
        57560 u pkts_up_to_128_bytes
        57561 u pkts_128_to_256_bytes
        57562 u pkts_256_to_512_bytes
        57563 u pkts_512_to_1024_bytes
        57564 u pkts_1024_to_1514_bytes
        57565 u pkts_over_1514_bytes
        57570 u cumulative_icmp_type
        57573 t src_ip_country
        57574 t src_ip_city
        57575 t dst_ip_country
        57576 t dst_ip_city
        57577 u flow_proto_port
        57578 u upstream_tunnel_id
        57579 u longest_flow_pkt
        57580 u shortest_flow_pkt
        57581 u retransmitted_in_pkts
        57582 u retransmitted_out_pkts
        57583 u ooorder_in_pkts
        57584 u ooorder_out_pkts
        57585 u untunneled_protocol
        57586 4 untunneled_ipv4_src_addr
        57587 u untunneled_l4_src_port
        57588 4 untunneled_ipv4_dst_addr
        57589 u untunneled_l4_dst_port
        57590 u l7_proto
        57591 t l7_proto_name
        57592 u downstream_tunnel_id
        57593 t flow_user_name
        57594 t flow_server_name
        57595 u client_nw_latency_ms
        57596 u server_nw_latency_ms
        57597 u app_latency_ms
        57598 t plugin_name
        57599 u retransmitted_in_bytes
        57600 u retransmitted_out_bytes
        57660 t ssl_server_name
        57661 t bittorrent_hash
        57806 u pkts_ttl_5_32
        57807 u pkts_ttl_32_64
        57808 u pkts_ttl_64_96
        57809 u pkts_ttl_96_128
        57810 u pkts_ttl_128_160
        57811 u pkts_ttl_160_192
        57812 u pkts_ttl_192_224
        57813 u pkts_ttl_224_255
        57818 u pkts_ttl_2_5
        57819 u pkts_ttl_eq_1
        57821 o in_src_osi_sap
        57822 o out_dst_osi_sap
        57863 u duration_in
        57864 u duration_out
        57868 4 untunneled_ipv6_src_addr
        57869 4 untunneled_ipv6_dst_addr
        57887 u tcp_win_min_in
        57888 u tcp_win_max_in
        57889 u tcp_win_mss_in
        57890 u tcp_win_scale_in
        57891 u tcp_win_min_out
        57892 u tcp_win_max_out
        57893 u tcp_win_mss_out
        57894 u tcp_win_scale_out
        57910 u payload_hash
        57915 t src_as_name
        57916 t dst_as_name
        57918 u upstream_session_id
        57919 u downstream_session_id
        57920 o src_ip_long
        57921 o src_ip_lat
        57922 o dst_ip_long
        57923 o dst_ip_lat
        57943 4 nprobe_ipv4_address
        57944 u src_to_dst_second_bytes
        57945 u dst_to_src_second_bytes
        57961 t ja3c_hash
        57962 t ja3s_hash
        57963 t src_host_name
        57964 t dst_host_name
        57965 u ssl_cipher
        57966 u ssl_unsafe_cipher
        57967 u ssl_version
        58500 t protocol_ntop
        58503 t l4_src_port_name
        58507 t l4_dst_port_name
        58508 u l4_srv_port
        58509 t l4_srv_port_name
        """
}
