// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Intake
import Testing

@Suite struct UDPSocketTests {
    private func openingError(_ address: SocketAddress) -> String? {
        do throws(SocketError) {
            _ = try UDPSocket.open(address)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func thePortThatTheKernelChoseIsKnown() throws {
        let socket = try UDPSocket.open(SocketAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 0))
        #expect(socket.address.port > 0)
        #expect(socket.address.address.description == "127.0.0.1")
    }

    @Test(arguments: ["127.0.0.1", "::1", "::"])
    func aPortInUseIsSaid(host: String) throws {
        let address = try #require(IPAddress(host))
        let first = try UDPSocket.open(SocketAddress(address: address, port: 0))
        #expect(
            openingError(first.address)
                == "\(first.address): address already in use: another collector is running there?")
    }

    @Test func everyAddressIncludesThoseOfIPv4() throws {
        let all = try UDPSocket.open(SocketAddress(address: .unspecified, port: 0))
        let one = SocketAddress(address: IPAddress(ipv4: 0x7F00_0001), port: all.address.port)
        #expect(openingError(one)?.contains("already in use") == true)
    }

    @Test func anAddressOfAnotherMachineIsSaid() throws {
        let address = SocketAddress(address: IPAddress(ipv4: 0xC000_0201), port: 2055)
        #expect(openingError(address) == "192.0.2.1:2055: no interface of this machine has this address")
    }

    @Test func theBufferIsReadBackInTheUnitOfTheRequest() throws {
        let socket = try UDPSocket.open(
            SocketAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 0), receiveBufferOctets: 65_536)
        #expect(socket.receiveBuffer == ReceiveBufferGrant(requested: 65_536, granted: 65_536))
    }

    @Test func aSocketThatIsGoneFreesItsPort() throws {
        let address: SocketAddress
        do {
            let socket = try UDPSocket.open(SocketAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 0))
            address = socket.address
        }
        #expect(openingError(address) == nil)
    }
}
