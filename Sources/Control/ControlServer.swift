// SPDX-License-Identifier: Apache-2.0

import Hummingbird
package import Logging
import NIOCore
import ServiceLifecycle

/// What the daemon shows of itself. Each is called on a thread of the server for each request, and must not block.
package struct ControlPages: Sendable {
    /// `GET /metrics`.
    package var metrics: @Sendable () -> [Metric]
    /// `GET /status`.
    package var status: @Sendable () -> StatusReport
    /// `GET /healthz`.
    package var health: @Sendable () -> Health

    package init(
        metrics: @escaping @Sendable () -> [Metric], status: @escaping @Sendable () -> StatusReport,
        health: @escaping @Sendable () -> Health
    ) {
        (self.metrics, self.status, self.health) = (metrics, status, health)
    }
}

/// Serves `GET /metrics`, `/status` and `/healthz` over HTTP; everything else is 404. Read-only, without authentication:
/// meant for a loopback address or a Unix socket.
package struct ControlServer: Service {
    /// Idle connections are closed after this long: a scraper that comes every minute may keep its own.
    private static let idleSeconds: Int64 = 75
    /// Connections at a time; one more waits in the kernel's queue. A few scrapers need one each.
    private static let connectionLimit = 64

    private let address: ControlAddress
    private let pages: ControlPages
    private let listening: @Sendable (ControlAddress) -> Void
    private let logger: Logger

    /// - Parameter listening: called once when requests are taken, with the port that the kernel chose.
    package init(
        _ address: ControlAddress, pages: ControlPages,
        listening: @escaping @Sendable (ControlAddress) -> Void = { _ in }, logger: Logger
    ) {
        (self.address, self.pages) = (address, pages)
        (self.listening, self.logger) = (listening, logger)
    }

    /// Serves until graceful shutdown or cancellation. A Unix socket that cannot be made where it should be, because the
    /// folder is not there or not ours, is a warning: the collector has other work.
    ///
    /// - Throws: ``ControlServerError`` when the address cannot be listened on.
    package func run() async throws {
        do {
            switch address {
            case .tcp: try await serve {}
            case .unix(let path):
                let file = SocketFile(path: path)
                try await file.prepare()
                try await serve { file.open() }
            }
        } catch let error as ControlServerError where error.isForWantOfPlace {
            logger.warning("\(error); the collector goes on without it")
            try await gracefulShutdown()
        }
    }

    /// - Parameter opened: called when the socket is bound, before anybody is told.
    private func serve(_ opened: @escaping @Sendable () -> Void) async throws {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let application = Application(
            router: router,
            server: .http1(configuration: .init(idleTimeout: .seconds(Self.idleSeconds))),
            configuration: ApplicationConfiguration(
                address: bindAddress,
                availableConnectionsDelegate: .maximum(Self.connectionLimit, logger: quiet)),
            onServerRunning: { channel in
                opened()
                let place = place(of: channel)
                logger.info("serving /metrics, /status and /healthz", metadata: ["address": "\(place)"])
                listening(place)
            },
            logger: quiet)
        do {
            try await application.run()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ControlServerError(address, error)
        }
    }

    private var bindAddress: BindAddress {
        switch address {
        case .tcp(let host, let port): .hostname(host, port: port)
        case .unix(let path): .unixDomainSocket(path: path)
        }
    }

    /// The address with the port that the kernel gave.
    private func place(of channel: any Channel) -> ControlAddress {
        guard case .tcp(let host, let port) = address else { return address }
        return .tcp(host: host, port: channel.localAddress?.port ?? port)
    }

    private var router: Router<BasicRequestContext> {
        let pages = pages
        let router = Router()
        router.get("metrics") { _, _ in
            Self.response(.ok, type: MetricsText.contentType, body: MetricsText.render(pages.metrics()))
        }
        router.get("status") { _, _ in
            Self.response(.ok, type: "application/json", body: pages.status().json + "\n")
        }
        router.get("healthz") { _, _ in
            let health = pages.health()
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
}
