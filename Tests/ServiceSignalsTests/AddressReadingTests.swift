// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct AddressReadingTests {
    @Test(arguments: [
        "10.0.0.1", "255.255.255.255", "0.0.0.0", "::", "::1", "fd00::", "fd00:2::20", "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "::ffff:192.0.2.1", "64:ff9b::192.0.2.33", "FE80::ABCD:EF01",
        "2001:db8::1:0:0:1",
    ])
    func addresses(text: String) throws {
        let expected = try #require(IPAddress(text))
        #expect(Self.read(text) == expected)
        #expect(Self.read("[\(text)]") == expected)
    }

    @Test(arguments: [
        "10.0.0", "10.0.0.256", "10.0.0.1.2", "010.0.0.1", "10.0.0.1x", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
        "1::2::3", ":1", "1:", ":::", "12345::", "g::", "::1%eth0", "1:2:3:4:5:6:7:8::", "[::1", "-", "unix:",
        "[]",
        "99999999999999999999.1.1.1", "::10.0.0.256",
    ])
    func othersAreNoAddress(text: String) {
        #expect(IPAddress(text) == nil)
        #expect(Self.read(text) == .unspecified)
    }

    /// The client of a line that has `text` in its place.
    private static func read(_ text: String) -> IPAddress? {
        let rule = LogRule(
            format: TestNetwork.format("$remote_addr $status"), service: TestNetwork.fixed("dns"))
        return TestNetwork.read("<142>Nov 21 02:02:45 vm nginx: \(text) 200", [rule]).single?.client
    }
}
