// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import Settings

/// A service as somebody named it on the command line: by its name or by an endpoint such as `10.2.0.20:80/tcp`.
struct ServiceChoice {
    /// How the windows call it.
    let name: String

    /// No service can be meant; the description says which there are.
    struct Unknown: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameter text: a configured service's name, or an endpoint. One that no configured service has may be
    ///   discovered.
    init(_ text: String, _ configuration: Configuration) throws(Unknown) {
        let directory = ServiceDirectory(configuration.services)
        if directory.service(named: text) != nil {
            name = text
            return
        }
        let names = configuration.services.map(\.name)
        guard let key = ServiceKey(text) else {
            throw Unknown(
                description: "no service '\(SafeText.escaped(text))' in the configuration"
                    + (names.isEmpty
                        ? ", expected an endpoint such as 10.2.0.20:80/tcp" : suggestion(text, among: names)))
        }
        if let id = directory.service(at: key) {
            name = configuration.services[Int(id.index)].name
        } else if configuration.discovery.isEnabled {
            name = key.description
        } else {
            throw Unknown(
                description: "no configured service is at \(key), and services are not discovered"
                    + (names.isEmpty ? "" : "; there are \(Self.list(names))"))
        }
    }

    /// What to say when the service never appeared among those that were seen.
    func absence(among seen: [String]) -> String {
        "no service '\(SafeText.escaped(name))' was seen"
            + (seen.isEmpty ? ", nor any other" : "; there were \(Self.list(seen))")
    }

    /// Names that are listed at once.
    private static let listed = 20

    private static func list(_ names: [String]) -> String {
        let rest = names.count - listed
        return names.prefix(listed).map { SafeText.escaped($0) }.joined(separator: ", ")
            + (rest > 0 ? " and \(rest) more" : "")
    }
}

extension ServiceKey {
    /// Reads what ``description`` writes; nil for anything else. The protocol may be left out: TCP.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let transport: TransportProtocol
        switch parts.count == 2 ? parts[1].lowercased() : "tcp" {
        case "tcp": transport = .tcp
        case "udp": transport = .udp
        default: return nil
        }
        guard let colon = parts[0].lastIndex(of: ":"),
            let port = UInt16(parts[0][parts[0].index(after: colon)...]),
            port > 0
        else { return nil }
        var host = parts[0][..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard let address = IPAddress(String(host)) else { return nil }
        self.init(address: address, port: port, transport: transport)
    }
}
