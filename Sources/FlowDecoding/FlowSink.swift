// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Takes the flow records of a datagram in the order of the wire.
package protocol FlowSink: ~Copyable {
    mutating func append(_ record: FlowRecord)

    /// All records of one datagram; by default one after the other. The decoder calls this once a datagram, and not at
    /// all for a datagram without records.
    mutating func append(contentsOf records: borrowing Span<FlowRecord>)
}

extension FlowSink where Self: ~Copyable {
    /// One record.
    package mutating func append(contentsOf records: borrowing Span<FlowRecord>) {
        for index in records.indices { append(records[index]) }
    }
}

/// Collects records in an array, for captures, tests and tools.
package struct FlowList: FlowSink {
    /// In the order of their arrival.
    package var records: [FlowRecord] = []

    package init() {}

    /// Adds at the end.
    package mutating func append(_ record: FlowRecord) { records.append(record) }
}
