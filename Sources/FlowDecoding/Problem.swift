// SPDX-License-Identifier: Apache-2.0

/// Why nothing of a datagram was decoded. The raw value is the word in output and metrics.
package enum RejectionReason: String, CaseIterable, Sendable {
    /// Shorter than the header of its version.
    case tooShort = "too_short"
    /// The version word is none of 1, 5, 7, 9 and 10.
    case unknownVersion = "unknown_version"
    /// The exporter is in none of the allowed networks.
    case notAllowed = "not_allowed"
    /// NetFlow v1, v5 or v7 with a count of records that the version does not have.
    case badCount = "bad_count"
    /// NetFlow v1, v5 or v7 that is shorter than its count of records says.
    case truncated = "truncated"
    /// IPFIX with a message length below its header.
    case badLength = "bad_length"
    /// No place for a further exporter.
    case exporterLimit = "exporter_limit"
    /// No place for a further observation domain.
    case domainLimit = "domain_limit"
    /// The exporter sends more than its rate limit; those that pass stand for these.
    case rateLimit = "rate_limit"

    /// Position in `allCases`.
    var index: Int {
        switch self {
        case .tooShort: 0
        case .unknownVersion: 1
        case .notAllowed: 2
        case .badCount: 3
        case .truncated: 4
        case .badLength: 5
        case .exporterLimit: 6
        case .domainLimit: 7
        case .rateLimit: 8
        }
    }

    static let count = 9
}

/// What is wrong within a datagram that was decoded otherwise. The raw value counts, `name` is for output.
package enum Problem: Int, CaseIterable, Sendable {
    /// A set shorter than its header or longer than the datagram; what came before it was kept.
    case malformedSet
    /// A template that has no fields, an id below 256, a length of 0, or more fields than its set.
    case malformedTemplate
    /// A variable length that passes the end of its set; the records before it were kept.
    case malformedRecord
    /// A set id that no version has given a meaning.
    case reservedSet
    /// Bytes after the end that the header states.
    case trailingBytes
    /// IPFIX whose message length is larger than the datagram.
    case truncatedMessage
    /// NetFlow v9 whose header counts other than the records that are there.
    case countMismatch
    /// More records than one datagram may have; the others were not decoded.
    case recordLimit
    /// A template beyond the limits; an older one made place for it, or it was refused.
    case templateLimit
    /// A known template id came with other fields.
    case templateChanged
    /// A sampling interval of 0 or beyond belief.
    case samplingRefused
    /// A flow time in the future or too old, replaced by the arrival.
    case timeClamped
    /// A structured list (RFC 6313) whose lengths do not fit; the record around it was kept.
    case malformedList
    /// A structured list of records of a template that is not known.
    case listWithoutTemplate
    /// Lists nested too deep, or with too many values; the others were not looked at.
    case listLimit
    /// A latency beyond belief in a record; it was left out.
    case latencyRefused
    /// A flow that the exporter ended for lack of resources (flowEndReason 5): it is under pressure itself.
    case lackOfResources
    /// An address translator ran out of addresses or ports, or of what a client may have (natEvent 3, 12, 13).
    case translatorExhausted

    static let count = 18

    /// The word in output and metrics.
    package var name: String {
        switch self {
        case .malformedSet: "malformed_set"
        case .malformedTemplate: "malformed_template"
        case .malformedRecord: "malformed_record"
        case .reservedSet: "reserved_set"
        case .trailingBytes: "trailing_bytes"
        case .truncatedMessage: "truncated_message"
        case .countMismatch: "count_mismatch"
        case .recordLimit: "record_limit"
        case .templateLimit: "template_limit"
        case .templateChanged: "template_changed"
        case .samplingRefused: "sampling_refused"
        case .timeClamped: "time_clamped"
        case .malformedList: "malformed_list"
        case .listWithoutTemplate: "list_without_template"
        case .listLimit: "list_limit"
        case .latencyRefused: "latency_refused"
        case .lackOfResources: "lack_of_resources"
        case .translatorExhausted: "translator_exhausted"
        }
    }
}

/// How often each problem occurred in a datagram; saturates, far beyond what one can hold.
package struct ProblemCounts: Sendable {
    private var counts = InlineArray<18, UInt16>(repeating: 0)
    /// Whether any occurred: the usual answer is no, and then nothing need be looked through.
    package private(set) var isEmpty = true

    package init() {}

    /// How often `problem` occurred.
    package subscript(problem: Problem) -> Int { Int(counts[problem.rawValue]) }

    mutating func add(_ other: ProblemCounts) {
        guard !other.isEmpty else { return }
        for problem in Problem.allCases { add(problem, other[problem]) }
    }

    mutating func add(_ problem: Problem, _ amount: Int = 1) {
        guard amount > 0 else { return }
        counts[problem.rawValue] = UInt16(clamping: Int(counts[problem.rawValue]) &+ amount)
        isEmpty = false
    }
}
