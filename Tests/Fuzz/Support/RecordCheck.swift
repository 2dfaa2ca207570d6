// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel

/// Looks at each flow record of a datagram.
struct RecordCheck {
    /// For the decoder; to be looked through after each datagram.
    let sink = FlowList()
    /// Records of the present datagram.
    private(set) var count = 0
    /// Of all datagrams.
    private(set) var total: UInt64 = 0
    /// The first promise that a record broke.
    private(set) var violation: String?
    private var earliest: Instant
    private var latest: Instant
    private let exporterLimit: Int
    /// How long before its arrival a record may begin.
    private let reach: Interval

    init(limits: DecodingLimits, now: Instant) {
        (earliest, latest) = (now, now)
        exporterLimit = limits.exporters
        reach = max(limits.oldestStart, limits.oldestEnd)
    }

    /// Before each datagram.
    mutating func begin(at now: Instant) {
        count = 0
        (earliest, latest) = (min(earliest, now), max(latest, now))
    }

    /// Looks at what came.
    mutating func look() {
        sink.withRecords { records in
            for index in records.indices { check(records[index]) }
        }
        sink.removeAll()
    }

    private mutating func check(_ record: FlowRecord) {
        count += 1
        total += 1
        guard violation == nil else { return }
        if record.end < record.start { violation = "a record ends before it starts" }
        if record.end > latest { violation = "a record ends in the future" }
        if record.start < earliest - reach { violation = "a record is older than is believed" }
        if record.samplingInterval == 0 { violation = "a record has a sampling interval of 0" }
        if record.exporter.index >= UInt32(exporterLimit) { violation = "a record has an unknown exporter" }
    }
}
