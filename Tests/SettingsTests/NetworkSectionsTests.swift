// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import Settings
import Testing

struct NetworkSectionsTests {
    @Test func `listen, exporters and discover are read`() throws {
        let read = try configuration(
            """
            listen:
              - udp: "[::]:2055"
                receive_buffer: 64k
              - { udp: 127.0.0.1:4739, sockets: 4 }
            gather: 0
            exporters:
              allow: ["10.0.0.0/8", "fd00::/8"]
              overrides:
                - address: 10.3.0.1
                  sampling: 1000
                  active_timeout: 60s
                - { address: 10.3.0.0/16, sampling: 7 }
                - { address: "fd00::1", inactive_timeout: 15s }
            discover: { enabled: false, limit: 7 }
            memory: { cells: 1GiB, outcomes: 2MiB, sources: 3MiB, newcomers: 2000, continuations: 3000 }
            """)
        #expect(
            read.listen == [
                ListenConfiguration(address: .unspecified, port: 2055, receiveBufferBytes: 65536),
                ListenConfiguration(
                    address: try #require(IPAddress("127.0.0.1")), port: 4739, receiveBufferBytes: 32 << 20,
                    sockets: 4),
            ])
        #expect(read.gather == .seconds(0))
        #expect(read.exporters.allow.map(\.description) == ["10.0.0.0/8", "fd00::/8"])
        var first = ExporterOverride(prefix: try #require(IPPrefix("10.3.0.1/32")))
        (first.samplingInterval, first.activeTimeout) = (1000, .seconds(60))
        var second = ExporterOverride(prefix: try #require(IPPrefix("10.3.0.0/16")))
        second.samplingInterval = 7
        var third = ExporterOverride(prefix: try #require(IPPrefix("fd00::1")))
        third.inactiveTimeout = .seconds(15)
        #expect(read.exporters.overrides == [first, second, third])
        #expect(!read.discovery.isEnabled)
        #expect(read.discovery.limit == 7)
        #expect(read.memory.cellOctets == 1 << 30 && read.memory.outcomeOctets == 2 << 20)
        #expect(read.memory.sourceOctets == 3 << 20)
        #expect(read.memory.newcomers == 2000 && read.memory.continuations == 3000)
    }

    @Test func `shards are a number, and one where the file says nothing`() throws {
        #expect(try configuration("evaluation: { shards: 16 }").evaluation.shards == 16)
        #expect(try configuration("evaluation: {}").evaluation.shards == 1)
        #expect(
            problems("evaluation: { shards: 17 }") == [
                "1: 'shards' is '17', expected a number of shards from 1 to 16"
            ])
        #expect(
            problems("evaluation: { shard: 2 }") == ["1: unknown key 'shard', did you mean 'shards'?"])
    }

    @Test func `a rate limit is a number of datagrams`() throws {
        #expect(try configuration("exporters: { rate_limit: 5000 }").exporters.rateLimit == 5000)
        #expect(try configuration("exporters: { allow: ['::/0'] }").exporters.rateLimit == nil)
        #expect(
            problems("exporters: { rate_limit: 0 }") == [
                "1: 'rate_limit' is '0', expected a number of datagrams a second from 1 to 10000000"
            ])
    }

    @Test(arguments: [
        ("5ms", 5000), ("60s", 60_000_000), ("0", 0), ("0s", 0), ("999999us", 999_999), ("1s", 1_000_000),
    ])
    func `durations`(text: String, microseconds: Int64) throws {
        let limit = "exporters: { overrides: [ { address: 10.0.0.1, active_timeout: \(text) } ] }"
        if microseconds <= 1_000_000 {
            #expect(try configuration("gather: \(text)").gather.microseconds == microseconds)
        } else {
            #expect(
                try configuration(limit).exporters.overrides.first?.activeTimeout?.microseconds
                    == microseconds)
        }
    }

    @Test func `durations of several units add up`() throws {
        #expect(try configuration("baseline: { warm_up: 2h30m }").detection.warmUp == 9000)
        #expect(try configuration("baseline: { warm_up: 1d1h1m1s }").detection.warmUp == 90061)
    }

    @Test(arguments: [
        "5", "ms", "5 ms", "-5ms", "5m5h", "5s5s", "1.5s", "5min", "2s", "''", "[]", "99999999999999999999s",
        "9223372036854775807d", "٥ms",
    ])
    func `durations that are none or out of range`(text: String) {
        let found = problems("gather: \(text)")
        #expect(found.count == 1)
        #expect(found.first?.hasSuffix("expected a duration from 0 to 1s with its unit, such as 5ms") == true)
    }

    @Test(arguments: [
        ("64k", 65536), ("64KiB", 65536), ("65536B", 65536), ("1M", 1 << 20), ("2MB", 2_000_000),
        ("1GiB", 1 << 30),
        ("100kB", 100_000),
    ])
    func `sizes`(text: String, bytes: Int) throws {
        let read = try configuration("listen: [ { udp: \"[::]:1\", receive_buffer: \(text) } ]")
        #expect(read.listen.first?.receiveBufferBytes == bytes)
    }

    @Test(arguments: ["65536", "63k", "2GiB", "1mb", "9223372036854775807GiB", "k", "''", "1M1k"])
    func `sizes that are none or out of range`(text: String) {
        let found = problems("listen: [ { udp: \"[::]:1\", receive_buffer: \(text) } ]")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("1: 'receive_buffer' is ") == true)
    }

    @Test(arguments: [
        "'::1:2055'", "'[::1]'", "'[127.0.0.1]:1'", "localhost:2055", "':2055'", "'[::]:0'", "'[::]:65536'",
        "2055",
        "'127.0.0.1:+1'", "'127.0.0.1: 1'", "''", "{}",
    ])
    func `sockets that are none`(text: String) {
        let found = problems("listen: [ { udp: \(text) } ]")
        #expect(found.count == 1)
        #expect(found.first?.contains("'udp' is ") == true)
    }

    @Test(arguments: [
        ("listen: []", "1: 'listen' is an empty list, expected at least one socket"),
        ("listen: [ {} ]", "1: 'udp' is missing, expected an address and a port, such as \"[::]:2055\""),
        ("listen: 2055", "1: 'listen' is '2055', expected a list of sockets"),
        (
            "listen: [ 2055 ]",
            "1: item 1 of 'listen' is '2055', expected a section with udp, sockets and receive_buffer"
        ),
        (
            "listen:\n- udp: '[::]:1'\n- udp: '0.0.0.0:1'",
            "3: this address and port are listened on already, expected each socket once"
        ),
        (
            "exporters: { overrides: [ { sampling: 2 } ] }",
            "1: 'address' is missing, expected the exporter's address, or a prefix of several"
        ),
        (
            "exporters: { overrides: [ { address: 10.0.0.0/33 } ] }",
            "1: 'address' is '10.0.0.0/33', expected an address or prefix, such as 10.3.0.1 or 10.3.0.0/16"
        ),
        (
            "exporters:\n  overrides:\n  - address: 10.3.0.0/16\n  - address: 10.3.4.5/16",
            "4: exporter 10.3.0.0/16 is given again, expected one entry for each"
        ),
        (
            "exporters: { overrides: [ { address: 10.0.0.1, sampling: 0 } ] }",
            "1: 'sampling' is '0', expected a number of packets from 1 to 4294967295"
        ),
        (
            "exporters:\n  overrides:\n  - address: 10.0.0.1\n  - address: '::ffff:10.0.0.1'",
            "4: exporter 10.0.0.1/32 is given again, expected one entry for each"
        ),
        (
            "memory: { cells: 1KiB }",
            "1: 'cells' is '1KiB', expected a size from 1024KiB to 16384MiB with its unit, such as 256MiB"
        ),
        (
            "memory: { newcomers: 0 }",
            "1: 'newcomers' is '0', expected a number of prefixes from 1024 to 16777216"
        ),
        ("discover: { enabled: yes }", "1: 'enabled' is 'yes', expected true or false"),
        ("discover: { limit: 0 }", "1: 'limit' is '0', expected a number of services from 1 to 1000000"),
        ("discover: { limit: }", "1: 'limit' is empty, expected a number of services from 1 to 1000000"),
    ])
    func `mistakes`(text: String, problem: String) {
        #expect(problems(text) == [problem])
    }
}
