// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Glibc
import Intake
import TestSupport
import Testing

@Suite struct DatagramSenderTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `a Unix socket receives`() throws {
        let directory = try TemporaryDirectory()
        let syslog = try FakeSyslog(path: directory.file("log"))
        let sender = DatagramSender(.unix(path: directory.file("log")))
        #expect(sender.send(bytes("<26>one")))
        #expect(sender.send(bytes("<26>two")))
        #expect(syslog.receive() == "<26>one")
        #expect(syslog.receive() == "<26>two")
    }

    @Test func `a UDP socket receives`() throws {
        let syslog = try FakeSyslog()
        let address = try #require(IPAddress("127.0.0.1"))
        let sender = DatagramSender(.udp(address: address, port: syslog.port))
        #expect(sender.send(bytes("<26>1 one")))
        #expect(syslog.receive() == "<26>1 one")
    }

    @Test func `a missing socket is said, and found when it appears`() throws {
        let directory = try TemporaryDirectory()
        let sender = DatagramSender(.unix(path: directory.file("log")))
        #expect(!sender.send(bytes("one")))
        #expect(sender.lastError == ENOENT)
        let syslog = try FakeSyslog(path: directory.file("log"))
        #expect(sender.send(bytes("two")))
        #expect(sender.lastError == 0)
        #expect(syslog.receive() == "two")
    }

    @Test func `a receiver that was restarted costs no message`() throws {
        let directory = try TemporaryDirectory()
        let sender = DatagramSender(.unix(path: directory.file("log")))
        do {
            let first = try FakeSyslog(path: directory.file("log"))
            #expect(sender.send(bytes("one")))
            #expect(first.receive() == "one")
        }
        let second = try FakeSyslog(path: directory.file("log"))
        #expect(sender.send(bytes("two")))
        #expect(second.receive() == "two")
    }

    @Test func `a receiver that reads nothing blocks nobody`() throws {
        let directory = try TemporaryDirectory()
        let syslog = try FakeSyslog(path: directory.file("log"))
        let sender = DatagramSender(.unix(path: directory.file("log")))
        var taken = 0
        while taken < 1_000_000, sender.send(bytes("\(taken)")) { taken += 1 }
        #expect(sender.lastError == EAGAIN)
        #expect(syslog.receive() == "0")
        #expect(sender.send(bytes("room again")))
    }

    @Test(arguments: [
        ("", EINVAL), ("/tmp/" + String(repeating: "x", count: 200), ENAMETOOLONG),
        ("/etc/hostname", ECONNREFUSED),
    ])
    func `paths that cannot be a socket are refused`(path: String, reason: Int32) {
        let sender = DatagramSender(.unix(path: path))
        #expect(!sender.send(bytes("x")))
        #expect(sender.lastError == reason)
    }
}
