// SPDX-License-Identifier: Apache-2.0

/// What a client connects to: address, port and protocol.
public struct ServiceKey: Hashable, Sendable, BitwiseCopyable {
    /// Of the server.
    public var address: IPAddress
    /// Of the server.
    public var port: UInt16
    /// TCP or UDP, in practice.
    public var transport: TransportProtocol

    /// A key of these three.
    public init(address: IPAddress, port: UInt16, transport: TransportProtocol) {
        (self.address, self.port, self.transport) = (address, port, transport)
    }
}

extension ServiceKey: CustomStringConvertible {
    /// `10.2.0.20:80/tcp`, `[fd00::1]:443/tcp`.
    public var description: String {
        address.isIPv4 ? "\(address):\(port)/\(transport)" : "[\(address)]:\(port)/\(transport)"
    }
}

/// What a service speaks; it decides which classes of flood can be meant.
public enum ServiceKind: String, CaseIterable, Sendable {
    case http, https, tls, dns, ssh, other
}

/// A service that the operator named: a set of endpoints with one baseline.
public struct ConfiguredService: Equatable, Sendable {
    /// Unique among the services; how messages call it.
    public var name: String
    /// Where it lives; hosts are prefixes of full length.
    public var addresses: [IPPrefix]
    /// Its ports; single ones are ranges of one.
    public var ports: [ClosedRange<UInt16>]
    /// TCP or UDP, in practice.
    public var transport: TransportProtocol
    /// What it speaks.
    public var kind: ServiceKind

    /// A service as the operator describes it.
    public init(
        name: String, addresses: [IPPrefix], ports: [ClosedRange<UInt16>],
        transport: TransportProtocol, kind: ServiceKind
    ) {
        (self.name, self.addresses, self.ports) = (name, addresses, ports)
        (self.transport, self.kind) = (transport, kind)
    }

    /// Ports of a service that are looked up by endpoint at most; wider ranges are compared.
    public static let listedPorts = 256

    /// Endpoints that can be listed.
    public var endpoints: Int {
        let hosts = addresses.count { $0.length == 128 }
        return hosts * min(Self.listedPorts, ports.reduce(0) { $0 + $1.count })
    }

    /// Whether it has more endpoints than are worth listing.
    public var hasRanges: Bool {
        addresses.contains { $0.length < 128 } || ports.contains { $0.count > 16 }
    }

    /// Whether an endpoint is one of the service.
    public func contains(_ key: ServiceKey) -> Bool {
        key.transport == transport && ports.contains { $0.contains(key.port) }
            && addresses.contains { $0.contains(key.address) }
    }
}

/// Dense number of a service: the configured ones first, in the order of the configuration, then discovered ones.
public struct ServiceID: Hashable, Sendable, BitwiseCopyable {
    /// 0, 1, 2 …
    public let index: UInt32
    /// The service of this number.
    public init(_ index: UInt32) { self.index = index }
}

/// The configured services, looked up by endpoint or name. Immutable: a changed configuration makes a new one.
public struct ServiceDirectory: Sendable {
    /// In the order of the configuration: a service stands at the index of its ``ServiceID``.
    public let services: [ConfiguredService]
    /// Services of a single address and port, by endpoint: nearly all of them.
    private let exact: [ServiceKey: ServiceID]
    /// The others, tried in order.
    private let ranges: [ServiceID]

    /// Of two services with the same endpoint the first has it.
    public init(_ services: [ConfiguredService]) {
        self.services = services
        var exact: [ServiceKey: ServiceID] = [:]
        var ranges: [ServiceID] = []
        for (index, service) in services.enumerated() {
            let id = ServiceID(UInt32(index))
            guard !service.hasRanges else {
                ranges.append(id)
                continue
            }
            for address in service.addresses {
                for port in service.ports.joined() {
                    let key = ServiceKey(address: address.address, port: port, transport: service.transport)
                    exact[key] = exact[key] ?? id
                }
            }
        }
        (self.exact, self.ranges) = (exact, ranges)
    }

    /// The configured service that has this endpoint; the first in the configuration wins among ranges.
    public func service(at key: ServiceKey) -> ServiceID? {
        exact[key] ?? ranges.first { services[Int($0.index)].contains(key) }
    }

    /// The configured service of this name.
    public func service(named name: String) -> ServiceID? {
        services.firstIndex { $0.name == name }.map { ServiceID(UInt32($0)) }
    }
}
