// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

@Suite struct ScanTests {
    /// Fifty thousand endpoints and as many sources, each once; `Benchmarks scan` does the same with ten million.
    @Test func aScanAndAFloodLeaveTheWindowsOfRealServicesExact() {
        var traffic = ScanTraffic()
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
        let begin: Int64 = 1_700_000_000
        windows.advance(to: Instant(seconds: begin - 1))
        traffic.calm(begin - 1) { windows.add($0) }
        #expect(windows.counters.discovered == 1)
        for second in begin..<begin + 50 {
            windows.advance(to: Instant(seconds: second))
            traffic.second(second, scanned: 1000) { windows.add($0) }
        }
        windows.advance(to: Instant(seconds: begin + 60))
        #expect(windows.serviceCount == 2)
        for slot in 0...1 {
            for second in windows.seconds(begin...begin + 49, slot: slot) {
                let number = SecondNumbers(second)
                let exact = traffic.exact[slot][second.cell.second] ?? ScanTraffic.Exact()
                #expect(number.newConnections == exact.newConnections)
                #expect(number.synOnly == exact.synOnly)
                #expect(number.ended == exact.ended && number.unanswered == exact.unanswered)
                #expect(number.packetsIn == exact.packetsIn && number.packetsOut == exact.packetsOut)
            }
        }
        let ignored = UnbookedReason.allCases.reduce(0) { $0 + windows.counters.ignored[$1.rawValue] }
        #expect(windows.counters.records + ignored == traffic.records)
    }
}
