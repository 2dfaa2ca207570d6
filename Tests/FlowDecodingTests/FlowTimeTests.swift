// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import LockFree
import TestSupport
import Testing

@Suite struct FlowTimeTests {
    private let noon = DecodingBench.noon

    /// Decodes one IPFIX record with a start and an end in the given elements.
    private func times(
        _ bench: inout DecodingBench, _ start: TestField, _ end: TestField, _ values: [UInt8]
    ) -> (start: Interval, end: Interval)? {
        bench.define(.ipfix, [TestField(8, 4), TestField(12, 4), start, end])
        bench.send(.ipfix, records: [octets((1, 4), (2, 4)) + values])
        return bench.records.last.map { ($0.start - noon, $0.end - noon) }
    }

    @Test func everyEncodingOfATime() throws {
        var bench = DecodingBench()
        let seconds = UInt64(noon.seconds)
        let ntp = (seconds + 2_208_988_800) << 32
        let cases: [(Int, Int, Int, UInt64, UInt64)] = [
            (150, 151, 4, seconds - 5, seconds - 2),
            (152, 153, 8, seconds * 1000 - 5000, seconds * 1000 - 2000),
            (154, 155, 8, ntp - 5 << 32, ntp - 2 << 32),
            (156, 157, 8, ntp - 5 << 32, ntp - 2 << 32),
            (158, 159, 4, 5_000_000, 2_000_000),
        ]
        for (start, end, width, from, to) in cases {
            let found = try #require(
                times(
                    &bench, TestField(start, width), TestField(end, width), octets((from, width), (to, width))
                ))
            #expect(found.start == .seconds(-5), "element \(start)")
            #expect(found.end == .seconds(-2), "element \(end)")
        }
    }

    @Test func aDurationStandsInForTheOtherTime() throws {
        var bench = DecodingBench()
        let now = UInt64(noon.milliseconds)
        let fromStart = try #require(
            times(&bench, TestField(152, 8), TestField(161, 4), octets((now - 5000, 8), (3000, 4))))
        #expect(fromStart.start == .seconds(-5) && fromStart.end == .seconds(-2))
        let fromEnd = try #require(
            times(&bench, TestField(162, 4), TestField(153, 8), octets((3_000_000, 4), (now - 2000, 8))))
        #expect(fromEnd.start == .seconds(-5) && fromEnd.end == .seconds(-2))
    }

    @Test func observationTimesAreTheEndOfARecordWithoutOthers() throws {
        let seconds = UInt64(noon.seconds) - 2
        let ntp = (seconds + 2_208_988_800) << 32
        for (id, width, value) in [(322, 4, seconds), (323, 8, seconds * 1000), (324, 8, ntp), (325, 8, ntp)]
        {
            var bench = DecodingBench()
            bench.define(.ipfix, [TestField(8, 4), TestField(12, 4), TestField(id, width)])
            bench.send(.ipfix, records: [octets((1, 4), (2, 4), (value, width))])
            let end = try #require(bench.records.first?.end)
            #expect(end - noon == .seconds(-2), "element \(id)")
        }
    }

    @Test func fractionsOfNTPTimesAreKept() throws {
        var bench = DecodingBench()
        let ntp = (UInt64(noon.seconds) + 2_208_988_800 - 1) << 32 | 0x8000_0000
        let found = try #require(
            times(&bench, TestField(154, 8), TestField(155, 8), octets((ntp, 8), (ntp, 8))))
        #expect(found.end == .milliseconds(-500))
    }

    @Test func uptimesOfIPFIXNeedTheInitTimeFromOptions() throws {
        var bench = DecodingBench()
        let boot = UInt64(noon.milliseconds - 100_000)
        var message = MessageBuilder(.ipfix)
        message.addOptionsTemplate(400, scopes: 1, [TestField(144, 4), TestField(160, 8)])
        message.addData(400, [octets((0, 4), (boot, 8))])
        bench.send(message.datagram)
        let found = try #require(
            times(&bench, TestField(22, 4), TestField(21, 4), octets((90_000, 4), (99_000, 4))))
        #expect(found.start == .seconds(-10))
        #expect(found.end == .seconds(-1))
    }

    @Test func uptimesOfIPFIXAloneGiveTheDuration() throws {
        var bench = DecodingBench()
        let found = try #require(
            times(&bench, TestField(22, 4), TestField(21, 4), octets((90_000, 4), (99_000, 4))))
        #expect(found.start == .seconds(-9))
        #expect(found.end == .seconds(0))
    }

    @Test func uptimeThatWrapsIsModular() {
        var bench = DecodingBench()
        var flow = TestFlow()
        (flow.first, flow.last) = (0xFFFF_FF00, 0xFF)
        var message = NetFlow5Builder(flows: [flow])
        message.uptimeMilliseconds = 0x100
        bench.send(message.datagram)
        #expect(bench.records.map { noon - $0.start } == [.milliseconds(512)])
        #expect(bench.records.map { noon - $0.end } == [.milliseconds(1)])
    }

    @Test func headersInWholeSecondsDoNotMakeFlowsJitter() {
        var bench = DecodingBench()
        bench.define(.version9, TestFlow.fields)
        // The exporter booted at noon + 0.5 s - 1 h; its headers drop the fraction of the second.
        var starts: [Int64] = []
        for step in 0..<40 {
            let uptime = 3_600_000 + step * 370
            let now = noon + .milliseconds(Int64(500 + step * 370))
            var message = MessageBuilder(.version9, sequence: step + 1)
            message.uptimeMilliseconds = uptime
            message.exportSeconds = Int(now.seconds)
            var flow = TestFlow()
            (flow.first, flow.last) = (3_590_000, 3_590_000)
            message.addData(256, [flow.encoded])
            bench.send(message.datagram, at: now)
            starts.append(bench.records[step].start.milliseconds)
        }
        let late = starts.suffix(20)
        #expect(late.max().map { most in late.allSatisfy { most - $0 <= 250 } } == true)
        #expect(Set(starts).count < 12)
    }

    @Test func anUptimeThatStandsStillIsNoRestart() {
        var bench = DecodingBench()
        for step in 0..<30 {
            var flow = TestFlow()
            (flow.first, flow.last) = (1_048_576_000 - 4000, 1_048_576_000 - 1000)
            var message = NetFlow5Builder(flows: [flow], sequence: step)
            message.uptimeMilliseconds = 1_048_576_000
            message.exportSeconds = Int(noon.seconds) + step * 60
            bench.send(message.datagram, at: noon + .seconds(Int64(step * 60)))
        }
        let lags = bench.records.enumerated().map { noon + .seconds(Int64($0.offset * 60)) - $0.element.end }
        #expect(lags.allSatisfy { $0 == .seconds(1) })
        #expect(bench.counters.sequenceResets.value == 0)
    }

    @Test func aClockThatIsOffIsCorrected() {
        var bench = DecodingBench()
        for step in 0..<20 {
            var message = NetFlow5Builder(flows: [TestFlow()], sequence: step)
            message.exportSeconds = Int(noon.seconds) + 3600
            bench.send(message.datagram)
        }
        #expect(bench.records.allSatisfy { $0.end == TestFlow().expected.end })
        #expect(bench.counters.clockSkew == .seconds(3600))
        #expect(bench.counters.count(of: .timeClamped) == 0)
    }

    @Test func endsInTheFutureOrTooOldAreClampedAndCounted() {
        var bench = DecodingBench()
        bench.define(.ipfix, [TestField(8, 4), TestField(152, 8), TestField(153, 8)])
        let ahead = UInt64(noon.milliseconds + 86_400_000)
        let ancient: UInt64 = 1000
        let summary = bench.send(
            .ipfix,
            records: [
                octets((1, 4), (ahead, 8), (ahead, 8)), octets((1, 4), (ancient, 8), (ancient, 8)),
                octets((1, 4), (UInt64.max, 8), (UInt64.max, 8)), octets((1, 4), (0, 8), (0, 8)),
            ])
        #expect(bench.records.allSatisfy { $0.end == noon && $0.start <= noon })
        #expect(summary.problems[.timeClamped] >= 4)
    }

    @Test func anEndBeforeTheStartIsTheStart() throws {
        var bench = DecodingBench()
        let milliseconds = UInt64(noon.milliseconds)
        let found = try #require(
            times(
                &bench, TestField(152, 8), TestField(153, 8),
                octets((milliseconds - 1000, 8), (milliseconds - 9000, 8))))
        #expect(found.start == found.end)
    }

    @Test func recordsWithoutTimesHaveTheArrival() {
        var bench = DecodingBench()
        bench.define(.ipfix, [TestField(8, 4), TestField(12, 4)])
        bench.send(.ipfix, records: [octets((1, 4), (2, 4))])
        #expect(bench.records.first?.start == noon && bench.records.first?.end == noon)
        #expect(bench.records.first?.presence.contains(.times) == false)
    }
}
