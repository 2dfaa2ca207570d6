// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// What is wrong with the input is said so that it can be put right, with exit status 1.
@Suite(.serialized) struct BadInputTests {
    private let folder: TemporaryDirectory
    private static let quiet = "alerts: [ { stdout: {} } ]\n"

    init() throws { folder = try TemporaryDirectory() }

    private func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: folder.file(name)))
        return folder.file(name)
    }

    /// `decode` and `replay` of a capture.
    private func readings(of capture: String) async throws -> [Program.Ending] {
        let configuration = try write("spate.yaml", Self.quiet)
        return [
            try await Program.run(["decode", "--format", "json", capture]),
            try await Program.run(["replay", "--config", configuration, "--format", "json", capture]),
        ]
    }

    // MARK: Captures

    @Test func aCaptureThatIsNotThere() async throws {
        for ending in try await readings(of: folder.file("none.pcap")) {
            #expect(ending.isExit)
            #expect(ending.status == 1)
            #expect(ending.output == "")
            #expect(
                ending.error == "\(folder.file("none.pcap")): cannot be read: No such file or directory\n")
        }
    }

    @Test(arguments: ["", "a text, and no capture at all: longer than a header\n"])
    func aFileThatIsNoCapture(text: String) async throws {
        let path = try write("notes.pcap", text)
        for ending in try await readings(of: path) {
            #expect(ending.isExit)
            #expect(ending.status == 1)
            #expect(ending.output == "")
            #expect(ending.error.hasPrefix("\(path): not a capture, expected a pcap or pcapng file"))
        }
    }

    @Test func aDirectoryInPlaceOfACapture() async throws {
        for ending in try await readings(of: folder.path) {
            #expect(ending.isExit)
            #expect(ending.status == 1)
            #expect(ending.error.contains(folder.path))
        }
    }

    /// What came before the cut counts, is shown and is judged.
    @Test func aTruncatedCapture() async throws {
        var capture = CaptureWriter()
        var builder = MessageBuilder(.ipfix)
        builder.addTemplate(256, TestFlow.fields)
        builder.addData(256, [TestFlow().encoded])
        var lastWhole = 0
        for index in 0..<10 {
            if index == 6 { lastWhole = capture.octets.count }
            capture.add(builder.datagram, at: 1_700_000_000_000_000 + Int64(index) * 1_000_000)
        }
        let path = folder.file("cut.pcap")
        try capture.write(to: path, first: lastWhole + 40)
        let endings = try await readings(of: path)
        for ending in endings {
            #expect(ending.isExit)
            #expect(ending.status == 1)
            #expect(
                ending.error.contains("\(path): the file ends within packet 7; the 6 before it were read"))
        }
        #expect(endings[0].outputLines.count { $0.contains("\"type\":\"datagram\"") } == 6)
        #expect(endings[0].outputLines.count { $0.contains("\"type\":\"record\"") } == 6)
        let summary = try #require(endings[1].outputLines.last)
        #expect(summary.contains("\"type\":\"summary\""))
        #expect(summary.contains("\"datagrams\":6,"))
        #expect(summary.contains("\"records\":6,"))
    }

    // MARK: Elements

    @Test func aFileOfElementsThatIsNotThere() async throws {
        let path = folder.file("none.csv")
        let ending = try await Program.run(["decode", "--elements", path, folder.file("none.pcap")])
        #expect(ending.isExit)
        #expect(ending.status == 1)
        #expect(ending.output == "")
        #expect(ending.error == "\(path): cannot be read: no such file\n")
    }

    @Test func everyMistakeOfAFileOfElements() async throws {
        let path = try write(
            "wrong.csv", "pen,id,name,type\n0,1,octets,uint64\n0,2,two words,uint64\n0,70000,octets,uint64\n")
        let ending = try await Program.run(["decode", "--elements", path, folder.file("none.pcap")])
        #expect(ending.isExit)
        #expect(ending.status == 1)
        #expect(ending.output == "")
        #expect(
            ending.error == """
                \(path):3: name is 'two words', expected at most 64 ASCII letters, digits, _, . and -
                \(path):4: id is '70000', expected a number from 0 to 65535

                """)
    }

    @Test func aFileOfElementsRenames() async throws {
        var capture = CaptureWriter()
        var builder = MessageBuilder(.ipfix)
        builder.addTemplate(256, [TestField(1, 4), TestField(7, 2, enterprise: 64512)])
        builder.addData(256, [[0, 0, 0, 5, 0, 6]])
        capture.add(builder.datagram, at: 1_700_000_000_000_000)
        let path = folder.file("one.pcap")
        try capture.write(to: path)
        let elements = try write("own.csv", "pen,id,name,type,units\n64512,7,queueLength,uint16,packets\n")
        let ending = try await Program.run(["decode", "--elements", elements, path])
        #expect(ending.status == 0)
        #expect(
            ending.outputLines.last == "    data 256: octetDeltaCount 5 octets, queueLength 6 packets")
    }

    // MARK: Configuration

    private static let fiveMistakes = """
        listen: [ { udp: "127.0.0.1:99999" } ]
        gather: 5
        survices: []
        services: [ { name: "a b", addresses: [10.2.0.20], port: 443 } ]
        alerts: [ { stdout: { format: xml } } ]

        """

    @Test(arguments: ["check", "run"])
    func everyMistakeOfAConfiguration(command: String) async throws {
        let path = try write("wrong.yaml", Self.fiveMistakes)
        let ending = try await Program.run([command, "--config", path])
        #expect(ending.isExit)
        #expect(ending.status == 1)
        #expect(ending.output == "")
        let lines = ending.error.split(separator: "\n")
        #expect(lines.count == 5, "\(ending.error)")
        for (number, words) in ["99999", "gather", "did you mean 'services'?", "a b", "xml"].enumerated() {
            let line = lines.first { $0.hasPrefix("\(path):\(number + 1): ") }
            #expect(line?.contains(words) == true, "line \(number + 1) in \(ending.error)")
            #expect(line?.contains("expected") == true || line?.contains("did you mean") == true)
        }
    }

    @Test(arguments: ["check", "run", "replay"])
    func aConfigurationThatIsNotThere(command: String) async throws {
        let path = folder.file("none.yaml")
        let ending = try await Program.run([command, "--config", path] + (command == "replay" ? ["x"] : []))
        #expect(ending.status == 1)
        #expect(ending.error == "\(path): cannot be read: no such file\n")
    }

    @Test func aGoodConfiguration() async throws {
        let path = try write("good.yaml", Self.quiet)
        let ending = try await Program.run(["check", "--config", path])
        #expect(ending.status == 0)
        #expect(ending.error == "")
        #expect(ending.output == "\(path): valid: 3 sockets, 0 services, 0 log rules, 1 output\n")
    }

    // MARK: Addresses

    @Test func aPortThatIsInUse() async throws {
        let holder = try LoopbackSocket(port: try FreePort.take(.udp))
        let path = try write(
            "spate.yaml",
            Self.quiet + "listen: [ { udp: \"127.0.0.1:\(holder.port)\" } ]\ncontrol: { http: off }\n")
        let ending = try await Program.run(["run", "--config", path])
        #expect(ending.isExit)
        #expect(ending.status == 1)
        #expect(ending.error.contains("127.0.0.1:\(holder.port): address already in use"))
    }

    @Test func anHTTPPortThatIsInUse() async throws {
        let holder = try LoopbackSocket(.tcp, port: try FreePort.take(.tcp))
        let path = try write(
            "spate.yaml",
            Self.quiet + """
                listen: [ { udp: "127.0.0.1:\(try FreePort.take(.udp))" } ]
                control: { http: "127.0.0.1:\(holder.port)" }
                """)
        let ending = try await Program.run(["run", "--config", path])
        #expect(ending.isExit)
        #expect(ending.status == 1)
        #expect(
            ending.error.lowercased().contains(
                "cannot serve http on 127.0.0.1:\(holder.port): address already in use"), "\(ending.error)")
    }

    @Test func anAddressOfAnotherMachine() async throws {
        let path = try write("spate.yaml", Self.quiet + "listen: [ { udp: \"192.0.2.1:2055\" } ]\n")
        let ending = try await Program.run(["run", "--config", path])
        #expect(ending.isExit)
        #expect(ending.status == 1)
        #expect(ending.error.contains("192.0.2.1:2055: no interface of this machine has this address"))
    }
}
