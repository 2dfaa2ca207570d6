// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Settings
import Testing

struct ServiceSectionsTests {
    @Test func `services are read in order`() throws {
        let read = try configuration(
            """
            services:
              - name: lb-https
                addresses: ["10.2.0.10", "fd00:2::/64"]
                ports: [443, "8000-8099"]
                protocol: tcp
                kind: https
              - { name: dns, addresses: 10.2.0.53, port: 53 }
            """)
        let web = ConfiguredService(
            name: "lb-https",
            addresses: [try #require(IPPrefix("10.2.0.10")), try #require(IPPrefix("fd00:2::/64"))],
            ports: [443...443, 8000...8099], transport: .tcp, kind: .https)
        let dns = ConfiguredService(
            name: "dns", addresses: [try #require(IPPrefix("10.2.0.53"))], ports: [53...53], transport: .udp,
            kind: .dns)
        #expect(read.services == [web, dns])
    }

    @Test(arguments: [
        ("port: 80", ServiceKind.http, TransportProtocol.tcp), ("port: 443", .https, .tcp),
        ("port: 22", .ssh, .tcp),
        ("port: 853", .tls, .tcp), ("port: 53", .dns, .udp), ("port: 53, protocol: tcp", .dns, .tcp),
        ("port: 5353, kind: dns", .dns, .udp), ("port: 7", .other, .tcp), ("ports: '8080-8090'", .http, .tcp),
        ("port: 443, kind: other, protocol: udp", .other, .udp),
    ])
    func `kind and protocol follow from the port`(
        keys: String, kind: ServiceKind, transport: TransportProtocol
    ) throws {
        let service = try configuration("services: [ { name: s, addresses: 10.0.0.1, \(keys) } ]").services
            .first
        #expect(service?.kind == kind)
        #expect(service?.transport == transport)
    }

    @Test(arguments: [
        (
            "{ addresses: 10.0.0.1, port: 80 }",
            "1: 'name' is missing, expected a name for messages, such as web"
        ),
        ("{ name: a, port: 80 }", "1: 'addresses' is missing, expected a list such as [\"10.2.0.10\"]"),
        ("{ name: a, addresses: [], port: 80 }", "1: 'addresses' is empty, expected at least one address"),
        (
            "{ name: a, addresses: 10.0.0.1 }",
            "1: 'port' is missing, expected a number from 1 to 65535, or a list in 'ports'"
        ),
        ("{ name: a, addresses: 10.0.0.1, ports: [] }", "1: 'ports' is empty, expected at least one port"),
        (
            "{ name: a, addresses: 10.0.0.1, port: 1, ports: [2] }",
            "1: 'port' and 'ports' are both given, expected one of them"
        ),
        (
            "{ name: a, addresses: 10.0.0.1, port: 1-2 }",
            "1: 'port' is '1-2', expected a number from 1 to 65535"
        ),
        (
            "{ name: a, addresses: 10.0.0.1, ports: [9-8] }",
            "1: item 1 of 'ports' is '9-8', expected ports from 1 to 65535, such as 443 or \"8000-8099\""
        ),
        (
            "{ name: 'a b', addresses: 10.0.0.1, port: 1 }",
            "1: 'name' is 'a b', expected 1 to 64 letters, digits, '-', '_' or '.'"
        ),
        (
            "{ name: a, addresses: 10.0.0.1, port: 1, kind: htps }",
            "1: 'kind' is 'htps', expected http, https, tls, dns, ssh or other; did you mean 'https'?"
        ),
        (
            "{ name: a, addresses: 10.0.0.1, port: 1, protocol: icmp }",
            "1: 'protocol' is 'icmp', expected tcp, udp or sctp; did you mean 'tcp'?"
        ),
    ])
    func `mistakes`(service: String, problem: String) {
        #expect(problems("services: [ \(service) ]") == [problem])
    }

    @Test func `a name belongs to one service`() {
        let text =
            "services:\n- {name: a, addresses: 10.0.0.1, port: 1}\n- {name: a, addresses: 10.0.0.2, port: 1}"
        #expect(
            problems(text) == [
                "3: service 'a' is given again, expected one service of a name (first on line 2)"
            ])
    }

    @Test func `an endpoint belongs to one service`() {
        let text = """
            services:
            - {name: a, addresses: 10.0.0.1, ports: [1, 2]}
            - {name: b, addresses: 10.0.0.1, port: 2}
            - {name: c, addresses: 10.0.0.1, port: 2, protocol: udp}
            """
        #expect(
            problems(text) == [
                "3: 10.0.0.1 port 2/tcp belongs to service 'a' already, expected it in one place"
            ])
    }
}
