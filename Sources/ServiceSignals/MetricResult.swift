// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// What was found in a datagram of metrics. Each value of each metric gives exactly one of `read`, `ignored` and
/// `malformed`; an outcome comes before the `read` of its value. `rule` is the place of the rule in the list that the
/// parser was given.
package enum MetricResult: Equatable, Sendable {
    /// What a value says of a service.
    case outcome(Outcome)
    /// A value was understood; a counter of nothing has no outcome.
    case read(rule: Int)
    /// A value says nothing of a service; `rule` is nil where none fits.
    case ignored(MetricIgnoredReason, rule: Int?)
    /// Not a metric, or not a datagram of metrics.
    case malformed(MetricMalformedReason)
}

/// Why a value told nothing.
package enum MetricIgnoredReason: UInt8, CaseIterable, Sendable {
    /// No rule is meant for this name, these tags and this sender.
    case unknownName
    /// The service that the metric names is not configured, or it names none.
    case unknownService
    /// A set, an event, a service check or a type that is not known.
    case otherType
    /// The rule cannot be about this type: a gauge as requests, a counter as a time.
    case unsuitedType
    /// A count or a time below zero: what was counted cannot be taken back.
    case negative
    /// A change of a gauge whose value was never told, and there is no room for one more.
    case noRoom

    /// The word for it in output.
    package var name: String {
        switch self {
        case .unknownName: "unknown_name"
        case .unknownService: "unknown_service"
        case .otherType: "other_type"
        case .unsuitedType: "unsuited_type"
        case .negative: "negative"
        case .noRoom: "no_room"
        }
    }
}

/// Why something is no metric.
package enum MetricMalformedReason: UInt8, CaseIterable, Sendable {
    /// A datagram without a line.
    case empty
    /// A datagram longer than ``MetricLimits/datagramOctets``.
    case tooLong
    /// A line that is not `name:value|type`.
    case form
    /// No name, or one that is too long.
    case name
    /// No number, or one beyond all reason.
    case value
    /// The sample rate is not within 0…1.
    case rate

    /// The word for it in output.
    package var name: String {
        switch self {
        case .empty: "empty"
        case .tooLong: "too_long"
        case .form: "form"
        case .name: "name"
        case .value: "value"
        case .rate: "rate"
        }
    }
}
