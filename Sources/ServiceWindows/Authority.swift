// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Which exporter counts for one direction of an endpoint, when several routers see the same flows: the first that is
/// heard, until it falls silent, or until another has reported far more.
///
/// Each direction has its own: where requests and replies take different ways, each router sees one of them.
struct Authority: BitwiseCopyable {
    /// Number of the exporter + 1; 0 for none.
    private var holder: UInt32 = 0
    /// Number + 1 of the other exporter that is heard most.
    private var rival: UInt32 = 0
    /// Second of the holder's last record, low bits.
    private var seen: UInt32 = 0
    /// Records of the holder and of others in this term.
    private var records: UInt32 = 0
    private var rivalRecords: UInt32 = 0

    /// A rival takes over when it had so many times as many records as the holder …
    private static var lead: UInt32 { 2 }
    /// … and at least so many: fewer are chance.
    private static var fewest: UInt32 { 64 }
    /// Records after which counting begins anew.
    private static var term: UInt32 { 4096 }

    /// Whether a record of an exporter counts; it may become the holder by it.
    @inline(__always)
    mutating func accepts(_ exporter: ExporterID, now: Int64, silence: Int64) -> Bool {
        let number = exporter.index &+ 1
        guard holder == number else { return challenge(number, now: now, silence: silence) }
        seen = UInt32(truncatingIfNeeded: now)
        records &+= 1
        if records == Self.term { (records, rivalRecords) = (0, 0) }
        return true
    }

    @inline(never)
    private mutating func challenge(_ number: UInt32, now: Int64, silence: Int64) -> Bool {
        let second = UInt32(truncatingIfNeeded: now)
        if holder == 0 || Int64(second &- seen) > silence {
            take(number, second)
            return true
        }
        // Of several others the most frequent one is found by a majority vote.
        if rival == number {
            rivalRecords &+= 1
        } else if rivalRecords == 0 {
            (rival, rivalRecords) = (number, 1)
        } else {
            rivalRecords &-= 1
        }
        guard rivalRecords >= Self.fewest, rivalRecords / Self.lead > records else { return false }
        take(number, second)
        return true
    }

    private mutating func take(_ number: UInt32, _ second: UInt32) {
        (holder, seen, records, rival, rivalRecords) = (number, second, 1, 0, 0)
    }
}
