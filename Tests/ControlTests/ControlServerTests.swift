// SPDX-License-Identifier: Apache-2.0

import Control
import Foundation
import FoundationNetworking
import Testing

/// Over real loopback connections.
struct ControlServerTests {
    @Test func `the routes answer as documented`() async throws {
        try await withServer(perform: { place in
            let metrics = try await get("/metrics", place)
            #expect(metrics.status == 200)
            #expect(metrics.type == "text/plain; version=0.0.4; charset=utf-8")
            #expect(metrics.body == MetricsText.render(ControlPages.sample.metrics()))

            let status = try await get("/status", place)
            #expect(status.status == 200)
            #expect(status.type == "application/json")
            #expect(status.body == StatusReport.sample.json + "\n")

            let health = try await get("/healthz", place)
            #expect(health.status == 200)
            #expect(health.type == "application/json")
            #expect(health.body == "{\"status\":\"ok\"}\n")

            #expect(try await get("/", place).status == 404)
            #expect(try await get("/metrics/../etc/passwd", place).status == 404)
            #expect(try await get("/metrics", method: "POST", place).status == 404)
        })
    }

    @Test func `bad health is 503 with the reasons`() async throws {
        var pages = ControlPages.sample
        pages.health = { Health(reasons: ["no socket"]) }
        try await withServer(
            pages: pages,
            perform: { place in
                let answer = try await get("/healthz", place)
                #expect(answer.status == 503)
                #expect(answer.body.contains("no socket"))
            })
    }

    @Test func `metrics are asked for anew at each request`() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        var pages = ControlPages.sample
        pages.metrics = {
            continuation.yield()
            return []
        }
        try await withServer(
            pages: pages, perform: { place in for _ in 0..<3 { _ = try await get("/metrics", place) } })
        continuation.finish()
        #expect(await stream.reduce(0) { count, _ in count + 1 } == 3)
    }

    @Test func `a port in use is an error that names the address`() async throws {
        try await withServer(perform: { place in
            let second = ControlServer(place, pages: .sample, logger: .silent)
            let error = await #expect(throws: ControlServerError.self) { try await second.run() }
            #expect(error?.description == "cannot serve HTTP on \(place): Address already in use")
        })
    }

    @Test func `an address that is not ours is an error`() async {
        let server = ControlServer(.tcp(host: "192.0.2.1", port: 9469), pages: .sample, logger: .silent)
        await #expect(throws: ControlServerError.self) { try await server.run() }
    }

    private struct Answer {
        var status: Int
        var type: String?
        var body: String
    }

    private func get(_ path: String, method: String = "GET", _ place: ControlAddress) async throws -> Answer {
        var request = URLRequest(url: try #require(URL(string: "http://\(place)\(path)")))
        request.httpMethod = method
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        return Answer(
            status: http.statusCode, type: http.value(forHTTPHeaderField: "Content-Type"),
            body: String(decoding: data, as: UTF8.self))
    }
}
