// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

private let now: Int64 = 1_000_000
private let web = ServiceKey(address: Fixture.address("10.9.0.1"), port: 8080, transport: .tcp)
private let client = Fixture.address("10.20.1.7")

/// Windows that have learned of the service `web`.
private func makeWindows(_ services: [ConfiguredService] = []) -> ServiceAggregator {
    var windows = ServiceAggregator(directory: ServiceDirectory(services))
    windows.advance(to: Instant(seconds: now))
    for index in 0..<60 {
        windows.add(.request(from: Fixture.address("10.20.1.1", plus: index % 20), to: web, start: now))
    }
    return windows
}

extension ServiceAggregator {
    fileprivate func numbers(_ slot: Int) -> ServiceSecond { seconds(now...now, slot: slot)[0] }
}

@Suite struct DirectionTests {
    @Test func aLearnedServiceIsServerWhateverThePorts() {
        var windows = makeWindows()
        // Both ports are high, the client's is the lower one.
        let request = FlowRecord.request(from: client, port: 2000, to: web, start: now)
        let before = windows.numbers(0)
        windows.add(request)
        windows.add(request.reply(packets: 7))
        #expect(windows.numbers(0).packetsIn == before.packetsIn + Int64(request.packets))
        #expect(windows.numbers(0).packetsOut == before.packetsOut + 7)
    }

    @Test func whatARecordSaysGoesBeforeWhatWasLearned() {
        for stated in [UInt8(2), 1] {
            var windows = makeWindows()
            let ignored = windows.counters.ignored[UnbookedReason.noService.rawValue]
            var record = FlowRecord.request(from: client, to: web, start: now)
            record.biflowDirection = stated
            windows.add(record)
            #expect(
                windows.counters.ignored[UnbookedReason.noService.rawValue] == ignored + (stated == 2 ? 1 : 0)
            )
        }
        // A SYN without ACK comes from a client, also out of a service's port.
        var windows = makeWindows()
        let records = windows.counters.records
        windows.add(
            .request(
                from: web.address, port: web.port,
                to: ServiceKey(address: client, port: 40000, transport: .tcp), start: now, packets: 1,
                octets: 60, flags: .syn))
        #expect(windows.counters.records == records)
    }

    @Test func theConfigurationGoesBeforeWhatTheRecordSays() {
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
        windows.advance(to: Instant(seconds: now))
        var record = FlowRecord.request(from: client, start: now)
        record.biflowDirection = 2
        windows.add(record)
        #expect(windows.numbers(0).packetsIn == Int64(record.packets))
    }

    @Test func betweenTwoServicesTheNamedOneIsTheServer() {
        var windows = makeWindows([Fixture.service])
        // The learned service asks the named one out of its own port.
        windows.add(.request(from: web.address, port: web.port, start: now, packets: 9))
        #expect(windows.numbers(0).packetsIn == 9)
        let reply = FlowRecord.request(from: web.address, port: web.port, start: now, packets: 9)
            .reply(packets: 4)
        windows.add(reply)
        #expect(windows.numbers(0).packetsOut == 4)
    }

    @Test func betweenTwoNamedServicesTheRecordDecidesThenThePorts() {
        var other = Fixture.service
        other.name = "other"
        other.addresses = [IPPrefix(Fixture.address("10.2.0.99"), mappedLength: 128)]
        other.ports = [5000...5000]
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service, other]))
        windows.advance(to: Instant(seconds: now))
        let otherEnd = Fixture.address("10.2.0.99")
        // Port 80 is well known, 5000 is not.
        windows.add(.request(from: otherEnd, port: 5000, start: now, packets: 9))
        #expect(windows.numbers(0).packetsIn == 9 && windows.numbers(1).packetsOut == 0)
        var stated = FlowRecord.request(from: otherEnd, port: 5000, start: now, packets: 3)
        stated.biflowDirection = 2
        windows.add(stated)
        #expect(windows.numbers(1).packetsOut == 3)
    }
}

@Suite struct AuthorityTests {
    private func told(by exporter: UInt32, _ record: FlowRecord) -> FlowRecord {
        var record = record
        record.exporter = ExporterID(exporter)
        return record
    }

    @Test func requestsAndRepliesMayComeFromDifferentRouters() {
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
        windows.advance(to: Instant(seconds: now))
        for port in UInt16(1)...50 {
            let request = FlowRecord.request(from: client, port: port, start: now)
            windows.add(told(by: 0, request))
            windows.add(told(by: 1, request.reply()))
        }
        #expect(windows.counters.records == 100)
        #expect(windows.numbers(0).cell.ended == 50)
    }

    @Test func eachAddressOfAServiceMayHaveARouterOfItsOwn() {
        var farm = Fixture.service
        farm.addresses = (1...2).map { IPPrefix(Fixture.address("10.4.0.\($0)"), mappedLength: 128) }
        var windows = ServiceAggregator(directory: ServiceDirectory([farm]))
        windows.advance(to: Instant(seconds: now))
        for host in 1...2 {
            let key = ServiceKey(address: Fixture.address("10.4.0.\(host)"), port: 80, transport: .tcp)
            for exporter in 1...2 {
                windows.add(
                    told(
                        by: UInt32(exporter == host ? 0 : 1),
                        .request(from: client, to: key, start: now)))
            }
        }
        #expect(windows.counters.records == 2)
        #expect(windows.counters.ignored[UnbookedReason.alsoSeen.rawValue] == 2)
    }

    @Test func aRouterThatTellsFarMoreTakesOver() {
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
        windows.advance(to: Instant(seconds: now))
        for index in 0..<1000 {
            // The first router sees one connection of ten.
            if index % 10 == 0 {
                windows.add(told(by: 0, .request(from: client, port: UInt16(index), start: now)))
            }
            windows.add(told(by: 1, .request(from: client, port: UInt16(index), start: now)))
        }
        #expect(windows.counters.records > 900)
        #expect(windows.service(0).exporter == ExporterID(1))
    }

    @Test func aRouterThatTellsAsMuchDoesNotTakeOver() {
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
        windows.advance(to: Instant(seconds: now))
        for index in 0..<5000 {
            for exporter in UInt32(0)...1 {
                windows.add(told(by: exporter, .request(from: client, port: UInt16(index), start: now)))
            }
        }
        #expect(windows.counters.records == 5000)
        #expect(windows.service(0).exporter == ExporterID(0))
    }
}
