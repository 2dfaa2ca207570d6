// SPDX-License-Identifier: Apache-2.0

import Control
import TestSupport
import Testing

/// What a client says when no answer comes; good answers are in SocketFileTests.
struct ControlClientTests {
    private func reason(_ client: ControlClient) async -> String? {
        await #expect(throws: ControlClientError.self) { try await client.get("/status") }?.reason
    }

    @Test func `nobody there`() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("control.sock")
        #expect(await reason(ControlClient(.unix(path: path))) == "No such file or directory")
        try await FakeListener.leaveBehind(path)
        #expect(await reason(ControlClient(.unix(path: path))) == "Connection refused")
        let long = String(repeating: "x", count: 200)
        #expect(await reason(ControlClient(.unix(path: "/\(long)"))) != nil)
        #expect(await reason(ControlClient(.tcp(host: "localhost", port: 1))) != nil)
    }

    @Test func `a port where nobody listens`() async throws {
        // Taken, known, and given back.
        var place = ControlAddress.tcp(host: "127.0.0.1", port: 0)
        try await withServer(perform: { place = $0 })
        #expect(await reason(ControlClient(place)) == "Connection refused")
    }

    @Test func `a listener that says nothing`() async throws {
        let folder = try TemporaryDirectory()
        let listener = try await FakeListener(folder.file("s"))
        let client = ControlClient(.unix(path: folder.file("s")), patienceMilliseconds: 50)
        #expect(await reason(client) == "no answer within 50 ms")
        try await listener.close()
    }

    @Test(arguments: [
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n", "the answer is not HTTP"),
        ("\u{0}\u{1}\u{2}", "the answer is not HTTP"),
        ("", "the connection was closed before the answer was whole"),
        ("HTTP/1.1 200 OK\r\n", "the connection was closed before the answer was whole"),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort",
            "the connection was closed before the answer was whole"
        ),
        ("HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n", "the answer is longer than 100 bytes"),
        (
            "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 101),
            "the answer is longer than 100 bytes"
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n65\r\n" + String(repeating: "x", count: 101)
                + "\r\n0\r\n\r\n", "the answer is longer than 100 bytes"
        ),
    ])
    func `an answer that is none`(words: String, said: String) async throws {
        let folder = try TemporaryDirectory()
        let listener = try await FakeListener(folder.file("s"), saying: words)
        #expect(await reason(ControlClient(.unix(path: folder.file("s")), answerOctets: 100)) == said)
        try await listener.close()
    }

    @Test func `an answer of the largest size`() async throws {
        let folder = try TemporaryDirectory()
        let body = String(repeating: "x", count: 100)
        let listener = try await FakeListener(
            folder.file("s"), saying: "HTTP/1.1 404 Not Found\r\ncontent-length: 100\r\n\r\n\(body)")
        let answer = try await ControlClient(.unix(path: folder.file("s")), answerOctets: 100).get("/status")
        #expect(answer.status == 404)
        #expect(answer.body == Array(body.utf8))
        try await listener.close()
    }
}
