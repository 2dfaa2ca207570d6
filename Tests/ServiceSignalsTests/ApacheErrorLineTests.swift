// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct ApacheErrorLineTests {
    private static let head = "[Sat Nov 21 02:02:45.123456 2026]"

    @Test(arguments: [
        (
            "[mpm_event:error] [pid 311:tid 139] AH00484: server reached MaxRequestWorkers setting, consider raising it",
            ServiceEvent.saturated
        ),
        ("[mpm_prefork:error] [pid 311] AH00161: server reached MaxRequestWorkers setting", .saturated),
        (
            "[ssl:info] [pid 311:tid 1] [client 10.66.0.7:4711] AH02008: SSL library error 1 in handshake (server shop.test:443)",
            .handshakeFailure
        ),
        (
            "[proxy_balancer:error] [pid 3] [client 10.66.0.7:1] AH01167: balancer://app: All workers are in error state",
            .noServerAvailable
        ),
        ("[core:error] [pid 3] (24)Too many open files: AH00039: Cannot open socket", .saturated),
    ])
    func events(text: String, expected: ServiceEvent) throws {
        let outcome = try #require(Self.read(text).single)
        #expect(outcome.event == expected)
        #expect(outcome.service == TestNetwork.id("web-https"))
        if text.contains("[client") { #expect(outcome.client == TestNetwork.address("10.66.0.7")) }
    }

    @Test(arguments: [
        ("[core:notice] [pid 3] AH00094: Command line: '/usr/sbin/apache2'", IgnoredReason.noOutcome),
        ("[core:error] [pid 3] [client 10.0.0.1:2] AH00126: Invalid URI in request", .toldElsewhere),
        ("", .unreadable),
    ])
    func linesWithoutAnEvent(text: String, reason: IgnoredReason) {
        #expect(Self.read(text).ignoredReason == reason)
    }

    @Test func rulesThatReadTheAccessLogReadTheErrorsToo() {
        let line =
            "<131>Nov 21 02:02:45 www apache2: \(Self.head) [mpm_event:error] [pid 1] AH00484: server reached"
        let rule = LogRule(
            program: "apache2", format: .lines(.apacheCombined), service: TestNetwork.fixed("web-https"))
        #expect(TestNetwork.read(line, [rule]).single?.event == .saturated)
    }

    private static func read(_ text: String) -> SignalResult {
        TestNetwork.read(
            "<131>Nov 21 02:02:45 www apache2: \(text.isEmpty ? "no brackets" : head + " " + text)",
            [LogRule(program: "apache2", format: .apacheError, service: TestNetwork.fixed("web-https"))])
    }
}
