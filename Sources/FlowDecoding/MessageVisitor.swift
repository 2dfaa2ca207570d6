// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Sees what a datagram contains, in the order of the wire. The one walk over sets, templates and records serves the
/// flow records of the daemon and the listing of `spate decode`; it is specialised for each visitor.
package protocol MessageVisitor: ~Copyable {
    /// A data or options record, exactly as long as its template says.
    mutating func visit(
        record: borrowing Span<UInt8>, of template: Template, in message: MessageContext,
        samplers: SamplingTable)

    /// A data set whose template is not known (yet).
    mutating func visitUnmatched(set id: UInt16)
}

/// Turns data records into flow records for a sink.
struct FlowVisitor<Sink: FlowSink & ~Copyable>: MessageVisitor, ~Copyable {
    var sink: Sink
    let limits: TimeLimits
    let largestSampling: UInt32
    private(set) var records = 0
    private(set) var otherRecords = 0
    private(set) var clamped = 0
    private(set) var refused = 0
    private var flat = FlatRecord()

    init(sink: consuming Sink, limits: TimeLimits, largestSampling: UInt32) {
        self.sink = sink
        (self.limits, self.largestSampling) = (limits, largestSampling)
    }

    @inline(__always)
    mutating func visit(
        record: borrowing Span<UInt8>, of template: Template, in message: MessageContext,
        samplers: SamplingTable
    ) {
        guard template.plan.isFlow, template.kind == .data else {
            if template.kind == .data { otherRecords &+= 1 }
            return
        }
        if template.layout.steps.isEmpty {
            emit(record, template, message, samplers)
        } else {
            flat.fill(from: record, template.layout)
            let octets = flat.octets
            emit(octets.span, template, message, samplers)
        }
    }

    mutating func visitUnmatched(set id: UInt16) {}

    @inline(__always)
    private mutating func emit(
        _ record: borrowing Span<UInt8>, _ template: Template, _ message: MessageContext,
        _ samplers: SamplingTable
    ) {
        var flow = template.plan.read(record, message, limits, clamped: &clamped)
        flow.samplingInterval = message.samplingInterval
        if template.plan.hasOwnSampling, !message.isSamplingFixed {
            flow.samplingInterval = ownSampling(record, template.plan, samplers) ?? message.samplingInterval
        }
        records &+= 1
        sink.append(flow)
    }

    /// What the record itself says: an interval (34) or a sampler (48, 302).
    private mutating func ownSampling(
        _ record: borrowing Span<UInt8>, _ plan: RecordPlan, _ samplers: SamplingTable
    ) -> UInt32? {
        if plan.sampling.isPresent {
            let interval = plan.sampling.read(record)
            if interval > 0, interval <= UInt64(largestSampling) { return UInt32(interval) }
            // 0 is the usual way to say "not sampled" in a data record.
            if interval != 0 { refused &+= 1 }
        }
        guard plan.sampler.isPresent else { return nil }
        return samplers.interval(ofSampler: plan.sampler.read(record))
    }
}
