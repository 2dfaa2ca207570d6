// SPDX-License-Identifier: Apache-2.0

/// Rules that can be switched off to measure what each is worth (docs/evaluation.md). There is no key for them:
/// nobody who runs a service has a reason to do without one.
package struct DisabledRules: OptionSet, Sendable {
    /// A bit for each rule.
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Harm alone may open an incident.
    package static let pressure = DisabledRules(rawValue: 1 << 0)
    /// Pressure alone may open an incident.
    package static let harm = DisabledRules(rawValue: 1 << 1)
    /// One sampled record may be evidence.
    package static let evidence = DisabledRules(rawValue: 1 << 2)
    /// The usual sources may be the cause.
    package static let sources = DisabledRules(rawValue: 1 << 3)
    /// Harm may begin before the pressure and after its end.
    package static let order = DisabledRules(rawValue: 1 << 4)
    /// One tick is enough.
    package static let hold = DisabledRules(rawValue: 1 << 5)
    /// Failures of newcomers are as good as those of known clients.
    package static let knownClients = DisabledRules(rawValue: 1 << 6)
    /// What happens in an incident is learned like anything else.
    package static let freezing = DisabledRules(rawValue: 1 << 7)
    /// Slow answers are as good as failed ones, and packets as good as log lines.
    package static let weakness = DisabledRules(rawValue: 1 << 8)
    /// Open connections and packets are as independent from second to second as new connections.
    package static let persistence = DisabledRules(rawValue: 1 << 9)
    /// A service that is full without being asked more is not held by anybody.
    package static let heldPlaces = DisabledRules(rawValue: 1 << 10)
    /// Connections in the log without a request are no pressure.
    package static let loggedConnections = DisabledRules(rawValue: 1 << 11)
    /// What the service has carried before may be more demand than it can serve, and a surge.
    package static let capacity = DisabledRules(rawValue: 1 << 12)

    /// Every rule under the name that the evaluation prints.
    package static let all: [(name: String, rule: DisabledRules)] = [
        ("pressure", .pressure), ("harm", .harm), ("evidence", .evidence), ("sources", .sources),
        ("order", .order), ("hold", .hold), ("known clients", .knownClients), ("freezing", .freezing),
        ("weakness", .weakness), ("persistence", .persistence), ("held places", .heldPlaces),
        ("logged connections", .loggedConnections), ("capacity", .capacity),
    ]
}
