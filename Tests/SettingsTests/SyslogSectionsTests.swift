// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Settings
import Testing

struct SyslogSectionsTests {
    @Test func `a socket is of UDP, TCP or a path`() throws {
        let read = try configuration(
            """
            signals:
              lines_per_second: 2500
              syslog:
                - { tcp: "[::]:5140" }
                - { udp: "[::]:5140" }
                - { unix: /run/spate/log.sock }
                - { unix: /run/spate/haproxy.sock, mode: 0660 }
            """)
        #expect(
            read.signals.syslog == [
                .tcp(address: .unspecified, port: 5140),
                .udp(
                    ListenConfiguration(address: .unspecified, port: 5140, receiveBufferBytes: 8 << 20)),
                .unix(path: "/run/spate/log.sock", mode: 0o666),
                .unix(path: "/run/spate/haproxy.sock", mode: 0o660),
            ])
        #expect(read.signals.linesPerSecond == 2500)
    }

    private static let missing =
        "1: 'udp' is missing, expected an address and a port, such as \"[::]:5140\", or 'tcp' or 'unix'"

    @Test(arguments: [
        ("{}", missing), ("{ mode: 0660 }", missing),
        (
            "{ udp: '[::]:5140', tcp: '[::]:5140' }",
            "1: 'udp' and 'tcp' are given, expected one of them; use two sockets for both"
        ),
        (
            "{ udp: '[::]:5140', tcp: '[::]:5140', unix: /x }",
            "1: 'udp' and 'tcp' and 'unix' are given, expected one of them; use two sockets for both"
        ),
        (
            "{ tcp: '5140' }",
            "1: 'tcp' is '5140', expected an IP address and a port from 1 to 65535, such as \"[::]:5140\""
        ),
        (
            "{ tcp: '[::]:5140', receive_buffer: 1MiB }",
            "1: 'receive_buffer' is for 'udp', expected none for 'tcp'"
        ),
        (
            "{ unix: /x, receive_buffer: 1MiB }", "1: 'receive_buffer' is for 'udp', expected none for 'unix'"
        ),
        ("{ tcp: '[::]:5140', mode: 0666 }", "1: 'mode' is for 'unix', expected none for 'tcp'"),
        (
            "{ unix: log.sock }",
            "1: 'unix' is 'log.sock', expected an absolute path, such as /run/spate/log.sock"
        ),
        (
            "{ unix: /x, mode: 666 }",
            "1: 'mode' is '666', expected permissions in octal from 0200 to 0777, such as 0660"
        ),
        (
            "{ unix: /x, mode: 0888 }",
            "1: 'mode' is '0888', expected permissions in octal from 0200 to 0777, such as 0660"
        ),
        (
            "{ unix: /x, mode: 0000 }",
            "1: 'mode' is '0000', expected permissions in octal from 0200 to 0777, such as 0660"
        ),
        (
            "{ udp: '[::1]:2055' }", "1: port 2055 is in 'listen' already, expected a port of its own"
        ),
        (
            "{ tpc: '[::1]:2055' }", "1: unknown key 'tpc', did you mean 'tcp'?"
        ),
    ])
    func `mistakes`(socket: String, problem: String) {
        #expect(problems("signals: { syslog: [ \(socket) ] }").contains(problem))
    }

    @Test(arguments: [
        "tcp: '[::]:5140'", "tcp: '0.0.0.0:5140'", "udp: '127.0.0.1:5140'", "unix: /run/log.sock",
    ])
    func `each socket once`(second: String) {
        let text = """
            signals:
              syslog:
                - { tcp: "127.0.0.1:5140" }
                - { udp: "[::]:5140" }
                - { unix: /run/log.sock }
                - { \(second) }
            """
        let found = problems(text)
        #expect(found.count == 1)
        #expect(found[0].hasPrefix("6: this "))
        #expect(found[0].hasSuffix("listened on already, expected each socket once"))
    }

    @Test func `a path is one that the kernel takes`() throws {
        let longest = "/" + String(repeating: "x", count: 106)
        #expect(
            try configuration("signals: { syslog: [ { unix: \(longest) } ] }").signals.syslog == [
                .unix(path: longest, mode: 0o666)
            ])
        #expect(
            problems("signals: { syslog: [ { unix: \(longest)y } ] }") == [
                "1: 'unix' is a path of 108 bytes, expected at most 107"
            ])
    }

    @Test func `the control socket has a path of its own`() {
        let text = "signals: { syslog: [ { unix: /run/s.sock } ] }\ncontrol: { socket: /run/s.sock }"
        #expect(
            problems(text) == ["2: 'socket' is a path of 'signals.syslog' already, expected one of its own"])
    }

    @Test(arguments: ["0", "10000001", "-5", "many", "1k"])
    func `a rate of lines is a number`(rate: String) {
        #expect(
            problems("signals: { lines_per_second: \(rate) }") == [
                "1: 'lines_per_second' is '\(rate)', expected a number of lines a second from 1 to 10000000"
            ])
    }
}
