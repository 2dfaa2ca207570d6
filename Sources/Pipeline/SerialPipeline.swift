// SPDX-License-Identifier: Apache-2.0

package import Detection
package import FlowDecoding
package import FlowModel
package import ServiceSignals
package import Settings

/// The whole pipeline behind the sockets on one thread, without rings: datagrams and lines in, verdicts out. It has no clock
/// but the one that it is given.
package struct SerialPipeline: ~Copyable {
    /// Windows and detector.
    package private(set) var evaluation: Evaluation
    private var decoder: DatagramDecoder
    private var parser: SignalParser
    /// Records of the present datagram.
    private let batch = FlowList()
    private let exporters = ExporterTable()
    /// The one that is running; nil before the first.
    private var second: Int64?
    /// What was learned before, until the clock says what time it is.
    private var past: LearnedState?
    /// Services of the past that were not watched for too long before the first second.
    package private(set) var forgotten = 0

    /// A hole in what comes is not worth a tick for each of its seconds beyond what the windows hold.
    private static let longestHole: Int64 = 600

    /// For which service ``Evaluation/explanations`` are kept.
    package var demand: ExplanationDemand {
        get { evaluation.demand }
        set { evaluation.demand = newValue }
    }

    /// The stages as the configuration wants them, before anything has come.
    ///
    /// - Parameter past: what was learned before.
    package init(_ configuration: Configuration, past: LearnedState? = nil) {
        self.past = past
        evaluation = Evaluation(configuration, exporters: exporters)
        decoder = DatagramDecoder(configuration: configuration.decoding, exporters: exporters)
        parser = configuration.signalParser
    }

    /// Lets the clock begin anew with the next ``advance(to:_:)``: another capture may be of another day.
    package mutating func forgetTime() { second = nil }

    /// Ends the seconds before that of `time` and judges each; `judged` is told what came of it and sees
    /// the windows and what led to it.
    package mutating func advance(
        to time: Instant, _ judged: (_ verdicts: [Verdict], _ evaluation: borrowing Evaluation) -> Void
    ) {
        let target = time.seconds
        guard let current = second else {
            evaluation.start(at: Instant(seconds: target))
            second = target
            restore(at: Instant(seconds: target))
            return
        }
        guard target > current else { return }
        for tick in max(current + 1, target - Self.longestHole)...target {
            let verdicts = evaluation.tick(Instant(seconds: tick))
            judged(verdicts, evaluation)
        }
        second = target
    }

    private mutating func restore(at now: Instant) {
        guard var past else { return }
        forgotten = past.forget(at: now)
        evaluation.restore(past, at: now)
        self.past = nil
    }

    /// What has been learned, as of the second that is running; nil before the first.
    package var learned: LearnedState? {
        second.map { LearnedState([evaluation.learned], savedAt: Instant(seconds: $0)) }
    }

    /// Ends the second that is running, if any.
    package mutating func finish(
        _ judged: (_ verdicts: [Verdict], _ evaluation: borrowing Evaluation) -> Void
    ) {
        if let second { advance(to: Instant(seconds: second + 1), judged) }
    }

    /// Takes a datagram of an exporter, not older than the second that is running.
    package mutating func decode(
        _ payload: borrowing Span<UInt8>, from exporter: IPAddress, port: UInt16, at time: Instant
    ) -> DatagramSummary {
        let result = decoder.decode(payload, from: exporter, port: port, arrival: time, into: batch)
        batch.withRecords { evaluation.add($0) }
        batch.removeAll()
        return result
    }

    /// Takes a log line, with or without its syslog header, likewise.
    package mutating func parse(
        _ line: borrowing Span<UInt8>, from sender: IPAddress, at time: Instant
    ) -> SignalResult {
        let result = parser.parse(line, from: sender, arrival: time)
        result.forEachOutcome { evaluation.add($0) }
        return result
    }
}
