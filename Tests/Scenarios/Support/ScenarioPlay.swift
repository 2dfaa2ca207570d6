// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import FlowDecoding
import FlowModel
import Pipeline
import TestSupport

extension Scenario {
    /// Plays it with the real windows and the real detector, on a clock that runs as fast as they do. The same scenario
    /// always gives the same.
    ///
    /// - Parameter service: whose decisions are explained second by second, by its name; nil for nobody's.
    package func play(explaining service: String? = nil) -> ScenarioReport {
        var play = ScenarioPlay(self, explaining: service)
        for second in 0..<end { play.second(second) }
        return play.report()
    }

    /// Plays it until an expectation is certain to fail.
    ///
    /// - Returns: whether one fails.
    package func breaks() -> Bool {
        var play = ScenarioPlay(self, explaining: nil)
        for second in 0..<end {
            play.second(second)
            if play.result.isLost(self, after: second + 1) { return true }
        }
        return !play.report().failures(of: self).isEmpty
    }
}

/// A scenario while it is played.
private struct ScenarioPlay: ~Copyable {
    private let scenario: Scenario
    private var evaluation: Evaluation
    private var table = ExporterTable()
    private var decoder: DatagramDecoder
    private let decoded = FlowList()
    private var feed: ScenarioFeed
    private(set) var result = ScenarioReport()
    private var rollUp = RollUp()
    /// Seconds by which the clock was set forward.
    private var leap: Int64 = 0
    /// By exporter, the next sequence number, and what is still to be left out of it.
    private var sequences: [Int]
    private var lost: [Double]
    private var saved: LearnedState?
    private let explained: String?
    private var explanations = ExplanationText()

    init(_ scenario: Scenario, explaining service: String?) {
        explained = service
        self.scenario = scenario
        feed = ScenarioFeed(scenario)
        decoder = DatagramDecoder(configuration: scenario.configuration.decoding, exporters: table)
        evaluation = Evaluation(scenario.configuration, exporters: table)
        sequences = scenario.exporters.map { _ in 0 }
        lost = scenario.exporters.map { _ in 0 }
        for exporter in scenario.exporters { _ = table.register(exporter.address) }
        start(at: scenario.begins)
        if let learned = scenario.learned { evaluation.restore(learned, at: scenario.begins) }
    }

    private mutating func start(at now: Instant) {
        evaluation.start(at: now)
        if let explained { evaluation.demand = .service(explained) }
    }

    private func clock(_ second: Int64) -> Instant {
        Instant(seconds: scenario.begins.seconds + second + leap)
    }

    mutating func second(_ second: Int64) {
        if isDown(second) { return }
        let before = leap
        for disturbance in scenario.disturbances where disturbance.seconds.lowerBound == second {
            if case .leap(let seconds) = disturbance.kind { leap += seconds }
        }
        let shift = Interval.seconds(scenario.begins.seconds + leap)
        export(feed.takeRecords(of: second), second, shift)
        for arrival in feed.takeOutcomes(of: second) {
            var outcome = arrival.event
            outcome.time = arrival.happened + shift
            outcome.arrival = Instant(microseconds: arrival.time) + shift
            evaluation.add(outcome)
            result.events += 1
        }
        // As the program does: the seconds that the clock left out are judged too, a hole of hours is not.
        for missed in max(before, leap - 600)..<max(before, leap) {
            judge(Instant(seconds: scenario.begins.seconds + second + missed + 1), second)
        }
        judge(clock(second + 1), second)
    }

    // MARK: Telemetry

    /// The records go in as they are; a datagram of their exporter, which says nothing of services, goes through the
    /// decoder, so that what is known of exporters (that they live, what is lost) is counted as ever.
    private mutating func export(
        _ arrivals: [ScenarioFeed.Arrival<FlowRecord>], _ second: Int64, _ shift: Interval
    ) {
        var records: [FlowRecord] = []
        for arrival in arrivals {
            var record = arrival.event
            (record.start, record.end) = (record.start + shift, record.end + shift)
            records.append(record)
        }
        result.events += records.count
        for number in Set(records.map { Int($0.exporter.index) }).sorted() { announce(number, second) }
        evaluation.add(records.span)
    }

    private mutating func announce(_ number: Int, _ second: Int64) {
        var datagram = FixedMessageBuilder(.version5, flows: [TestFlow()], sequence: sequences[number])
        datagram.exportSeconds = Int(clock(second).seconds)
        let octets = datagram.datagram
        _ = decoder.decode(
            octets.span, from: scenario.exporters[number].address, port: 2055, arrival: clock(second),
            into: decoded)
        decoded.removeAll()
        lost[number] += feed.lossOdds(of: number, in: second)
        let gap = Int(lost[number])
        lost[number] -= Double(gap)
        sequences[number] += 1 + gap
    }

    // MARK: Process

    /// Whether Spate does not run in this second. It saves what it knows when it ends, and goes on with it.
    private mutating func isDown(_ second: Int64) -> Bool {
        guard
            let restart = scenario.disturbances.first(where: {
                $0.kind == .restart && $0.seconds.contains(second)
            })
        else { return false }
        if second == restart.seconds.lowerBound {
            saved = LearnedState([evaluation.learned], savedAt: clock(second))
        }
        _ = feed.takeRecords(of: second)
        _ = feed.takeOutcomes(of: second)
        if second == restart.seconds.upperBound - 1, let saved {
            table = ExporterTable()
            for exporter in scenario.exporters { _ = table.register(exporter.address) }
            decoder = DatagramDecoder(configuration: scenario.configuration.decoding, exporters: table)
            evaluation = Evaluation(scenario.configuration, exporters: table)
            start(at: clock(second + 1))
            evaluation.restore(saved, at: clock(second + 1))
        }
        return true
    }

    private mutating func judge(_ now: Instant, _ second: Int64) {
        for verdict in evaluation.tick(now) {
            result.said.append((second + 1, verdict))
            result.messages += rollUp.received(Alert(verdict)).count
        }
        for explanation in evaluation.explanations {
            result.explanations += explanations.lines(for: explanation).map { "\(second + 1)s \($0)" }
        }
        result.messages += rollUp.ticked(now).count
    }

    consuming func report() -> ScenarioReport {
        result.messages += rollUp.flushed(clock(scenario.end)).count
        result.baselines = evaluation.baselines
        result.learned = LearnedState([evaluation.learned], savedAt: clock(scenario.end)).archive()
        return result
    }
}
