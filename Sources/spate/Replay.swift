// SPDX-License-Identifier: Apache-2.0

import Capture
import Detection
import FlowDecoding
import Pipeline
import ServiceSignals
import ServiceWindows
import Settings

/// The pipeline driven by captures: their clock is the only clock.
struct Replay: ~Copyable {
    private var pipeline: SerialPipeline
    /// Where what the channels said is written, if anywhere.
    private var series: SignalSeries?
    private(set) var summary = ReplaySummary()
    /// Captures that turned out to be damaged, in the order in which that was met.
    private(set) var failures: [CaptureError] = []
    private let stopwatch = ContinuousClock()

    /// - Parameters:
    ///   - series: a file to which the signals of every second are appended; nil for none.
    ///   - past: what was learned before.
    init(_ configuration: Configuration, series path: String? = nil, past: LearnedState? = nil) {
        series = path.map { SignalSeries(path: $0, policy: configuration.detection) }
        pipeline = SerialPipeline(configuration, past: past)
    }

    /// Services of the past that were not watched for too long before the first capture.
    var forgotten: Int { pipeline.forgotten }

    /// What has been learned, as of the end of the last capture; nil when none was replayed.
    var learned: LearnedState? { pipeline.learned }

    /// Whose decisions are explained; nobody's at first.
    var demand: ExplanationDemand {
        get { pipeline.demand }
        set { pipeline.demand = newValue }
    }

    /// Names of the services that there have been.
    var services: [String] {
        (0..<pipeline.evaluation.windows.serviceCount).map { pipeline.evaluation.windows.service($0).name }
    }

    /// Replays captures to their end; verdicts are handed out as they are reached. A capture that is damaged counts as
    /// far as it could be read, and the others go on; see ``failures``.
    ///
    /// - Parameter explain: takes what led to the verdicts of a second, before them.
    /// - Throws: the error of a capture that cannot be opened.
    mutating func run(
        flows: [String], logs: [String], explain: (Explanation) -> Void = { _ in }, _ say: (Verdict) -> Void
    ) throws(CaptureError) {
        let start = stopwatch.now
        var captures = try MergedCaptures(paths: flows + logs)
        var series = series
        func judged(_ verdicts: [Verdict], _ evaluation: borrowing Evaluation) {
            evaluation.explanations.forEach(explain)
            verdicts.forEach(say)
            series?.write(evaluation.windows)
        }
        pipeline.forgetTime()
        while let item = next(&captures) {
            pipeline.advance(to: item.datagram.time, judged)
            if item.source < flows.count { decode(item.datagram) } else { parse(item.datagram) }
        }
        pipeline.finish(judged)
        series?.write(pipeline.evaluation.windows, isLast: true)
        self.series = series
        summary.skippedPackets += captures.skippedPackets
        summary.add(pipeline.evaluation.windows.counters)
        summary.wall += stopwatch.now - start
    }

    /// Why the signals could not be written; 0 when they were, or nobody wants them.
    var seriesError: Int32 { series?.error ?? 0 }

    private mutating func next(_ captures: inout MergedCaptures) -> MergedCaptures.Item? {
        while true {
            do throws(CaptureError) { return try captures.next() } catch { failures.append(error) }
        }
    }

    /// Starts counting anew, after baselines were learned.
    mutating func forgetCounts() {
        summary = ReplaySummary(before: pipeline.evaluation.windows.counters)
    }

    private mutating func decode(_ datagram: CapturedDatagram) {
        summary.datagrams += 1
        let result = pipeline.decode(
            datagram.payload.span, from: datagram.source, port: datagram.sourcePort, at: datagram.time)
        if result.rejection != nil { summary.rejectedDatagrams += 1 }
        summary.records += UInt64(result.records)
        summary.otherRecords += UInt64(result.otherRecords)
        summary.unmatchedSets += UInt64(result.unmatchedSets)
    }

    private mutating func parse(_ datagram: CapturedDatagram) {
        summary.lines += 1
        switch pipeline.parse(datagram.payload.span, from: datagram.source, at: datagram.time) {
        case .outcome, .shared: break
        case .ignored: summary.ignoredLines += 1
        case .unmatched: summary.unmatchedLines += 1
        case .malformed: summary.malformedLines += 1
        }
    }
}
