// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowDecoding
import FlowModel
import Pipeline
import ServiceWindows
import Settings
import TestSupport
import Testing

/// The pipeline behind the sockets: what goes in comes out in the windows, and the clock is the caller's.
struct SerialPipelineTests {
    private static let begin = 1_700_000_000

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.services = [Fixture.service]
        configuration.signals.rules = [
            SignalRuleConfiguration(format: "nginx-combined", target: .service("web"))
        ]
        return configuration
    }

    @Test func `a datagram and a line reach the windows of their service`() {
        var pipeline = SerialPipeline(Self.configuration)
        let now = Instant(seconds: Int64(Self.begin))
        pipeline.advance(to: now) { _, _ in }
        var flow = TestFlow()
        (flow.source, flow.destination, flow.destinationPort) = (0x0A14_0101, 0x0A02_0014, 80)
        (flow.transport, flow.flags, flow.packets, flow.octets) = (6, 0x1B, 6, 600)
        var message = FixedMessageBuilder(.version5, flows: [flow])
        message.exportSeconds = Self.begin
        let datagram = message.datagram
        let summary = pipeline.decode(datagram.span, from: Fixture.address("10.3.0.1"), port: 2055, at: now)
        #expect(summary.records == 1)
        let line =
            #"<134>Nov 14 22:13:20 web nginx: 10.20.1.1 - - [14/Nov/2023:22:13:20 +0000] "GET / HTTP/1.1" 200 5"#
            + #" "-" "-""#
        let octets = Array(line.utf8)
        _ = pipeline.parse(octets.span, from: Fixture.server, at: now)
        pipeline.finish { _, _ in }
        #expect(pipeline.evaluation.windows.counters.records == 1)
        #expect(pipeline.evaluation.windows.counters.outcomes == 1)
    }

    @Test func `each second is judged once, and a hole of a day is not judged second by second`() {
        var pipeline = SerialPipeline(Self.configuration)
        var judged: [Int64] = []
        let seconds: [Int64] = [10, 10, 11, 14, 86_414]
        for second in seconds {
            pipeline.advance(to: Instant(seconds: second)) { _, evaluation in
                judged.append(evaluation.windows.now)
            }
        }
        #expect(judged.prefix(4) == [11, 12, 13, 14])
        #expect(judged.count < 1000 && judged.last == 86_414)
        #expect(Set(judged).count == judged.count)
    }

    @Test func `time may begin anew with another capture`() {
        var pipeline = SerialPipeline(Self.configuration)
        pipeline.advance(to: Instant(seconds: 1000)) { _, _ in }
        pipeline.forgetTime()
        var judged = 0
        for second in Int64(10)...20 {
            pipeline.advance(to: Instant(seconds: second)) { _, _ in judged += 1 }
        }
        #expect(judged == 10)
    }
}
