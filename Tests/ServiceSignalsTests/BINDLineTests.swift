// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct BINDLineTests {
    @Test(arguments: [
        "client @0x7f5b1c000c68 10.20.1.188#48021 (WWW.corp.test): query: WWW.corp.test IN A +E(0)K (10.2.0.53)",
        "queries: info: client @0x7f5b1c000c68 10.20.1.188#48021 (www.corp.test): query: www.corp.test IN A + (10.2.0.53)",
        "21-Nov-2026 02:02:44.123 queries: info: client 10.20.1.188#48021 (www.corp.test): view lan: query: www.corp.test. IN A",
    ])
    func questions(text: String) throws {
        let outcome = try #require(Self.read(text).single)
        #expect(outcome.service == TestNetwork.id("dns"))
        #expect(outcome.client == TestNetwork.address("10.20.1.188"))
        #expect(outcome.failure == .none)
        #expect(outcome.nameLength == 13)
        #expect(
            outcome.pathHash == Self.read("client 10.0.0.1#1: query: www.corp.test IN A").single?.pathHash)
    }

    @Test(arguments: [
        ("query failed (SERVFAIL) for www.corp.test/IN/A at query.c:7102", FailureClass.serverFailure),
        ("query failed (REFUSED) for www.corp.test/IN/A at query.c:5489", .refused),
        ("query failed (timed out) for www.corp.test/IN/A at query.c:7102", .serverFailure),
        ("query failed (FORMERR) for www.corp.test/IN/A at query.c:1", .clientError),
        ("view lan: query (cache) 'www.corp.test/A/IN' denied (allow-query-cache did not match)", .refused),
        ("query 'www.corp.test/A/IN' denied", .refused),
    ])
    func failures(text: String, expected: FailureClass) throws {
        let outcome = try #require(
            Self.read("client @0x7f 10.20.1.188#48021 (www.corp.test): " + text).single)
        #expect(outcome.failure == expected)
        #expect(outcome.part == .failure)
        #expect(outcome.nameLength == 13)
    }

    @Test(arguments: [
        "managed-keys-zone: loaded serial 3", "client @0x7f 10.20.1.188#48021: update 'corp.test/IN' denied",
        "client", "client @0x7f", "client @0x7f nobody#1: query: a IN A",
        "client 10.0.0.1#1: query failed (x",
        "client 10.0.0.1#1: query: ", "client 10.0.0.1#1: query 'x", "all zones loaded",
    ])
    func noticesCarryNoOutcome(text: String) {
        #expect(Self.read(text) == .ignored(.noOutcome, rule: 0))
    }

    private static func read(_ text: String) -> SignalResult {
        TestNetwork.read(
            "<30>Nov 21 02:02:44 svc named[212]: " + text,
            [LogRule(program: "named", format: .bind, service: TestNetwork.fixed("dns"))])
    }
}
