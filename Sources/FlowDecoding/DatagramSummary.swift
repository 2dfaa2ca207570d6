// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// What became of one datagram.
package struct DatagramSummary: Sendable {
    /// Nil when nothing of the datagram was decoded and its source is no exporter yet.
    package var exporter: ExporterID?
    /// The version word, whatever it was; 0 when there was none.
    package var version: UInt16 = 0
    /// Observation domain (IPFIX), source ID (v9), engine type and id (v5).
    package var domain: UInt32 = 0
    /// As in the header.
    package var sequence: UInt32 = 0
    /// Why nothing was decoded; nil when the datagram was accepted.
    package var rejection: RejectionReason?
    /// Flow records handed to the sink, those that had waited for their template included.
    package var records = 0
    /// Data records that describe no flow between addresses: decoded and not handed on.
    package var otherRecords = 0
    /// Records of options templates.
    package var optionRecords = 0
    /// Template and options template records, whether new or not.
    package var templates = 0
    /// Templates withdrawn (RFC 7011 §8.1), as stated by the exporter.
    package var withdrawn = 0
    /// Data sets without a template at their arrival.
    package var unmatchedSets = 0
    /// Data sets that had waited and were decoded now.
    package var recoveredSets = 0
    /// What the sequence numbers say, in the unit of the version: v5 flows, v9 datagrams, IPFIX data records.
    package var sequenceEvent = SequenceEvent.inOrder
    /// What was wrong within it, by kind.
    package var problems = ProblemCounts()

    package init() {}

    /// Whether anything is odd enough for a log line.
    package var isClean: Bool { rejection == nil && problems.isEmpty && unmatchedSets == 0 }
}
