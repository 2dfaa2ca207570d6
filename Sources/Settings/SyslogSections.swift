// SPDX-License-Identifier: Apache-2.0

import FlowModel

// `signals.syslog`: where log lines come in.
extension ConfigurationReader {
    mutating func readSyslogSocket(_ item: Section<SyslogListenKey>, into configuration: inout Configuration)
    {
        let kinds = [SyslogListenKey.udp, .tcp, .unix].filter { item[$0] != nil }
        guard let kind = kinds.first else {
            return problem(
                item.line,
                "'udp' is missing, expected an address and a port, such as \"[::]:5140\", or 'tcp' or 'unix'")
        }
        guard kinds.count == 1 else {
            let given = kinds.map { "'\($0.rawValue)'" }.joined(separator: " and ")
            return problem(item.line, "\(given) are given, expected one of them; use two sockets for both")
        }
        refuse(item[.receiveBuffer], of: "receive_buffer", unless: kind, is: .udp)
        refuse(item[.mode], of: "mode", unless: kind, is: .unix)
        let socket: SyslogSocket?
        switch kind {
        case .tcp: socket = tcpSocket(item, beside: configuration)
        case .unix: socket = unixSocket(item, beside: configuration)
        default: socket = udpSocket(item, beside: configuration)
        }
        if let socket { configuration.signals.syslog.append(socket) }
    }

    private mutating func refuse(
        _ entry: Entry?, of key: String, unless kind: SyslogListenKey, is wanted: SyslogListenKey
    ) {
        guard let entry, kind != wanted else { return }
        problem(entry.line, "'\(key)' is for '\(wanted.rawValue)', expected none for '\(kind.rawValue)'")
    }

    private mutating func udpSocket(
        _ item: Section<SyslogListenKey>, beside configuration: Configuration
    ) -> SyslogSocket? {
        let buffer = size(item[.receiveBuffer], in: Self.receiveBufferRange, example: "8MiB")
        guard let endpoint = endpoint(item[.udp], example: "[::]:5140") else { return nil }
        if configuration.listen.contains(where: { endpoint.collides(with: $0) }) {
            problem(item.line, "port \(endpoint.port) is in 'listen' already, expected a port of its own")
        }
        let taken = configuration.signals.syslog.contains { socket in
            guard case .udp(let other) = socket else { return false }
            return endpoint.collides(withPort: other.port, at: other.address)
        }
        if taken { sayTaken(item.line) }
        return .udp(
            ListenConfiguration(
                address: endpoint.address, port: endpoint.port,
                receiveBufferBytes: buffer ?? ListenConfiguration.syslogBufferBytes))
    }

    private mutating func tcpSocket(
        _ item: Section<SyslogListenKey>, beside configuration: Configuration
    ) -> SyslogSocket? {
        guard let endpoint = endpoint(item[.tcp], example: "[::]:5140") else { return nil }
        let taken = configuration.signals.syslog.contains { socket in
            guard case .tcp(let address, let port) = socket else { return false }
            return endpoint.collides(withPort: port, at: address)
        }
        if taken { sayTaken(item.line) }
        return .tcp(address: endpoint.address, port: endpoint.port)
    }

    private mutating func sayTaken(_ line: Int) {
        problem(line, "this address and port are listened on already, expected each socket once")
    }

    private mutating func unixSocket(
        _ item: Section<SyslogListenKey>, beside configuration: Configuration
    ) -> SyslogSocket? {
        let mode = permissions(item[.mode])
        guard let path = socketPath(item[.unix], example: "/run/spate/log.sock") else { return nil }
        let taken = configuration.signals.syslog.contains { socket in
            guard case .unix(let other, mode: _) = socket else { return false }
            return path == other
        }
        if taken { problem(item.line, "this path is listened on already, expected each socket once") }
        return .unix(path: path, mode: mode ?? SyslogSocket.usualMode)
    }

    mutating func permissions(_ entry: Entry?) -> UInt16? {
        value(entry, expected: "permissions in octal from 0200 to 0777, such as 0660") { text in
            guard text.utf8.count == 4, text.hasPrefix("0"), let mode = UInt16(text, radix: 8),
                mode >= 0o200, mode <= 0o777
            else { return nil }
            return mode
        }
    }

    /// An absolute path that a Unix socket can have.
    mutating func socketPath(_ entry: Entry?, example: String) -> String? {
        guard let entry, let path = path(entry, example: example) else { return nil }
        let (length, limit) = (path.utf8.count, ControlConfiguration.socketPathBytes)
        if length > limit {
            problem(entry.line, "\(entry.label) is a path of \(length) bytes, expected at most \(limit)")
        }
        return path
    }
}
