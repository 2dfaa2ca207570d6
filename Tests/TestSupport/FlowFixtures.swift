// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// The server and client of most tests.
package enum Fixture {
    package static let server = address("10.2.0.20")
    package static let web = ServiceKey(address: server, port: 80, transport: .tcp)
    package static let service = ConfiguredService(
        name: "web", addresses: [IPPrefix(server, mappedLength: 128)], ports: [80...80], transport: .tcp,
        kind: .http)

    /// An address literal; stops the test run when it is none.
    package static func address(_ text: String) -> IPAddress {
        guard let address = IPAddress(text) else { preconditionFailure("\(text) is no address") }
        return address
    }

    /// The `index`th address after `base`.
    package static func address(_ base: String, plus index: Int) -> IPAddress {
        var address = address(base)
        address.low += UInt64(index)
        return address
    }
}

extension FlowRecord {
    /// The client's half of a complete HTTP connection, changed by the arguments.
    package static func request(
        from client: IPAddress, port: UInt16 = 40000, to service: ServiceKey = Fixture.web, start: Int64,
        lasting seconds: Int64 = 0, packets: UInt64 = 6, octets: UInt64 = 600,
        flags: TCPFlags = [.syn, .ack, .psh, .fin]
    ) -> FlowRecord {
        var record = FlowRecord()
        (record.source, record.sourcePort) = (client, port)
        (record.destination, record.destinationPort) = (service.address, service.port)
        record.transport = service.transport
        (record.start, record.end) = (Instant(seconds: start), Instant(seconds: start + seconds))
        (record.packets, record.octets, record.tcpFlags) = (packets, octets, flags)
        record.presence = [.tcpFlags, .times]
        record.endReason = 3
        return record
    }

    /// The server's half of the same connection.
    package func reply(
        packets: UInt64 = 6, octets: UInt64 = 4000, flags: TCPFlags = [.syn, .ack, .psh, .fin]
    ) -> FlowRecord {
        var record = self
        (record.source, record.sourcePort) = (destination, destinationPort)
        (record.destination, record.destinationPort) = (source, sourcePort)
        (record.packets, record.octets, record.tcpFlags) = (packets, octets, flags)
        return record
    }
}
