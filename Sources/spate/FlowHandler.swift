// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import Intake
import LockFree
import Logging

/// What a flow socket does with a datagram: decode it, into the ring, publish once a batch.
///
/// Belongs to the queue of its listener.
struct FlowHandler: DatagramHandler, ~Copyable {
    private var decoder: DatagramDecoder
    private let sink: RingWriter
    private let ring: SPSCRing<FlowRecord>
    private let wakeup: Wakeup
    private var complaints: ComplaintLog

    init(
        decoder: consuming DatagramDecoder, ring: SPSCRing<FlowRecord>, wakeup: Wakeup, logger: Logger
    ) {
        self.decoder = decoder
        sink = RingWriter(ring.takeProducer())
        (self.ring, self.wakeup) = (ring, wakeup)
        complaints = ComplaintLog(logger: logger)
    }

    mutating func received(
        payload: borrowing Span<UInt8>, from address: IPAddress, port: UInt16, at time: Instant
    ) {
        let summary = decoder.decode(payload, from: address, port: port, arrival: time, into: sink)
        if !summary.isClean { complaints.note(summary, from: address, at: time) }
    }

    mutating func batchEnded() {
        sink.publish()
        // A quarter full: the timer of the evaluation would come too late.
        if ring.count > ring.capacity / 4 { wakeup.signal() }
    }

    /// Half of the ring is for what one batch can bring; the kernel's buffer is the reserve behind it. To decode what
    /// then finds no room would take the processor from the stage that makes it.
    var hasRoom: Bool { ring.count <= ring.capacity / 2 }

    mutating func reconfigure(_ configuration: DecodingConfiguration) { decoder.reconfigure(configuration) }

    mutating func restore(_ state: ArchivedState, now: Instant, where isWanted: (IPAddress) -> Bool) {
        decoder.restore(state, now: now, where: isWanted)
    }

    var stateSection: StateSection { decoder.stateSection() }
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
