// SPDX-License-Identifier: Apache-2.0

import FlowModel
import TestSupport
import Testing

@Suite struct IPAddressTests {
    /// RFC 5952 §4: the one way to write each.
    @Test(arguments: [
        "192.0.2.1", "0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::1", "2001:db8:0:1:1:1:1:1",
        "2001:0:0:1::1", "fe80::abcd:0:0:1", "1::", "2001:db8::ff00:42:8329",
    ])
    func readsAndWritesTheCanonicalForm(text: String) throws {
        #expect(try #require(IPAddress(text)).description == text)
    }

    @Test(arguments: [
        ("::ffff:192.0.2.1", "192.0.2.1"), ("0:0:0:0:0:0:0:1", "::1"), ("2001:DB8::0001", "2001:db8::1"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
    ])
    func readsOtherFormsOfTheSameAddress(text: String, canonical: String) throws {
        #expect(try #require(IPAddress(text)).description == canonical)
    }

    @Test(arguments: [
        "", ".", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", ":", ":::", "1::2::3", "12345::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "::1%eth0", "g::", "1.2.3.4:80", "::1.2.3", "1:2:3:4:5:6:7:1.2.3.4", "-1.2.3.4",
        "1:",
    ])
    func refusesWhatIsNoAddress(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func everyAddressSurvivesItsText() throws {
        var random = SeededRandom(seed: 11)
        for _ in 0..<5000 {
            // Zero groups are the hard part of the text form.
            let high = random.next() & (random.next() | 0xFFFF_0000_FFFF_0000)
            let address = IPAddress(high: high, low: random.next() & random.next() & random.next())
            #expect(IPAddress(address.description) == address)
        }
    }
}

@Suite struct IPPrefixTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false),
        ("192.0.2.7", "192.0.2.7", true),
        ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "192.0.2.1", true),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
        ("10.1.2.3/24", "10.1.2.250", true),
    ])
    func containment(prefix: String, address: String, isInside: Bool) throws {
        #expect(try #require(IPPrefix(prefix)).contains(Fixture.address(address)) == isInside)
    }

    @Test(arguments: [
        "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "/8", "::/129", "10.0.0.0/8/8", "10.0.0.0/+8", "x/8",
    ])
    func refusesWhatIsNoPrefix(text: String) {
        #expect(IPPrefix(text) == nil)
    }

    @Test func hostBitsAreCleared() throws {
        #expect(try #require(IPPrefix("10.1.2.3/16")).description == "10.1.0.0/16")
        #expect(try #require(IPPrefix("2001:db8:1::5/40")).description == "2001:db8::/40")
    }
}
