// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import Glibc
import ServiceWindows

/// Milliseconds on the processor that a second costs besides its records: judging 4,096 services, and moving their windows
/// on.
struct TickBenchmark: ~Copyable {
    private var traffic = TickTraffic(services: services)
    private var windows: ServiceAggregator
    private var detector = Detector(policy: DetectionPolicy())
    private var now: Int64 = 1_795_000_000
    private var verdicts = 0

    private static let services = 4096
    /// Seconds after which all of what the tests look back at is there.
    private static let before = 240

    init() {
        windows = ServiceAggregator(directory: traffic.directory)
        windows.advance(to: Instant(seconds: now))
    }

    /// Seconds after which baselines are grown, and what they learned first is learned.
    private static let hour = 4200

    /// Prints the figures.
    ///
    /// - Parameters:
    ///   - ticks: of each kind that are measured.
    ///   - isGrown: an hour goes before, which takes ten minutes: then baselines are learned by the minute.
    static func run(ticks: Int, isGrown: Bool) {
        print("ms a tick on the processor, \(services) services, \(ticks) ticks of each kind")
        print(
            "services" + pad(32, "services")
                + "judged: median  95 %    worst   advanced: median  worst   verdicts")
        var benchmark = TickBenchmark()
        benchmark.pass(isGrown ? hour : before)
        benchmark.measure("all calm and busy", ticks)
        benchmark.traffic.troubledEvery = 100
        benchmark.measure("1 % pressed and harmed", ticks)
        benchmark.traffic.troubledEvery = 1
        benchmark.measure("all pressed and harmed", min(ticks, 30))
        benchmark.traffic.troubledEvery = 0
        benchmark.traffic.busyEvery = 10
        benchmark.pass(before)
        benchmark.measure("one of ten busy, the others idle", ticks)
        benchmark.isIdle = true
        benchmark.pass(before)
        benchmark.measure("all idle", ticks)
    }

    /// So many seconds of services that are busy and calm, without figures: for those who count allocations.
    static func pass(ticks: Int) {
        var benchmark = TickBenchmark()
        benchmark.pass(before + ticks)
    }

    private var isIdle = false

    /// Milliseconds for the detector, and for the windows.
    private mutating func second() -> (judged: Double, advanced: Double) {
        if !isIdle { traffic.second(now, into: &windows) }
        now += 1
        let begin = clock()
        windows.advance(to: Instant(seconds: now))
        let between = clock()
        verdicts += detector.evaluate(&windows, exporters: []).count
        // POSIX: a clock tick is a microsecond.
        return (Double(clock() - between) / 1000, Double(between - begin) / 1000)
    }

    private mutating func pass(_ seconds: Int) { for _ in 0..<seconds { _ = second() } }

    private mutating func measure(_ name: String, _ ticks: Int) {
        verdicts = 0
        let times = (0..<ticks).map { _ in second() }
        let (judged, advanced) = (times.map(\.judged).sorted(), times.map(\.advanced).sorted())
        print(
            name + Self.pad(40, name) + Self.text(judged[ticks / 2]) + Self.text(judged[ticks * 95 / 100])
                + Self.text(judged[ticks - 1])
                + "          " + Self.text(advanced[ticks / 2]) + Self.text(advanced[ticks - 1])
                + "  \(verdicts)")
    }

    private static func text(_ milliseconds: Double) -> String {
        let text = "\((milliseconds * 100).rounded() / 100)"
        return text + pad(8, text)
    }

    private static func pad(_ width: Int, _ text: String) -> String {
        String(repeating: " ", count: max(1, width - text.count))
    }
}
