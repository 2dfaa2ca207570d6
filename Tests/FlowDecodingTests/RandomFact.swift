// SPDX-License-Identifier: Apache-2.0

import FlowModel
import TestSupport

/// Something that a field says of a flow, for templates made up at random.
enum RandomFact: CaseIterable {
    case source, destination, source6, destination6, sourcePort, destinationPort, transport, flags
    case packetCount, octetCount, reversePacketCount, reverseOctetCount, reverseFlags
    case start, end, startSeconds, endSeconds, startNTP, endNTP, startDelta, endDelta, startUptime, endUptime
    case icmp, endReason, direction, event, sampling

    /// Of one record, in milliseconds before ``DecodingBench/noon``; whole seconds, so that every encoding has them.
    struct Times {
        var start: UInt64
        var end: UInt64

        init(using random: inout SeededRandom) {
            end = UInt64.random(in: 0...1500, using: &random) * 1000
            start = end + UInt64.random(in: 0...1500, using: &random) * 1000
        }
    }

    private static let numbers: [RandomFact] = [
        .sourcePort, .destinationPort, .transport, .flags, .packetCount, .octetCount, .reversePacketCount,
        .reverseOctetCount,
        .icmp, .endReason, .direction, .event, .sampling,
    ]

    private static let times: [[RandomFact]] = [
        [], [.start, .end], [.startSeconds, .endSeconds], [.startNTP, .endNTP], [.startDelta, .endDelta],
        [.startUptime, .endUptime],
    ]

    private static let exactStarts: [RandomFact] = [.start, .startNTP, .startDelta, .startUptime]

    /// Facts that go together, with a field for each.
    static func choose(
        _ version: MessageBuilder.Version, using random: inout SeededRandom
    ) -> [(RandomFact, TestField)] {
        var facts = Bool.random(using: &random) ? [source, destination] : [source6, destination6]
        for fact in numbers where Bool.random(using: &random) { facts.append(fact) }
        if version == .ipfix, Bool.random(using: &random) { facts.append(.reverseFlags) }
        facts += (version == .ipfix ? times.dropLast() : times[...]).randomElement(using: &random) ?? []
        return facts.map { ($0, $0.field(version, using: &random)) }
    }

    private func field(_ version: MessageBuilder.Version, using random: inout SeededRandom) -> TestField {
        func any(_ ids: Int..., widths: ClosedRange<Int> = 1...8, isReverse: Bool = false) -> TestField {
            let id = ids.randomElement(using: &random) ?? ids[0]
            let isVariable = widths.upperBound == 8 && Int.random(in: 0..<4, using: &random) == 0
            let width = isVariable ? 65535 : Int.random(in: widths, using: &random)
            return TestField(id, width, enterprise: isReverse && version == .ipfix ? 29305 : nil)
        }
        return switch self {
        case .source: TestField(8, 4)
        case .destination: TestField(12, 4)
        case .source6: TestField(27, 16)
        case .destination6: TestField(28, 16)
        case .sourcePort: any(7, widths: 1...2)
        case .destinationPort: any(11, widths: 1...2)
        case .transport: any(4, widths: 1...1)
        case .flags: any(6, widths: 1...2)
        case .packetCount: any(2, 86, 24, 298)
        case .octetCount: any(1, 85, 23, 231)
        case .reversePacketCount: version == .ipfix ? any(2, 86, isReverse: true) : any(299)
        case .reverseOctetCount: version == .ipfix ? any(1, 85, isReverse: true) : any(232)
        case .reverseFlags: any(6, widths: 1...2, isReverse: true)
        case .start: TestField(152, 8)
        case .end: TestField(153, 8)
        case .startSeconds: TestField(150, 4)
        case .endSeconds: TestField(151, 4)
        case .startNTP: TestField(154, 8)
        case .endNTP: TestField(155, 8)
        case .startDelta: TestField(158, 4)
        case .endDelta: TestField(159, 4)
        case .startUptime: TestField(22, 4)
        case .endUptime: TestField(21, 4)
        case .icmp: any(32, 139, widths: 2...2)
        case .endReason: any(136, widths: 1...1)
        case .direction: any(239, widths: 1...1)
        case .event: any(233, widths: 1...1)
        case .sampling: any(34, widths: 1...4)
        }
    }

    /// A value of so many octets, which `flow` is given too.
    func value(
        width: Int, _ times: Times, into flow: inout FlowRecord, using random: inout SeededRandom
    ) -> [UInt8] {
        let mask = width >= 8 ? UInt64.max : 1 << UInt64(width * 8) - 1
        var number = random.next() & mask
        // An exporter that is short of room is told of.
        if self == .endReason, number == 5 { number = 4 }
        switch self {
        case .source, .destination:
            let address = IPAddress(ipv4: UInt32(number))
            if self == .source { flow.source = address } else { flow.destination = address }
        case .source6, .destination6:
            let address = IPAddress(high: 0x2001_0DB8 << 32, low: number)
            if self == .source6 { flow.source = address } else { flow.destination = address }
            return octets((address.high, 8), (address.low, 8))
        case .sourcePort: flow.sourcePort = UInt16(number)
        case .destinationPort: flow.destinationPort = UInt16(number)
        case .transport: flow.transport = TransportProtocol(UInt8(number))
        case .flags: flow.tcpFlags = TCPFlags(rawValue: UInt8(number & 0xFF))
        case .packetCount: flow.packets = number
        case .octetCount: flow.octets = number
        case .reversePacketCount: flow.reversePackets = number
        case .reverseOctetCount: flow.reverseOctets = number
        case .reverseFlags: flow.reverseTCPFlags = TCPFlags(rawValue: UInt8(number & 0xFF))
        case .icmp: flow.icmp = UInt16(number)
        case .endReason: flow.endReason = UInt8(number)
        case .direction: flow.biflowDirection = UInt8(number)
        case .event: flow.firewallEvent = UInt8(number)
        case .sampling:
            let interval = max(1, number & 0xFF_FFFF)
            flow.samplingInterval = UInt32(interval)
            return octets((interval, width))
        default: return time(width: width, times, into: &flow)
        }
        return octets((number, width))
    }

    private func time(width: Int, _ times: Times, into flow: inout FlowRecord) -> [UInt8] {
        let isStart = [.start, .startSeconds, .startNTP, .startDelta, .startUptime].contains(self)
        let before = isStart ? times.start : times.end
        let instant = DecodingBench.noon - .milliseconds(Int64(before))
        if isStart { flow.start = instant } else { flow.end = instant }
        let moment = UInt64(instant.milliseconds)
        return switch self {
        case .startSeconds, .endSeconds: octets((moment / 1000, width))
        case .startNTP, .endNTP: octets(((moment / 1000 + 2_208_988_800) << 32, width))
        case .startDelta, .endDelta: octets((before * 1000, width))
        // The builder's header says that the exporter has been up for an hour.
        case .startUptime, .endUptime: octets((3_600_000 - before, width))
        default: octets((moment, width))
        }
    }

    /// What follows from the fields together.
    static func finish(_ flow: inout FlowRecord, facts: [RandomFact]) {
        if !facts.contains(where: { times.joined().contains($0) }) {
            (flow.start, flow.end) = (DecodingBench.noon, DecodingBench.noon)
        } else {
            flow.presence.insert(.times)
        }
        if facts.contains(where: { exactStarts.contains($0) }) { flow.presence.insert(.exactStart) }
        if facts.contains(.flags) { flow.presence.insert(.tcpFlags) }
        if facts.contains(where: { [.reversePacketCount, .reverseOctetCount, .reverseFlags].contains($0) }) {
            flow.presence.insert(.reverse)
        }
        if facts.contains(.icmp) {
            flow.presence.insert(.icmp)
        } else if facts.contains(.destinationPort), [1, 58].contains(flow.transport.number) {
            flow.icmp = flow.destinationPort
            flow.presence.insert(.icmp)
        }
    }
}
