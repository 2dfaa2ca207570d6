// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Takes the flow records of a datagram in the order of the wire.
package protocol FlowSink: ~Copyable {
    mutating func append(_ record: FlowRecord)
}

/// Collects records in an array, for captures, tests and tools.
package struct FlowList: FlowSink {
    package var records: [FlowRecord] = []

    package init() {}

    package mutating func append(_ record: FlowRecord) { records.append(record) }
}
