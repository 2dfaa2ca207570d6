// SPDX-License-Identifier: Apache-2.0

/// What a variable of an nginx `log_format` is to Spate.
enum NginxVariable: Sendable {
    case remoteAddress
    case status
    case request
    case requestTarget
    case requestTime
    case upstreamResponseTime
    case timeLocal
    case timeISO8601
    case epoch
    case serverAddress
    case serverPort
    case limitStatus
    /// Anything else.
    case other

    init(name: ArraySlice<UInt8>) {
        self =
            switch String(decoding: name, as: UTF8.self) {
            case "remote_addr": .remoteAddress
            case "status": .status
            case "request": .request
            case "request_uri", "uri", "document_uri": .requestTarget
            case "request_time": .requestTime
            case "upstream_response_time": .upstreamResponseTime
            case "time_local": .timeLocal
            case "time_iso8601": .timeISO8601
            case "msec": .epoch
            case "server_addr": .serverAddress
            case "server_port": .serverPort
            case "limit_req_status", "limit_conn_status": .limitStatus
            default: .other
            }
    }

    /// Whether it may be passed over when it cannot be told from its neighbour, as in `$host$request_uri`.
    var isDispensable: Bool { self == .other || self == .requestTarget || self == .request }
}
