// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FoundationEssentials
import Glibc
import ServiceWindows
import TestSupport

/// Long evaluations that say whether a promise holds.
enum Evaluations {
    private static let begin: Int64 = 1_700_000_000

    /// Ten million scanned endpoints and ten million spoofed sources beside two real services: their windows stay exact,
    /// and memory stays what it was.
    ///
    /// - Parameters:
    ///   - count: endpoints, and as many sources.
    ///   - growth: most MiB that memory may grow by after the first tenth.
    static func scan(count: Int, growth: Int) -> Bool {
        var traffic = ScanTraffic()
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]))
        windows.advance(to: Instant(seconds: begin - 1))
        traffic.calm(begin - 1) { windows.add($0) }
        let seconds = Int64(200)
        var wrong = 0
        var settled = 0
        let start = clock()
        print("second  endpoints and sources  services  MiB")
        for second in begin..<begin + seconds {
            windows.advance(to: Instant(seconds: second))
            traffic.second(second, scanned: count / Int(seconds)) { windows.add($0) }
            guard (second - begin) % 20 == 19 else { continue }
            wrong += differences(windows, traffic, second - 30...second - 10)
            traffic.forget(before: second - 40)
            if settled == 0 { settled = residentMiB }
            print("\(second - begin + 1)\t\(traffic.hostile)\t\(windows.serviceCount)\t\(residentMiB)")
        }
        let ignored = UnbookedReason.allCases.reduce(0) { $0 + windows.counters.ignored[$1.rawValue] }
        let unaccounted = Int(traffic.records) - Int(windows.counters.records + ignored)
        let nanoseconds = Double(clock() - start) * 1000 / Double(traffic.records)
        print(
            "\(traffic.records) records, \(nanoseconds.rounded()) ns each with making them; \(unaccounted) unaccounted;"
        )
        print(
            "seconds of the real services that are not exact: \(wrong); grown by \(residentMiB - settled) MiB"
        )
        return wrong == 0 && unaccounted == 0 && residentMiB - settled <= growth
            && windows.serviceCount == 2
    }

    private static func differences(
        _ windows: borrowing ServiceAggregator, _ traffic: ScanTraffic, _ range: ClosedRange<Int64>
    ) -> Int {
        guard windows.serviceCount == 2 else { return range.count }
        return traffic.exact.indices.reduce(0) { sum, slot in
            sum
                + windows.seconds(max(begin, range.lowerBound)...range.upperBound, slot: slot).count {
                    second in
                    var numbers = ScanTraffic.Exact()
                    let cell = second.cell
                    (numbers.newConnections, numbers.synOnly) = (Int(cell.newConnections), Int(cell.synOnly))
                    (numbers.ended, numbers.unanswered) = (Int(cell.ended), Int(cell.unanswered))
                    (numbers.packetsIn, numbers.packetsOut) = (Int(second.packetsIn), Int(second.packetsOut))
                    return traffic.exact[slot][cell.second] != numbers
                }
        }
    }

    /// Distinct sources from 10 to a million, many seeds each, all at once and spread over a minute: the error's root mean
    /// square is 4 % at most.
    static func sketches(seeds: Int) -> Bool {
        var holds = true
        print("sources   in seconds   RMS error   worst   of \(seeds) seeds")
        let counts = [10, 30, 100, 300, 1000, 2000, 3000, 5000, 10000, 30000, 100_000, 300_000, 1_000_000]
        for (count, span) in counts.map({ ($0, Int64(1)) }) + counts.map({ ($0, 60) }) {
            let errors = (0..<seeds).map { relativeError(of: count, in: span, seed: UInt64($0)) }
            let square = (errors.reduce(0) { $0 + $1 * $1 } / Double(seeds)).squareRoot()
            let worst = errors.map(abs).max() ?? 0
            print("\(count)\t\(span)\t\(percent(square))\t\(percent(worst))")
            // Single estimates stay within four standard errors of 1,024 registers; of few sources some share one.
            holds = holds && square <= 0.04 && worst <= max(0.13, 5 / Double(count))
        }
        return holds
    }

    private static func relativeError(of count: Int, in span: Int64, seed: UInt64) -> Double {
        var random = SeededRandom(seed: seed << 32 | UInt64(count))
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]), discovers: false)
        var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: begin))
        // 128 random bits: none comes twice.
        for index in 0..<count {
            let second = begin + Int64(index) * span / Int64(count)
            windows.advance(to: Instant(seconds: second))
            outcome.time = Instant(seconds: second)
            outcome.client = IPAddress(high: random.next(), low: random.next())
            windows.add(outcome)
        }
        let now = begin + span - 1
        return Double(windows.distinctSources(slot: 0, until: now, seconds: 60)) / Double(count) - 1
    }

    private static func percent(_ share: Double) -> String { "\((share * 10000).rounded() / 100) %" }

    /// Resident memory of this process (proc(5): the second number is in pages of 4 KiB).
    static var residentMiB: Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 / 256 } ?? 0
    }
}
