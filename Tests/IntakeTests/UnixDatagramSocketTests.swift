// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Foundation
import Intake
import TestSupport
import Testing

/// Real sockets in folders of their own.
@Suite struct UnixDatagramSocketTests {
    private let collector = DatagramCollector()

    private func permissions(_ path: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int
    }

    private func openingError(_ path: String) -> String? {
        do throws(SocketError) {
            _ = try UnixDatagramSocket.open(path: path, mode: 0o666)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func everyDatagramArrivesInOrderWithoutASender() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("log.sock")
        let listener = DatagramListener(
            socket: try UnixDatagramSocket.open(path: path, mode: 0o666), handler: collector.handler)
        #expect("\(listener.address)" == "unix:\(path)")
        #expect(listener.receiveBuffer == nil)
        listener.start()
        let sender = DatagramSender(.unix(path: path))
        for number in 0..<1000 {
            while !sender.send([UInt8(number >> 8), UInt8(number & 255)]) {}
        }
        #expect(collector.wait(for: 1000))
        #expect(listener.stopAndWait())
        #expect(collector.received.map { Int($0.payload[0]) << 8 | Int($0.payload[1]) } == Array(0..<1000))
        #expect(collector.received.allSatisfy { $0.address == .unspecified && $0.port == 0 })
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(arguments: [0o666, 0o660, 0o200] as [UInt16])
    func theFileHasThePermissionsThatWereAskedFor(mode: UInt16) throws {
        let folder = try TemporaryDirectory()
        let socket = try UnixDatagramSocket.open(path: folder.file("log.sock"), mode: mode)
        #expect(permissions(socket.path) == Int(mode))
    }

    /// FakeSyslog does not remove its file when the process is killed; here it is moved away to stay.
    @Test func theFileOfAProcessThatIsGoneMakesPlace() throws {
        let folder = try TemporaryDirectory()
        do {
            let gone = try FakeSyslog(path: folder.file("first.sock"))
            try FileManager.default.moveItem(
                atPath: folder.file("first.sock"), toPath: folder.file("log.sock"))
            withExtendedLifetime(gone) {}
        }
        #expect(FileManager.default.fileExists(atPath: folder.file("log.sock")))
        #expect(openingError(folder.file("log.sock")) == nil)
    }

    @Test func aSocketThatSomebodyListensOnStays() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("log.sock")
        let other = try FakeSyslog(path: path)
        #expect(
            openingError(path)
                == "unix:\(path): somebody listens there already: another collector is running?")
        #expect(DatagramSender(.unix(path: path)).send([0x61]))
        #expect(other.receive() == "a")
    }

    @Test func anotherFileOfThisNameStays() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("log.sock")
        try Data("precious".utf8).write(to: URL(filePath: path))
        #expect(
            openingError(path) == "unix:\(path): there is a file of this name already, which is no socket")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    }

    @Test func aFolderThatIsNotThereIsSaid() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("missing/log.sock")
        #expect(openingError(path) == "unix:\(path): its folder does not exist")
    }

    @Test func aPathThatIsTooLongIsSaid() throws {
        let path = "/tmp/" + String(repeating: "x", count: 103)
        #expect(path.utf8.count == 108)
        #expect(openingError(path)?.contains("name too long") == true)
    }

    /// Another process has taken the name meanwhile.
    @Test func theFileOfAnotherIsNotRemovedAtTheEnd() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("log.sock")
        do {
            let socket = try UnixDatagramSocket.open(path: path, mode: 0o666)
            try FileManager.default.removeItem(atPath: socket.path)
            try Data("new".utf8).write(to: URL(filePath: path))
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
    }
}
