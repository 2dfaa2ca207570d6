// SPDX-License-Identifier: Apache-2.0

extension LinePlan {
    /// An nginx `log_format` (ngx_http_log_module): variables with `$` before them, and fixed text. Variables that Spate
    /// has no use for are passed over.
    ///
    /// - Parameter nginx: the format as it stands in nginx.conf, without the outer quotes, or the whole directive.
    package init(nginx format: String) throws(FormatError) {
        let text = try FormatText(format, directives: ["log_format"], namesFirst: true)
        var scanner = FormatScanner(text)
        var builder = LinePlanBuilder(.nginx)
        while let byte = scanner.peek() {
            let start = scanner.origin
            _ = scanner.next()
            guard byte == 0x24 else {
                builder.append(byte)
                continue
            }
            let variable = try Self.nginxVariable(&scanner, start)
            try builder.append(variable.field, variable.ending, at: start)
        }
        self = try builder.finished()
    }

    /// The name behind `$`, in braces or not.
    private static func nginxVariable(
        _ scanner: inout FormatScanner, _ dollar: Int
    ) throws(FormatError) -> (field: LogField, ending: Ending) {
        let isBraced = scanner.skip(ASCII.brace)
        let name = scanner.word(while: \.isNameByte)
        if name.isEmpty {
            throw FormatError(position: dollar, message: "a variable name is expected behind $")
        }
        if isBraced, !scanner.skip(ASCII.closingBrace) {
            throw FormatError(position: dollar, message: "the closing } is missing")
        }
        return nginxVariable(named: name)
    }

    private static func nginxVariable(named name: String) -> (field: LogField, ending: Ending) {
        switch name {
        case "remote_addr": (.client, .address)
        case "status": (.status, .text)
        case "request": (.request, .text)
        case "request_uri", "uri", "document_uri": (.target, .text)
        case "request_time": (.time(.total, .seconds), .text)
        case "upstream_response_time": (.time(.upstream, .seconds), .list)
        case "time_local": (.date(.common, .end), .width(26))
        case "time_iso8601": (.date(.numeric, .end), .width(25))
        case "msec": (.date(.epoch(.seconds), .end), .text)
        case "server_addr": (.serverAddress, .address)
        case "server_port": (.serverPort, .text)
        case "host", "http_host", "server_name": (.site, .text)
        case "limit_req_status", "limit_conn_status": (.limitStatus, .text)
        case _ where name.hasPrefix("upstream_"): (.other, .list)
        default: (.other, .text)
        }
    }
}
