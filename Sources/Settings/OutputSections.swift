// SPDX-License-Identifier: Apache-2.0

import FlowModel

// `alerts`, `control`, `state` and `archive`: what leaves the process.
extension ConfigurationReader {
    mutating func readAlerts(_ entry: Entry?, into configuration: inout Configuration) {
        guard let entry, !entry.isEmpty else { return }
        let before = problems.count
        configuration.alerts = list(entry, of: "outputs").compactMap { output($0) }
        if configuration.alerts.isEmpty, problems.count == before {
            warn(entry.line, "'alerts' is an empty list; no alert will be written anywhere")
        }
    }

    private mutating func output(_ item: Entry) -> AlertOutput? {
        guard item.text == nil else {
            unexpected(item, expected: "a section such as `syslog: {}`, `stdout: {}` or `file: {path: …}`")
            return nil
        }
        let before = problems.count
        guard let section = section(item, AlertKey.self) else { return nil }
        guard section.keys.count == 1 else {
            if problems.count == before || section.keys.count > 1 {
                problem(section.line, "\(item.label) names \(section.keys.count) outputs, expected one")
            }
            return nil
        }
        if let entry = section[.syslog] { return syslog(entry) }
        if let entry = section[.stdout] { return standardOutput(entry) }
        return section[.file].flatMap { fileOutput($0) }
    }

    private mutating func syslog(_ entry: Entry) -> AlertOutput? {
        guard let section = section(entry, SyslogOutputKey.self) else { return nil }
        let name = word(
            section[.facility], among: SyslogFacility.allCases.map(\.rawValue),
            expected: "a syslog facility, such as daemon or local0")
        let facility = name.flatMap { SyslogFacility(rawValue: $0) } ?? .daemon
        let local = path(section[.local], example: AlertOutput.localSyslogPath)
        guard let udp = section[.udp] else {
            return .localSyslog(path: local ?? AlertOutput.localSyslogPath, facility: facility)
        }
        if section[.local] != nil {
            problem(
                udp.line, "'local' and 'udp' are both given, expected one of them; use two outputs for both")
        }
        return endpoint(udp, example: "10.0.0.5:514").map {
            .remoteSyslog(address: $0.address, port: $0.port, facility: facility)
        }
    }

    private mutating func standardOutput(_ entry: Entry) -> AlertOutput? {
        guard let section = section(entry, StandardOutputKey.self) else { return nil }
        return .standardOutput(choice(section[.format], AlertFormat.self) ?? .human)
    }

    private mutating func fileOutput(_ entry: Entry) -> AlertOutput? {
        guard let section = section(entry, FileOutputKey.self) else { return nil }
        let example = "/var/log/spate/alerts.json"
        return path(
            required(section, .path, expected: "an absolute path, such as \(example)"), example: example
        )
        .map { .file(path: $0) }
    }

    mutating func readControl(_ entry: Entry?, into configuration: inout Configuration) {
        guard let entry, let section = section(entry, ControlKey.self) else { return }
        readHTTP(section[.http], into: &configuration.control)
        guard let entry = section[.socket],
            let path = socketPath(entry, example: ControlConfiguration.usualSocket)
        else { return }
        let isTaken = configuration.signals.syslog.contains { socket in
            guard case .unix(let other, mode: _) = socket else { return false }
            return path == other
        }
        if isTaken {
            problem(entry.line, "'socket' is a path of 'signals.syslog' already, expected one of its own")
        }
        configuration.control.socket = path
    }

    private mutating func readHTTP(_ entry: Entry?, into control: inout ControlConfiguration) {
        guard let entry else { return }
        if entry.text == "off" {
            control.http = nil
            return
        }
        let expected = "an IP address and a port from 1 to 65535, such as \"127.0.0.1:9469\", or off"
        guard let endpoint = value(entry, expected: expected, { SocketEndpoint($0) }) else { return }
        if !endpoint.address.isLoopback {
            warn(
                entry.line,
                "'http' listens on \(endpoint.address), which is no loopback address; everybody who reaches it can read it"
            )
        }
        control.http = HTTPConfiguration(address: endpoint.address, port: endpoint.port)
    }

    mutating func readState(_ entry: Entry?, into configuration: inout Configuration) {
        guard let entry, let section = section(entry, StateKey.self) else { return }
        configuration.state.directory = path(
            section[.directory], example: StateConfiguration.usualDirectory)
        guard let history = section[.history], let section = self.section(history, HistoryKey.self) else {
            return
        }
        let keep = duration(section[.keep], seconds: 3600...315_360_000, example: "90d")
        configuration.state.history.keep = keep ?? configuration.state.history.keep
        let limit = integer(section[.limit], in: 1...1_000_000, of: "a number of incidents")
        configuration.state.history.limit = limit ?? configuration.state.history.limit
        if section.keys.count > 0, configuration.state.directory == nil {
            warn(history.line, "'history' has no effect without 'state.directory'")
        }
    }

    mutating func readArchive(_ entry: Entry?) {
        guard let entry, let section = section(entry, ArchiveKey.self) else { return }
        if boolean(section[.enabled]) == true {
            warn(entry.line, "'archive' is not implemented yet; ignored")
        }
    }
}

extension IPAddress {
    /// 127.0.0.0/8 or ::1.
    fileprivate var isLoopback: Bool {
        isIPv4 ? ipv4 >> 24 == 127 : self == IPAddress(high: 0, low: 1)
    }
}
