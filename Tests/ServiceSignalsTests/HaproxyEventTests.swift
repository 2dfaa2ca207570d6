// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct HaproxyEventTests {
    @Test(arguments: [
        "SSL handshake failure", "Connection closed during SSL handshake", "Timeout during SSL handshake",
        "Success",
    ])
    func handshakeFailureBelongsToTheTLSService(text: String) throws {
        let line =
            "<134>Nov 21 02:02:45 haproxy[212]: 10.66.0.7:41822 [21/Nov/2026:02:02:36.001] web/3: \(text)\n"
        let result = TestNetwork.read(line)
        let outcome = try #require(result.single)
        #expect(result.rule == 1)
        #expect(outcome.service == TestNetwork.id("lb-https"))
        #expect(outcome.event == .handshakeFailure)
        #expect(outcome.failure == .none)
        #expect(outcome.client == TestNetwork.address("10.66.0.7"))
        // The date is that of the accept; the handshake failed when the line was written.
        #expect(outcome.time == TestNetwork.arrival)
    }

    @Test func handshakeFailureWithoutARuleForTLS() {
        let line =
            "<134>Nov 21 02:02:45 haproxy[2]: 10.0.0.7:4 [21/Nov/2026:02:02:45.001] web/3: SSL handshake failure"
        let plain = LogRule(
            program: "haproxy", frontend: "web", format: .lines(.haproxyHTTP),
            service: TestNetwork.fixed("lb-http"))
        let other = LogRule(
            program: "haproxy", frontend: "api~", format: .lines(.haproxyHTTP),
            service: TestNetwork.fixed("dns"))
        #expect(TestNetwork.read(line, [other, plain]).rule == 1)
        #expect(TestNetwork.read(line, [other]) == .ignored(.unknownFrontend, rule: 0))
    }

    @Test(arguments: [
        ("backend app has no server available!", ServiceEvent.noServerAvailable),
        (
            "Server app/app1 is DOWN, reason: Layer4 timeout, check duration: 2000ms. 0 active and 0 backup",
            .serverDown
        ),
        ("Backup Server app/app2 is DOWN for maintenance.", .serverDown),
        ("Server app/app1 is UP, reason: Layer7 check passed, code: 200, check duration: 10ms.", .serverUp),
    ])
    func backendEventsReachEveryService(text: String, expected: ServiceEvent) {
        let result = TestNetwork.read("<128>Nov 21 02:02:45 haproxy[4702]: \(text)\n")
        var events: [Outcome] = []
        result.forEachOutcome { events.append($0) }
        #expect(events.map(\.service) == [TestNetwork.id("lb-http"), TestNetwork.id("lb-https")])
        #expect(
            events.allSatisfy {
                $0.event == expected && $0.failure == .none && $0.time == TestNetwork.arrival
            })
    }

    @Test func backendEventsReachTheServicesThatUseTheBackend() {
        var parser = TestNetwork.parser()
        _ = parser.read(HaproxyFormatTests.line(frontend: "web~"))
        let result = parser.read("<128>Nov 21 02:02:45 haproxy[4702]: backend app has no server available!\n")
        #expect(result.single?.service == TestNetwork.id("lb-https"))
        // Another haproxy's backend of the same name is another backend.
        let elsewhere = parser.read(
            "<128>Nov 21 02:02:45 haproxy[4702]: backend app has no server available!\n",
            from: TestNetwork.address("10.9.9.9"))
        #expect(elsewhere.single == nil)
    }

    @Test func frontendOutOfResources() {
        let line = "<128>Nov 21 02:02:45 haproxy[1]: Proxy web reached process FD limit (maxsock=1024)."
        var services: [ServiceID] = []
        TestNetwork.read(line).forEachOutcome { if $0.event == .saturated { services.append($0.service) } }
        #expect(services == [TestNetwork.id("lb-http"), TestNetwork.id("lb-https")])
    }

    @Test(arguments: ["client=10.0.0.1 status=200", "10.0.0.1 - - [21/Nov/2026:02:02:45 +0000] 200", "{}"])
    func lineOfAnotherFormatIsNoNotice(text: String) {
        #expect(
            TestNetwork.read("<133>Nov 21 02:02:45 haproxy[1]: \(text)\n") == .ignored(.unreadable, rule: 0))
    }

    @Test(arguments: [
        "Proxy web started.", "Server app/app1 is stopping.", "Health check for server app/app1 failed",
        "Connect from 10.0.0.1:33 to 10.0.0.2:80 (web/HTTP)", "backend",
    ])
    func noticesCarryNoOutcome(text: String) {
        #expect(
            TestNetwork.read("<133>Nov 21 02:02:45 haproxy[1]: \(text)\n") == .ignored(.noOutcome, rule: 0))
    }
}
