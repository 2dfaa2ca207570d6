// SPDX-License-Identifier: Apache-2.0

import Control
import Foundation
import Logging
import ServiceLifecycle
import TestSupport
import Testing

/// The server on a real Unix socket.
struct SocketFileTests {
    /// The server shares its threads with all other tests.
    private func client(_ place: ControlAddress) -> ControlClient {
        ControlClient(place, patienceMilliseconds: 120_000)
    }

    private func status(_ place: ControlAddress) async -> Int? {
        try? await client(place).get("/status").status
    }

    private func attributes(_ path: String) -> [FileAttributeKey: Any]? {
        try? FileManager.default.attributesOfItem(atPath: path)
    }

    @Test func `the routes answer over a Unix socket, for its owner and group`() async throws {
        let path = try TemporaryDirectory()
        let file = path.file("control.sock")
        try await withServer(
            .unix(path: file),
            perform: { place in
                #expect(place == .unix(path: file))
                let client = client(place)
                let status = try await client.get("/status")
                #expect(status.status == 200)
                #expect(try StatusReport(json: status.body) == .sample)
                #expect(try await client.get("/metrics").status == 200)
                #expect(try await client.get("/healthz").body == Array("{\"status\":\"ok\"}\n".utf8))
                #expect(try await client.get("/").status == 404)
                #expect((attributes(file)?[.posixPermissions] as? NSNumber)?.intValue == 0o660)
            })
        #expect(attributes(file) == nil)
    }

    @Test func `the file of a dead daemon makes place`() async throws {
        let folder = try TemporaryDirectory()
        try await FakeListener.leaveBehind(folder.file("control.sock"))
        try await withServer(
            .unix(path: folder.file("control.sock")),
            perform: { place in #expect(await status(place) == 200) })
    }

    @Test func `a socket that somebody listens on is an error and stays`() async throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("control.sock")
        try await withServer(
            .unix(path: file),
            perform: { place in
                let second = ControlServer(place, pages: .sample, logger: .silent)
                let error = await #expect(throws: ControlServerError.self) { try await second.run() }
                #expect(
                    error?.description
                        == "cannot open control.socket \(file): somebody listens there already: is another spate running?"
                )
                #expect(await status(place) == 200)
            })
    }

    @Test func `another file of this name is an error and stays`() async throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("control.sock")
        try Data("precious".utf8).write(to: URL(filePath: file))
        let server = ControlServer(.unix(path: file), pages: .sample, logger: .silent)
        let error = await #expect(throws: ControlServerError.self) { try await server.run() }
        #expect(error?.reason == "there is a file of this name already, which is no socket")
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "precious")
    }

    @Test func `a folder that is missing is made, a tree is not`() async throws {
        let folder = try TemporaryDirectory()
        try await withServer(
            .unix(path: folder.file("spate/control.sock")),
            perform: { place in
                #expect(await status(place) == 200)
                #expect(
                    (attributes(folder.file("spate"))?[.posixPermissions] as? NSNumber)?.intValue == 0o750)
            })
        #expect(!FileManager.default.fileExists(atPath: folder.file("spate/control.sock")))

        let log = LogLines()
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    ControlServer(
                        .unix(path: folder.file("a/b/control.sock")), pages: .sample, logger: log.logger)
                ], logger: .silent))
        let running = Task { try await group.run() }
        // The collector goes on without its socket: the server waits for the end as the others do.
        let line = await log.first()
        #expect(
            line
                == "cannot open control.socket \(folder.file("a/b/control.sock")): No such file or directory; the collector goes on without it"
        )
        await group.triggerGracefulShutdown()
        try await running.value
        #expect(!FileManager.default.fileExists(atPath: folder.file("a")))
    }
}

/// What was logged at warning and above.
private final class LogLines: Sendable {
    private let stream: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    var logger: Logger {
        let continuation = continuation
        return Logger(label: "test") { _ in Handler(continuation: continuation) }
    }

    func first() async -> String? {
        for await line in stream { return line }
        return nil
    }

    private struct Handler: LogHandler {
        let continuation: AsyncStream<String>.Continuation
        var logLevel = Logger.Level.warning
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { continuation.yield("\(event.message)") }
    }
}
