// SPDX-License-Identifier: Apache-2.0

import FlowModel
import TestSupport
import Testing

@Suite struct ServiceDirectoryTests {
    private func key(_ address: String, _ port: UInt16, _ transport: TransportProtocol = .tcp) -> ServiceKey {
        ServiceKey(address: Fixture.address(address), port: port, transport: transport)
    }

    private func makeDirectory() throws -> ServiceDirectory {
        let farm = ConfiguredService(
            name: "farm", addresses: [try #require(IPPrefix("10.4.0.0/16"))], ports: [8000...8999],
            transport: .tcp,
            kind: .http)
        var dual = Fixture.service
        dual.addresses.append(IPPrefix(Fixture.address("fd00::20"), mappedLength: 128))
        return ServiceDirectory([farm, dual])
    }

    @Test func findsEndpointsPrefixesAndPortRanges() throws {
        let directory = try makeDirectory()
        #expect(directory.service(at: key("10.2.0.20", 80)) == ServiceID(1))
        #expect(directory.service(at: key("fd00::20", 80)) == ServiceID(1))
        #expect(directory.service(at: key("10.4.200.1", 8500)) == ServiceID(0))
    }

    @Test func otherPortsProtocolsAndAddressesAreNoService() throws {
        let directory = try makeDirectory()
        #expect(directory.service(at: key("10.2.0.20", 81)) == nil)
        #expect(directory.service(at: key("10.2.0.20", 80, .udp)) == nil)
        #expect(directory.service(at: key("10.5.0.1", 8500)) == nil)
        #expect(directory.service(at: key("10.4.0.1", 9000)) == nil)
    }

    @Test func findsByName() throws {
        let directory = try makeDirectory()
        #expect(directory.service(named: "web") == ServiceID(1))
        #expect(directory.service(named: "nobody") == nil)
    }
}
