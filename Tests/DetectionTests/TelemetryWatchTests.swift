// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import ServiceWindows
import TestSupport
import Testing

private let start: Int64 = 1_795_000_000

/// An exporter that the tests drive, and what is said of it.
private struct Exporter: ~Copyable {
    var status = ExporterStatus(
        address: Fixture.address("10.3.0.1"), lastSeen: Instant(seconds: start), datagrams: 1000, loss: 0)
    var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]), discovers: false)
    var detector = Detector(policy: DetectionPolicy())
    var now = start
    var said: [(minute: Int64, verdict: Verdict)] = []

    init() { windows.advance(to: Instant(seconds: now)) }

    /// Minutes in each of which 6000 units arrive, `lost` get lost, and `unread` sets cannot be read.
    mutating func run(minutes: Int, lost: UInt64 = 0, unread: UInt64 = 0, sends: Bool = true) {
        for second in 0..<(60 * minutes) {
            now += 1
            if sends {
                status.lastSeen = Instant(seconds: now)
                status.datagrams += 10
                status.received += 100
            }
            if second % 60 == 30 {
                status.lost += lost
                status.unreadSets += unread
            }
            windows.advance(to: Instant(seconds: now))
            for verdict in detector.evaluate(&windows, exporters: [status]) {
                said.append(((now - start) / 60, verdict))
            }
        }
    }

    /// The details with the name of the exporter left out.
    var words: [String] {
        said.map { entry in
            (entry.verdict.severity == .warning ? "! " : "")
                + (entry.verdict.detail ?? "").replacing("exporter 10.3.0.1 ", with: "")
        }
    }
}

@Suite struct TelemetryWatchTests {
    @Test func aGoodExporterIsNotTalkedAbout() {
        var exporter = Exporter()
        exporter.run(minutes: 60)
        #expect(exporter.words == [])
    }

    @Test func lossIsSaidOnceAndItsEndAfterFiveGoodMinutes() {
        var exporter = Exporter()
        exporter.run(minutes: 3)
        exporter.run(minutes: 10, lost: 300)
        // Four good minutes are none of the end.
        exporter.run(minutes: 4)
        exporter.run(minutes: 1, lost: 300)
        exporter.run(minutes: 10)
        #expect(
            exporter.words == [
                "! lost 4.8 % of what it sent in the last minute: incidents of its services are told one step milder",
                "has lost next to nothing for 5 min",
            ])
        #expect(exporter.said.first?.verdict.telemetry.loss.rounded(toPlaces: 3) == 0.048)
        #expect(exporter.said.map(\.minute) == [4, 23])
    }

    @Test(arguments: [(UInt64(50), 0), (9, 0), (61, 1)])
    func aLittleLossIsNone(lost: UInt64, said: Int) {
        var exporter = Exporter()
        exporter.run(minutes: 10, lost: lost)
        #expect(exporter.words.count == said)
    }

    @Test(arguments: [(62.4, "62 s ahead"), (-3600.2, "3600 s behind")])
    func aWrongClockIsSaidOnce(seconds: Double, words: String) {
        var exporter = Exporter()
        exporter.status.clockSkew = .milliseconds(Int64(seconds * 1000))
        exporter.run(minutes: 30)
        exporter.status.clockSkew = .milliseconds(-500)
        exporter.run(minutes: 30)
        #expect(
            exporter.words == [
                "! has a clock that is \(words): what it tells is booked in the wrong seconds",
                "has the right time again",
            ])
    }

    @Test func dataWithoutTemplatesIsSaidAfterTenMinutes() {
        var exporter = Exporter()
        exporter.run(minutes: 9, unread: 3)
        exporter.run(minutes: 2)
        #expect(exporter.words == [])
        exporter.run(minutes: 20, unread: 3)
        exporter.run(minutes: 2)
        #expect(
            exporter.words == [
                "! has sent data without their templates for 10 min: these are not read",
                "has sent the templates of its data",
            ])
    }

    @Test func ofASilentExporterOnlyTheSilenceIsSaid() {
        var exporter = Exporter()
        exporter.run(minutes: 2)
        exporter.run(minutes: 20, lost: 1000, unread: 5, sends: false)
        #expect(exporter.words == ["! has been silent for 120 s: its services are not watched"])
    }

    /// softflowd sends nothing while it has no flows: at night that is usual.
    @Test func usualPausesAreNoSilence() {
        var exporter = Exporter()
        exporter.run(minutes: 2)
        exporter.run(minutes: 3, sends: false)
        exporter.run(minutes: 1)
        #expect(exporter.words.count == 2)
        exporter.said = []
        for _ in 0..<5 {
            exporter.run(minutes: 4, sends: false)
            exporter.run(minutes: 1)
        }
        #expect(exporter.words == [])
        exporter.run(minutes: 20, sends: false)
        #expect(exporter.words.count == 1)
    }

    @Test func thousandsOfExportersThatFallSilentAreAFewMessages() {
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]), discovers: false)
        var detector = Detector(policy: DetectionPolicy())
        windows.advance(to: Instant(seconds: start))
        let statuses = (0..<3000).map { index in
            ExporterStatus(
                address: Fixture.address("10.99.0.0", plus: index),
                lastSeen: Instant(seconds: start - 1000 + Int64(index)), datagrams: 100, loss: 0)
        }
        var said: [Verdict] = []
        for second in 1...3600 {
            windows.advance(to: Instant(seconds: start + Int64(second)))
            said += detector.evaluate(&windows, exporters: statuses)
        }
        // Thirty at once, and one a minute as long as any come.
        #expect((60...70).contains(said.count), "\(said.count)")
        #expect(said.last?.detail?.contains("more notices about exporters were held back") == true)
    }
}

@Suite struct IntakeWatchTests {
    @Test func dropsAreSaidOnceUntilNoneCameForFiveMinutes() {
        var watch = IntakeWatch()
        var drops = IntakeDrops(kernel: 0, ring: 0)
        var said: [String] = []
        for second in Int64(0)..<1200 {
            if (100..<200).contains(second), second % 10 == 0 { drops.kernel += 7 }
            if second == 400 { drops.ring += 1 }
            said += watch.evaluate(drops, now: start + second).map {
                "\(second) \($0.severity.name) \($0.detail ?? "")"
            }
        }
        #expect(
            said == [
                "100 warning the kernel has dropped 7 datagrams for want of room in the receive buffer: what they told is not seen",
                "400 warning the evaluation does not keep up and has dropped 1 record: what they told is not seen",
                "490 notice nothing has been dropped for 5 min; in all 70 datagrams",
                "700 notice nothing has been dropped for 5 min; in all 1 record",
            ])
    }
}

extension Double {
    fileprivate func rounded(toPlaces places: Int) -> Double {
        let factor = (0..<places).reduce(1.0) { power, _ in power * 10 }
        return (self * factor).rounded() / factor
    }
}
