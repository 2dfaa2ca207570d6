// SPDX-License-Identifier: Apache-2.0

import FlowModel
import TestSupport

/// What arrives in one second, in this order.
struct Arrival {
    var second: Int64
    var records: [FlowRecord] = []
    var outcomes: [Outcome] = []
}

/// Traffic with everything that real exporters do: late, reordered, twice, in pieces, sampled, silent for
/// minutes, with clocks that are wrong.
struct RandomTraffic {
    static let begin: Int64 = 1_700_000_000

    /// Services with several addresses of both families, a prefix, a range of ports, TCP and UDP.
    static let services: [ConfiguredService] = [
        service("web", ["10.2.0.20/32", "10.2.0.21/32"], [80...80], .tcp, .http),
        service("shop", ["10.2.1.1/32", "2001:db8:1::1/128"], [443...443, 8443...8443], .tcp, .https),
        service("range", ["10.3.0.0/24"], [1000...2000], .tcp, .other),
        service("six", ["2001:db8:5::/64"], [443...443], .tcp, .tls),
        service("names", ["10.2.0.53/32", "2001:db8:1::53/128"], [53...53], .udp, .dns),
    ]

    private static func service(
        _ name: String, _ addresses: [String], _ ports: [ClosedRange<UInt16>],
        _ transport: TransportProtocol, _ kind: ServiceKind
    ) -> ConfiguredService {
        ConfiguredService(
            name: name, addresses: addresses.compactMap(IPPrefix.init), ports: ports, transport: transport,
            kind: kind)
    }

    private var random: SeededRandom
    /// By the second of their arrival.
    private var datagrams: [(second: Int64, records: [FlowRecord])] = []
    /// In these seconds the first exporter is silent, and nothing reaches the collector in the second range.
    private let length: Int64
    private let silence: Range<Int64>
    private let stall: Range<Int64>
    private var port = 0

    /// - Parameter length: in seconds, 1,000 or more.
    init(seed: UInt64, length: Int64 = 1200) {
        random = SeededRandom(seed: seed)
        self.length = length
        let silent = Self.begin + Int64.random(in: 300..<500, using: &random)
        silence = silent..<silent + Int64.random(in: 30..<200, using: &random)
        let stalled = Self.begin + Int64.random(in: 600..<800, using: &random)
        stall = stalled..<stalled + Int64.random(in: 1..<100, using: &random)
    }

    /// - Parameter connections: how many there are; each gives up to some tens of records.
    mutating func arrivals(connections: Int) -> [Arrival] {
        for _ in 0..<connections { addConnection() }
        var byTime: [Int64: Arrival] = [:]
        for datagram in datagrams {
            let second = stall.contains(datagram.second) ? stall.upperBound : datagram.second
            for exporter in exporters(of: datagram.records, at: second) {
                byTime[second, default: Arrival(second: second)].records += datagram.records.map {
                    var record = $0
                    record.exporter = exporter
                    return record
                }
            }
        }
        for _ in 0..<connections / 4 {
            let (second, outcome) = outcome()
            byTime[second, default: Arrival(second: second)].outcomes.append(outcome)
        }
        return byTime.values.sorted { $0.second < $1.second }
    }

    /// The first exporter sends everything while it speaks, the second one some of it again.
    private mutating func exporters(of records: [FlowRecord], at second: Int64) -> [ExporterID] {
        guard !silence.contains(second) else { return [ExporterID(1)] }
        // A repeated record that is too old would be refused for two reasons at once.
        let isLate = records.contains { second - $0.end.seconds > WindowTerms.span - 5 }
        return chance(0.3) && !isLate ? [ExporterID(0), ExporterID(1)] : [ExporterID(0)]
    }

    // MARK: Connections

    private mutating func addConnection() {
        let service = Self.services[pick(0..<Self.services.count)]
        var base = request(to: service)
        switch pick(0..<24) {
        case 0, 1: addLone(&base, flags: chance(0.2) ? [.syn, .ece, .cwr] : .syn)
        case 2: addRefused(&base)
        case 3: addPieces(&base, seconds: 60)
        case 4: addPieces(&base, seconds: 15)
        case 5: addSampled(&base)
        case 6: addBiflow(&base)
        case 7: addWithoutFlags(&base)
        case 8: addLone(&base, flags: [.syn, .ack, .psh, .fin])
        case 9: addElsewhere(&base)
        case 10: addLong(&base)
        case 11: addSlow(&base)
        case 12: addApplication(&base)
        case 13: addApplication(&base)
        case 14: addDenied(&base)
        case 15: addUnsolicited(&base)
        default: addPair(base, base.answer(&random))
        }
    }

    /// A client's half of a connection within the time, with its own port.
    private mutating func request(to service: ConfiguredService) -> FlowRecord {
        var prefix = service.addresses[pick(0..<service.addresses.count)].address
        if service.addresses[0].length < 128 { prefix.low += UInt64(pick(1..<5)) }
        let ports = service.ports[pick(0..<service.ports.count)]
        let servicePort =
            ports.count == 1 ? ports.lowerBound : ports.lowerBound + UInt16(pick(0..<3))
        let key = ServiceKey(address: prefix, port: servicePort, transport: service.transport)
        let client =
            prefix.isIPv4
            ? IPAddress(ipv4: 0x6440_0000 + UInt32(pick(0..<1000)) * 37)
            : IPAddress(high: 0x2001_0DB8_AAAA_0000 + UInt64(pick(0..<20)) << 16, low: UInt64(pick(1..<99)))
        port = (port + 1) % 60_000
        var record = FlowRecord.request(
            from: client, port: UInt16(2001 + port), to: key, start: Self.begin,
            packets: UInt64(pick(3..<40)), flags: [.syn, .ack, .psh, .fin])
        let start = Self.begin * 1_000_000 + Int64(pick(0..<Int(length) * 1_000_000))
        let duration = chance(0.3) ? pick(0..<30_000_000) : pick(0..<1_500_000)
        // Seconds begin and end exactly, too.
        record.start = Instant(microseconds: chance(0.1) ? start / 1_000_000 * 1_000_000 : start)
        record.end = record.start + Interval(microseconds: Int64(duration))
        if chance(0.05) { record.end = Instant(seconds: record.end.seconds + 1) }
        record.octets = record.packets * UInt64(pick(40..<1500))
        if service.transport == .udp { record.tcpFlags = [] }
        if chance(0.9) { record.presence.insert(.exactStart) }
        return record
    }

    private mutating func addPair(_ client: FlowRecord, _ server: FlowRecord) {
        let second = arrival(of: [client, server])
        let halves = chance(0.5) ? [client, server] : [server, client]
        guard chance(0.2) else { return datagrams.append((second, halves)) }
        // In two datagrams, with others between them; after three seconds a half is alone.
        datagrams.append((second, [halves[0]]))
        datagrams.append((second + Int64(pick(0..<5)), [halves[1]]))
    }

    private mutating func addLone(_ client: inout FlowRecord, flags: TCPFlags) {
        client.tcpFlags = client.transport == .tcp ? flags : []
        if flags.isSynOnly {
            client.packets = UInt64(pick(1..<4))
            client.octets = client.packets * 60
            client.endReason = 1
        }
        datagrams.append((arrival(of: [client]), [client]))
    }

    /// Segments of no connection, reset or not answered; of UDP what another server was asked for.
    private mutating func addUnsolicited(_ client: inout FlowRecord) {
        client.packets = UInt64(pick(1..<3))
        client.octets = client.packets * 60
        guard client.transport == .tcp else {
            client.sourcePort = [53, 123, 11_211, 40_000][pick(0..<4)]
            return addPair(client, client.answer(&random))
        }
        client.tcpFlags = [.ack, [.syn, .ack], [.ack, .psh], [.ack, .fin]][pick(0..<4)]
        if chance(0.5) { return datagrams.append((arrival(of: [client]), [client])) }
        addPair(
            client,
            client.reply(
                packets: client.packets, octets: client.packets * 40,
                flags: chance(0.7) ? .rst : [.rst, .ack]))
    }

    private mutating func addRefused(_ client: inout FlowRecord) {
        let served = chance(0.5)
        (client.packets, client.octets) = (2, 112)
        let server = client.reply(
            packets: 2, octets: served ? 2000 : 80,
            flags: !served
                ? [.rst, .ack] : chance(0.5) ? [.syn, .ack, .psh, .rst] : [.ack, .psh, .fin, .rst])
        addPair(client, server)
    }

    /// A connection that the exporter cuts at its active (60 s) or inactive timeout.
    private mutating func addPieces(_ client: inout FlowRecord, seconds: Int64) {
        let count = pick(2..<9)
        for piece in 0..<count {
            client.end = client.start + .seconds(seconds - 1)
            client.endReason = piece == count - 1 ? 3 : seconds == 60 ? 2 : 1
            client.tcpFlags = client.transport == .udp ? [] : piece == 0 ? [.syn, .ack, .psh] : [.ack, .psh]
            if piece == count - 1, client.transport == .tcp { client.tcpFlags.insert(.fin) }
            addPair(client, client.answer(&random))
            client.start = client.start + .seconds(seconds)
        }
    }

    private mutating func addSampled(_ client: inout FlowRecord) {
        client.samplingInterval = UInt32([2, 10, 100, 1000][pick(0..<4)])
        client.tcpFlags = [[.syn], [.ack], [.ack, .psh], [.syn, .ack]][pick(0..<4)]
        client.packets = UInt64(pick(1..<4))
        datagrams.append((arrival(of: [client]), [client]))
    }

    private mutating func addBiflow(_ client: inout FlowRecord) {
        client.presence.insert(.reverse)
        if chance(0.8) {
            let answer = client.answer(&random)
            (client.reversePackets, client.reverseOctets) = (answer.packets, answer.octets)
            client.reverseTCPFlags = answer.tcpFlags
        }
        // Some exporters put the lower address first, whoever began.
        if chance(0.5) {
            var other = client
            (other.source, other.destination) = (client.destination, client.source)
            (other.sourcePort, other.destinationPort) = (client.destinationPort, client.sourcePort)
            (other.packets, other.reversePackets) = (client.reversePackets, client.packets)
            (other.octets, other.reverseOctets) = (client.reverseOctets, client.octets)
            (other.tcpFlags, other.reverseTCPFlags) = (client.reverseTCPFlags, client.tcpFlags)
            client = other
        }
        datagrams.append((arrival(of: [client]), [client]))
    }

    private mutating func addWithoutFlags(_ client: inout FlowRecord) {
        client.presence = [.times]
        client.tcpFlags = []
        datagrams.append((arrival(of: [client]), [client]))
    }

    /// From an exporter that looks into requests and times them.
    private mutating func addApplication(_ client: inout FlowRecord) {
        client.presence.insert(.answers)
        if chance(0.5) { client.httpStatus = [200, 304, 404, 408, 429, 499, 500, 503][pick(0..<8)] }
        if client.transport == .udp, chance(0.8) {
            (client.httpStatus, client.dnsResponseCode) = (0, UInt8(pick(0..<6)))
            client.presence.insert(.dns)
        }
        if chance(0.5) { client.serverMilliseconds = UInt16(chance(0.1) ? pick(1000..<65536) : pick(1..<80)) }
        if chance(0.5) {
            client.handshakeMilliseconds = UInt16(chance(0.1) ? pick(500..<9000) : pick(1..<40))
        }
        switch pick(0..<4) {
        case 0: addBiflow(&client)
        case 1: addSampled(&client)
        case 2: addPair(client, client.answer(&random))
        default:
            if client.transport == .tcp, chance(0.5) { client.tcpFlags = [.ack, .psh] }
            let half = chance(0.5) ? client : client.answer(&random)
            datagrams.append((arrival(of: [half]), [half]))
        }
    }

    /// Turned away: with flags by a router, without by a firewall.
    private mutating func addDenied(_ client: inout FlowRecord) {
        client.firewallEvent = 3
        client.packets = UInt64(pick(0..<3))
        switch pick(0..<3) {
        case 0: client.tcpFlags = client.transport == .udp ? [] : .syn
        case 1: client.tcpFlags = client.transport == .udp ? [] : [.ack]
        default: (client.tcpFlags, client.presence) = ([], [.times])
        }
        datagrams.append((arrival(of: [client]), [client]))
    }

    /// Neither end is a service.
    private mutating func addElsewhere(_ client: inout FlowRecord) {
        client.destination = IPAddress(ipv4: 0x0A63_0000 + UInt32(pick(0..<60000)))
        datagrams.append((arrival(of: [client]), [client]))
    }

    /// One record over many minutes, longer than the window now and then.
    private mutating func addLong(_ client: inout FlowRecord) {
        client.start = client.start - .seconds(Int64(pick(60..<1500)))
        client.packets = UInt64(pick(3..<1_000_000))
        client.octets = client.packets * UInt64(pick(40..<1500))
        addPair(client, client.answer(&random))
    }

    /// A few octets in a long time, without an answer.
    private mutating func addSlow(_ client: inout FlowRecord) {
        client.end = client.start + .seconds(Int64(pick(5..<70)))
        (client.packets, client.octets) = (6, 6 * 52 + UInt64(pick(0..<900)))
        client.tcpFlags = client.transport == .udp ? [] : chance(0.5) ? [.syn, .ack, .psh] : [.ack, .psh]
        client.endReason = chance(0.5) ? 1 : 2
        guard chance(0.5) else { return datagrams.append((arrival(of: [client]), [client])) }
        addPair(client, client.reply(packets: 5, octets: 5 * 52, flags: [.syn, .ack]))
    }

    // MARK: Time and chance

    /// Mostly some seconds after the end, minutes later now and then, before it where the exporter's clock is ahead.
    private mutating func arrival(of records: [FlowRecord]) -> Int64 {
        let end = records.map(\.end.seconds).max() ?? 0
        switch pick(0..<40) {
        case 0: return end + Int64(pick(60..<200))
        case 1: return end + Int64(pick(200..<1100))
        case 2: return end - Int64(pick(0..<60))
        case 3: return end - Int64(pick(3..<8))
        default: return end + Int64(pick(0..<6))
        }
    }

    private mutating func outcome() -> (second: Int64, outcome: Outcome) {
        let time = Self.begin + Int64(pick(0..<Int(length)))
        var outcome = Outcome(
            service: ServiceID(UInt32(pick(0..<Self.services.count))), time: Instant(seconds: time))
        outcome.status = UInt16([200, 404, 500, 503, 408][pick(0..<5)])
        outcome.failure = [.none, .clientError, .serverError, .noServer, .slowRequest][pick(0..<5)]
        if chance(0.5) { outcome.client = IPAddress(ipv4: 0x6440_0000 + UInt32(pick(0..<1000)) * 37) }
        if chance(0.2) { (outcome.event, outcome.status, outcome.failure) = (.handshakeFailure, 0, .none) }
        if chance(0.3) { measure(&outcome) }
        if chance(0.4) { outcome.totalMilliseconds = UInt32(pick(0..<(chance(0.1) ? 2_000_000 : 20_000))) }
        return (time + Int64(chance(0.1) ? pick(0..<1100) : 0), outcome)
    }

    /// What a metric says: so many at once, summed up over a while, or a part of what there is to say.
    private mutating func measure(_ outcome: inout Outcome) {
        (outcome.client, outcome.count) = (.unspecified, UInt32(pick(1..<200)))
        if chance(0.5) { outcome.overSeconds = UInt8(pick(1...60)) }
        outcome.part = [.whole, .failure, .time][pick(0..<3)]
        if outcome.part == .time || chance(0.3) { outcome.latencyMilliseconds = UInt32(pick(0..<4000)) }
    }

    private mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    private mutating func pick(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }

    private mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < probability
    }
}

extension FlowRecord {
    /// What a server sends: often much, sometimes nothing but headers.
    fileprivate func answer(_ random: inout SeededRandom) -> FlowRecord {
        let count = max(1, packets)
        let size = UInt64([52, 64, 65, 400, 1400][Int.random(in: 0..<5, using: &random)])
        var answer = reply(packets: count, octets: count * size, flags: transport == .udp ? [] : tcpFlags)
        // At once, soon, or after a SYN was sent again.
        let delay: Int64 =
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<3: 0
            case 3: Int64.random(in: 500_000...32_000_000, using: &random)
            case 4: Int64.random(in: -5000..<0, using: &random)
            default: Int64.random(in: 1...40_000, using: &random)
            }
        answer.start = min(end, start + Interval(microseconds: delay))
        return answer
    }
}
