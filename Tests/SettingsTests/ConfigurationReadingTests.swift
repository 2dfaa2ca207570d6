// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import Foundation
import Settings
import Testing

struct ConfigurationReadingTests {
    @Test(arguments: [
        "", "# nothing\n", "listen:\nservices:\nalerts:\nsignals:\narchive:\ndetection:\n", "---\n{}\n",
    ])
    func `what is not said has its default`(text: String) throws {
        let read = try configuration(text)
        #expect(read == Configuration())
        #expect(read.listen.map(\.port) == [2055, 4739, 9995])
        #expect(read.alerts == [.localSyslog(path: "/dev/log", facility: .daemon)])
        #expect(read.control.http?.port == 9469)
        #expect(read.discovery.isEnabled)
        #expect(read.detection.warmUp == 3600)
    }

    @Test func `all mistakes come at once, by line, with the nearest key`() {
        let text = """
            gather: 5
            listen:
              - udp: "[::]:70000"
                recieve_buffer: 32MiB
            services:
              - name: web
                addresses: [10.2.0.300]
                port: 0
                protocol: tpc
            signals:
              rules:
                - { program: nginx, format: nginx-combine, service: wbe }
            alerts:
              - sylog: {}
            """
        #expect(
            problems(text) == [
                "1: 'gather' is '5', expected a duration from 0 to 1s with its unit, such as 5ms",
                "3: 'udp' is '[::]:70000', expected an IP address and a port from 1 to 65535, such as \"[::]:2055\"",
                "4: unknown key 'recieve_buffer', did you mean 'receive_buffer'?",
                "7: item 1 of 'addresses' is '10.2.0.300', expected an address or prefix, such as 10.0.0.0/8 or fd00::/8",
                "8: 'port' is '0', expected a number from 1 to 65535",
                "9: 'protocol' is 'tpc', expected tcp, udp or sctp; did you mean 'tcp'?",
                "12: 'format' is 'nginx-combine', expected haproxy-http or nginx-combined; did you mean 'nginx-combined'?",
                "12: 'service' is 'wbe', expected the name of a service in 'services'; did you mean 'web'?",
                "14: unknown key 'sylog', did you mean 'syslog'?",
            ])
    }

    @Test func `a problem is a line for people`() {
        let problem = read("a: 1").problems.first
        #expect(problem?.description.hasPrefix("f.yaml:1: unknown key 'a', expected listen, ") == true)
        #expect(problem?.description(as: "warning").hasPrefix("f.yaml:1: warning: unknown key") == true)
        let whole = ConfigurationReading.Problem(file: "f.yaml", line: nil, message: "m")
        #expect(whole.description == "f.yaml: m")
    }

    @Test func `a missing file says so`() {
        let reading = Configuration.load(path: "/nonexistent/spate.yaml", formats: testFormats)
        #expect(reading.configuration == nil)
        #expect(
            reading.problems.map(\.description) == ["/nonexistent/spate.yaml: cannot be read: no such file"])
    }

    @Test func `a folder is no file`() {
        let reading = Configuration.load(path: "/", formats: testFormats)
        #expect(
            reading.problems.map(\.description) == [
                "/: cannot be read: it is a directory or not a readable file"
            ])
    }

    @Test(arguments: [
        (
            Array("gather: 1ms\nalerts: \"\u{FFFD}".utf8) + [0xFF, 0x22],
            "2: is not UTF-8, expected UTF-8 text"
        ),
        (
            Array(repeating: UInt8(ascii: " "), count: Configuration.fileBytesLimit + 1),
            "0: is 1048577 bytes long, expected at most 1048576"
        ),
    ])
    func `hostile file contents are refused`(bytes: [UInt8], problem: String) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "spate-settings-\(UUID()).yaml")
        try Data(bytes).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        let reading = Configuration.load(path: url.path, formats: testFormats)
        #expect(reading.problems.map { "\($0.line ?? 0): \($0.message)" } == [problem])
    }

    @Test func `a file is read like its text`() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "spate-settings-\(UUID()).yaml")
        try Data("\u{FEFF}gather: 7ms\n".utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        let reading = Configuration.load(path: url.path, formats: testFormats)
        #expect(reading.configuration?.gather == .milliseconds(7))
    }
}
