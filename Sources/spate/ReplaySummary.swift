// SPDX-License-Identifier: Apache-2.0

import ServiceWindows

/// What a replay came to: the terms of the conservation law, and how fast it went.
struct ReplaySummary {
    var datagrams: UInt64 = 0
    var rejectedDatagrams: UInt64 = 0
    var records: UInt64 = 0
    /// Data records that describe no flow.
    var otherRecords: UInt64 = 0
    var unmatchedSets: UInt64 = 0
    var lines: UInt64 = 0
    var ignoredLines: UInt64 = 0
    var unmatchedLines: UInt64 = 0
    var malformedLines: UInt64 = 0
    var skippedPackets: UInt64 = 0
    var wall = Duration.zero
    private var windows = WindowCounters()
    private let before: WindowCounters

    init(before: WindowCounters = WindowCounters()) { self.before = before }

    mutating func add(_ counters: WindowCounters) { windows = counters }

    private var aggregated: UInt64 { windows.records - before.records }

    private func ignored(_ reason: UnbookedReason) -> UInt64 {
        windows.ignored[reason.rawValue] - before.ignored[reason.rawValue]
    }

    private var wallSeconds: Double {
        Double(wall.components.seconds) + Double(wall.components.attoseconds) / 1e18
    }

    private var recordsPerSecond: UInt64 { wallSeconds > 0 ? UInt64(Double(records) / wallSeconds) : 0 }

    /// The last line of `--format json`. `event` is there for readers that look at that field first.
    var json: String {
        let ignored = UnbookedReason.allCases.map { "\"\($0.name)\":\(self.ignored($0))" }.joined(
            separator: ",")
        return """
            {"type":"summary","event":"summary","schema":1,"datagrams":\(datagrams),\
            "rejected_datagrams":\(rejectedDatagrams),"unmatched_sets":\(unmatchedSets),"records":\(records),\
            "other_records":\(otherRecords),"aggregated_records":\(aggregated),"ignored_records":{\(ignored)},\
            "log_lines":\(lines),"log_outcomes":\(windows.outcomes - before.outcomes),\
            "log_ignored":\(ignoredLines),"log_unmatched":\(unmatchedLines),"log_malformed":\(malformedLines),\
            "skipped_packets":\(skippedPackets),"wall_seconds":\(Double(Int(wallSeconds * 1e6)) / 1e6),\
            "records_per_second":\(recordsPerSecond)}
            """
    }

    var sentence: String {
        let left = UnbookedReason.allCases.map { "\(ignored($0)) \($0.name)" }.joined(separator: ", ")
        return """
            \(datagrams) datagrams (\(rejectedDatagrams) rejected), \(records) flow records: \(aggregated) aggregated, \
            \(left). \(lines) log lines: \(windows.outcomes - before.outcomes) outcomes, \(ignoredLines) without one, \
            \(unmatchedLines) of no rule, \(malformedLines) malformed. \(recordsPerSecond) records/s.
            """
    }
}
