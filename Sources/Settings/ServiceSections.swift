// SPDX-License-Identifier: Apache-2.0

import FlowModel

// `services`: what clients connect to.
extension ConfigurationReader {
    /// One endpoint as it is written in the file, to find it written twice.
    private struct Claim: Hashable {
        let prefix: IPPrefix
        let ports: ClosedRange<UInt16>
        let transport: TransportProtocol

        /// `10.2.0.10 port 443/tcp`.
        var description: String {
            let host = prefix.length == 128 ? prefix.address.description : prefix.description
            let last = ports.count == 1 ? "" : "-\(ports.upperBound)"
            return "\(host) port \(ports.lowerBound)\(last)/\(transport)"
        }
    }

    /// Protocols that have ports.
    private enum Transport: String, CaseIterable {
        case tcp, udp, sctp

        var value: TransportProtocol {
            switch self {
            case .tcp: .tcp
            case .udp: .udp
            case .sctp: .sctp
            }
        }
    }

    mutating func readServices(_ entry: Entry?, into configuration: inout Configuration) {
        var claims: [Claim: String] = [:]
        for section in sections(entry, of: "services", ServiceSectionKey.self) {
            guard let service = service(section) else { continue }
            for prefix in service.addresses {
                for ports in service.ports {
                    let claim = Claim(prefix: prefix, ports: ports, transport: service.transport)
                    if let other = claims.updateValue(service.name, forKey: claim) {
                        problem(
                            section.line,
                            "\(claim.description) belongs to service '\(other)' already, "
                                + "expected it in one place")
                    }
                }
            }
            configuration.services.append(service)
        }
    }

    private mutating func service(_ section: Section<ServiceSectionKey>) -> ConfiguredService? {
        let name = serviceName(section)
        let addresses = required(section, .addresses, expected: "a list such as [\"10.2.0.10\"]").map {
            entry in
            let items = list(entry, of: "addresses", single: true)
            if items.isEmpty { problem(entry.line, "'addresses' is empty, expected at least one address") }
            return items.compactMap { prefix($0) }
        }
        let ports = ports(section)
        let kind = choice(section[.kind], ServiceKind.self) ?? Self.usualKind(of: ports.first)
        let transport = choice(section[.protocol], Transport.self)?.value ?? (kind == .dns ? .udp : .tcp)
        if let entry = section[.detection] { serviceDetections.append((name ?? "", entry)) }
        guard let name, let addresses, !addresses.isEmpty, !ports.isEmpty else { return nil }
        return ConfiguredService(
            name: name, addresses: addresses, ports: ports, transport: transport, kind: kind)
    }

    private mutating func serviceName(_ section: Section<ServiceSectionKey>) -> String? {
        let entry = required(section, .name, expected: "a name for messages, such as web")
        let name = value(entry, expected: "1 to 64 letters, digits, '-', '_' or '.'") { text in
            let fits = text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: "."):
                    true
                default: false
                }
            }
            return fits && (1...64).contains(text.utf8.count) ? text : nil
        }
        guard let name, let entry else { return nil }
        if let first = serviceLines[name] {
            problem(
                entry.line,
                "service '\(name)' is given again, expected one service of a name (first on line \(first))")
            return nil
        }
        serviceLines[name] = entry.line
        return name
    }

    private mutating func ports(_ section: Section<ServiceSectionKey>) -> [ClosedRange<UInt16>] {
        if section[.port] != nil, let ports = section[.ports] {
            problem(ports.line, "'port' and 'ports' are both given, expected one of them")
        }
        if let port = section[.port] {
            return value(port, expected: "a number from 1 to 65535") { text in
                text.contains("-") ? nil : Quantities.portRange(text)
            }.map { [$0] } ?? []
        }
        guard let entry = section[.ports] else {
            problem(
                section.line, "'port' is missing, expected a number from 1 to 65535, or a list in 'ports'")
            return []
        }
        let items = list(entry, of: "ports", single: true)
        if items.isEmpty { problem(entry.line, "'ports' is empty, expected at least one port") }
        return items.compactMap { item in
            value(item, expected: "ports from 1 to 65535, such as 443 or \"8000-8099\"") {
                Quantities.portRange($0)
            }
        }
    }

    /// What IANA's port numbers suggest.
    private static func usualKind(of ports: ClosedRange<UInt16>?) -> ServiceKind {
        switch ports?.lowerBound {
        case 80, 8080: .http
        case 443, 8443: .https
        case 53: .dns
        case 22: .ssh
        case 465, 636, 853, 993, 995: .tls
        default: .other
        }
    }
}
