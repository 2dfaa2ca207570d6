// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import Glibc
import ServiceWindows

/// Nanoseconds a flow record costs in memory, on one thread: decoded, and decoded and booked on its service.
/// Figures for people, to compare one machine's before with its after; no test depends on them.
@main struct Benchmarks {
    private var rounds = 5
    private var withWindows = true
    private var onlyCounts = false
    private var readsMetrics = false
    private var withLogs = false
    private var lines: Int?
    private var discovers = false
    private var evaluation: (() -> Bool)?
    private var captures: [String] = []
    private var ticks: Int?
    private var uncountedTicks: Int?
    private var isGrown = false
    private var servers = GeneratedTraffic.servers

    /// - `pcap=FILE` (several times) takes datagrams from captures instead of generated ones. Their services are the
    ///   endpoints in `servers=PREFIX` (10.10.0.0/15).
    /// - `discover` configures no service: the windows find them.
    /// The column "ring" is decoding with a ring behind it, as in the daemon.
    ///
    /// - `decode` leaves the windows out, for profilers; `rounds=N` says how often all is done (5).
    /// - `scan`, or `scan=NUMBER`, and `sketches` are evaluations; exit status 1 when a promise does not hold.
    /// - `tick`, or `tick=NUMBER` (64), judges 4,096 services in so many seconds of each kind, with `grown` after an hour;
    ///   `ticks=NUMBER` does it without figures, for those who count allocations.
    /// - `metrics` reads StatsD datagrams instead.
    /// - `logs` is about log lines instead of flow records: `rounds=N` as above; `lines=NUMBER` reads so many of each kind
    ///   and prints no figures, for those who count allocations.
    /// - `records` only prints how many records a round of `decode` decodes.
    static func main() throws {
        var benchmarks = Benchmarks()
        for argument in CommandLine.arguments.dropFirst() {
            guard benchmarks.take(argument) else { return print("Benchmarks: what is \(argument)?") }
        }
        if let evaluation = benchmarks.evaluation { exit(evaluation() ? 0 : 1) }
        try benchmarks.run()
    }

    private mutating func take(_ argument: String) -> Bool {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        switch (parts[0], parts.dropFirst().first) {
        case ("records", nil): onlyCounts = true
        case ("logs", nil): withLogs = true
        case ("lines", let value?): lines = Int(value)
        case ("decode", nil): withWindows = false
        case ("metrics", nil): readsMetrics = true
        case ("discover", nil): discovers = true
        case ("scan", let value):
            evaluation = { Evaluations.scan(count: Int(value ?? "") ?? 10_000_000, growth: 32) }
        case ("tick", let value): ticks = Int(value ?? "") ?? 64
        case ("grown", nil): isGrown = true
        case ("ticks", let value?): uncountedTicks = Int(value)
        case ("sketches", nil): evaluation = { Evaluations.sketches(seeds: 50) }
        case ("rounds", let value?): rounds = max(1, Int(value) ?? rounds)
        case ("pcap", let value?): captures.append(value)
        case ("servers", let value?): servers = IPPrefix(value) ?? servers
        default: return false
        }
        return true
    }

    private func run() throws {
        if let ticks { return TickBenchmark.run(ticks: ticks, isGrown: isGrown) }
        if let uncountedTicks { return TickBenchmark.pass(ticks: uncountedTicks) }
        guard !readsMetrics else { return MetricReading(rounds: rounds).run() }
        if let lines { return LogBenchmark.read(lines: lines) }
        if withLogs { return LogBenchmark.run(rounds: rounds) }
        guard !onlyCounts else { return print(generated(services: 200).reduce(0) { $0 + count($1).records }) }
        let columns = "records   services  decode  ring    first pass  repeated"
        print(
            "ns a record on the processor, best of \(rounds); \"first pass\" fills new windows, \"repeated\" goes"
        )
        print("over the same seconds again\n\n" + column("traffic", 26) + columns)
        guard captures.isEmpty else {
            for capture in captures { measure(try Traffic(capture: capture)) }
            return
        }
        for traffic in generated(services: 200) { measure(traffic) }
        guard withWindows else { return }
        for traffic in generated(services: 200, halves: true) { measure(traffic) }
        for traffic in generated(services: 100_000) { measure(traffic) }
    }

    /// One format after the other, so that only one is in memory.
    private func generated(services: Int, halves: Bool = false) -> some Sequence<Traffic> {
        ExportFormat.allCases.lazy.map { format in
            var generator = GeneratedTraffic(format, services: services, sources: 100_000)
            var traffic = generator.traffic(halves: halves)
            if halves { traffic.name += " both halves" }
            return traffic
        }
    }

    private func count(_ traffic: Traffic) -> (records: Int, endpoints: [ServiceKey]) {
        var sink = EndpointSink(servers: servers)
        var decoder = Self.decoder
        traffic.play(&decoder, into: &sink)
        return (Int(sink.records), sink.endpoints)
    }

    private func measure(_ traffic: Traffic) {
        let (records, endpoints) = count(traffic)
        var counting = CountingSink()
        let decoding = times(traffic, records: records, into: &counting).dropFirst().min() ?? 0
        var line = column(traffic.name, 26) + column("\(records)", 10) + column("\(endpoints.count)", 10)
        var ring = RingSink()
        let ringing = times(traffic, records: records, into: &ring).dropFirst().min() ?? 0
        line += column(text(decoding), 8) + column(text(ringing), 8)
        if withWindows {
            var booking = BookingSink(endpoints, discovers: discovers)
            let all = times(traffic, records: records, into: &booking)
            line += column(text(all[0]), 12) + text(all.dropFirst().min() ?? 0)
            let counters = booking.windows.counters
            if counters.records != booking.records {
                line += "  booked \(counters.records) of \(booking.records)"
            }
        }
        print(line)
    }

    /// Nanoseconds a record, of a first pass and of the rounds after it.
    private func times<Sink: TimedSink & ~Copyable>(
        _ traffic: Traffic, records: Int, into sink: inout Sink
    ) -> [Double] {
        var decoder = Self.decoder
        return (0...rounds).map { _ in
            let before = (time: clock(), records: sink.records)
            traffic.play(&decoder, into: &sink)
            precondition(sink.records - before.records == UInt64(records), "records were lost")
            // POSIX: a clock tick is a microsecond.
            return Double(clock() - before.time) * 1000 / Double(max(1, records))
        }
    }

    private static var decoder: DatagramDecoder {
        DatagramDecoder(configuration: DecodingConfiguration(), exporters: ExporterTable())
    }

    private func text(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    private func column(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
