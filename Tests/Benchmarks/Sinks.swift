// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import LockFree
import ServiceWindows
import TestSupport

/// Takes records out of a list.
protocol ListSink: TimedSink, ~Copyable where Sink == FlowList {
    mutating func add(_ records: borrowing Span<FlowRecord>)
}

extension ListSink where Self: ~Copyable {
    mutating func take() {
        sink.withRecords { add($0) }
        sink.removeAll()
    }
}

/// Reads every record, so that none is left out by the optimiser.
struct CountingSink: ListSink {
    let sink = FlowList()
    private(set) var records: UInt64 = 0
    private(set) var packets: UInt64 = 0

    mutating func advance(to time: Instant) {}

    mutating func add(_ records: borrowing Span<FlowRecord>) {
        self.records &+= UInt64(records.count)
        for index in records.indices { packets &+= records[index].packets }
    }
}

/// Reads every record out of a ring, as large as the daemon's and emptied about as often as there: every 50 datagrams.
struct RingSink: TimedSink, ~Copyable {
    let sink: RingWriter
    private let ring: SPSCRing<FlowRecord>
    private var consumer: RingConsumer<FlowRecord>
    private var datagrams = 0
    private(set) var packets: UInt64 = 0

    init() {
        ring = SPSCRing(minimumCapacity: 65_536, filler: FlowRecord())
        consumer = ring.takeConsumer()
        sink = RingWriter(ring.takeProducer())
    }

    /// Those that are still in the ring are counted, those that found no room are not.
    var records: UInt64 {
        sink.publish()
        return ring.pushed
    }

    mutating func advance(to time: Instant) {}

    mutating func take() {
        datagrams &+= 1
        guard datagrams % 50 == 0 else { return }
        sink.publish()
        while consumer.withBatch({ batch in
            for index in batch.indices { packets &+= batch[index].packets }
        }) > 0 {}
    }
}

/// Books every record.
struct BookingSink: ListSink, ~Copyable {
    let sink = FlowList()
    private(set) var windows: ServiceAggregator

    /// - Parameter discovers: no service is configured, the windows have to find them.
    init(_ endpoints: [ServiceKey], discovers: Bool) {
        var limits = WindowLimits()
        limits.services = max(limits.services, endpoints.count)
        windows = ServiceAggregator(
            directory: ServiceDirectory(discovers ? [] : endpoints.map(ConfiguredService.init(endpoint:))),
            limits: limits, discovers: discovers)
    }

    var records: UInt64 {
        UnbookedReason.allCases.reduce(windows.counters.records) {
            $0 + windows.counters.ignored[$1.rawValue]
        }
    }

    mutating func advance(to time: Instant) { windows.advance(to: time) }

    mutating func add(_ records: borrowing Span<FlowRecord>) { windows.add(contentsOf: records) }
}

/// Collects the endpoints of servers.
struct EndpointSink: ListSink {
    let sink = FlowList()
    private let servers: IPPrefix
    private var seen: Set<ServiceKey> = []
    private(set) var records: UInt64 = 0

    init(servers: IPPrefix) { self.servers = servers }

    /// In an order that is the same in every run, and not that of their traffic.
    var endpoints: [ServiceKey] {
        var random = SeededRandom(seed: 1)
        return seen.sorted {
            ($0.address, $0.port, $0.transport.number) < ($1.address, $1.port, $1.transport.number)
        }
        .shuffled(using: &random)
    }

    mutating func advance(to time: Instant) {}

    mutating func add(_ records: borrowing Span<FlowRecord>) {
        self.records &+= UInt64(records.count)
        for index in records.indices { note(records[index]) }
    }

    private mutating func note(_ record: FlowRecord) {
        if servers.contains(record.destination) {
            seen.insert(
                ServiceKey(
                    address: record.destination, port: record.destinationPort, transport: record.transport))
        } else if servers.contains(record.source) {
            seen.insert(
                ServiceKey(address: record.source, port: record.sourcePort, transport: record.transport))
        }
    }
}

extension ConfiguredService {
    fileprivate init(endpoint: ServiceKey) {
        let kind: ServiceKind =
            switch endpoint.port {
            case 53: .dns
            case 80, 8080: .http
            case 443, 8443: .https
            default: .other
            }
        self.init(
            name: "\(endpoint)", addresses: [IPPrefix(endpoint.address, mappedLength: 128)],
            ports: [endpoint.port...endpoint.port], transport: endpoint.transport, kind: kind)
    }
}
