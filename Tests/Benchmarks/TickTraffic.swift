// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport

/// Services that all have users, for the detector: flows as an exporter with timeouts tells them, so that seconds change
/// that are up to 70 s old, and log lines of every other service.
struct TickTraffic {
    private let keys: [ServiceKey]
    private var random: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var records: [FlowRecord] = []
    private var port: UInt16 = 1024
    /// Every so many services one has users.
    var busyEvery = 1
    /// Every so many services one is flooded by strangers and fails; 0 for none.
    var troubledEvery = 0

    /// What the windows are made with.
    let directory: ServiceDirectory

    init(services: Int) {
        let addresses = (0..<services).map { Fixture.address("10.64.0.1", plus: $0) }
        keys = addresses.map { ServiceKey(address: $0, port: 443, transport: .tcp) }
        directory = ServiceDirectory(
            addresses.enumerated().map { index, address in
                ConfiguredService(
                    name: "s\(index)", addresses: [IPPrefix(address, mappedLength: 128)], ports: [443...443],
                    transport: .tcp, kind: .https)
            })
    }

    /// Everything that is told in one second.
    mutating func second(_ now: Int64, into windows: inout ServiceAggregator) {
        for slot in stride(from: 0, to: keys.count, by: busyEvery) {
            // Five to twenty a second on the long run, and about as much noise as chance makes.
            let usual = 5 + slot % 16
            for _ in 0..<usual / 2 + below(usual + 1) { visit(slot, now, &windows) }
            if troubledEvery > 0, slot % troubledEvery == 0 {
                for _ in 0..<10 * usual { strike(slot, now, &windows) }
            }
            if records.count > 1000 { flush(&windows) }
        }
        flush(&windows)
    }

    /// A user's connection: of a hundred one is not answered.
    private mutating func visit(_ slot: Int, _ now: Int64, _ windows: inout ServiceAggregator) {
        let client = Fixture.client(below(1 << 14))
        let end = now - 1 - Int64(below(15))
        let kind = below(100)
        let duration: Int64 = kind < 85 ? 0 : kind < 95 ? 1 + Int64(below(5)) : 10 + Int64(below(45))
        let isAnswered = below(100) > 0
        let octets = UInt64(400 + below(4000))
        port = port == .max ? 1024 : port + 1
        let request = FlowRecord.request(
            from: client, port: port, to: keys[slot], start: end - duration, lasting: duration,
            octets: octets, flags: isAnswered ? [.syn, .ack, .psh, .fin] : .syn)
        records.append(request)
        if isAnswered { records.append(request.reply(octets: octets * 7)) }
        tell(slot, client, now, fails: below(100) == 0, &windows)
    }

    /// A stranger's.
    private mutating func strike(_ slot: Int, _ now: Int64, _ windows: inout ServiceAggregator) {
        let client = Fixture.client(1 << 20 + below(1 << 14))
        port = port == .max ? 1024 : port + 1
        let request = FlowRecord.request(
            from: client, port: port, to: keys[slot], start: now - 1, octets: 450)
        records.append(request)
        records.append(request.reply(octets: 300))
        tell(slot, client, now, fails: below(100) < 60, &windows)
    }

    private mutating func tell(
        _ slot: Int, _ client: IPAddress, _ now: Int64, fails: Bool, _ windows: inout ServiceAggregator
    ) {
        guard slot % 2 == 0 else { return }
        var outcome = Outcome(
            service: ServiceID(UInt32(slot)), time: Instant(seconds: now - 1), arrival: Instant(seconds: now))
        (outcome.client, outcome.status) = (client, fails ? 503 : 200)
        outcome.failure = fails ? .noServer : .none
        outcome.latencyMilliseconds = UInt32(20 + below(120))
        outcome.pathHash = UInt32(1 + below(40))
        windows.add(outcome)
    }

    private mutating func flush(_ windows: inout ServiceAggregator) {
        windows.add(contentsOf: records.span)
        records.removeAll(keepingCapacity: true)
    }

    /// Xorshift: the traffic is not what is measured, and should take little time.
    private mutating func below(_ bound: Int) -> Int {
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        return Int((random >> 32 &* UInt64(bound)) >> 32)
    }
}

extension Fixture {
    /// The client of a number.
    fileprivate static func client(_ number: Int) -> IPAddress {
        IPAddress(ipv4: 0x1400_0000 | UInt32(number) << 2)
    }
}
