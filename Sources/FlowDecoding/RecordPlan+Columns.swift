// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Reads records column by column: each pass takes one group of fields of all records of a set, so that places, shifts
/// and masks stay in registers. Record by record, they are loaded anew for each: that took twice as long.
extension RecordPlan {
    /// The low half of `::ffff:0.0.0.0`, in which IPv4 addresses are kept.
    private static let mapped: UInt64 = 0xFFFF_0000_0000

    /// Reads a record for each of `places`, which are overwritten.
    ///
    /// - Parameter stride: octets from one record to the next in `run`; any when there is one.
    func read(
        _ run: borrowing Span<UInt8>, stride: Int, _ message: MessageContext, _ samplers: SamplingTable,
        _ beliefs: FlowBeliefs, into room: inout MutableSpan<FlowRecord>, at some: Range<Int>,
        _ problems: inout ProblemCounts
    ) {
        // A span of our own stays in registers; through the parameter each record would load it anew.
        var flows = room._mutatingExtracting(some)
        let places = flows.indices
        let window = TimeWindow(message, beliefs)
        let presence = message.hasUptime ? presenceWithUptime : presence
        if let compact, message.hasUptime {
            var offset = 0
            var clamped = 0
            for index in places {
                prepare(&flows[index], message, presence)
                compact.read(
                    run.extracting(offset..<offset &+ stride), message, window, into: &flows[index], &clamped)
                offset &+= stride
            }
            problems.add(.timeClamped, clamped)
        } else {
            for index in places { prepare(&flows[index], message, presence) }
            readColumns(run, stride, &flows, places)
            readTimes(run, stride, message, window, &flows, places, &problems)
        }
        if borrowsICMP { borrowICMP(&flows, places) }
        if hasReverse { readReverse(run, stride, &flows, places) }
        if hasRare {
            readRare(run, stride, &flows, places)
            readDenials(run, stride, &flows, places, &problems)
        }
        if let latencies {
            readLatencies(latencies, run, stride, message, beliefs.longestLatency, &flows, places, &problems)
        }
        if hasOwnSampling, !message.isSamplingFixed {
            readSampling(run, stride, samplers, beliefs.largestSampling, &flows, places, &problems)
        }
        if message.thinning > 1 { scale(&flows, places, by: message.thinning) }
    }

    /// Sets what no column below is sure to set. (Not by copying a blank record, which takes three times as long.)
    @inline(__always)
    private func prepare(
        _ flow: inout FlowRecord, _ message: MessageContext, _ presence: FlowPresence
    ) {
        (flow.exporter, flow.samplingInterval, flow.presence) = (
            message.exporter, message.samplingInterval, presence
        )
        (flow.reversePackets, flow.reverseOctets) = (0, 0)
        flow.reverseTCPFlags = TCPFlags(rawValue: 0)
        (flow.icmp, flow.endReason, flow.biflowDirection, flow.firewallEvent) = (0, 0, 0, 0)
        (flow.httpStatus, flow.dnsResponseCode) = (0, 0)
        (flow.serverMilliseconds, flow.handshakeMilliseconds) = (0, 0)
    }

    /// Lets records stand also for those of datagrams that were refused.
    private func scale(_ flows: inout MutableSpan<FlowRecord>, _ places: Range<Int>, by factor: UInt32) {
        for index in places {
            let (product, overflow) = flows[index].samplingInterval.multipliedReportingOverflow(by: factor)
            flows[index].samplingInterval = overflow ? .max : product
            flows[index].presence.insert(.thinned)
        }
    }

    private func readColumns(
        _ run: borrowing Span<UInt8>, _ stride: Int, _ flows: inout MutableSpan<FlowRecord>,
        _ places: Range<Int>
    ) {
        readAddresses(run, stride, &flows, places)
        fill(&flows, places, run, stride, packets, octets) { flow, packets, octets in
            (flow.packets, flow.octets) = (packets, octets)
        }
        fill(&flows, places, run, stride, sourcePort, destinationPort) { flow, source, destination in
            flow.sourcePort = UInt16(truncatingIfNeeded: source)
            flow.destinationPort = UInt16(truncatingIfNeeded: destination)
        }
        fill(&flows, places, run, stride, transport, tcpFlags) { flow, transport, flags in
            flow.transport = TransportProtocol(UInt8(truncatingIfNeeded: transport))
            flow.tcpFlags = TCPFlags(rawValue: UInt8(truncatingIfNeeded: flags))
        }
    }

    private func readAddresses(
        _ run: borrowing Span<UInt8>, _ stride: Int, _ flows: inout MutableSpan<FlowRecord>,
        _ places: Range<Int>
    ) {
        switch family {
        case .none: break
        case .ipv4:
            fill(&flows, places, run, stride, source, destination) { flow, source, destination in
                (flow.source.high, flow.source.low) = (0, Self.mapped | source)
                (flow.destination.high, flow.destination.low) = (0, Self.mapped | destination)
            }
        case .ipv6, .both:
            var offset = 0
            for index in places {
                let (from, to) = (
                    source.read(run, at: offset), destination.read(run, at: offset)
                )
                // Where both are in a template, the IPv6 addresses count if the IPv4 ones are zero.
                if from | to != 0 {
                    flows[index].source = IPAddress(high: 0, low: Self.mapped | from)
                    flows[index].destination = IPAddress(high: 0, low: Self.mapped | to)
                } else {
                    flows[index].source = source6.read(run, at: offset)
                    flows[index].destination = destination6.read(run, at: offset)
                }
                offset &+= stride
            }
        }
    }

    /// ICMP has no ports: exporters without element 32 or 139 write type and code there, as v5 must.
    private func borrowICMP(_ flows: inout MutableSpan<FlowRecord>, _ places: Range<Int>) {
        for index in places where flows[index].transport.number == 1 || flows[index].transport.number == 58 {
            flows[index].icmp = flows[index].destinationPort
            flows[index].presence.insert(.icmp)
        }
    }

    private func readReverse(
        _ run: borrowing Span<UInt8>, _ stride: Int, _ flows: inout MutableSpan<FlowRecord>,
        _ places: Range<Int>
    ) {
        fill(&flows, places, run, stride, reversePackets) { $0.reversePackets = $1 }
        fill(&flows, places, run, stride, reverseOctets) { $0.reverseOctets = $1 }
        fill(&flows, places, run, stride, reverseTCPFlags) {
            $0.reverseTCPFlags = TCPFlags(rawValue: UInt8(truncatingIfNeeded: $1))
        }
    }

    private func readRare(
        _ run: borrowing Span<UInt8>, _ stride: Int, _ flows: inout MutableSpan<FlowRecord>,
        _ places: Range<Int>
    ) {
        fill(&flows, places, run, stride, icmp) { $0.icmp |= UInt16(truncatingIfNeeded: $1) }
        fill(&flows, places, run, stride, icmp6) { $0.icmp |= UInt16(truncatingIfNeeded: $1) }
        fill(&flows, places, run, stride, icmpType) { $0.icmp |= UInt16(truncatingIfNeeded: $1 &<< 8) }
        fill(&flows, places, run, stride, icmpCode) { $0.icmp |= UInt16(truncatingIfNeeded: $1 & 0xFF) }
        fill(&flows, places, run, stride, moreTCPFlags) {
            $0.tcpFlags = TCPFlags(rawValue: $0.tcpFlags.rawValue | UInt8(truncatingIfNeeded: $1))
        }
        fill(&flows, places, run, stride, moreReverseTCPFlags) {
            $0.reverseTCPFlags = TCPFlags(
                rawValue: $0.reverseTCPFlags.rawValue | UInt8(truncatingIfNeeded: $1))
        }
        fill(&flows, places, run, stride, endReason) { $0.endReason = UInt8(truncatingIfNeeded: $1) }
        fill(&flows, places, run, stride, biflowDirection) {
            $0.biflowDirection = UInt8(truncatingIfNeeded: $1)
        }
        fill(&flows, places, run, stride, firewallEvent) { $0.firewallEvent = UInt8(truncatingIfNeeded: $1) }
        fill(&flows, places, run, stride, httpStatus) { flow, raw in
            var outcome = ApplicationOutcome()
            outcome.add(http: raw)
            flow.note(outcome)
        }
        fill(&flows, places, run, stride, dnsResponseCode) { flow, raw in
            guard flow.sourcePort == 53 || flow.destinationPort == 53 else { return }
            var outcome = ApplicationOutcome()
            outcome.add(dns: raw)
            flow.note(outcome)
        }
    }

    /// What was turned away counts as denied by a firewall, whoever did it; flows that the exporter gave up are counted.
    private func readDenials(
        _ run: borrowing Span<UInt8>, _ stride: Int, _ flows: inout MutableSpan<FlowRecord>,
        _ places: Range<Int>, _ problems: inout ProblemCounts
    ) {
        fill(&flows, places, run, stride, firewallExtendedEvent) { flow, raw in
            // Denied by an access list of either side, to the firewall itself, or for its first packet; 2000 and above end.
            if (1001...1004).contains(raw) { flow.firewallEvent = FlowRecord.denied }
        }
        fill(&flows, places, run, stride, forwardingStatus) { flow, raw in
            // RFC 7270 §4.12: the two upper bits of the octet are 10 for dropped.
            if raw & 0xC0 == 0x80 { flow.firewallEvent = FlowRecord.denied }
        }
        var exhausted = 0
        fill(&flows, places, run, stride, natEvent) { flow, raw in
            guard Self.isExhausted(natEvent: raw) else { return }
            (flow.firewallEvent, exhausted) = (FlowRecord.denied, exhausted &+ 1)
        }
        problems.add(.translatorExhausted, exhausted)
        guard endReason.isPresent else { return }
        var givenUp = 0
        for index in places where flows[index].endReason == FlowRecord.lackOfResources { givenUp &+= 1 }
        problems.add(.lackOfResources, givenUp)
    }

    /// Addresses or ports have run out, or a client has all that it may have (RFC 8158 §4.3).
    static func isExhausted(natEvent raw: UInt64) -> Bool { raw == 3 || raw == 12 || raw == 13 }

    /// What records themselves say: an interval (34) or a sampler (48, 302).
    private func readSampling(
        _ run: borrowing Span<UInt8>, _ stride: Int, _ samplers: SamplingTable, _ largest: UInt32,
        _ flows: inout MutableSpan<FlowRecord>, _ places: Range<Int>, _ problems: inout ProblemCounts
    ) {
        var offset = 0
        for index in places {
            defer { offset &+= stride }
            if sampling.isPresent {
                let interval = sampling.read(run, at: offset)
                if interval > 0, interval <= UInt64(largest) {
                    flows[index].samplingInterval = UInt32(truncatingIfNeeded: interval)
                    continue
                }
                // 0 is the usual way to say "not sampled" in a data record.
                if interval != 0 { problems.add(.samplingRefused) }
            }
            guard sampler.isPresent,
                let interval = samplers.interval(ofSampler: sampler.read(run, at: offset))
            else { continue }
            flows[index].samplingInterval = interval
        }
    }
}

// MARK: - Times

/// What of a flow is believed.
struct FlowBeliefs: Sendable {
    var oldestEnd: Int64
    var oldestStart: Int64
    var tolerableSkew: Int64
    var largestSampling: UInt32
    var longestLatency: Int64

    init(_ limits: DecodingLimits) {
        oldestEnd = limits.oldestEnd.microseconds
        oldestStart = limits.oldestStart.microseconds
        tolerableSkew = limits.tolerableSkew.microseconds
        largestSampling = limits.samplingInterval
        longestLatency = limits.longestLatency.microseconds
    }
}

extension RecordPlan {
    private func readTimes(
        _ run: borrowing Span<UInt8>, _ stride: Int, _ message: MessageContext, _ window: TimeWindow,
        _ flows: inout MutableSpan<FlowRecord>, _ places: Range<Int>, _ problems: inout ProblemCounts
    ) {
        var clamped = 0
        if start.encoding == .uptime, end.encoding == .uptime, message.hasUptime {
            fill(&flows, places, run, stride, start.slot, end.slot) { flow, start, end in
                window.set(
                    WireTime.microseconds(uptime: start, message),
                    WireTime.microseconds(uptime: end, message),
                    &flow, &clamped)
            }
        } else if start.encoding == .milliseconds, end.encoding == .milliseconds {
            fill(&flows, places, run, stride, start.slot, end.slot) { flow, start, end in
                window.set(
                    WireTime.microseconds(milliseconds: start), WireTime.microseconds(milliseconds: end),
                    &flow, &clamped)
            }
        } else if start.encoding == .absent, end.encoding == .absent {
            for index in places {
                (flows[index].start, flows[index].end) = (message.arrival, message.arrival)
            }
        } else {
            var offset = 0
            for index in places {
                let (start, end) = readOtherTimes(run, offset, message)
                window.set(start, end, &flows[index], &clamped)
                offset &+= stride
            }
        }
        problems.add(.timeClamped, clamped)
    }

    /// A missing start or end follows from the other and the duration.
    private func readOtherTimes(
        _ run: borrowing Span<UInt8>, _ offset: Int, _ message: MessageContext
    ) -> (start: Int64, end: Int64) {
        if start.encoding == .uptime, end.encoding == .uptime, !systemInit.isPresent {
            // IPFIX without systemInitTimeMilliseconds: the duration is all that the uptimes say.
            let raw = (start.slot.read(run, at: offset), end.slot.read(run, at: offset))
            let duration = Int32(
                bitPattern: UInt32(truncatingIfNeeded: raw.1) &- UInt32(truncatingIfNeeded: raw.0))
            return (message.exportTime &- Int64(duration) &* 1000, message.exportTime)
        }
        let startTime = time(start, run, offset, message)
        let endTime = time(end, run, offset, message)
        let length = duration.read(run, at: offset)
        switch (startTime, endTime) {
        case (let start?, let end?): return (start, end)
        case (let start?, nil): return (start, start &+ length)
        case (nil, let end): return ((end ?? message.exportTime) &- length, end ?? message.exportTime)
        }
    }

    func time(
        _ field: TimeSlot, _ run: borrowing Span<UInt8>, _ offset: Int, _ message: MessageContext
    ) -> Int64? {
        let raw = field.slot.read(run, at: offset)
        switch field.encoding {
        case .absent: return nil
        case .seconds: return WireTime.microseconds(seconds: raw)
        case .milliseconds: return WireTime.microseconds(milliseconds: raw)
        case .ntp: return WireTime.microseconds(ntp: raw)
        case .deltaMicroseconds: return message.exportTime &- Int64(truncatingIfNeeded: raw & 0xFFFF_FFFF)
        case .uptime:
            if systemInit.isPresent {
                let boot = WireTime.microseconds(milliseconds: systemInit.read(run, at: offset))
                return boot &+ Int64(UInt32(truncatingIfNeeded: raw)) &* 1000
            }
            return message.hasUptime ? WireTime.microseconds(uptime: raw, message) : nil
        }
    }
}

/// Puts the times of a flow on our clock, within what is believed.
struct TimeWindow {
    private let skew: Int64
    private let arrival: Int64
    private let earliestEnd: Int64
    private let earliestStart: Int64
    private let tolerance: Int64

    init(_ message: MessageContext, _ beliefs: FlowBeliefs) {
        (skew, arrival) = (message.skew, message.arrival.microseconds)
        earliestEnd = arrival &- beliefs.oldestEnd
        earliestStart = arrival &- beliefs.oldestStart
        tolerance = beliefs.tolerableSkew
    }

    /// - Parameter clamped: raised by the number of times that were not believed.
    @inline(__always)
    func set(_ start: Int64, _ end: Int64, _ flow: inout FlowRecord, _ clamped: inout Int) {
        var start = start &- skew
        var end = end &- skew
        if end > arrival || end < earliestEnd {
            if end &- arrival > tolerance || end < arrival { clamped &+= 1 }
            end = arrival
        }
        if start > end || start < earliestStart {
            if start &- end > tolerance || start < end { clamped &+= 1 }
            start = end
        }
        (flow.start.microseconds, flow.end.microseconds) = (start, end)
    }
}

// MARK: - Passes over a column

/// An absent column costs nothing.
@inline(__always)
private func fill(
    _ flows: inout MutableSpan<FlowRecord>, _ places: Range<Int>, _ run: borrowing Span<UInt8>,
    _ stride: Int, _ slot: FieldSlot, _ store: (inout FlowRecord, UInt64) -> Void
) {
    guard slot.isPresent else { return }
    var offset = 0
    for index in places {
        store(&flows[index], slot.read(run, at: offset))
        offset &+= stride
    }
}

/// Two columns in one pass, also when one is absent; those of usual widths need neither shift nor mask.
@inline(__always)
private func fill(
    _ flows: inout MutableSpan<FlowRecord>, _ places: Range<Int>, _ run: borrowing Span<UInt8>,
    _ stride: Int, _ first: FieldSlot, _ second: FieldSlot,
    _ store: (inout FlowRecord, UInt64, UInt64) -> Void
) {
    var (one, two) = (Int(truncatingIfNeeded: first.offset), Int(truncatingIfNeeded: second.offset))
    switch (first.width, second.width) {
    case (1, 1):
        for index in places {
            store(&flows[index], UInt64(run[one]), UInt64(run[two]))
            (one, two) = (one &+ stride, two &+ stride)
        }
    case (2, 2):
        for index in places {
            store(&flows[index], UInt64(run.uint16(at: one)), UInt64(run.uint16(at: two)))
            (one, two) = (one &+ stride, two &+ stride)
        }
    case (4, 4):
        for index in places {
            store(&flows[index], UInt64(run.uint32(at: one)), UInt64(run.uint32(at: two)))
            (one, two) = (one &+ stride, two &+ stride)
        }
    case (8, 8):
        for index in places {
            store(&flows[index], run.uint64(at: one), run.uint64(at: two))
            (one, two) = (one &+ stride, two &+ stride)
        }
    default:
        var offset = 0
        for index in places {
            store(&flows[index], first.read(run, at: offset), second.read(run, at: offset))
            offset &+= stride
        }
    }
}
