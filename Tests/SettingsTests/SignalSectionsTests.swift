// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Settings
import Testing

struct SignalSectionsTests {
    private let services = "services: [ { name: web, addresses: 10.0.0.1, port: 80 } ]\n"

    @Test func `signals are read`() throws {
        let read = try configuration(
            services + """
                signals:
                  syslog: [ { udp: "[::]:5140", receive_buffer: 1MiB }, { udp: "127.0.0.1:5141" } ]
                  formats:
                    shop: '$remote_addr "$request" $status'
                  rules:
                    - { program: haproxy, frontend: "web~", host: lb1, sender: 10.9.0.0/16, format: haproxy-http, service: web }
                    - { format: shop, service_from: dst }
                """)
        let first5140 = ListenConfiguration(
            address: .unspecified, port: 5140, receiveBufferBytes: 1 << 20)
        let second = ListenConfiguration(
            address: IPAddress(ipv4: 0x7F00_0001), port: 5141, receiveBufferBytes: 8 << 20)
        #expect(read.signals.syslog == [.udp(first5140), .udp(second)])
        #expect(read.signals.linesPerSecond == 100_000)
        #expect(
            read.signals.formats == [
                NamedFormat(name: "shop", description: .text(.nginx, "$remote_addr \"$request\" $status"))
            ])
        var first = SignalRuleConfiguration(format: "haproxy-http", target: .service("web"))
        (first.program, first.frontend, first.host) = ("haproxy", "web~", "lb1")
        first.sender = IPPrefix("10.9.0.0/16")
        #expect(read.signals.rules == [first, SignalRuleConfiguration(format: "shop", target: .destination)])
    }

    @Test(arguments: [
        ("rules: [ { service: web } ]", "2: 'format' is missing, expected haproxy-http or nginx-combined"),
        (
            "rules: [ { format: nginx-combined } ]",
            "2: 'service' is missing, expected a service's name, or 'service_from: dst'"
        ),
        (
            "rules: [ { format: nginx-combined, service: web, service_from: dst } ]",
            "2: 'service' and 'service_from' are both given, expected one of them"
        ),
        (
            "rules: [ { format: nginx-combined, service_from: src } ]",
            "2: 'service_from' is 'src', expected dst"
        ),
        (
            "rules: [ { format: haproxy-http, service_from: dst } ]",
            "2: lines of format 'haproxy-http' name no server, expected 'service' instead of 'service_from'"
        ),
        (
            "rules: [ { format: nginx-combined, service: web, sender: lb1 } ]",
            "2: 'sender' is 'lb1', expected an address or prefix, such as 10.0.0.0/8 or fd00::/8"
        ),
        ("formats: { shop: '$request' }", "2: format 'shop' cannot be used: it names no $status"),
        ("formats: { shop: '' }", "2: 'shop' is '', expected nginx's log_format, in quotes"),
        ("formats: { shop: { nginx: '$request' } }", "2: format 'shop' cannot be used: it names no $status"),
        ("formats: { shop: { ngin: '$status' } }", "2: unknown key 'ngin', did you mean 'nginx'?"),
        (
            "formats: { shop: { nginx: '$status', apache: '%status' } }",
            "2: expected one of nginx, apache, haproxy and json"
        ),
        (
            "formats: { shop: { json: status } }",
            "2: 'json' is 'status', expected `what: key` lines, such as `status: response.status`"
        ),
        (
            "formats: { shop: { json: { status: s, colour: c } } }",
            "2: format 'shop' cannot be used: 'colour' is unknown"
        ),
        (
            "formats: { nginx-combined: '$status' }",
            "2: 'nginx-combined' is a built-in format, expected another name"
        ),
        ("formats: [ a ]", "2: 'formats' is a list, expected `name: 'log format'` lines"),
        (
            "syslog: [ { udp: '[::1]:2055' } ]",
            "2: port 2055 is in 'listen' already, expected a port of its own"
        ),
    ])
    func `mistakes`(signals: String, problem: String) {
        #expect(problems(services + "signals: { \(signals) }") == [problem])
    }

    @Test func `formats are in the words of the program`() throws {
        let read = try configuration(
            """
            signals:
              formats:
                a: { nginx: '$status' }
                b: { apache: '%>s status' }
                c: { haproxy: '%ST status' }
                d:
                  json:
                    status: response.status
                    client: ip
            """)
        #expect(
            read.signals.formats.map(\.description) == [
                .text(.nginx, "$status"), .text(.apache, "%>s status"), .text(.haproxy, "%ST status"),
                .json([.init(role: "status", key: "response.status"), .init(role: "client", key: "ip")]),
            ])
    }

    @Test func `a mistake in JSON is reported where its key stands`() {
        let text = "signals:\n  formats:\n    d:\n      json:\n        status: s\n        colour: c\n"
        #expect(problems(text) == ["6: format 'd' cannot be used: 'colour' is unknown"])
    }

    @Test func `a rule may name a format and a service that have mistakes of their own`() {
        let text = """
            services: [ { name: web, addresses: 10.0.0.999, port: 80 } ]
            signals:
              formats: { shop: nothing }
              rules: [ { format: shop, service: web } ]
            """
        #expect(problems(text).count == 2)
    }

    @Test func `a rule without services says what is missing`() {
        #expect(
            problems("signals: { rules: [ { format: nginx-combined, service: web } ] }") == [
                "1: 'service' is 'web', expected the name of a service, and a 'services' section that has it"
            ])
    }
}
