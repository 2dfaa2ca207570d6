// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import ServiceWindows
import TestSupport
import Testing

/// A web service with users, a flood that may come, and what the operator declared.
private struct DeclaredSite: ~Copyable {
    static let start: Int64 = 1_795_000_000
    var windows: ServiceAggregator
    var detector: Detector
    var now = start
    var said: [Verdict] = []
    private var random = SeededRandom(seed: 7)
    private var port: UInt16 = 1024

    init(
        _ plan: SuppressionPlan = SuppressionPlan(), declared: [DeclaredNetwork] = [],
        egress: [DeclaredNetwork] = [], minimumBaseline: Double = 25
    ) {
        windows = ServiceAggregator(
            directory: ServiceDirectory([Fixture.service]), discovers: false, declared: declared,
            egress: egress)
        var policy = DetectionPolicy()
        (policy.warmUp, policy.minimumBaseline) = (60, minimumBaseline)
        detector = Detector(policy: policy, suppression: Suppression(plan, services: ["web"]))
        windows.advance(to: Instant(seconds: now))
    }

    /// Connections with a log line each, `failing` (0…1) of them failed.
    mutating func arrive(
        _ count: Int, from base: String, spread: Int, failing: Double = 0, path: UInt32? = nil
    ) {
        for _ in 0..<count {
            let client = Fixture.address(base, plus: Int.random(in: 0..<spread, using: &random))
            port = port == .max ? 1024 : port + 1
            let octets = path == nil ? UInt64.random(in: 400...4000, using: &random) : 450
            let request = FlowRecord.request(from: client, port: port, start: now, octets: octets)
            windows.add(request)
            windows.add(request.reply(octets: octets * 7))
            var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: now))
            let fails = Double.random(in: 0..<1, using: &random) < failing
            (outcome.client, outcome.status) = (client, fails ? 503 : 200)
            outcome.failure = fails ? .noServer : .none
            outcome.latencyMilliseconds = 80
            outcome.pathHash = path ?? UInt32.random(in: 1...20, using: &random)
            windows.add(outcome)
        }
    }

    mutating func tick() {
        now += 1
        windows.advance(to: Instant(seconds: now))
        said += detector.evaluate(&windows, exporters: [])
    }

    mutating func ordinary(_ seconds: Int) {
        for _ in 0..<seconds {
            arrive(Int.random(in: 6...14, using: &random), from: "10.20.1.1", spread: 200)
            tick()
        }
    }

    mutating func flood(_ seconds: Int, from base: String = "10.66.0.1", failing: Double = 0.6) {
        for _ in 0..<seconds {
            arrive(10, from: "10.20.1.1", spread: 200, failing: failing)
            arrive(200, from: base, spread: 400, failing: failing, path: 77)
            tick()
        }
    }

    var events: [String] { said.map { "\($0.event) \($0.kind)" } }
}

private func window(_ from: Int64, _ until: Int64, service: String? = "web") -> SuppressionPlan {
    var plan = SuppressionPlan()
    plan.maintenance = [
        MaintenanceWindow(
            service: service,
            time: .once(TimeSpan(from: DeclaredSite.start + from, until: DeclaredSite.start + until)),
            reason: "new disks")
    ]
    return plan
}

private func network(_ text: String, service: ServiceID? = nil) -> DeclaredNetwork {
    DeclaredNetwork(IPPrefix(text) ?? IPPrefix(.unspecified, mappedLength: 0), service: service)
}

@Suite struct MaintenanceTests {
    @Test(arguments: ["web", nil])
    func anIncidentInAWindowIsOneNotice(service: String?) throws {
        var site = DeclaredSite(window(100, 2000, service: service))
        site.ordinary(120)
        site.flood(60)
        site.ordinary(200)
        #expect(site.events == ["notice httpFlood"])
        let notice = try #require(site.said.first)
        #expect(notice.maintenance == "new disks" && notice.incident == nil && notice.severity == .notice)
        let use = try #require(site.detector.suppression.maintenanceUse.first)
        #expect(use.incidents == 1 && use.messages >= 1 && use.last != nil)
        #expect(use.activeUntil == DeclaredSite.start + 2000)
        #expect(site.detector.openIncidents == 0)
    }

    @Test func aWindowOfAnotherServiceChangesNothing() {
        var site = DeclaredSite(window(100, 2000, service: "mail"))
        site.ordinary(120)
        site.flood(60)
        #expect(site.events.first == "open httpFlood")
        #expect(site.detector.suppression.maintenanceUse.map(\.incidents) == [0])
    }

    @Test func whatLastsBeyondTheWindowIsOpenedWhenItHasEnded() throws {
        var site = DeclaredSite(window(100, 160))
        site.ordinary(120)
        site.flood(80)
        #expect(Array(site.events.prefix(2)) == ["notice httpFlood", "open httpFlood"])
        let open = site.said[1]
        #expect(open.time.seconds == DeclaredSite.start + 160)
        #expect(abs(open.onset.seconds - DeclaredSite.start - 120) <= 1)
        #expect(open.maintenance == nil && open.severity > .notice && open.incident != nil)
        #expect(site.detector.openIncidents == 1)
        site.ordinary(200)
        #expect(site.said.last?.event == .clear && site.said.last?.incident == open.incident)
    }

    @Test func whatWasOpenBeforeTheWindowIsToldOfAsBefore() throws {
        var site = DeclaredSite(window(150, 2000))
        site.ordinary(120)
        site.flood(60)
        site.ordinary(200)
        let open = try #require(site.said.first)
        #expect(open.event == .open && site.said.last?.event == .clear)
        #expect(
            site.said.allSatisfy {
                $0.event != .notice && $0.incident == open.incident && $0.maintenance == nil
            })
    }

    /// Five times the users for ten minutes: what is learned of them shows in what is a surge afterwards.
    @Test(arguments: [true, false])
    func nothingIsLearnedInAWindow(isDeclared: Bool) throws {
        var site = DeclaredSite(isDeclared ? window(600, 1200) : SuppressionPlan())
        site.ordinary(600)
        for _ in 0..<590 {
            site.arrive(13, from: "10.20.1.1", spread: 200)
            site.tick()
        }
        site.ordinary(10)
        site.said = []
        site.flood(20)
        let rate = try #require(site.said.first { $0.event == .open }?.rate)
        if isDeclared { #expect(rate.baseline < 10.5) } else { #expect(rate.baseline > 11) }
    }
}

@Suite struct PlannedEventTests {
    private func event(_ factor: Double) -> SuppressionPlan {
        var plan = SuppressionPlan()
        plan.events = [
            PlannedEvent(
                service: "web",
                span: TimeSpan(from: DeclaredSite.start + 100, until: DeclaredSite.start + 400),
                factor: factor,
                reason: "sale")
        ]
        return plan
    }

    /// Six times the usual, and nobody is harmed.
    private func crowd(_ site: inout DeclaredSite) {
        site.ordinary(120)
        for _ in 0..<60 {
            site.arrive(60, from: "10.30.0.1", spread: 5000)
            site.tick()
        }
    }

    @Test func whatWasExpectedIsNoSurgeAndIsCounted() throws {
        var site = DeclaredSite(event(10))
        crowd(&site)
        #expect(site.events == [])
        let use = try #require(site.detector.suppression.eventUse.first)
        #expect(use.seconds > 30 && use.last == site.now && use.isActive)
    }

    @Test func moreThanWasExpectedIsASurge() {
        for plan in [event(1.2), SuppressionPlan()] {
            var site = DeclaredSite(plan)
            crowd(&site)
            #expect(site.events == ["notice surge"])
        }
    }

    @Test func harmIsHarmDuringAnEvent() {
        var site = DeclaredSite(event(5))
        site.ordinary(120)
        site.flood(60)
        #expect(site.events.first == "open httpFlood")
    }

    /// The tests look back for three minutes: the end of an event does not make its seconds unusual.
    @Test func theSecondsOfAnEventStayExpectedWhenItHasEnded() {
        var plan = event(10)
        plan.events[0].span.until = DeclaredSite.start + 160
        var site = DeclaredSite(plan)
        site.ordinary(120)
        for _ in 0..<40 {
            site.arrive(60, from: "10.30.0.1", spread: 5000)
            site.tick()
        }
        site.ordinary(240)
        #expect(site.events == [])
    }
}

@Suite struct DeclaredSourceTests {
    /// A load test of 200 connections a second is no pressure in any metric, and the service that it breaks is seen.
    @Test func aDeclaredLoadTestIsNoPressureAndItsHarmIsHarm() {
        for declared in [[network("10.66.0.0/16")], [network("10.66.0.0/16", service: ServiceID(0))], []] {
            var site = DeclaredSite(declared: declared)
            site.ordinary(120)
            site.flood(60, failing: 0)
            #expect(site.events == (declared.isEmpty ? ["notice surge"] : []))
            site.flood(60, failing: 0.6)
            #expect(site.events.last == (declared.isEmpty ? "open httpFlood" : "notice degradation"))
        }
    }

    @Test func aSourceThatIsDeclaredForAnotherServiceIsNot() {
        var site = DeclaredSite(declared: [network("10.66.0.0/16", service: ServiceID(1))])
        site.ordinary(120)
        site.flood(60, failing: 0)
        #expect(site.events == ["notice surge"])
    }

    /// What comes through a CDN is volume; whose it is nobody can say, and to limit it would limit everybody.
    @Test func sharedEgressIsVolumeAndIsNeverNamed() {
        var site = DeclaredSite(egress: [network("10.66.0.0/16")])
        site.ordinary(120)
        site.flood(60)
        #expect(site.events == ["notice outageRetryStorm"])
        #expect(site.said.allSatisfy { $0.sources?.top.isEmpty == true })
    }

    @Test func anAttackBesideSharedEgressNamesTheAttackerAlone() throws {
        var site = DeclaredSite(egress: [network("10.66.0.7/32")])
        site.ordinary(120)
        for _ in 0..<40 {
            site.arrive(100, from: "10.66.0.7", spread: 1, failing: 0.6)
            site.flood(1, from: "10.99.0.1")
        }
        let open = try #require(site.said.first { $0.event == .open })
        let top = try #require(open.sources?.top)
        #expect(!top.isEmpty && top.allSatisfy { $0.prefix.description.hasPrefix("10.99.") })
        #expect(top.reduce(0) { $0 + $1.share } < 0.75)
    }
}
