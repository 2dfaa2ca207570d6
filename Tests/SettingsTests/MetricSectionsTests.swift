// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Settings
import Testing

struct MetricSectionsTests {
    private let services = "services: [ { name: web, addresses: 10.0.0.1, port: 80 } ]\n"

    @Test func `metrics are read`() throws {
        let read = try configuration(
            services + """
                signals:
                  statsd:
                    - { udp: "127.0.0.1:8125" }
                    - { udp: "[::1]:8126", receive_buffer: 1MiB }
                    - { unix: /run/a.sock }
                    - { unix: /run/b.sock, mode: 0620 }
                  metrics:
                    - { name: "web.*.requests", as: requests, service_from: name }
                    - { name: "*", tags: { code: "5*", url: "http://x" }, sender: 10.0.0.0/8, as: errors, service: web, every: 10s }
                    - { name: late, as: errors, failure: timeout, service: web }
                    - { name: time, as: latency, unit: us, service_from: tag service }
                    - { name: busy, as: workers, of: 256, service: web, every: 1m }
                    - { name: idle, as: cpu_idle, unit: percent, service: web }
                    - { name: load, as: cpu, unit: ratio, service: web }
                """)
        let addresses = try [#require(IPAddress("127.0.0.1")), #require(IPAddress("::1"))]
        #expect(
            read.signals.statsd == [
                .udp(ListenConfiguration(address: addresses[0], port: 8125, receiveBufferBytes: 8 << 20)),
                .udp(ListenConfiguration(address: addresses[1], port: 8126, receiveBufferBytes: 1 << 20)),
                .unix(path: "/run/a.sock", mode: 0o666), .unix(path: "/run/b.sock", mode: 0o620),
            ])
        let rules = read.signals.metrics
        #expect(rules.map(\.name) == ["web.*.requests", "*", "late", "time", "busy", "idle", "load"])
        #expect(rules.map(\.use) == [.requests, .errors, .errors, .latency, .workers, .cpuIdle, .cpu])
        #expect(rules.map(\.failure) == [.none, .serverError, .timeout, .none, .none, .none, .none])
        #expect(rules.map(\.overSeconds) == [1, 10, 1, 1, 60, 1, 1])
        #expect(rules.map(\.all) == [1, 1, 1, 1, 256, 100, 1])
        #expect(rules.map(\.milliseconds) == [1, 1, 1, 0.001, 1, 1, 1])
        #expect(rules[0].target == .name && rules[1].target == .service("web"))
        #expect(rules[3].target == .tag("service"))
        #expect(
            rules[1].tags == [
                TagConfiguration(key: "code", value: "5*"), TagConfiguration(key: "url", value: "http://x"),
            ])
        #expect(rules[1].sender == IPPrefix("10.0.0.0/8"))
    }

    @Test(arguments: [
        (
            "as: requests, service: web",
            "3: 'name' is missing, expected the name of metrics, `*` for any text"
        ),
        (
            "name: a, service: web",
            "3: 'as' is missing, expected requests, errors, latency, queue, workers, workers_idle, cpu, cpu_idle, handshake_failures, saturated or accepted"
        ),
        (
            "name: a, as: error, service: web",
            "3: 'as' is 'error', expected requests, errors, latency, queue, workers, workers_idle, cpu, cpu_idle, handshake_failures, saturated or accepted; did you mean 'errors'?"
        ),
        (
            "name: 'a b', as: requests, service: web",
            "3: 'name' is 'a b', expected 1 to 255 octets with at most 4 `*`, without `:`, `|` and spaces"
        ),
        (
            "name: '*a*b*c*d*', as: requests, service: web",
            "3: 'name' is '*a*b*c*d*', expected 1 to 255 octets with at most 4 `*`, without `:`, `|` and spaces"
        ),
        (
            "name: a, tags: { k: 'x,y' }, as: requests, service: web",
            "3: 'k' is 'x,y', expected 1 to 255 octets with at most 4 `*`, without `,`, `|` and spaces"
        ),
        (
            "name: a, tags: [ k ], as: requests, service: web",
            "3: 'tags' is a list, expected `key: value` lines"
        ),
        ("name: a, as: requests", "3: 'service' is missing, expected a service's name, or 'service_from'"),
        (
            "name: a, as: requests, service: web, service_from: name",
            "3: 'service' and 'service_from' are both given, expected one of them"
        ),
        (
            "name: a, as: requests, service_from: name",
            "3: 'service_from' is name, expected a `*` in 'name' where the service stands"
        ),
        (
            "name: a, as: requests, service_from: tag",
            "3: 'service_from' is 'tag', expected name, or tag and the tag's key, such as tag service"
        ),
        (
            "name: a, as: latency, failure: timeout, service: web",
            "3: 'failure' means nothing for latency, expected it for errors or requests"
        ),
        (
            "name: a, as: errors, failure: client_error, service: web",
            "3: 'failure' is 'client_error', expected server_error, bad_gateway, no_server, timeout, queue_timeout, limited, abandoned, slow_request, server_failure or refused"
        ),
        (
            "name: a, as: queue, unit: percent, service: web",
            "3: 'unit' means nothing for queue, expected it for times and shares"
        ),
        ("name: a, as: latency, unit: h, service: web", "3: 'unit' is 'h', expected s, ms or us"),
        (
            "name: a, as: queue, of: 5, service: web",
            "3: 'of' means nothing for queue, expected it for workers and cpu"
        ),
        (
            "name: a, as: cpu, service: web",
            "3: 'unit' is missing, expected percent or ratio, or in 'of' how many cpu there are"
        ),
        (
            "name: a, as: cpu, unit: ratio, of: 4, service: web",
            "3: 'unit' and 'of' are both given, expected one of them"
        ),
        (
            "name: a, as: workers, of: 0, service: web",
            "3: 'of' is '0', expected a number from 0.001 to 1000000000"
        ),
        (
            "name: a, as: requests, every: 1500ms, service: web",
            "3: 'every' is '1500ms', expected a duration from 1s to 1m in whole seconds, such as 10s"
        ),
        (
            "name: a, as: requests, every: 2m, service: web",
            "3: 'every' is '2m', expected a duration from 1s to 1m in whole seconds, such as 10s"
        ),
    ])
    func `mistakes`(rule: String, problem: String) {
        #expect(problems(services + "signals:\n  metrics: [ { \(rule) } ]") == [problem])
    }

    /// Failures are a share of requests.
    @Test(arguments: [
        ("{ name: a, as: errors, service: web }", true),
        ("{ name: a, as: errors, service: web }, { name: b, as: requests, service: web }", false),
        ("{ name: a, as: errors, service: web }, { name: b, as: requests, service_from: tag s }", true),
        (
            "{ name: a, as: errors, service_from: tag s }, { name: b, as: requests, service_from: tag s }",
            false
        ),
        ("{ name: a, as: requests, failure: timeout, service: web }", false),
    ])
    func `errors without requests are warned of`(rules: String, warned: Bool) {
        let found = warnings(services + "signals:\n  metrics: [ \(rules) ]")
        let warning = "3: nothing counts the requests whose errors these are, expected 'as: requests' too"
        #expect(found == (warned ? [warning] : []))
    }

    @Test func `a log may count the requests`() {
        let text = """
            signals:
              rules: [ { format: nginx-combined, service: web } ]
              metrics: [ { name: a, as: errors, service: web } ]
            """
        #expect(warnings(services + text) == [])
    }

    @Test(arguments: [
        (
            "{ udp: x }",
            "4: 'udp' is 'x', expected an IP address and a port from 1 to 65535, such as \"127.0.0.1:8125\""
        ),
        (
            "{}",
            "4: 'udp' is missing, expected an address and a port, such as \"127.0.0.1:8125\", or 'unix'"
        ),
        (
            "{ udp: '[::]:8125', unix: /a }",
            "4: 'udp' and 'unix' are given, expected one of them; use two sockets for both"
        ),
        ("{ udp: '[::]:8125', mode: 0660 }", "4: 'mode' is for 'unix', expected none for 'udp'"),
        ("{ unix: /a, receive_buffer: 1MiB }", "4: 'receive_buffer' is for 'udp', expected none for 'unix'"),
        ("{ unix: a }", "4: 'unix' is 'a', expected an absolute path, such as /run/spate/statsd.sock"),
        ("{ unix: /run/log.sock }", "4: this path is listened on already, expected each socket once"),
        (
            "{ udp: '127.0.0.1:5140' }",
            "4: port 5140 is in 'signals.syslog' already, expected a port of its own"
        ),
        ("{ udp: '127.0.0.1:2055' }", "4: port 2055 is in 'listen' already, expected a port of its own"),
    ])
    func `mistakes of sockets`(socket: String, problem: String) {
        let text =
            "signals:\n  syslog: [ { udp: '[::]:5140' }, { unix: /run/log.sock } ]\n  statsd:\n    - \(socket)"
        #expect(problems(text) == [problem])
    }

    @Test(arguments: [
        ("{ udp: '[::]:8125' }, { udp: '127.0.0.1:8125' }", "address and port are"),
        ("{ unix: /a }, { unix: /a, mode: 0660 }", "path is"),
    ])
    func `each socket once`(sockets: String, what: String) {
        let problem = "1: this \(what) listened on already, expected each socket once"
        #expect(problems("signals: { statsd: [ \(sockets) ] }") == [problem])
    }
}
