// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import LockFree
import TestSupport
import Testing

@Suite struct DatagramThinningTests {
    private let noon = DecodingBench.noon

    /// Sends v5 datagrams of one record each, spread over a second, in sequence.
    private func send(
        _ count: Int, second: Int, _ sequence: inout Int, _ bench: inout DecodingBench,
        from address: IPAddress = DecodingBench.router
    ) {
        for number in 0..<count {
            var message = NetFlow5Builder(flows: [TestFlow()], sequence: sequence)
            message.exportSeconds += second
            let arrival = noon + .seconds(Int64(second)) + .milliseconds(Int64(number * 999 / count))
            bench.send(message.datagram, from: address, at: arrival)
            sequence += 1
        }
    }

    private func weight(_ records: some Sequence<FlowRecord>) -> Int {
        records.reduce(0) { $0 + Int($1.samplingInterval) }
    }

    @Test func withinTheLimitNothingIsThinned() {
        var bench = DecodingBench(rateLimit: 100)
        var sequence = 0
        for second in 0..<5 { send(100, second: second, &sequence, &bench) }
        #expect(bench.records.count == 500)
        #expect(bench.records.allSatisfy { $0.samplingInterval == 1 && !$0.presence.contains(.thinned) })
        #expect(bench.counters.rejected(.rateLimit) == 0)
    }

    @Test func whatPassesStandsForTheRest() {
        var bench = DecodingBench(rateLimit: 100)
        var sequence = 0
        for second in 0..<4 { send(1000, second: second, &sequence, &bench) }
        // The first second is cut off; from the second on one in ten passes.
        #expect(bench.records.count == 400)
        #expect(bench.counters.rejected(.rateLimit) == 3600)
        let thinned = bench.records.dropFirst(100)
        #expect(thinned.allSatisfy { $0.samplingInterval == 10 && $0.presence.contains(.thinned) })
        #expect(weight(thinned) == 3000)
        #expect(bench.counters.datagrams.value == 4000)
    }

    @Test func refusedDatagramsAreNoLoss() {
        var bench = DecodingBench(rateLimit: 100)
        var sequence = 0
        for second in 0..<3 { send(1000, second: second, &sequence, &bench) }
        #expect(bench.counters.lost.value == 0 && bench.counters.sequenceResets.value == 0)
        sequence += 7
        send(1000, second: 3, &sequence, &bench)
        #expect(bench.counters.lost.value == 7)
    }

    @Test func itEndsWithTheExcess() {
        var bench = DecodingBench(rateLimit: 100)
        var sequence = 0
        for (second, count) in [1000, 1000, 50, 50].enumerated() {
            send(count, second: second, &sequence, &bench)
        }
        #expect(bench.records.suffix(50).allSatisfy { $0.samplingInterval == 1 })
        // A pause is an end too.
        send(1000, second: 4, &sequence, &bench)
        send(50, second: 9, &sequence, &bench)
        #expect(bench.records.suffix(50).allSatisfy { $0.samplingInterval == 1 })
    }

    @Test func othersAreNotThinned() {
        var bench = DecodingBench(rateLimit: 100)
        var (noisy, quiet) = (0, 0)
        for second in 0..<3 {
            send(1000, second: second, &noisy, &bench)
            send(20, second: second, &quiet, &bench, from: IPAddress(ipv4: 0x0A03_0002))
        }
        #expect(bench.table.exporters[1].counters.records.value == 60)
        #expect(bench.table.exporters[1].counters.rejected(.rateLimit) == 0)
    }

    @Test func templatesAreNotThinnedOut() {
        var bench = DecodingBench(rateLimit: 10)
        for second in 0..<2 {
            for number in 0..<100 {
                var message = MessageBuilder(.version9, sequence: second * 101 + number)
                message.addData(256, [TestFlow().encoded])
                bench.send(message.datagram, at: noon + .seconds(Int64(second)))
                guard second == 1, number == 4 else { continue }
                var templates = MessageBuilder(.version9, sequence: second * 101 + 100)
                templates.addTemplate(256, TestFlow.fields)
                bench.send(templates.datagram, at: noon + .seconds(1))
            }
        }
        #expect(bench.counters.templates.value == 1)
        #expect(bench.records.contains { $0.samplingInterval == 10 })
    }

    /// Exporters may put templates into each datagram: these must not count for more than they are.
    @Test func datagramsThatPassForTheirTemplatesStandForThemselves() {
        var bench = DecodingBench(rateLimit: 100)
        for second in 0..<4 {
            for number in 0..<1000 {
                var message = MessageBuilder(.version9, sequence: second * 1000 + number)
                message.addTemplate(256, TestFlow.fields)
                message.addData(256, [TestFlow().encoded])
                bench.send(message.datagram, at: noon + .seconds(Int64(second)))
            }
        }
        // The first second is cut off: 10 that are needed, 100 others.
        let later = bench.records.dropFirst(110)
        #expect(later.count { !$0.presence.contains(.thinned) } == 30)
        #expect((2900...3100).contains(weight(later)))
    }

    @Test func samplingAndThinningMultiply() {
        var bench = DecodingBench(rateLimit: 10)
        for second in 0..<2 {
            for number in 0..<50 {
                var message = NetFlow5Builder(flows: [TestFlow()], sequence: second * 50 + number)
                message.sampling = 0x4000 | 100
                bench.send(message.datagram, at: noon + .seconds(Int64(second)))
            }
        }
        #expect(Set(bench.records.map(\.samplingInterval)) == [100, 500])
    }

    @Test func withoutALimitTheFactorIsForgotten() {
        var bench = DecodingBench(rateLimit: 10)
        var sequence = 0
        for second in 0..<2 { send(100, second: second, &sequence, &bench) }
        bench.decoder.reconfigure(DecodingConfiguration())
        send(100, second: 1, &sequence, &bench)
        #expect(bench.records.suffix(100).allSatisfy { $0.samplingInterval == 1 })
    }
}
