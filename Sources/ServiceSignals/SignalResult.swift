// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// What one datagram was read as. `rule` is the place of the rule in the list that the parser was given.
package enum SignalResult: Equatable, Sendable {
    /// One request, or one event of one service.
    case outcome(Outcome, rule: Int)
    /// An event of something that several services share, such as a backend: `outcome.service` is the first of them.
    case shared(Outcome, services: [ServiceID], rule: Int)
    /// A rule knows the program, and this line carries no outcome for a service.
    case ignored(IgnoredReason, rule: Int)
    /// No rule is meant for this program, sender and host.
    case unmatched
    /// Not a syslog message.
    case malformed(MalformedReason)

    /// Calls `body` with every outcome in it, one for each service.
    package func forEachOutcome(_ body: (Outcome) -> Void) {
        switch self {
        case .outcome(let outcome, rule: _): body(outcome)
        case .shared(var outcome, let services, rule: _):
            for service in services {
                outcome.service = service
                body(outcome)
            }
        case .ignored, .unmatched, .malformed: break
        }
    }
}

/// Why a line that a rule is meant for gave no outcome.
package enum IgnoredReason: UInt8, CaseIterable, Sendable {
    /// It tells of something else: a start, a check, a step on the way.
    case noOutcome
    /// Another line tells of the same request.
    case toldElsewhere
    /// It does not have the form that the rules name: the rule is wrong, or the line is damaged.
    case unreadable
    /// It names a frontend that no rule names.
    case unknownFrontend
    /// The server address in it is no configured service, or it has none.
    case unknownService

    /// The word for it in output.
    package var name: String {
        switch self {
        case .noOutcome: "no_outcome"
        case .toldElsewhere: "told_elsewhere"
        case .unreadable: "unreadable"
        case .unknownFrontend: "unknown_frontend"
        case .unknownService: "unknown_service"
        }
    }

    /// Whether the line was understood: the others point at the configuration.
    package var isExpected: Bool { self == .noOutcome || self == .toldElsewhere }
}

/// Why a datagram is no syslog message.
package enum MalformedReason: UInt8, CaseIterable, Sendable {
    case empty
    /// Longer than ``SignalLimits/datagramOctets``.
    case tooLong
    /// `<PRI>` or the RFC 5424 header is broken.
    case header

    /// The word for it in output.
    package var name: String {
        switch self {
        case .empty: "empty"
        case .tooLong: "too_long"
        case .header: "header"
        }
    }
}
