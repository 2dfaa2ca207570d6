// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Settings
import Testing

struct OutputSectionsTests {
    @Test func `outputs are read in order`() throws {
        let read = try configuration(
            """
            alerts:
              - syslog: { local: /run/log, facility: local3 }
              - syslog:
              - syslog: { udp: "10.0.0.5:514" }
              - stdout: {}
              - stdout: { format: json }
              - file: { path: /var/log/alerts.json }
            """)
        #expect(
            read.alerts == [
                .localSyslog(path: "/run/log", facility: .local3),
                .localSyslog(path: "/dev/log", facility: .daemon),
                .remoteSyslog(address: try #require(IPAddress("10.0.0.5")), port: 514, facility: .daemon),
                .standardOutput(.human), .standardOutput(.json), .file(path: "/var/log/alerts.json"),
            ])
    }

    @Test(arguments: [
        (
            "alerts: [ stdout ]",
            "1: item 1 of 'alerts' is 'stdout', expected a section such as `syslog: {}`, `stdout: {}` or `file: {path: …}`"
        ),
        ("alerts: { stdout: {} }", "1: 'alerts' is a mapping, expected a list of outputs"),
        ("alerts: [ {} ]", "1: item 1 of 'alerts' names 0 outputs, expected one"),
        ("alerts: [ { stdout: {}, syslog: {} } ]", "1: item 1 of 'alerts' names 2 outputs, expected one"),
        (
            "alerts: [ { file: {} } ]",
            "1: 'path' is missing, expected an absolute path, such as /var/log/spate/alerts.json"
        ),
        (
            "alerts: [ { file: { path: a.json } } ]",
            "1: 'path' is 'a.json', expected an absolute path, such as /var/log/spate/alerts.json"
        ),
        (
            "alerts: [ { syslog: { facility: deamon } } ]",
            "1: 'facility' is 'deamon', expected a syslog facility, such as daemon or local0; did you mean 'daemon'?"
        ),
        (
            "alerts: [ { syslog: { local: /dev/log, udp: '10.0.0.1:514' } } ]",
            "1: 'local' and 'udp' are both given, expected one of them; use two outputs for both"
        ),
        (
            "alerts: [ { stdout: { format: jsn } } ]",
            "1: 'format' is 'jsn', expected human or json; did you mean 'json'?"
        ),
        (
            "control: { http: 9469 }",
            "1: 'http' is '9469', expected an IP address and a port from 1 to 65535, such as \"127.0.0.1:9469\", or off"
        ),
        (
            "control: { socket: spate.sock }",
            "1: 'socket' is 'spate.sock', expected an absolute path, such as /run/spate/control.sock"
        ),
        (
            "state: { directory: state }",
            "1: 'directory' is 'state', expected an absolute path, such as /var/lib/spate"
        ),
        (
            "state: { directory: /x, history: { keep: 1m } }",
            "1: 'keep' is '1m', expected a duration from 1h to 3650d with its unit, such as 90d"
        ),
        (
            "state: { directory: /x, history: { limit: 0 } }",
            "1: 'limit' is '0', expected a number of incidents from 1 to 1000000"
        ),
        ("archive: { enable: true }", "1: unknown key 'enable', did you mean 'enabled'?"),
    ])
    func `mistakes`(text: String, problem: String) {
        #expect(problems(text) == [problem])
    }

    @Test func `the socket is a path that the kernel takes`() throws {
        #expect(try configuration("").control.socket == nil)
        let usual = "control: { socket: /run/spate/control.sock }"
        #expect(try configuration(usual).control.socket == ControlConfiguration.usualSocket)
        let longest = "/" + String(repeating: "x", count: 106)
        #expect(try configuration("control: { socket: \(longest) }").control.socket == longest)
        #expect(
            problems("control: { socket: \(longest)y }") == [
                "1: 'socket' is a path of 108 bytes, expected at most 107"
            ])
    }

    @Test func `http can be moved and switched off`() throws {
        let moved = try configuration("control: { http: '[::1]:80' }")
        #expect(moved.control.http == HTTPConfiguration(address: IPAddress(high: 0, low: 1), port: 80))
        #expect(try configuration("control: { http: off }").control.http == nil)
        #expect(try configuration("state: { directory: /srv/spate }").state.directory == "/srv/spate")
        #expect(try configuration("gather: 5ms").state.directory == nil)
        let history = try configuration("state: { directory: /srv/spate, history: { keep: 7d, limit: 50 } }")
        #expect(history.state.history.keep == .seconds(7 * 86_400) && history.state.history.limit == 50)
        #expect(try configuration("gather: 5ms").state.history == HistoryConfiguration())
    }

    @Test(arguments: [
        (
            "control: { http: '0.0.0.0:80' }",
            "1: 'http' listens on 0.0.0.0, which is no loopback address; everybody who reaches it can read it"
        ),
        (
            "control: { http: '[fd00::1]:80' }",
            "1: 'http' listens on fd00::1, which is no loopback address; everybody who reaches it can read it"
        ),
        ("archive: { enabled: true }", "1: 'archive' is not implemented yet; ignored"),
        ("state: { history: { limit: 5 } }", "1: 'history' has no effect without 'state.directory'"),
        ("alerts: []", "1: 'alerts' is an empty list; no alert will be written anywhere"),
    ])
    func `warnings`(text: String, warning: String) {
        #expect(SettingsTests.warnings(text) == [warning])
    }

    @Test(arguments: [
        "archive: { enabled: false }", "archive: {}", "archive:", "control: { http: '127.3.2.1:1' }",
        "control: { http: '[::1]:1' }", "control: { socket: /run/spate/control.sock }",
    ])
    func `nothing to warn of`(text: String) {
        #expect(SettingsTests.warnings(text) == [])
    }

    @Test func `facilities have the codes of RFC 5424`() {
        #expect(SyslogFacility.allCases.map(\.code) == Array(0...11) + Array(16...23))
    }
}
