// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import ServiceWindows
import TestSupport
import Testing

/// Classes that depend on more than one service's ordinary web traffic, each on windows that the test fills.
@Suite struct ClassifierTests {
    /// A service of `kind` with 120 s of ordinary use, then 80 s in which `attack` adds to it; returns the class that the
    /// incident ends up with.
    ///
    /// - Parameter isUsual: the same was added to the ordinary use as well.
    private func kind(
        of service: ConfiguredService, isUsual: Bool = false,
        attack: (inout ServiceAggregator, Int64, inout SeededRandom) -> Void
    ) -> VerdictKind? {
        var windows = ServiceAggregator(directory: ServiceDirectory([service]))
        var detector = Detector(policy: DetectionPolicy())
        var random = SeededRandom(seed: 9)
        var kind: VerdictKind?
        let key = ServiceKey(
            address: service.addresses[0].address, port: service.ports[0].lowerBound,
            transport: service.transport)
        for second in Int64(0)..<200 {
            let now = 1_795_000_000 + second
            windows.advance(to: Instant(seconds: now))
            Self.ordinary(&windows, key, now, failing: second >= 120, &random)
            if second >= 120 || isUsual { attack(&windows, now, &random) }
            let verdicts = detector.evaluate(&windows, exporters: [])
            for verdict in verdicts where verdict.event == .open || verdict.event == .update {
                kind = verdict.kind
            }
        }
        return kind
    }

    /// Eight requests a second of 200 users; in trouble half of them fail.
    private static func ordinary(
        _ windows: inout ServiceAggregator, _ key: ServiceKey, _ now: Int64, failing: Bool,
        _ random: inout SeededRandom
    ) {
        for index in 0..<8 {
            let user = Fixture.address("10.20.1.1", plus: Int.random(in: 0..<200, using: &random))
            let octets = UInt64.random(in: 900...4000, using: &random)
            let request = FlowRecord.request(
                from: user, port: UInt16(1024 + (now * 8 + Int64(index)) % 60000), to: key, start: now,
                packets: 14,
                octets: octets)
            windows.add(request)
            windows.add(request.reply(packets: 16, octets: octets * 9))
            var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: now))
            let fails = failing && index % 2 == 0
            (outcome.client, outcome.status, outcome.failure) = (
                user, fails ? 503 : 200, fails ? .noServer : .none
            )
            outcome.pathHash = UInt32.random(in: 1...20, using: &random)
            windows.add(outcome)
        }
    }

    private func service(_ kind: ServiceKind, port: UInt16, transport: TransportProtocol = .tcp)
        -> ConfiguredService
    {
        var service = Fixture.service
        (service.kind, service.ports, service.transport) = (kind, [port...port], transport)
        return service
    }

    @Test func connectionsThatSendNextToNothingAreSlow() {
        let kind = kind(of: service(.http, port: 80)) { windows, now, random in
            for index in 0..<10 {
                let attacker = Fixture.address("10.66.0.1", plus: Int.random(in: 0..<200, using: &random))
                let hold = FlowRecord.request(
                    from: attacker, port: UInt16(2000 + (now % 1000) * 10 + Int64(index)), start: now - 15,
                    lasting: 15,
                    packets: 4, octets: 240, flags: [.syn, .ack, .psh])
                windows.add(hold)
                windows.add(hold.reply(packets: 3, octets: 160, flags: [.syn, .ack]))
            }
        }
        #expect(kind == .slowConnection)
    }

    @Test func handshakesWithoutRequestsAreATLSHandshakeFlood() {
        let kind = kind(of: service(.https, port: 443)) { windows, now, random in
            for index in 0..<80 {
                let attacker = Fixture.address("10.66.0.1", plus: Int.random(in: 0..<200, using: &random))
                var key = Fixture.web
                key.port = 443
                let handshake = FlowRecord.request(
                    from: attacker, port: UInt16(2000 + (now % 500) * 100 + Int64(index)), to: key,
                    start: now, packets: 6,
                    octets: 617)
                windows.add(handshake)
                windows.add(handshake.reply(packets: 5, octets: 2100))
            }
        }
        #expect(kind == .tlsHandshakeFlood)
    }

    @Test func packetsInFewLongConnectionsAreRenegotiation() {
        let kind = kind(of: service(.tls, port: 443)) { windows, now, _ in
            for index in 0..<24 {
                var key = Fixture.web
                key.port = 443
                let piece = FlowRecord.request(
                    from: Fixture.address("10.66.0.1", plus: index * 256), port: 4000, to: key, start: now,
                    packets: 60,
                    octets: 22000, flags: [.ack, .psh])
                windows.add(piece)
                windows.add(piece.reply(packets: 60, octets: 95000, flags: [.ack, .psh]))
            }
        }
        #expect(kind == .tlsRenegotiation)
    }

    /// Where handshakes are slow, those of who renegotiates fail as well, and are tried again.
    @Test func failingHandshakesOfLongConnectionsAreRenegotiation() {
        let kind = kind(of: service(.https, port: 443)) { windows, now, random in
            for index in 0..<24 {
                let bot = Fixture.address("10.66.0.1", plus: index * 256)
                var key = Fixture.web
                key.port = 443
                let piece = FlowRecord.request(
                    from: bot, port: 4000, to: key, start: now, packets: 60, octets: 22000,
                    flags: [.ack, .psh])
                windows.add(piece)
                windows.add(piece.reply(packets: 60, octets: 95000, flags: [.ack, .psh]))
                var failed = Outcome(service: ServiceID(0), time: Instant(seconds: now))
                (failed.event, failed.client) = (.handshakeFailure, bot)
                windows.add(failed)
            }
        }
        #expect(kind == .tlsRenegotiation)
    }

    /// Twenty connections of newcomers that say next to nothing, among a hundred a quarter of a minute.
    @Test func whatNewcomersHoldBeyondTheUsualIsSlow() {
        func hold(_ windows: inout ServiceAggregator, _ now: Int64, _ random: inout SeededRandom) {
            guard now % 15 == 0 else { return }
            for index in 0..<20 {
                let visitor = Fixture.address("10.66.0.1", plus: Int(now % 15_000 + Int64(index)) * 256)
                let piece = FlowRecord.request(
                    from: visitor, port: 4000, start: now - 15, lasting: 15, packets: 4, octets: 240,
                    flags: [.ack, .psh])
                windows.add(piece)
                windows.add(piece.reply(packets: 3, octets: 160, flags: [.ack]))
            }
        }
        #expect(kind(of: Fixture.service, attack: hold) == .slowConnection)
        let kind = kind(of: Fixture.service, isUsual: true) { windows, now, random in
            hold(&windows, now, &random)
            // In trouble known clients wait as well.
            guard now >= 1_795_000_120 else { return }
            for index in 0..<5 {
                let user = Fixture.address("10.20.1.1", plus: Int.random(in: 0..<200, using: &random))
                let request = FlowRecord.request(
                    from: user, port: UInt16(9000 + (now % 1000) * 5 + Int64(index)), start: now - 12,
                    lasting: 12)
                windows.add(request)
                windows.add(request.reply())
            }
        }
        #expect(kind == nil)
    }

    @Test func queriesAreADNSFlood() {
        let kind = kind(of: service(.dns, port: 53, transport: .udp)) { windows, now, random in
            for index in 0..<200 {
                let attacker = Fixture.address("10.66.0.1", plus: index)
                var key = Fixture.web
                (key.port, key.transport) = (53, .udp)
                windows.add(
                    .request(
                        from: attacker, port: UInt16.random(in: 1024...60000, using: &random), to: key,
                        start: now,
                        packets: 6, octets: 400, flags: []))
            }
        }
        #expect(kind == .dnsFlood)
    }

    /// 400 datagrams a second from port 123 of servers that the service never asked, or from `port`.
    private func datagrams(from port: UInt16, kind: ServiceKind = .other, to own: UInt16 = 27015)
        -> VerdictKind?
    {
        self.kind(of: service(kind, port: own, transport: .udp)) { windows, now, random in
            for _ in 0..<100 {
                let server = Fixture.address("10.64.0.1", plus: Int.random(in: 0..<100_000, using: &random))
                let key = ServiceKey(address: Fixture.web.address, port: own, transport: .udp)
                windows.add(
                    .request(
                        from: server, port: port, to: key, start: now, packets: 4, octets: 1900, flags: []))
            }
        }
    }

    @Test func whatOtherServersWereAskedForIsAReflection() {
        #expect(datagrams(from: 123) == .reflection)
        #expect(datagrams(from: 53, kind: .dns, to: 53) == .dnsFlood)
        #expect(datagrams(from: 11_211, kind: .dns, to: 53) == .reflection)
        #expect(datagrams(from: 40_000) == .networkFlood)
    }

    @Test(arguments: [TCPFlags.ack, [.ack, .psh], [.syn, .ack]], [true, false])
    func segmentsOfNoConnectionAreANetworkFlood(flags: TCPFlags, isReset: Bool) {
        #expect(kindOfSegments(flags, isReset: isReset, to: service(.https, port: 443)) == .networkFlood)
        // Nothing that is of TCP was reflected by a server of datagrams.
        #expect(kindOfSegments(flags, isReset: isReset, to: service(.dns, port: 53)) == .networkFlood)
    }

    private func kindOfSegments(_ flags: TCPFlags, isReset: Bool, to service: ConfiguredService)
        -> VerdictKind?
    {
        kind(of: service) { windows, now, random in
            for _ in 0..<300 {
                let forged = Fixture.address("10.64.0.1", plus: Int.random(in: 0..<100_000, using: &random))
                var key = Fixture.web
                key.port = service.ports[0].lowerBound
                let segment = FlowRecord.request(
                    from: forged, port: .random(in: 1024...60000, using: &random), to: key, start: now,
                    packets: 1, octets: 40, flags: flags)
                windows.add(segment)
                if isReset { windows.add(segment.reply(packets: 1, octets: 40, flags: .rst)) }
            }
        }
    }

    @Test func techniquesFollowTheClass() {
        #expect(VerdictKind.httpFlood.technique == "T1499.002")
        #expect(VerdictKind.synFlood.technique == "T1499.001")
        #expect(VerdictKind.demandOverload.technique == "T1499")
        #expect(VerdictKind.surge.technique == nil)
        // An attack that harms nobody is no exhaustion.
        #expect(VerdictKind.absorbedAttack.technique == nil)
        #expect(
            VerdictKind.allCases.allSatisfy { !$0.isAttack || $0 == .absorbedAttack || $0.technique != nil })
    }
}
