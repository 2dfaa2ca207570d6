// SPDX-License-Identifier: Apache-2.0

import Control
import Foundation
import FoundationNetworking
import Logging
import ServiceLifecycle
import Testing

/// Over real loopback connections.
struct ControlServerTests {
    @Test func `the routes answer as documented`() async throws {
        let metric = Metric(name: "spate_test_total", help: "Test.", kind: .counter, value: 42)
        try await withServer(
            metrics: { [metric] }, health: { .good },
            perform: { port in
                let metrics = try await get("/metrics", port: port)
                #expect(metrics.status == 200)
                #expect(metrics.type == "text/plain; version=0.0.4; charset=utf-8")
                #expect(metrics.body == MetricsText.render([metric]))

                let health = try await get("/healthz", port: port)
                #expect(health.status == 200)
                #expect(health.type == "application/json")
                #expect(health.body == "{\"status\":\"ok\"}\n")

                #expect(try await get("/", port: port).status == 404)
                #expect(try await get("/metrics/../etc/passwd", port: port).status == 404)
                #expect(try await get("/metrics", method: "POST", port: port).status == 404)
            })
    }

    @Test func `bad health is 503 with the reasons`() async throws {
        try await withServer(
            metrics: { [] }, health: { Health(reasons: ["no socket"]) },
            perform: { port in
                let answer = try await get("/healthz", port: port)
                #expect(answer.status == 503)
                #expect(answer.body.contains("no socket"))
            })
    }

    @Test func `metrics are asked for anew at each request`() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        try await withServer(
            metrics: {
                continuation.yield()
                return []
            }, health: { .good },
            perform: { port in
                for _ in 0..<3 { _ = try await get("/metrics", port: port) }
            })
        continuation.finish()
        #expect(await stream.reduce(0) { count, _ in count + 1 } == 3)
    }

    @Test func `a port in use is an error that names the address`() async throws {
        try await withServer(
            metrics: { [] }, health: { .good },
            perform: { port in
                let second = ControlServer(
                    host: "127.0.0.1", port: port, metrics: { [] }, health: { .good }, logger: silent)
                let error = await #expect(throws: ControlServerError.self) { try await second.run() }
                #expect(
                    error?.description.hasPrefix(
                        "cannot serve HTTP on 127.0.0.1:\(port): Address already in use")
                        == true)
            })
    }

    @Test func `an address that is not ours is an error`() async {
        let server = ControlServer(
            host: "192.0.2.1", port: 9469, metrics: { [] }, health: { .good }, logger: silent)
        await #expect(throws: ControlServerError.self) { try await server.run() }
    }

    private struct Answer {
        var status: Int
        var type: String?
        var body: String
    }

    private func get(_ path: String, method: String = "GET", port: Int) async throws -> Answer {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
        request.httpMethod = method
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        return Answer(
            status: http.statusCode, type: http.value(forHTTPHeaderField: "Content-Type"),
            body: String(decoding: data, as: UTF8.self))
    }

    /// Runs `body` beside a server on a port of the kernel's choice, then shuts it down as the daemon does.
    private func withServer(
        metrics: @escaping @Sendable () -> [Metric], health: @escaping @Sendable () -> Health,
        perform body: (Int) async throws -> Void
    ) async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let server = ControlServer(
            host: "127.0.0.1", port: 0, metrics: metrics, health: health,
            listening: { continuation.yield($0) },
            logger: silent)
        let group = ServiceGroup(configuration: .init(services: [server], logger: silent))
        let running = Task {
            defer { continuation.finish() }
            try await group.run()
        }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body(port))
        } catch {
            outcome = .failure(error)
        }
        await group.triggerGracefulShutdown()
        try await running.value
        try outcome.get()
    }

    private var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
