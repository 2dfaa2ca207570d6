// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Turns data records into flow records. They gather in an array that the decoder keeps, and go to the sink once a
/// datagram: a call through a protocol for each record would cost more than decoding it.
struct FlowVisitor: MessageVisitor, ~Copyable {
    private let reader: FlowReader
    private var records: [FlowRecord]
    /// How many of `records` belong to the present datagram; the others are from earlier ones.
    private(set) var count = 0
    private(set) var tally = FlowTally()
    private var flat = FlatRecord()

    /// - Parameter buffer: records of earlier datagrams, to be overwritten.
    init(buffer: consuming [FlowRecord], limits: DecodingLimits) {
        records = buffer
        reader = FlowReader(limits: TimeLimits(limits), largestSampling: limits.samplingInterval)
    }

    /// The array back: the first `count` are what it gathered.
    mutating func takeRecords() -> [FlowRecord] {
        var taken: [FlowRecord] = []
        swap(&taken, &records)
        return taken
    }

    @inline(__always)
    mutating func visit(
        record: borrowing Span<UInt8>, of template: Template, in message: MessageContext,
        samplers: SamplingTable
    ) {
        guard template.kind == .data else { return }
        guard template.plan.isFlow else {
            tally.otherRecords &+= 1
            return
        }
        let place = count
        if place == records.count { records.append(FlowRecord()) }
        count = place &+ 1
        if template.layout.isFlat {
            reader.read(record, template.plan, message, samplers, into: &records[place], &tally)
        } else {
            flat.fill(from: record, template.layout)
            reader.read(flat.octets.span, template.plan, message, samplers, into: &records[place], &tally)
        }
    }

    mutating func visitUnmatched(set id: UInt16) {}
}

/// Reads one record, sampling included.
struct FlowReader: Sendable {
    let limits: TimeLimits
    let largestSampling: UInt32

    @inline(__always)
    func read(
        _ record: borrowing Span<UInt8>, _ plan: RecordPlan, _ message: MessageContext,
        _ samplers: SamplingTable, into flow: inout FlowRecord, _ tally: inout FlowTally
    ) {
        plan.read(record, message, limits, into: &flow, clamped: &tally.clamped)
        flow.samplingInterval = message.samplingInterval
        if plan.hasOwnSampling, !message.isSamplingFixed,
            let own = ownSampling(record, plan, samplers, &tally)
        {
            flow.samplingInterval = own
        }
    }

    /// What the record itself says: an interval (34) or a sampler (48, 302).
    private func ownSampling(
        _ record: borrowing Span<UInt8>, _ plan: RecordPlan, _ samplers: SamplingTable,
        _ tally: inout FlowTally
    ) -> UInt32? {
        if plan.sampling.isPresent {
            let interval = plan.sampling.read(record)
            if interval > 0, interval <= UInt64(largestSampling) {
                return UInt32(truncatingIfNeeded: interval)
            }
            // 0 is the usual way to say "not sampled" in a data record.
            if interval != 0 { tally.refused &+= 1 }
        }
        guard plan.sampler.isPresent else { return nil }
        return samplers.interval(ofSampler: plan.sampler.read(record))
    }
}

/// What the records of a datagram showed besides flows.
struct FlowTally: Sendable {
    var otherRecords = 0
    /// Times that were not believed.
    var clamped = 0
    /// Sampling intervals that were not believed.
    var refused = 0
}
