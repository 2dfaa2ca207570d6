// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct StunnelLineTests {
    static func line(_ text: String, id: String = "7", level: Int = 5) -> String {
        "<30>Nov 21 02:02:46 svc stunnel: 2026.11.21 02:02:46 LOG\(level)[\(id)]: \(text)"
    }

    private static let accept = line("Service [tls-term] accepted connection from 10.20.1.93:38195")

    @Test func handshakeTimeIsThatBetweenTwoLines() throws {
        var parser = TestNetwork.parser()
        let accepted = try #require(parser.read(Self.accept).single)
        #expect(accepted.event == .accepted)
        #expect(accepted.client == TestNetwork.address("10.20.1.93"))
        let later = TestNetwork.arrival + .milliseconds(1250)
        let negotiated = try #require(
            parser.read(Self.line("TLS accepted: new session negotiated", level: 6), arrival: later).single)
        #expect(negotiated.event == .negotiated)
        #expect(negotiated.client == accepted.client)
        #expect(negotiated.latencyMilliseconds == 1250)
        let closed = try #require(
            parser.read(
                Self.line("Connection closed: 60242 byte(s) sent to TLS, 120 byte(s) sent to socket"),
                arrival: TestNetwork.arrival + .seconds(3)
            ).single)
        #expect((closed.event, closed.failure) == (.none, .none))
        #expect(closed.totalMilliseconds == 3000)
        // The connection is forgotten, and the rule is for one service of this stunnel.
        #expect(parser.read(Self.line("TLS accepted: x")).ignoredReason == .noOutcome)
    }

    /// With `syslog = yes` it leaves the date to the syslog.
    @Test func linesOfTheSyslogHaveNoDate() throws {
        var parser = TestNetwork.parser()
        let accept =
            "<29>Nov 21 02:02:46 vm stunnel: LOG5[7]: Service [tls-term] accepted connection from 10.20.1.93:38195"
        let accepted = try #require(parser.read(accept).single)
        #expect((accepted.event, accepted.time) == (.accepted, TestNetwork.arrival))
        let negotiated = "<30>Nov 21 02:02:46 vm stunnel: LOG6[7]: TLS accepted: new session negotiated"
        #expect(try #require(parser.read(negotiated).single).event == .negotiated)
        #expect(
            parser.read("<30>Nov 21 02:02:46 vm stunnel: LOG6[cron]: Executing cron jobs").ignoredReason
                == .noOutcome)
    }

    @Test(arguments: [
        (
            "SSL_accept: ../ssl/record/rec_layer_s3.c:318: unexpected eof", ServiceEvent.handshakeFailure,
            FailureClass.none
        ),
        ("No more addresses to connect", .none, .noServer),
    ])
    func failures(text: String, event: ServiceEvent, failure: FailureClass) throws {
        var parser = TestNetwork.parser()
        _ = parser.read(Self.accept)
        let outcome = try #require(parser.read(Self.line(text, level: 3)).single)
        #expect((outcome.event, outcome.failure) == (event, failure))
        #expect(outcome.client == TestNetwork.address("10.20.1.93"))
    }

    @Test(arguments: [
        "s_connect: connected 127.0.0.1:8080",
        "Service [tls-term] connected remote server from 127.0.0.1:38656",
        "Connection reset: 0 byte(s) sent to TLS, 0 byte(s) sent to socket", "Peer certificate not required",
    ])
    func stepsOnTheWay(text: String) {
        var parser = TestNetwork.parser()
        _ = parser.read(Self.accept)
        #expect(parser.read(Self.line(text)) == .ignored(.noOutcome, rule: 4))
    }

    @Test func linesOfNoConnectionAndOtherServices() {
        #expect(
            TestNetwork.read(Self.line("Configuration successful", id: "ui")) == .ignored(.noOutcome, rule: 4)
        )
        let other = Self.line("Service [imaps] accepted connection from 10.20.1.93:38195")
        #expect(TestNetwork.read(other) == .ignored(.unknownFrontend, rule: 4))
    }

    @Test func tableOfConnectionsStaysBounded() {
        var limits = SignalLimits()
        limits.connections = 8
        var parser = TestNetwork.parser(limits: limits)
        for number in 0..<100 {
            _ = parser.read(
                Self.line("Service [tls-term] accepted connection from 10.20.1.93:1", id: "\(number)"))
        }
        #expect(parser.read(Self.line("TLS accepted: x", id: "91")).ignoredReason == .noOutcome)
        #expect(parser.read(Self.line("TLS accepted: x", id: "99")).single?.event == .negotiated)
    }
}
