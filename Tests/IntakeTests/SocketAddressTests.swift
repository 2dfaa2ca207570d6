// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Intake
import Testing

@Suite struct SocketAddressTests {
    @Test(arguments: [
        "0.0.0.0:9995", "127.0.0.1:2055", "[::]:2055", "[2001:db8::1]:4739", "[::1]:65535", "192.0.2.1:1",
    ])
    func readsWhatItWrites(text: String) throws {
        #expect(try SocketAddress(parsing: text).description == text)
    }

    @Test func aMappedAddressIsOneOfIPv4() throws {
        let address = try SocketAddress(parsing: "[::ffff:192.0.2.1]:2055")
        #expect(!address.isIPv6)
        #expect(address.description == "192.0.2.1:2055")
    }

    @Test(
        arguments: [
            ("", .noPort), ("2055", .noPort), ("127.0.0.1", .noPort), ("[::]", .badPort),
            ("127.0.0.1:", .badPort),
            ("127.0.0.1:0", .badPort), ("127.0.0.1:65536", .badPort), ("127.0.0.1:-1", .badPort),
            (":2055", .badAddress), ("localhost:2055", .badAddress), ("[]:2055", .badAddress),
            ("[fe80::1%eth0]:2055", .badAddress), ("300.0.0.1:2055", .badAddress), ("::1:2055", .noBrackets),
            ("2001:db8::1:2055", .noBrackets), ("::ffff:192.0.2.1:2055", .noBrackets),
        ] as [(String, SocketAddressError.Reason)])
    func saysWhatIsWrong(text: String, reason: SocketAddressError.Reason) {
        let error = #expect(throws: SocketAddressError.self) { try SocketAddress(parsing: text) }
        #expect(error?.reason == reason)
        #expect(error?.description.hasPrefix("\"\(text)\" has ") == true)
        #expect(
            error?.description.hasSuffix("expected for example \"[::]:2055\" or \"127.0.0.1:2055\"") == true)
    }
}
