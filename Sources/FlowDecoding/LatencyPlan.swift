// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Where the records of a template say how long an answer took, and in which unit. Few exporters measure it, and of those
/// most fill with zeros what they have not measured: a zero is no time.
struct LatencyPlan: Sendable, BitwiseCopyable {
    /// An element that says a time.
    private struct Source {
        var element: InformationElement
        /// Microseconds of one.
        var unit: UInt64
        /// For a sum: the elements that may say of how many.
        var counts: [InformationElement] = []
    }

    /// A source in the records of a template.
    private struct Column: Sendable, BitwiseCopyable {
        var time = FieldSlot.absent
        /// Absent where the time is of one.
        var count = FieldSlot.absent
        var unit: UInt64 = 0

        /// Microseconds; 0 where nothing was measured.
        func read(_ run: borrowing Span<UInt8>, at offset: Int) -> UInt64 {
            let raw = time.read(run, at: offset)
            guard raw > 0 else { return 0 }
            let (all, overflow) = raw.multipliedReportingOverflow(by: unit)
            guard !overflow else { return .max }
            guard count.isPresent else { return all }
            let count = count.read(run, at: offset)
            // A mean below a microsecond is a time still.
            return count == 0 ? 0 : max(1, all / count)
        }
    }

    private static let microsecond: UInt64 = 1
    private static let millisecond: UInt64 = 1000

    /// Cisco's application response time (PEN 9; in v9 at its number plus 32768): sums of milliseconds over responses, of
    /// the server alone or of the server and the way to it, else the longest.
    private static let ciscoServer =
        cisco(9306, dividedBy: [9292]) + cisco(9303, dividedBy: [9292]) + cisco(9307) + cisco(9304)

    /// The same over new connections: between SYN and SYN-ACK on the server's side.
    private static let ciscoHandshake =
        cisco(9319, dividedBy: [9282], or: [.newConnectionDeltaCount]) + cisco(9320)

    /// What the server took, the surest first.
    private static let serverSources: [Source] =
        ciscoServer + [
            // ntop, application latency; in v9 without an enterprise number. MySQL's own.
            Source(element: InformationElement(125, enterprise: 35632), unit: millisecond),
            Source(element: InformationElement(57597), unit: millisecond),
            Source(element: InformationElement(320, enterprise: 35632), unit: microsecond),
            // NetScaler, from the client's request to the first octet from the server.
            Source(element: InformationElement(146, enterprise: 5951), unit: microsecond),
            // Ixia, response times of TCP and UDP applications, then of a transaction.
            Source(element: InformationElement(281, enterprise: 3054), unit: microsecond),
            Source(element: InformationElement(284, enterprise: 3054), unit: microsecond),
            Source(element: InformationElement(188, enterprise: 3054), unit: microsecond),
        ]

    /// What the way to the server and its taking of a connection took, the surest first.
    private static let handshakeSources: [Source] =
        ciscoHandshake + [
            // ntop halves the round trip of the handshake on the server's side.
            Source(element: InformationElement(124, enterprise: 35632), unit: 2 * millisecond),
            Source(element: InformationElement(57596), unit: 2 * millisecond),
            Source(element: .reverseFlowDeltaMilliseconds, unit: millisecond),
            // Round trips: Ixia of QUIC, Procera inside and outside, NetScaler.
            Source(element: InformationElement(286, enterprise: 3054), unit: microsecond),
            Source(element: InformationElement(11, enterprise: 15397), unit: millisecond),
            Source(element: InformationElement(12, enterprise: 15397), unit: millisecond),
            Source(element: InformationElement(128, enterprise: 5951), unit: millisecond),
        ]

    private static func cisco(
        _ id: UInt16, dividedBy counts: [UInt16] = [], or others: [InformationElement] = []
    ) -> [Source] {
        let inVersion9 = counts.map { InformationElement($0 + 32768) }
        let inIPFIX = counts.map { InformationElement($0, enterprise: 9) }
        return [
            Source(
                element: InformationElement(id, enterprise: 9), unit: millisecond, counts: inIPFIX + others),
            Source(element: InformationElement(id + 32768), unit: millisecond, counts: inVersion9 + others),
        ]
    }

    /// Starts of the reverse half of a biflow (RFC 5103) that are finer than a second.
    private static let reverseStarts: [(InformationElement, TimeEncoding)] = [
        (.reverse(152), .milliseconds), (.reverse(154), .ntp), (.reverse(156), .ntp),
        (.reverse(158), .deltaMicroseconds), (.reverse(22), .uptime),
    ]

    /// All that may be looked at.
    static let elements = Set(
        (serverSources + handshakeSources).flatMap { [$0.element] + $0.counts } + reverseStarts.map(\.0))

    private let server: Column, handshake: Column
    /// When the server's first packet came; absent where its distance is measured otherwise.
    let reverseStart: TimeSlot

    /// Nil when records say nothing of it.
    ///
    /// - Parameter startIsExact: starts are finer than a second.
    init?(_ layout: RecordLayout, startIsExact: Bool) {
        (server, handshake) = (
            Self.column(layout, Self.serverSources), Self.column(layout, Self.handshakeSources)
        )
        let candidates = startIsExact && !handshake.time.isPresent ? Self.reverseStarts : []
        reverseStart = TimeSlot(layout, candidates)
        guard server.time.isPresent || handshake.time.isPresent || reverseStart.slot.isPresent else {
            return nil
        }
    }

    /// The first source that the template has, with its count if it needs one.
    private static func column(_ layout: RecordLayout, _ sources: [Source]) -> Column {
        for source in sources {
            let time = layout.slot(source.element)
            let count = layout.slot(firstOf: source.counts)
            guard time.isPresent, source.counts.isEmpty || count.isPresent else { continue }
            return Column(time: time, count: count, unit: source.unit)
        }
        return Column()
    }

    /// Microseconds, 0 where nothing was measured.
    func serverTime(_ run: borrowing Span<UInt8>, at offset: Int) -> UInt64 { server.read(run, at: offset) }

    /// The same for the handshake, where it is not the difference of two starts.
    func handshakeTime(_ run: borrowing Span<UInt8>, at offset: Int) -> UInt64 {
        handshake.read(run, at: offset)
    }
}

extension RecordPlan {
    /// Reads how long answers took. After the other columns, for it asks what they found.
    @inline(never)
    func readLatencies(
        _ latencies: LatencyPlan, _ run: borrowing Span<UInt8>, _ stride: Int, _ message: MessageContext,
        _ longest: Int64, _ flows: inout MutableSpan<FlowRecord>, _ places: Range<Int>,
        _ problems: inout ProblemCounts
    ) {
        let longest = UInt64(clamping: longest)
        var offset = 0
        var refused = 0
        for index in places {
            var isDifference = false
            var (server, handshake) = (
                latencies.serverTime(run, at: offset), latencies.handshakeTime(run, at: offset)
            )
            if latencies.reverseStart.slot.isPresent,
                flows[index].reversePackets | flows[index].reverseOctets != 0
            {
                let delay = reverseDelay(latencies.reverseStart, run, offset, message)
                (handshake, isDifference) = (delay ?? 0, delay != nil)
            }
            if server > longest { (server, refused) = (0, refused &+ 1) }
            if handshake > longest { (handshake, refused) = (0, refused &+ 1) }
            flows[index].note(server: server, handshake: handshake, isDifference: isDifference)
            offset &+= stride
        }
        problems.add(.latencyRefused, refused)
    }

    /// Microseconds between the first packets of both directions: whichever is the client's was the first.
    private func reverseDelay(
        _ reverseStart: TimeSlot, _ run: borrowing Span<UInt8>, _ offset: Int, _ message: MessageContext
    ) -> UInt64? {
        // A field of zeros is no time.
        guard reverseStart.slot.read(run, at: offset) != 0,
            let first = time(start, run, offset, message),
            let other = time(reverseStart, run, offset, message)
        else { return nil }
        return (other &- first).magnitude
    }
}

extension FlowRecord {
    /// In microseconds; zeros are left out, except for the difference of two starts.
    fileprivate mutating func note(server: UInt64, handshake: UInt64, isDifference: Bool) {
        guard server | handshake != 0 || isDifference else { return }
        serverMilliseconds = UInt16(clamping: (server &+ 999) / 1000)
        handshakeMilliseconds = UInt16(clamping: (handshake &+ 999) / 1000)
        presence = FlowPresence(rawValue: presence.rawValue | FlowPresence.answers.rawValue)
    }
}
