// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import ServiceWindows
import TestSupport
import Testing

/// A service whose log tells of twenty answers a second, until the server hangs under newcomers' connections.
private struct HangingServer: ~Copyable {
    var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]), discovers: false)
    var detector = Detector(policy: DetectionPolicy())
    var now: Int64 = 1_795_000_000
    var said: [Verdict] = []
    var random = SeededRandom(seed: 7)

    init() { windows.advance(to: Instant(seconds: now)) }

    /// - Parameters:
    ///   - logged: lines of known clients a second.
    ///   - served: connections of known clients a second that end well.
    ///   - newcomers: connections of newcomers that the log tells of and that ask for nothing.
    mutating func run(_ seconds: Int, logged: Int, served: Int, newcomers: Int = 0) {
        for _ in 0..<seconds {
            now += 1
            for _ in 0..<logged { line("10.20.1.1", .none, status: 200) }
            for _ in 0..<newcomers { line("10.66.0.1", .slowRequest, status: 408) }
            for index in 0..<served {
                let port = UInt16.random(in: 1024...60000, using: &random)
                let request = FlowRecord.request(
                    from: Fixture.address("10.20.1.1", plus: index * 7), port: port,
                    start: now - 1)
                windows.add(request)
                windows.add(request.reply())
            }
            windows.advance(to: Instant(seconds: now))
            said += detector.evaluate(&windows, exporters: [])
        }
    }

    private mutating func line(_ base: String, _ failure: FailureClass, status: UInt16) {
        var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: now - 1))
        outcome.arrival = Instant(seconds: now)
        outcome.client = Fixture.address(base, plus: Int.random(in: 0..<200, using: &random))
        (outcome.failure, outcome.status) = (failure, status)
        windows.add(outcome)
    }

    var opened: [Verdict] { said.filter { $0.event == .open } }
}

@Suite struct AnswerTestTests {
    @Test func answersThatDoNotComeUnderPressureAreHarm() throws {
        var server = HangingServer()
        server.run(120, logged: 20, served: 20)
        server.run(30, logged: 0, served: 0, newcomers: 20)
        let opened = try #require(server.opened.first)
        #expect(opened.outcome?.channel == "fewer_answers" && opened.severity == .warning)
        #expect(opened.time.seconds <= server.now - 10)
    }

    /// People go home, a relay dies: nobody presses.
    @Test func aLogThatFallsSilentIsNoHarm() {
        var server = HangingServer()
        server.run(120, logged: 20, served: 20)
        server.run(30, logged: 0, served: 20)
        #expect(server.opened.isEmpty)
    }

    @Test func connectionsThatEndWellContradictTheLog() {
        var server = HangingServer()
        server.run(120, logged: 20, served: 20)
        server.run(30, logged: 0, served: 20, newcomers: 20)
        #expect(server.opened.isEmpty)
    }
}
