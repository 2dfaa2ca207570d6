// SPDX-License-Identifier: Apache-2.0

/// What a sequence number says of the datagrams before it.
package enum SequenceEvent: Equatable, Sendable {
    /// As expected, or nothing can be said yet.
    case inOrder
    /// So many units are missing before this datagram.
    case lost(Int)
    /// So many units that were counted as lost came after all.
    case late(Int)
    /// The number was there before.
    case duplicate
    /// The exporter began anew.
    case reset
}

/// What an exporter's sequence number counts.
enum SequenceUnit: Sendable {
    /// NetFlow v9: datagrams.
    case datagrams
    /// NetFlow v5 and v7: flows of the datagrams before.
    case flows
    /// IPFIX: data records, by a convention that is learned (``SequenceConvention``).
    case dataRecords
}

/// The units that one datagram carries.
struct SequenceStep: Sendable {
    /// Data records of data templates.
    var data: UInt32
    /// Data records of options templates.
    var options: UInt32
    /// False when a set could not be counted.
    var isCounted: Bool
}

/// Sequence numbers of one transport session and observation domain: tells lost, late and reset apart, modulo 2³².
struct SequenceTracker: Sendable {
    /// A gap beyond this is a restart, not a loss: half a minute of a fast exporter.
    private static let largestGap: Int32 = 1 << 20

    private var expected: UInt32?
    /// Units counted as lost that may still come.
    private var outstanding: UInt32 = 0
    /// Where a datagram that continues the latest late one would be: two in a row are a restart.
    private var lateContinuation: UInt32?
    private var convention = SequenceConvention()
    /// The IPFIX message that `expected` follows.
    private var latest: CountedMessage?

    init() {}

    /// - Parameter restarted: the header shows a restart, such as an uptime that went back.
    mutating func advance(
        to sequence: UInt32, unit: SequenceUnit, step: SequenceStep, restarted: Bool
    ) -> SequenceEvent {
        switch unit {
        case .datagrams:
            return advance(from: sequence, to: sequence &+ 1, units: 1, restarted: restarted)
        case .flows:
            return advance(from: sequence, to: sequence &+ step.data, units: step.data, restarted: restarted)
        case .dataRecords:
            return advanceDataRecords(to: sequence, step, restarted)
        }
    }

    private mutating func advanceDataRecords(
        to sequence: UInt32, _ step: SequenceStep, _ restarted: Bool
    ) -> SequenceEvent {
        let message = CountedMessage(sequence: sequence, step: step)
        let previous = latest
        if let previous { convention.learn(previous, message) }
        guard step.isCounted, let previous, previous.step.isCounted, convention.isKnown else {
            (latest, expected, outstanding) = (message, nil, 0)
            return .inOrder
        }
        let (start, units) = convention.span(of: message)
        // Taken anew each time, for the convention may have been understood better meanwhile.
        let before = convention.span(of: previous)
        expected = before.start &+ before.units
        let event = advance(from: start, to: start &+ units, units: units, restarted: restarted)
        switch event {
        case .inOrder, .lost, .reset: latest = message
        case .late, .duplicate: break
        }
        return event
    }

    private mutating func advance(
        from start: UInt32, to end: UInt32, units: UInt32, restarted: Bool
    ) -> SequenceEvent {
        guard let expected else {
            self.expected = end
            return .inOrder
        }
        let gap = Int32(bitPattern: start &- expected)
        if gap == 0 {
            (self.expected, lateContinuation) = (end, nil)
            return .inOrder
        }
        if restarted || gap > Self.largestGap || gap < -Self.largestGap { return reset(to: end) }
        if gap > 0 {
            (self.expected, lateContinuation) = (end, nil)
            outstanding = UInt32(clamping: UInt64(outstanding) &+ UInt64(gap))
            return .lost(Int(gap))
        }
        if units == 0 { return .inOrder }
        if lateContinuation == start, outstanding < units { return reset(to: end) }
        lateContinuation = end
        guard outstanding >= units else { return .duplicate }
        outstanding &-= units
        return .late(Int(units))
    }

    private mutating func reset(to end: UInt32) -> SequenceEvent {
        (expected, outstanding, lateContinuation) = (end, 0, nil)
        return .reset
    }
}

extension SequenceTracker {
    /// What is expected next is not known any more; how the exporter counts is.
    mutating func forgetPosition() {
        (expected, outstanding, lateContinuation, latest) = (nil, 0, nil, nil)
    }

    /// What is outstanding stays behind: the counters that it was added to begin anew, and late must not exceed lost.
    func write(to writer: inout StateWriter) {
        writer.append(UInt8(expected == nil ? 0 : 1))
        writer.append(expected ?? 0)
        convention.write(to: &writer)
        writer.append(UInt8(latest == nil ? 0 : latest?.step.isCounted == true ? 2 : 1))
        writer.append(latest?.sequence ?? 0)
        writer.append(latest?.step.data ?? 0)
        writer.append(latest?.step.options ?? 0)
    }

    init(_ octets: borrowing Span<UInt8>, _ reader: inout StateReader) throws(StateReader.Invalid) {
        let (isKnown, number) = (try reader.uint8(octets), try reader.uint32(octets))
        expected = isKnown == 0 ? nil : number
        convention = try SequenceConvention(octets, &reader)
        let state = try reader.uint8(octets)
        let sequence = try reader.uint32(octets)
        let (data, options) = (try reader.uint32(octets), try reader.uint32(octets))
        if state != 0 {
            let step = SequenceStep(data: data, options: options, isCounted: state == 2)
            latest = CountedMessage(sequence: sequence, step: step)
        }
    }
}

/// An IPFIX message as far as counting goes.
struct CountedMessage: Sendable {
    var sequence: UInt32
    var step: SequenceStep
}

/// RFC 7011 §3.1 counts the data records before the message, options included. softflowd counts up to and including
/// the message and leaves options out. Which it is, consecutive messages show.
struct SequenceConvention: Sendable {
    /// Agreements beyond which a convention is believed.
    private static let enough: UInt8 = 3
    /// No more are counted, so that an exporter that changes its way is understood within as many messages.
    private static let most: UInt8 = 8

    /// By convention: bit 0, options are left out; bit 1, the present message is included.
    private var agreements = InlineArray<4, UInt8>(repeating: 0)
    private var best = 0

    init() {}

    /// Whether loss can be told yet.
    var isKnown: Bool { agreements[best] >= Self.enough }

    /// A pair that fits no convention has a gap between its messages, and says nothing of conventions.
    mutating func learn(_ previous: CountedMessage, _ message: CountedMessage) {
        guard previous.step.isCounted, message.step.isCounted else { return }
        let advance = message.sequence &- previous.sequence
        var fits = 0
        for convention in 0..<4 {
            let carrier = convention & 2 != 0 ? message.step : previous.step
            if advance == Self.units(carrier, convention) { fits |= 1 << convention }
        }
        guard fits != 0 else { return }
        // One misfit is no refutation: the messages around a lost one may fit another convention by chance.
        for convention in 0..<4 {
            let count = agreements[convention]
            let isFit = fits & 1 << convention != 0
            agreements[convention] = isFit ? min(count &+ 1, Self.most) : count &- min(count, 1)
        }
        // At first the standard's is best; later, of those that agree as often, the one that was best before: it may
        // have shown its worth by options records, which come seldom.
        for convention in 0..<4 where agreements[convention] > agreements[best] { best = convention }
    }

    /// Number of the first data record of the message and how many it has, as far as they count.
    func span(of message: CountedMessage) -> (start: UInt32, units: UInt32) {
        let units = Self.units(message.step, best)
        return (best & 2 != 0 ? message.sequence &- units : message.sequence, units)
    }

    private static func units(_ step: SequenceStep, _ convention: Int) -> UInt32 {
        convention & 1 != 0 ? step.data : step.data &+ step.options
    }

    func write(to writer: inout StateWriter) {
        for index in 0..<4 { writer.append(agreements[index]) }
        writer.append(UInt8(best))
    }

    init(_ octets: borrowing Span<UInt8>, _ reader: inout StateReader) throws(StateReader.Invalid) {
        for index in 0..<4 { agreements[index] = min(try reader.uint8(octets), Self.most) }
        best = Int(try reader.uint8(octets) & 3)
    }
}
