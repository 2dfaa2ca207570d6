// SPDX-License-Identifier: Apache-2.0

import Hummingbird
package import Logging
import ServiceLifecycle

/// Serves `GET /metrics` and `GET /healthz` over HTTP; everything else is 404. Read-only, without authentication: meant
/// for a loopback address.
package struct ControlServer: Service {
    /// Idle connections are closed after this long: a scraper that comes every minute may keep its own.
    private static let idleSeconds: Int64 = 75
    /// Connections at a time; one more waits in the kernel's queue. A few scrapers need one each.
    private static let connectionLimit = 64

    private let host: String
    private let port: Int
    private let metrics: @Sendable () -> [Metric]
    private let health: @Sendable () -> Health
    private let listening: @Sendable (Int) -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - host: an IP address, IPv6 without brackets.
    ///   - port: 0 lets the kernel choose.
    ///   - metrics: called on a thread of the server for each request; must not block.
    ///   - health: the same.
    ///   - listening: called once with the port when requests are taken.
    package init(
        host: String, port: Int, metrics: @escaping @Sendable () -> [Metric],
        health: @escaping @Sendable () -> Health, listening: @escaping @Sendable (Int) -> Void = { _ in },
        logger: Logger
    ) {
        (self.host, self.port, self.metrics, self.health) = (host, port, metrics, health)
        (self.listening, self.logger) = (listening, logger)
    }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// - Throws: ``ControlServerError`` when the address cannot be listened on.
    package func run() async throws {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let application = Application(
            router: router,
            server: .http1(configuration: .init(idleTimeout: .seconds(Self.idleSeconds))),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: .maximum(Self.connectionLimit, logger: quiet)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? self.port
                self.logger.info(
                    "serving /metrics and /healthz", metadata: ["address": "\(self.place(port))"])
                self.listening(port)
            },
            logger: quiet)
        do {
            try await application.run()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ControlServerError(address: place(port), error)
        }
    }

    private var router: Router<BasicRequestContext> {
        let (metrics, health) = (metrics, health)
        let router = Router()
        router.get("metrics") { _, _ in
            Self.response(.ok, type: MetricsText.contentType, body: MetricsText.render(metrics()))
        }
        router.get("healthz") { _, _ in
            let health = health()
            return Self.response(
                health.isGood ? .ok : .serviceUnavailable, type: "application/json", body: health.json + "\n")
        }
        return router
    }

    private static func response(_ status: HTTPResponse.Status, type: String, body: String) -> Response {
        Response(
            status: status, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }

    /// `ADDRESS:PORT` as URLs write it.
    private func place(_ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// Why the server could not serve.
package struct ControlServerError: Error, CustomStringConvertible {
    /// `ADDRESS:PORT`.
    package let address: String
    /// In the words of the operating system.
    package let reason: String

    /// - Parameter error: of the network library, which writes `(function(labels:): reason) (errno: n)`.
    init(address: String, _ error: any Error) {
        let text = "\(error)"
        self.address = address
        reason =
            text.ranges(of: "): ").last.map { String(text[$0.upperBound...].prefix { $0 != ")" }) } ?? text
    }

    package var description: String { "cannot serve HTTP on \(address): \(reason)" }
}
