// SPDX-License-Identifier: Apache-2.0

import Control
import Logging
import ServiceLifecycle
import Testing

/// Runs `body` beside a control server, then shuts it down as the daemon does.
func withServer(
    _ address: ControlAddress = .tcp(host: "127.0.0.1", port: 0), pages: ControlPages = .sample,
    logger: Logger = .silent, perform body: (ControlAddress) async throws -> Void
) async throws {
    let (places, continuation) = AsyncStream.makeStream(of: ControlAddress.self)
    let server = ControlServer(
        address, pages: pages, listening: { continuation.yield($0) }, logger: logger)
    let group = ServiceGroup(configuration: .init(services: [server], logger: .silent))
    let running = Task {
        defer { continuation.finish() }
        try await group.run()
    }
    var iterator = places.makeAsyncIterator()
    guard let place = await iterator.next() else {
        try await running.value
        throw NeverListened()
    }
    let outcome: Result<Void, any Error>
    do {
        outcome = .success(try await body(place))
    } catch {
        outcome = .failure(error)
    }
    await group.triggerGracefulShutdown()
    try await running.value
    try outcome.get()
}

/// The server ended without an error and without listening.
struct NeverListened: Error {}

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

extension ControlPages {
    /// A metric, good health and a small status.
    static let sample = ControlPages(
        metrics: { [Metric(name: "spate_test_total", help: "Test.", kind: .counter, value: 42)] },
        status: { .sample }, health: { .good })
}

extension StatusReport {
    /// Two exporters and a stranger, one of everything else.
    static let sample: StatusReport = {
        var good = Exporter(exporter: "10.3.0.1")
        (good.versions, good.lastSeen, good.silentSeconds) = ([9, 10], "2026-11-21T02:02:45.123Z", 2.5)
        (good.datagrams, good.records, good.templates) = (120, 2880, 4)
        (good.samplingInterval, good.clockOffsetSeconds) = (1000, -0.512)
        var bad = Exporter(exporter: "fd00::1")
        (bad.versions, bad.silentSeconds, bad.datagrams) = ([5], 7300, 12)
        (bad.lost, bad.late, bad.duplicates, bad.resets) = (30, 2, 1, 4)
        (bad.unmatchedSets, bad.recoveredSets) = (3, 2)
        (bad.rejected, bad.problems) = (["truncated": 3, "too_short": 5], ["count_mismatch": 7])
        bad.clockOffsetSeconds = 3600.25
        var others = Exporter(exporter: "others")
        (others.datagrams, others.rejected, others.silentSeconds) = (1, ["unknown_version": 1], 0)
        return StatusReport(
            daemon: Daemon(
                version: "1.2.3", pid: 410, time: "2026-11-21T02:02:47.623Z", uptimeSeconds: 12_000,
                health: .good, services: 2, openIncidents: 1),
            sockets: [
                Socket(
                    use: "flows", address: "[::]:2055", datagrams: 133, kernelDrops: 6, ringDrops: 7,
                    receiveBuffer: 4 << 20, receiveBufferRequested: 32 << 20)
            ],
            exporters: [good, bad, others],
            logs: logs, rules: rules,
            writers: [Writer(writer: "syslog:/dev/log", delivered: 5, waiting: 1, dropped: 0)])
    }()

    /// A socket that is flooded and one with connections.
    private static let logs: [Logs] = {
        var flooded = Logs(
            address: "[::]:5140", read: 10, unmatched: 2, ignored: ["unreadable": 3], malformed: ["header": 1]
        )
        flooded.dropped = ["10.9.0.1": 700, "others": 5]
        flooded.unmatchedSample = Sample(
            line: "<13>cron[1]: x\u{1B}[2J", reason: "unmatched", time: "2026-11-21T02:02:40.000Z")
        var connected = Logs(
            address: "tcp:[::]:5140", read: 4, unmatched: 0, ignored: [:], malformed: [:])
        connected.connections = Connections(
            open: 2, accepted: 9, closed: ["refused": 3, "idle": 1], cutLines: 6)
        return [flooded, connected]
    }()

    private static let rules: [Rule] = {
        var first = Rule(
            rule: "1:haproxy-http", meaning: "program haproxy, frontend web~", service: "shop", read: 14,
            ignored: ["unreadable": 3])
        first.sample = Sample(
            line: "<134>haproxy[7]: nonsense", reason: "unreadable", time: "2026-11-21T02:02:41.000Z")
        return [first, Rule(rule: "2:unbound", meaning: "", service: "dns", read: 0, ignored: [:])]
    }()
}
