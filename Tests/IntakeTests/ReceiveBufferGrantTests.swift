// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Intake
import Testing

@Suite struct ReceiveBufferGrantTests {
    private let address = ListenAddress.udp(SocketAddress(address: .unspecified, port: 2055))

    @Test func aCappedBufferIsSaidWithTheRemedy() {
        let grant = ReceiveBufferGrant(requested: 32 << 20, granted: 212_992)
        #expect(
            grant.warning(for: address)
                == "[::]:2055: the kernel granted a receive buffer of 208 KiB instead of 32 MiB, bursts of exporters"
                + " may be dropped; set it with: sysctl -w net.core.rmem_max=33554432")
    }

    @Test(arguments: [32 << 20, 33 << 20])
    func aFullGrantIsNoWarning(granted: Int) {
        #expect(ReceiveBufferGrant(requested: 32 << 20, granted: granted).warning(for: address) == nil)
    }
}
