// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Control
import FlowModel
import Intake
import Logging
import Pipeline
import ServiceLifecycle
import Settings
import UnixSignals

/// `spate run`: the daemon, in the foreground.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Collect flows and write alerts, until SIGTERM.",
        discussion: """
            SIGTERM and SIGINT take what the kernel still holds and end with status 0; SIGHUP reads the whole \
            configuration again and keeps the old one if the new one is wrong.
            """)

    @Option(
        help: ArgumentHelp("The configuration file.", valueName: "file"),
        completion: .file(extensions: ["yaml"]))
    var config: String

    func run() async throws {
        ProcessSignals.ignoreBrokenPipes()
        LoggingSystem.bootstrap { label in StreamLogHandler.standardError(label: label) }
        let logger = Logger(label: "spate")
        let configuration = try Configuration.loadOrExit(path: config)
        let daemon: Daemon
        do {
            daemon = try Daemon(configuration, manager: ServiceManager(), logger: logger)
        } catch {
            StandardStreams.report("\(error)")
            throw ExitCode(1)
        }
        let services = ServiceGroup(
            services: [
                DaemonService(daemon: daemon, path: config, logger: logger)
            ] + Self.control(configuration, daemon, logger),
            gracefulShutdownSignals: [.sigterm, .sigint], logger: Self.quiet(logger))
        do {
            try await services.run()
        } catch let error as ControlServerError {
            StandardStreams.report("\(error)")
            throw ExitCode(1)
        }
    }

    private static func control(
        _ configuration: Configuration, _ daemon: Daemon, _ logger: Logger
    ) -> [any Service] {
        let pages = ControlPages(
            metrics: { MetricsReport(daemon).metrics },
            status: { StatusSurvey(daemon, at: WallClock.now()).report },
            health: { daemon.health(at: WallClock.now()) })
        return configuration.controlAddresses.map { ControlServer($0, pages: pages, logger: logger) }
    }

    /// The lifecycle library tells every step at debug and info; only its warnings are of use.
    private static func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = .warning
        return quiet
    }
}

/// The daemon as a service: starts, follows SIGHUP, stops gracefully.
private struct DaemonService: Service {
    let daemon: Daemon
    let path: String
    let logger: Logger

    func run() async throws {
        // Before the service manager hears that we are ready: SIGHUP would end the process.
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        daemon.start()
        await cancelWhenGracefulShutdown {
            for await _ in hangups { reread() }
        }
        daemon.stop()
    }

    private func reread() {
        let reading = Configuration.load(path: path, formats: .known)
        for problem in reading.problems { logger.error("\(problem)") }
        for warning in reading.warnings { logger.warning("\(warning)") }
        guard let configuration = reading.configuration else {
            logger.error("\(path) was not taken: the old configuration stays in force")
            return
        }
        do {
            try daemon.reconfigure(configuration)
            logger.info("\(path) was read again and is in force")
        } catch {
            logger.error("\(error); \(path) was not taken: the old configuration stays in force")
        }
    }
}

extension Daemon {
    /// Whether the evaluation turns; what else there is to say is in the metrics.
    func health(at now: Instant) -> Health {
        let last = evaluation.snapshot.lastTick
        guard last != .distantPast, now - last > .seconds(5) else { return .good }
        return Health(reasons: ["the evaluation has not run for \(Int((now - last).seconds)) s"])
    }
}
