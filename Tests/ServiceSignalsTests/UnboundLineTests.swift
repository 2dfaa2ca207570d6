// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct UnboundLineTests {
    static func line(_ text: String) -> String { "<30>Nov 21 02:02:44 svc unbound: [16135:0] \(text)" }

    @Test func reply() throws {
        let result = TestNetwork.read(
            Self.line("info: 10.20.1.188 WWW.corp.test. A IN NOERROR 0.015981 1 47"))
        let outcome = try #require(result.single)
        #expect(outcome.service == TestNetwork.id("dns"))
        #expect(outcome.client == TestNetwork.address("10.20.1.188"))
        #expect(outcome.failure == .none)
        #expect((outcome.latencyMilliseconds, outcome.totalMilliseconds) == (16, 16))
        #expect(outcome.nameLength == 13)
        #expect(outcome.time == TestNetwork.arrival)
        let lower = TestNetwork.read(
            Self.line("reply: 10.20.1.188 www.corp.test. A IN NOERROR 0.000000 1 47"))
        #expect(lower.single?.pathHash == outcome.pathHash)
    }

    /// As unbound writes it to its own file, with and without log-time-ascii.
    @Test(arguments: ["Nov 21 02:02:44 unbound[16135:0] ", "[1795226564] unbound[16135:0] ", "[16135:0] "])
    func headersOfItsOwn(header: String) {
        let line = "<14>unbound: \(header)reply: 10.20.1.1 www.corp.test. A IN SERVFAIL 0.015981 1 47"
        #expect(TestNetwork.read(line).single?.failure == .serverFailure)
        #expect(
            TestNetwork.read("<14>unbound: \(header)query: 10.20.1.1 www.corp.test. A IN").ignoredReason
                == .noOutcome)
    }

    @Test(arguments: [
        ("SERVFAIL", FailureClass.serverFailure), ("REFUSED", .refused), ("NXDOMAIN", .noSuchName),
        ("FORMERR", .clientError), ("NOTIMPL", .clientError), ("YXDOMAIN", .none),
    ])
    func responseCodes(code: String, expected: FailureClass) {
        let result = TestNetwork.read(Self.line("info: fd00::1 a.test. AAAA IN \(code) 2.5 0 95"))
        #expect(result.single?.failure == expected)
        #expect(result.single?.latencyMilliseconds == 2500)
    }

    @Test func failureIsCountedOnceWithItsReply() throws {
        var parser = TestNetwork.parser()
        let error = Self.line(
            "error: SERVFAIL <x9.app.test. A IN>: all the configured servers failed, at zone app.test.")
        let reply = Self.line("info: 10.20.1.1 x9.app.test. A IN SERVFAIL 1.2 0 30")
        let outcome = try #require(parser.read(error).single)
        #expect(outcome.failure == .serverFailure)
        #expect(outcome.nameLength == 11)
        #expect(parser.read(reply) == .ignored(.toldElsewhere, rule: 3))
        #expect(parser.read(reply).single?.failure == .serverFailure)
    }

    @Test(arguments: [
        "notice: init module 0: iterator", "info: start of service (unbound 1.17.1).",
        "info: server stats for thread 0: 5 queries, 2 answers from cache",
        "info: 10.20.1.1 www.corp.test. A IN",
        "error: could not open ports",
    ])
    func notices(text: String) {
        #expect(TestNetwork.read(Self.line(text)) == .ignored(.noOutcome, rule: 3))
    }

    @Test func lineOfAnotherForm() {
        #expect(TestNetwork.read("<30>Nov 21 02:02:44 svc unbound: hello") == .ignored(.unreadable, rule: 3))
    }
}
