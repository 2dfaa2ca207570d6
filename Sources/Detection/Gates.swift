// SPDX-License-Identifier: Apache-2.0

/// What must hold before an incident opens, in the order in which it is asked (docs/detection.md).
package enum Gate: String, CaseIterable, Sendable {
    /// A metric of pressure is up.
    case pressure
    /// A channel shows that clients are harmed.
    case harm
    /// There are records and lines enough.
    case evidence
    /// New prefixes come, or many more sources than usual.
    case sources
    /// What comes bears the sign of an attack, or is more than the service has ever carried.
    case cause
    /// The harm began neither before the pressure nor after its end.
    case order

    fileprivate var rule: DisabledRules {
        switch self {
        case .pressure: .pressure
        case .harm: .harm
        case .evidence: .evidence
        case .sources: .sources
        case .cause: .capacity
        case .order: .order
        }
    }

    fileprivate var bit: UInt8 {
        switch self {
        case .pressure: 1
        case .harm: 2
        case .evidence: 4
        case .sources: 8
        case .cause: 16
        case .order: 32
        }
    }
}

/// Which gates hold at one tick: what the incident machine decides by, and what an explanation shows.
package struct Gates: Equatable, Sendable {
    private var held: UInt8 = 0
    private var coming: UInt8 = 0

    /// The gates as `evidence` leaves them.
    package init(_ evidence: Evidence, _ policy: DetectionPolicy) {
        for gate in Gate.allCases where Self.holds(gate, evidence, policy) { held |= gate.bit }
        if !evidence.risingPressures.isEmpty { coming |= Gate.pressure.bit }
        if !evidence.risingHarms.isEmpty { coming |= Gate.harm.bit }
    }

    private static func holds(_ gate: Gate, _ evidence: Evidence, _ policy: DetectionPolicy) -> Bool {
        if policy.disabledRules.contains(gate.rule) { return true }
        return switch gate {
        case .pressure: evidence.pressure != nil
        case .harm: evidence.harm != nil
        case .evidence: evidence.hasEnough(policy)
        case .sources: evidence.sourcesChanged
        case .cause: evidence.hasCause
        case .order: evidence.isInOrder || !policy.disabledRules.isDisjoint(with: [.pressure, .harm])
        }
    }

    /// Whether this one holds.
    package func holds(_ gate: Gate) -> Bool { held & gate.bit != 0 }

    /// Whether the evidence for this one has come half way.
    package func comes(_ gate: Gate) -> Bool { (held | coming) & gate.bit != 0 }

    /// An incident may begin: pressure and harm have come half way, from other sources, with a cause and in order.
    package var isBeginning: Bool {
        comes(.pressure) && comes(.harm) && holds(.sources) && holds(.cause) && holds(.order)
    }

    /// Pressure and harm together, with evidence enough: something is wrong, whatever it is.
    package var isJoint: Bool { holds(.pressure) && holds(.harm) && holds(.evidence) }

    /// The first that does not hold; nil when all do.
    package var firstFailed: Gate? { Gate.allCases.first { !holds($0) } }
}

/// Where a harm began, against a pressure, in event time.
package enum HarmOrder: Equatable, Sendable {
    /// While the pressure was up, as far as the slack and the channel's lag let one tell.
    case during
    /// So many seconds before the pressure's onset.
    case before(seconds: Int64)
    /// So many seconds after the pressure's end.
    case after(seconds: Int64)

    /// - Parameters:
    ///   - lag: seconds by which the harm's channel may be late.
    ///   - slack: seconds by which onsets may be wrong.
    package init(of harm: OutcomeFinding, against pressure: PressureFinding, lag: Int64, slack: Int64) {
        if harm.onset < pressure.onset - slack {
            self = .before(seconds: pressure.onset - harm.onset)
        } else if harm.onset > pressure.end + max(lag, slack) {
            self = .after(seconds: harm.onset - pressure.end)
        } else {
            self = .during
        }
    }
}

extension Evidence {
    /// The harms whose order counts: those that show, or else those that come.
    var comparedHarms: [OutcomeFinding] { harms.isEmpty ? risingHarms : harms }
    /// The pressures that they are held against, likewise.
    var comparedPressures: [PressureFinding] { pressures.isEmpty ? risingPressures : pressures }
}
