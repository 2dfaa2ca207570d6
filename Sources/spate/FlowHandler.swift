// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import Intake
import LockFree
import Logging

/// What a flow socket does with a datagram: decode it, into the ring or the rings of the shards, publish once a batch.
///
/// Belongs to the queue of its listener.
struct FlowHandler: DatagramHandler, ~Copyable {
    private var decoder: DatagramDecoder
    private let output: FlowOutput
    /// By shard.
    private let rings: [SPSCRing<FlowRecord>]
    private let wakeups: [Wakeup]
    private var complaints: ComplaintLog

    init(
        decoder: consuming DatagramDecoder, rings: [SPSCRing<FlowRecord>], routing: Routing, logger: Logger
    ) {
        self.decoder = decoder
        let writers = rings.map { RingWriter($0.takeProducer()) }
        output = routing.router.map { .shards(ShardWriter($0, rings: writers)) } ?? .ring(writers[0])
        (self.rings, wakeups) = (rings, routing.wakeups)
        complaints = ComplaintLog(logger: logger)
    }

    mutating func received(
        payload: borrowing Span<UInt8>, from address: IPAddress, port: UInt16, at time: Instant
    ) {
        let summary = decoder.decode(payload, from: address, port: port, arrival: time, into: output.sink)
        if !summary.isClean { complaints.note(summary, from: address, at: time) }
    }

    mutating func batchEnded() {
        output.publish()
        // A quarter full: the timer of the evaluation would come too late.
        for (ring, wakeup) in zip(rings, wakeups) where ring.count > ring.capacity / 4 { wakeup.signal() }
    }

    /// Half of the ring is for what one batch can bring; the kernel's buffer is the reserve behind it. To decode what
    /// then finds no room would take the processor from the stage that makes it.
    var hasRoom: Bool { rings.allSatisfy { $0.count <= $0.capacity / 2 } }

    mutating func reconfigure(_ configuration: DecodingConfiguration, _ routing: Routing) {
        decoder.reconfigure(configuration)
        if case .shards(let writer) = output, let router = routing.router { writer.router = router }
    }

    mutating func restore(_ state: ArchivedState, now: Instant, where isWanted: (IPAddress) -> Bool) {
        decoder.restore(state, now: now, where: isWanted)
    }

    var stateSection: StateSection { decoder.stateSection() }
}

/// Where the records of a socket go.
private enum FlowOutput {
    /// Straight into the slots.
    case ring(RingWriter)
    /// By way of a copy.
    case shards(ShardWriter)

    var sink: any FlowSink {
        switch self {
        case .ring(let writer): writer
        case .shards(let writer): writer
        }
    }

    func publish() {
        switch self {
        case .ring(let writer): writer.publish()
        case .shards(let writer): writer.publish()
        }
    }
}

/// Says what is wrong with datagrams, at most once a minute for each exporter: a log line for every bad datagram would
/// be an attack of its own.
struct ComplaintLog {
    private static let interval = Interval.seconds(60)
    /// Senders that are remembered; beyond, all others share one place.
    private static let senders = 1024

    private let logger: Logger
    private var last: [IPAddress: (time: Instant, silent: Int)] = [:]

    init(logger: Logger) { self.logger = logger }

    mutating func note(_ summary: DatagramSummary, from sender: IPAddress, at time: Instant) {
        guard let text = Self.text(summary) else { return }
        let place = last.count < Self.senders || last[sender] != nil ? sender : .unspecified
        if let (said, silent) = last[place], time - said < Self.interval {
            last[place] = (said, silent + 1)
            return
        }
        let silent = last[place]?.silent ?? 0
        last[place] = (time, 0)
        let more = silent > 0 ? " (and \(silent) more datagrams in the last minute)" : ""
        logger.warning("\(sender): \(text)\(more)")
    }

    /// Nil for what only counters tell: the count in a v9 header is not used to decode, and softflowd's is of flows alone.
    private static func text(_ summary: DatagramSummary) -> String? {
        if let reason = summary.rejection {
            return "datagram of version word \(summary.version) rejected: \(reason.rawValue)"
        }
        var parts: [String] = []
        for problem in Problem.allCases where problem != .countMismatch && summary.problems[problem] > 0 {
            parts.append("\(problem.name) \(summary.problems[problem])")
        }
        if summary.unmatchedSets > 0 { parts.append("data sets without a template \(summary.unmatchedSets)") }
        guard !parts.isEmpty else { return nil }
        return "NetFlow version \(summary.version): " + parts.joined(separator: ", ")
    }
}
