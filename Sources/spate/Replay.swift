// SPDX-License-Identifier: Apache-2.0

import Capture
import Detection
import FlowDecoding
import FlowModel
import ServiceSignals
import ServiceWindows
import Settings

/// The pipeline on one thread, driven by captures: their clock is the only clock.
struct Replay: ~Copyable {
    private var evaluation: Evaluation
    private var decoder: DatagramDecoder
    private var parser: SignalParser
    /// Records of the present datagram.
    private let batch = FlowList()
    private let exporters = ExporterTable()
    private var second: Int64?
    /// Where what the channels said is written, if anywhere.
    private var series: SignalSeries?
    private(set) var summary = ReplaySummary()
    /// Captures that turned out to be damaged, in the order in which that was met.
    private(set) var failures: [CaptureError] = []
    private let stopwatch = ContinuousClock()

    /// - Parameter series: a file to which the signals of every second are appended; nil for none.
    init(_ configuration: Configuration, series path: String? = nil) {
        series = path.map { SignalSeries(path: $0, policy: configuration.detection) }
        evaluation = Evaluation(configuration, exporters: exporters)
        decoder = DatagramDecoder(configuration: configuration.decoding, exporters: exporters)
        parser = configuration.signalParser
    }

    /// Replays captures to their end; verdicts are handed out as they are reached. A capture that is damaged counts as
    /// far as it could be read, and the others go on; see ``failures``.
    ///
    /// - Throws: the error of a capture that cannot be opened.
    mutating func run(flows: [String], logs: [String], _ say: (Verdict) -> Void) throws(CaptureError) {
        let start = stopwatch.now
        var captures = try MergedCaptures(paths: flows + logs)
        second = nil
        while let item = next(&captures) {
            advance(to: item.datagram.time.seconds, say)
            if item.source < flows.count { decode(item.datagram) } else { parse(item.datagram) }
        }
        if let second { advance(to: second + 1, say) }
        series?.write(evaluation.windows, isLast: true)
        summary.skippedPackets += captures.skippedPackets
        summary.add(evaluation.windows.counters)
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
        summary = ReplaySummary(before: evaluation.windows.counters)
    }

    private mutating func advance(to target: Int64, _ say: (Verdict) -> Void) {
        guard let current = second else {
            evaluation.start(at: Instant(seconds: target))
            second = target
            return
        }
        guard target > current else { return }
        // A hole in the capture is not worth a tick for each of its seconds beyond what the windows hold.
        for tick in max(current + 1, target - 600)...target {
            evaluation.tick(Instant(seconds: tick)).forEach(say)
            series?.write(evaluation.windows)
        }
        second = target
    }

    private mutating func decode(_ datagram: CapturedDatagram) {
        summary.datagrams += 1
        let result = decoder.decode(
            datagram.payload.span, from: datagram.source, port: datagram.sourcePort, arrival: datagram.time,
            into: batch)
        batch.withRecords { evaluation.add($0) }
        batch.removeAll()
        if result.rejection != nil { summary.rejectedDatagrams += 1 }
        summary.records += UInt64(result.records)
        summary.otherRecords += UInt64(result.otherRecords)
        summary.unmatchedSets += UInt64(result.unmatchedSets)
    }

    private mutating func parse(_ datagram: CapturedDatagram) {
        summary.lines += 1
        let result = parser.parse(datagram.payload.span, from: datagram.source, arrival: datagram.time)
        switch result {
        case .outcome, .shared: result.forEachOutcome { evaluation.add($0) }
        case .ignored: summary.ignoredLines += 1
        case .unmatched: summary.unmatchedLines += 1
        case .malformed: summary.malformedLines += 1
        }
    }
}
