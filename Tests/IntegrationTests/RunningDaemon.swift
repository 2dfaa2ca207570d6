// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `spate run` on loopback ports of its own. Killed when this is gone.
final class RunningDaemon {
    /// For what a test puts beside the configuration.
    let folder: TemporaryDirectory
    let program: Program
    let flowPort: UInt16
    let httpPort: UInt16

    var configurationPath: String { folder.file("spate.yaml") }

    /// Starts the daemon and waits until it serves.
    ///
    /// - Parameters:
    ///   - configuration: added to the sockets, which are there already.
    ///   - buffer: receive buffer of the flow socket.
    ///   - sockets: that share its address.
    ///   - socket: path of the control socket; nil is none.
    init(
        _ configuration: String = "", buffer: String = "32MiB", sockets: Int = 1,
        folder: TemporaryDirectory? = nil, socket: String? = nil, environment: [String: String] = [:]
    ) async throws {
        self.folder = try folder ?? TemporaryDirectory()
        flowPort = try FreePort.take(.udp)
        httpPort = try FreePort.take(.tcp)
        let text =
            Self.base(
                flow: flowPort, buffer: buffer, sockets: sockets, control: Self.control(httpPort, socket))
            + configuration
        let path = self.folder.file("spate.yaml")
        try Data(text.utf8).write(to: URL(filePath: path))
        program = try Program(["run", "--config", path], environment: environment)
        try await eventually("/healthz: \(program.error)") {
            try #require(program.isRunning, "\(program.error)")
            return HTTPRequest.get("/healthz", port: httpPort)?.status == 200
                && program.error.contains("listening for NetFlow")
        }
    }

    private static func base(flow: UInt16, buffer: String, sockets: Int, control: String) -> String {
        """
        listen: [ { udp: "127.0.0.1:\(flow)", receive_buffer: \(buffer), sockets: \(sockets) } ]
        \(control)

        """
    }

    private static func control(_ http: UInt16, _ socket: String?) -> String {
        "control: { http: \"127.0.0.1:\(http)\"" + (socket.map { ", socket: \($0)" } ?? "") + " }"
    }

    /// A configuration for the same ports.
    func rewrite(
        _ configuration: String, listen: [UInt16]? = nil, sockets: Int = 1, socket: String? = nil
    ) throws {
        let places = (listen ?? [flowPort]).map { "{ udp: \"127.0.0.1:\($0)\", sockets: \(sockets) }" }
            .joined(separator: ", ")
        let text = "listen: [ \(places) ]\n\(Self.control(httpPort, socket))\n" + configuration
        try Data(text.utf8).write(to: URL(filePath: configurationPath))
    }

    /// `GET /metrics`.
    func metrics() throws -> Metrics {
        let answer = try #require(HTTPRequest.get("/metrics", port: httpPort), "\(program.error)")
        #expect(answer.status == 200)
        return Metrics(answer.body)
    }

    /// Waits until `condition` holds in the metrics, and returns those that are told next: a page is no snapshot, and what
    /// stands further up in it may be older than what the condition has seen.
    func metrics(
        _ what: String, within seconds: Int = 30, when condition: (Metrics) -> Bool
    ) async throws -> Metrics {
        try await eventually(what, within: seconds) {
            condition(try metrics()) ? try metrics() : nil
        }
    }

    /// SIGTERM, which has to end it with status 0.
    @discardableResult
    func stop() async throws -> Program.Ending {
        program.send(signal: SIGTERM)
        let ending = try await program.ending()
        #expect(ending.isExit)
        #expect(ending.status == 0, "\(ending.error)")
        return ending
    }
}
