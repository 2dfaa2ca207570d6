// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Glibc
import TestSupport

/// What exports.
enum ExportFormat: String, CaseIterable {
    case version5 = "v5"
    case version9 = "v9"
    case ipfix = "IPFIX"

    /// As many records as fit into an Ethernet frame.
    fileprivate var perDatagram: Int {
        switch self {
        case .version5: 30
        case .version9: 27
        case .ipfix: 24
        }
    }

    /// Fifteen fields, as a router without options sends them. Times are uptimes in v9 and absolute in IPFIX.
    fileprivate var fields: [TestField] {
        let times = self == .ipfix ? [(152, 8), (153, 8)] : [(22, 4), (21, 4)]
        let before = [(8, 4), (12, 4), (15, 4), (10, 4), (14, 4), (2, 8), (1, 8)]
        return (before + times + [(7, 2), (11, 2), (4, 1), (6, 1), (5, 1), (61, 1)]).map { TestField($0, $1) }
    }
}

/// The traffic of a data centre's edge: services of which few have most of it, clients from everywhere.
struct GeneratedTraffic {
    /// Datagrams of a second.
    private static let rate = 10000
    /// Seconds that the traffic spans.
    private static let seconds = 2
    /// Popularity falls with this power of the rank.
    private static let skew = 0.9
    private static let uptime = 86_400_000
    private static let begin = Int64(1_700_000_000)

    private let format: ExportFormat
    private let services: [(address: UInt32, port: Int, transport: Int)]
    private let sources: [UInt32]
    /// Share of all traffic that goes to a service or one before it.
    private let shares: [Double]
    private var random = SeededRandom(seed: 1)

    /// Where the services are.
    static let servers = IPPrefix(IPAddress(ipv4: 0x0A0A_0000), mappedLength: 111)

    init(_ format: ExportFormat, services count: Int, sources: Int) {
        self.format = format
        var random = SeededRandom(seed: 2)
        let ports = [443, 443, 443, 80, 80, 53, 8080, 8443, 25, 5432]
        services = (0..<count).map { index in
            let port = ports[Int.random(in: 0..<10, using: &random)]
            return (0x0A0A_0000 + UInt32(index), port, port == 53 ? 17 : 6)
        }
        self.sources = (0..<sources).map { _ in 0x6440_0000 | UInt32.random(in: 0..<1 << 22, using: &random) }
        let weights = (0..<count).map { 1 / pow(Double($0 + 1), Self.skew) }
        let all = weights.reduce(0, +)
        var sum = 0.0
        shares = weights.map {
            sum += $0 / all
            return sum
        }
    }

    /// - Parameter halves: the server's record follows the client's, otherwise only clients' are exported.
    mutating func traffic(halves: Bool) -> Traffic {
        var traffic = Traffic(name: format.rawValue)
        var sequence = 0
        for number in 0..<Self.rate * Self.seconds {
            let elapsed = number * 1000 / Self.rate
            var flows: [TestFlow] = []
            while flows.count < format.perDatagram {
                let flow = connection(uptime: Self.uptime + elapsed)
                flows.append(flow)
                if halves, flows.count < format.perDatagram { flows.append(flow.answer) }
            }
            let payload = datagram(flows, number: number, sequence: sequence, elapsed: elapsed)
            sequence += flows.count
            traffic.add(payload, at: Instant(milliseconds: Self.begin * 1000 + Int64(elapsed)))
        }
        return traffic
    }

    /// One client's record: of each twenty connections one is a SYN and no more, one is reset; durations spread evenly over
    /// their orders of magnitude.
    private mutating func connection(uptime: Int) -> TestFlow {
        let service = services[pickService()]
        let client = sources[Int.random(in: 0..<sources.count, using: &random)]
        var flow = TestFlow()
        (flow.source, flow.sourcePort) = (client, Int.random(in: 1024..<65536, using: &random))
        (flow.destination, flow.destinationPort, flow.transport) = service
        let kind = service.transport == 17 ? 2 : Double.random(in: 0..<1, using: &random)
        let duration: Int
        switch kind {
        case 2:
            (flow.flags, flow.packets, duration) = (0, 1, 0)
            flow.octets = Int.random(in: 60..<260, using: &random)
        case ..<0.05:
            flow.packets = Int.random(in: 1...3, using: &random)
            (flow.flags, flow.octets, duration) = (0x02, flow.packets * 60, (flow.packets - 1) * 1000)
        case ..<0.1:
            flow.packets = Int.random(in: 3..<8, using: &random)
            (flow.flags, flow.octets) = (0x16, flow.packets * 80)
            duration = Int.random(in: 0..<500, using: &random)
        default:
            flow.packets = 5 + Int(exp(Double.random(in: 0..<5, using: &random)))
            (flow.flags, flow.octets) = (0x1B, flow.packets * Int.random(in: 60..<960, using: &random))
            duration = Int(exp(Double.random(in: 0..<9.5, using: &random)))
        }
        flow.last = uptime - Int.random(in: 0..<1000, using: &random)
        flow.first = flow.last - duration
        return flow
    }

    private mutating func pickService() -> Int {
        let target = Double.random(in: 0..<1, using: &random)
        var (low, high) = (0, shares.count - 1)
        while low < high {
            let middle = (low + high) / 2
            (low, high) = shares[middle] < target ? (middle + 1, high) : (low, middle)
        }
        return low
    }

    private func datagram(_ flows: [TestFlow], number: Int, sequence: Int, elapsed: Int) -> [UInt8] {
        let seconds = Int(Self.begin) + elapsed / 1000
        let version: MessageBuilder.Version
        switch format {
        case .version5:
            var message = NetFlow5Builder(flows: flows, sequence: sequence)
            (message.exportSeconds, message.uptimeMilliseconds) = (seconds, Self.uptime + elapsed)
            return message.datagram
        case .version9: version = .version9
        case .ipfix: version = .ipfix
        }
        var message = MessageBuilder(version, sequence: version == .ipfix ? sequence : number)
        (message.exportSeconds, message.uptimeMilliseconds) = (seconds, Self.uptime + elapsed)
        if number == 0 { message.addTemplate(256, format.fields) }
        message.addData(256, flows.map(encode))
        return message.datagram
    }

    private func encode(_ flow: TestFlow) -> [UInt8] {
        var writer = OctetWriter()
        for address in [flow.source, flow.destination, 0x0A00_00FE, 1, 2] {
            writer.append(UInt64(address), width: 4)
        }
        for count in [flow.packets, flow.octets] { writer.append(UInt64(count), width: 8) }
        for uptime in [flow.first, flow.last] {
            guard format == .ipfix else {
                writer.append32(uptime)
                continue
            }
            writer.append(UInt64(Int(Self.begin) * 1000 + uptime - Self.uptime), width: 8)
        }
        for port in [flow.sourcePort, flow.destinationPort] { writer.append16(port) }
        for octet in [flow.transport, flow.flags, 0, 0] { writer.append(UInt64(octet), width: 1) }
        return writer.octets
    }
}

extension TestFlow {
    /// What the server sent of the same connection.
    fileprivate var answer: TestFlow {
        var other = self
        (other.source, other.destination) = (destination, source)
        (other.sourcePort, other.destinationPort) = (destinationPort, sourcePort)
        other.octets = octets * 4
        return other
    }
}
